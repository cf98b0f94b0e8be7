"""Write the index of search, or what is missing of it: after an upgrade, or after rows were written in other ways."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from newsroom.models import Indexed
from newsroom.search import index
from reports.models import Edition, EditionQuerySet, Report

WIDTH = 30  # signs of the bar
SECONDS_BETWEEN_LINES = 10  # where there is no terminal


class Command(BaseCommand):
    help = (
        "Write the entries of search of every edition that readers have or will get and whose entries are missing or "
        "of an older version, in transactions of its own. Killed in the middle, it goes on where it stopped; and "
        "people may publish and search meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="write all of them anew")
        parser.add_argument("--batch", type=int, default=50, help="how many editions to a transaction (50)")

    def handle(self, *args: Any, fresh: bool, batch: int, **options: Any) -> None:
        if batch < 1:
            raise CommandError("A batch has at least one edition.")
        if fresh:
            Indexed.objects.all().delete()  # what is found stays found until it is written again
        index.drop_what_is_past(Edition.objects.all(), timezone.now())
        self.total, self.begun, self.told = self.waiting().count(), time.monotonic(), 0.0
        done = 0
        last = 0
        while numbers := list(self.waiting().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
            write(numbers)
            done, last = done + len(numbers), numbers[-1]
            self.tell(done)
        index.tidy()
        if self.is_watched and done:
            self.stdout.write("")
        self.stdout.write(f"{done} editions were written; the index is complete." if done else "Nothing was missing.")

    def waiting(self) -> EditionQuerySet:
        return index.without_entries(index.indexable(timezone.now()))

    @property
    def is_watched(self) -> bool:
        return self.stdout.isatty()

    def tell(self, done: int) -> None:
        """How far it is: a bar on a terminal, elsewhere a line now and then."""
        total, now = max(self.total, done), time.monotonic()
        if not self.is_watched:
            if now - self.told >= SECONDS_BETWEEN_LINES:
                self.told = now
                self.stdout.write(f"{done} of {total} editions")
            return
        filled = WIDTH * done // total
        left = (now - self.begun) / done * (total - done)
        bar = "█" * filled + "░" * (WIDTH - filled)
        self.stdout.write(f"\r{bar} {done} of {total} editions, {left:.0f} s left ", ending="")
        self.stdout.flush()


@transaction.atomic
def write(numbers: list[int]) -> None:
    """The entries of these editions, while nobody publishes their issues."""
    issues = Edition.objects.filter(pk__in=numbers).values("report")
    list(Report.objects.select_for_update().filter(pk__in=issues).order_by("pk").values_list("pk", flat=True))
    editions = Edition.objects.select_related("revision").filter(pk__in=numbers).without_article()
    index.project(list(editions.order_by("pk")))
