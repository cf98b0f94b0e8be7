"""What the pages of a log have in common: a span of days that the address asks for, and the ways to newer and older."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date


def day(text: str | None) -> date | None:
    """A day as an address has it (ISO 8601), None for anything else."""
    try:
        given = parse_date(text or "")
    except ValueError:
        return None
    return given if given and 1990 <= given.year < 9000 else None


def within(field: str, since: date | None, until: date | None) -> Q:
    """The condition that a time is in a span of days of the site's zone, both included; None leaves that end open."""
    begins = Q(**{f"{field}__gte": midnight(since)}) if since else Q()
    ends = Q(**{f"{field}__lt": midnight(until + timedelta(days=1))}) if until else Q()
    return begins & ends


def midnight(on: date) -> datetime:
    """The beginning of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(on, time.min))


@dataclass(frozen=True)
class Page:
    """Some lines of a log; `wanted` says which page of which lines, and gives the address of another one."""

    wanted: Any
    lines: list[Any]
    has_more: bool

    @property
    def newer(self) -> str:
        return str(self.wanted.query(self.wanted.page - 1)) if self.wanted.page > 1 else ""

    @property
    def older(self) -> str:
        return str(self.wanted.query(self.wanted.page + 1)) if self.has_more else ""
