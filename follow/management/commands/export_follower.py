"""Give out everything that is kept about a follower's address."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from follow.subscribing import Unknown, export, find


class Command(BaseCommand):
    help = (
        "Write everything that is kept about the follower with ADDRESS to standard output, as JSON. "
        "Exit status 1 if there is nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            kept = export(find(address, by=None), by=None)
        except Unknown as unknown:
            raise CommandError(str(unknown)) from None
        self.stdout.write(json.dumps(kept, ensure_ascii=False, indent=2))
