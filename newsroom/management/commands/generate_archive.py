"""Fill a site with an archive that nobody wrote."""

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from newsroom.archiving import BATCH, AddressTaken, missing, others, publish_all
from newsroom.lib import apart
from newsroom.search import index
from newsroom.synthetic import FIRST_DAY, Archive

WIDTH = 30  # of the bar


class Command(BaseCommand):
    help = (
        "Make a synthetic archive, to see and to measure the site with: issues that a program wrote, each of which "
        "says so, backwards from a fixed day. The same seed gives the same issues. Those that are there already stay "
        "as they are, so that it can be broken off, taken up again and added to. Nobody is told of any of them, by "
        "mail or otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--issues", type=int, default=520, metavar="N", help="how many there are to be (520)")
        parser.add_argument(
            "--every", type=int, metavar="DAYS", help="days from one to the next (7; 1 if there is no room for weeks)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number gives another archive (1)")
        parser.add_argument("--batch", type=int, default=BATCH, help=f"issues to a transaction ({BATCH})")
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="that write texts and draw pages (all there are)"
        )
        parser.add_argument("--beside-others", action="store_true", help="also on a site that has other issues")
        parser.add_argument("--yes-really", action="store_true", help="also in production")

    def handle(self, *args: Any, **options: Any) -> None:
        archive, number = self.archive(**options)
        self.refuse(archive, **options)
        places = missing(archive, number)
        if places:
            self.make(archive, places, processes=options["processes"], batch=options["batch"])
        have = number - len(places)
        self.stdout.write(f"{len(places):,} issues made, {have:,} were there." if have else f"{number:,} issues made.")

    def archive(self, *, issues: int, every: int | None, seed: int, batch: int, processes: int, **_: Any) -> Any:
        if min(issues, batch, processes, 1 if every is None else every) < 1:
            raise CommandError("--issues, --every, --batch and --processes are 1 or more.")
        archive = Archive(seed, every or 7)
        if every is None and issues > archive.room:
            archive = Archive(seed, 1)
        if issues > archive.room:
            raise CommandError(
                f"From {FIRST_DAY.year} on there is room for {archive.room:,} issues, one every {archive.every} days."
            )
        return archive, issues

    def refuse(self, archive: Archive, *, beside_others: bool, yes_really: bool, **_: Any) -> None:
        if settings.PRODUCTION and not yes_really:
            raise CommandError("This is a site in production. If readers are to see made-up issues: --yes-really.")
        if (there := others(archive)) and not beside_others:
            raise CommandError(
                f"This site has {there:,} other issues. To put the synthetic ones beside them: --beside-others."
            )

    def make(self, archive: Archive, places: list[int], *, processes: int, batch: int) -> None:
        processes = min(processes, -(-len(places) // batch))
        apart.collect_rarely()
        begun, known = time.monotonic(), 0
        try:
            for done in publish_all(archive, places, by=None, processes=processes, batch=batch):
                self.tell(done, len(places), time.monotonic() - begun)
                if done >= 2 * known:
                    analyze()
                    known = done
        except AddressTaken:
            raise CommandError(
                "Somebody began an issue meanwhile at an address of one of these. Run it again."
            ) from None
        analyze()
        index.tidy()

    def tell(self, done: int, total: int, seconds: float) -> None:
        """A bar that grows where somebody looks at it, else a line."""
        full = WIDTH * done // total
        pace = f"{done:,} of {total:,} issues, {done / seconds:.0f} a second"
        if self.stdout.isatty():
            self.stdout.write(f"\r{'█' * full}{'░' * (WIDTH - full)} {pace}", ending="\n" if done == total else "")
            self.stdout.flush()
        else:
            self.stdout.write(pace)


def analyze() -> None:
    """Have the database count its rows: it looks for a few among thousands as if there were none, else."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
