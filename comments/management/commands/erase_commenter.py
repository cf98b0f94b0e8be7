"""Erase who is behind an address."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comments.privacy import Unknown, erase, find


class Command(BaseCommand):
    help = (
        "Make the comments from ADDRESS those of nobody: their text and place stay, who wrote them goes. "
        "There is no way back. Exit status 1 if nothing is kept about it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *args: Any, address: str, yes: bool, **options: Any) -> None:
        try:
            count = find(address).comments.count()
            if not yes:
                self.ask(count)
            self.stdout.write(f"Erased. {erase(address, by=None)} comments stay, shown as by “Anonymous”.")
        except Unknown as unknown:
            raise CommandError(str(unknown)) from None

    def ask(self, count: int) -> None:
        self.stdout.write(f"{count} comments are to be made those of nobody. There is no way back.")
        if input("Type yes to erase: ").strip().lower() != "yes":
            raise CommandError("Nothing was erased.")
