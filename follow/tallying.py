"""
Counting how often pages are read and passed on: one number for each kind, day and page, and nothing about by whom.

Only browsers with JavaScript whose readers don't object say anything (static/site/share.js), so the numbers compare
pages with each other; how many read them in all, nobody knows.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from follow.models import Tally
from reports.models import Edition, EditionStory

logger = logging.getLogger(__name__)

READ = "read"  # beside the kinds of widgets
DAYS = (7, 30, 365)
MOST = 10
PER_MINUTE = 120
PATIENCE = 300  # milliseconds
# One statement, so that of two at the same moment neither is lost; both databases know it.
ONE_MORE = """
INSERT INTO follow_tally ("on", kind, report_id, story, number) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT ("on", kind, report_id, story) DO UPDATE SET number = follow_tally.number + 1
"""


def count(kind: str, report: int, story: int = 0, *, now: datetime | None = None) -> None:
    """
    Count one more on this day of the site's time zone. `story` 0: the issue itself.

    On SQLite not if that means to wait: while one program writes much, a number must not keep readers from their pages.
    """
    with connection.cursor() as cursor, impatient(cursor):
        cursor.execute(ONE_MORE, [timezone.localdate(now), kind, report, story])


@contextmanager
def impatient(cursor: Any) -> Iterator[None]:
    """Let SQLite give up soon where somebody else is writing, and pass over that it did."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        yield
    except OperationalError:
        logger.debug("Not counted, as the database is busy")
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {usual}")


def admit(network: str) -> bool:
    """
    Whether a network may be counted once more in this minute.

    Its fingerprint is in the cache alone, and for two minutes at most. Where the cache fails, everybody is counted.
    """
    key = f"follow.counted.{timezone.now():%H%M}.{network}"
    try:
        cache.add(key, 0, timeout=60)
        return cache.incr(key) <= PER_MINUTE
    except Exception as error:  # noqa: BLE001 - whichever cache it is; a number is not worth an error
        logger.debug("No limit on counting, as the cache fails: %s", type(error).__name__)
        return True


# Questions


@dataclass(frozen=True)
class Line:
    """A page that readers have, and how often something was done with it; `share` is of the most, of 100."""

    title: str
    url: str
    is_story: bool
    number: int
    share: float


@dataclass(frozen=True)
class Bar:
    """A day, or more of them together, as it is drawn: `height` is of the highest, of 100."""

    begins_on: date
    number: int
    height: float

    @property
    def top(self) -> float:
        """Where it begins, as SVG counts: from above."""
        return 100 - self.height


def of_days(days: int, kinds: Collection[str], now: datetime | None = None) -> QuerySet[Tally]:
    """What was counted of these kinds within so many days up to today."""
    since = timezone.localdate(now) - timedelta(days=days - 1)
    return Tally.objects.filter(on__gte=since, kind__in=kinds).order_by()


def most(kinds: Collection[str], days: int, now: datetime | None = None) -> list[Line]:
    """The pages with which these were done most often lately, of those that readers have now; three queries."""
    live = Edition.objects.live(now)
    stories = EditionStory.objects.live(now)
    is_live = Q(story=0, report__in=live.values("report")) | Exists(
        stories.filter(story_id=OuterRef("story"), edition__report=OuterRef("report"))
    )
    totals = of_days(days, kinds, now).filter(is_live).values("report", "story").annotate(total=Sum("number"))
    rows = list(totals.order_by("-total", "report", "story")[:MOST])
    pages: dict[tuple[int, int], Edition | EditionStory] = {
        (edition.report_id, 0): edition
        for edition in live.without_article().filter(report__in={row["report"] for row in rows})
    }
    told = stories.filter(story_id__in={row["story"] for row in rows}).with_edition()
    pages |= {(story.edition.report_id, story.story_id): story for story in told}
    highest = max((row["total"] for row in rows), default=0)
    return [
        line(pages[row["report"], row["story"]], row["total"], highest)
        for row in rows
        if (row["report"], row["story"]) in pages  # one may have been withdrawn between two queries
    ]


def line(page: Edition | EditionStory, number: int, highest: int) -> Line:
    title = page.headline if isinstance(page, EditionStory) else page.title
    return Line(title, page.url, isinstance(page, EditionStory), number, part(number, highest))


def by_kind(kinds: Collection[str], days: int, now: datetime | None = None) -> dict[str, int]:
    """How often each of these was done lately, the most frequent first; without those that never were. One query."""
    totals = of_days(days, kinds, now).values("kind").annotate(total=Sum("number")).order_by("-total", "kind")
    return {row["kind"]: row["total"] for row in totals}


def by_day(kinds: Collection[str], days: int, now: datetime | None = None) -> list[Bar]:
    """How often these were done, day by day from the earliest on; week by week if it is many. One query."""
    width = 7 if days > 60 else 1
    last = timezone.localdate(now)
    begins = [last - timedelta(days=n) for n in range(width - 1, days, width)][::-1]
    found = dict.fromkeys(begins, 0)
    for row in of_days(days, kinds, now).values("on").annotate(total=Sum("number")):
        begin = last - timedelta(days=(last - row["on"]).days // width * width + width - 1)
        if begin in found:
            found[begin] += row["total"]
    highest = max(found.values(), default=0)
    return [Bar(begin, number, part(number, highest)) for begin, number in found.items()]


def part(number: int, highest: int) -> float:
    """Of 100, and never too little to be seen."""
    return max(1, round(100 * number / highest, 1)) if number else 0
