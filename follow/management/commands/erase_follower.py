"""Erase a follower."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from follow.subscribing import Unknown, erase, find


class Command(BaseCommand):
    help = (
        "Erase the follower with ADDRESS, and everything that is kept about the address but that it must never be "
        "written to, if that is so. There is no way back. Exit status 1 if nothing is kept about it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *args: Any, address: str, yes: bool, **options: Any) -> None:
        try:
            follower = find(address, by=None)
        except Unknown as unknown:
            raise CommandError(str(unknown)) from None
        if not yes:
            self.ask()
        erase(follower, by=None)
        self.stdout.write("Erased.")

    def ask(self) -> None:
        self.stdout.write("Everything that is kept about this follower is to be erased. There is no way back.")
        if input("Type yes to erase: ").strip().lower() != "yes":
            raise CommandError("Nothing was erased.")
