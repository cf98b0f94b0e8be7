"""Give out everything that is kept about an address."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comments.privacy import Unknown, export


class Command(BaseCommand):
    help = "Write everything that is kept about ADDRESS to standard output, as JSON. Exit status 1 if there is nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            self.stdout.write(json.dumps(export(address, by=None), ensure_ascii=False, indent=2))
        except Unknown as unknown:
            raise CommandError(str(unknown)) from None
