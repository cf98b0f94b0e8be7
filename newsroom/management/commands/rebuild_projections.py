"""Write what other pages ask of editions anew, after a template or a projection changed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsroom.publishing import rebuild
from reports.models import Edition


class Command(BaseCommand):
    help = (
        "Draw the page of every edition and write its projections anew, each from its revision and in a transaction "
        "of its own. Running it again changes nothing, and so does running it where nothing changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=50, help="how many editions to a line of progress (50)")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        if batch < 1:
            raise CommandError("A batch has at least one edition.")
        total, done, last = Edition.objects.count(), 0, 0
        while editions := self.next_batch(last, batch):
            for edition in editions:
                rebuild(edition)
            done, last = done + len(editions), editions[-1].pk
            self.stdout.write(f"{done} of {total} editions rebuilt")
        if not done:
            self.stdout.write("There are no editions.")

    def next_batch(self, after: int, size: int) -> list[Edition]:
        return list(Edition.objects.without_article().filter(pk__gt=after).order_by("pk")[:size])
