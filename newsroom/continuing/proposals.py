"""What the last issue proposes for the next one, and beginning that with what an editor kept."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from newsroom.revising import keep
from policies.models import Update
from policies.tracking import Line, track
from reports.drafting import BEGINNING, draft
from reports.models import Report
from watchlist.models import Note
from watchlist.noting import Entry, note

USUAL = timedelta(days=7)  # between two issues, where there are not two yet
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
MONTH = f"(?:{'|'.join(MONTHS)})"
# A date in a title, and how the same day would be written there.
DATES = (
    (re.compile(rf"{MONTH} \d{{1,2}}, \d{{4}}"), "{month} {day}, {year}"),
    (re.compile(rf"\d{{1,2}} {MONTH} \d{{4}}"), "{day} {month} {year}"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "{iso}"),
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日"), "{year}年{number}月{day}日"),
)


class Proposal(NamedTuple):
    """What the next issue is likely to begin with."""

    title: str
    issued_on: date
    number: int | None
    notes: list[Note]
    updates: list[Update]


def last_issue() -> Report | None:
    """The issue with the latest date; None if no issue has one."""
    return Report.objects.exclude(issued_on=None).order_by("-issued_on", "-pk").first()


def later_than(report: Report) -> QuerySet[Report]:
    """The issues that follow one by date, and those without a date that were begun after it; the nearest first."""
    dated = Report.objects.filter(issued_on__gt=report.issued_on)
    undated = Report.objects.filter(issued_on=None, pk__gt=report.pk)
    return (dated | undated).order_by("issued_on", "pk")


def same_day(report: Report) -> Report | None:
    """Another issue with the same date, if it has one."""
    others = Report.objects.exclude(pk=report.pk).exclude(issued_on=None)
    return others.filter(issued_on=report.issued_on).first()


def propose(last: Report) -> Proposal:
    """
    The next date at the distance of the last two issues, the next free number, what of the title runs on, and the lines
    of watchlist and policy tracker in their order.
    """
    day = next_day(last)
    return Proposal(
        title=running_title(last.title, day),
        issued_on=day,
        number=next_number(last),
        notes=list(last.notes.select_related("company")),
        updates=list(last.updates.select_related("policy")),
    )


def next_day(last: Report) -> date:
    """At the distance that the last two issues have, of at most a year."""
    if last.issued_on is None:
        raise ValueError("An issue without a date has no next one.")
    before = Report.objects.filter(issued_on__lt=last.issued_on).order_by("-issued_on").first()
    gap = last.issued_on - before.issued_on if before and before.issued_on else USUAL
    return min(date.max - timedelta(days=1), last.issued_on) + min(gap, timedelta(days=366))


def next_number(last: Report) -> int | None:
    """The number after the last issue's, unless it has none or another issue has that."""
    if last.number is None or Report.objects.filter(number=last.number + 1).exists():
        return None
    return last.number + 1


def running_title(title: str, day: date) -> str:
    """What of a title is likely to stand over the next issue too: with its date moved on, or up to its colon."""
    moved = titled(title, day)
    name, colon, _rest = title.partition(": ")
    return f"{name}{colon}".strip() if colon and moved == title else moved


def titled(title: str, day: date) -> str:
    """The title with every date in it as that of the day, written the same way."""
    words = {
        "year": f"{day.year:04}",
        "month": MONTHS[day.month - 1],
        "number": str(day.month),
        "day": str(day.day),
        "iso": day.isoformat(),
    }
    for pattern, form in DATES:
        title = pattern.sub(lambda _found, form=form: form.format(**words), title)  # type: ignore[misc]
    return title


class AlreadyBegun(Exception):
    """More issues follow the last one than the editor knows of."""


class Unstartable(Exception):
    """Why the next issue can't be begun like this; `reasons` are whole sentences."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@transaction.atomic
def begin_next(
    last: Report,
    *,
    title: str,
    issued_on: date | None,
    number: int | None = None,
    notes: Iterable[tuple[Note, str]] = (),
    updates: Iterable[tuple[Update, str]] = (),
    known: int | None = None,
    by: Any,
) -> Report:
    """
    Begin the issue after `last`, and give it back: a draft with the lines that were kept and no story.

    `notes` and `updates` are lines of the last issue, each with what the next one is to say. Section headings are
    taken over. A first revision is kept. `known` is how many issues after the last one the editor knows of (None:
    however many there are).

    Raises PermissionDenied, AlreadyBegun if there are more by now, and Unstartable if the number is taken or a text has
    no room.
    """
    require(by, "reports.add_report")
    one_at_a_time(BEGINNING)
    if known is not None and later_than(last).count() > known:
        raise AlreadyBegun
    if number is not None and Report.objects.filter(number=number).exists():
        raise Unstartable([_("Another issue has the number %(number)d.") % {"number": number}])
    report = draft(
        title=title,
        issued_on=issued_on,
        headings={"china": last.china_heading, "international": last.international_heading},
    )
    if number is not None:
        report.number = number
        report.save(update_fields=["number"])
    try:
        note(report, [Entry(line.company.name, "", text) for line, text in notes])
        track(report, [Line(line.policy.title, text) for line, text in updates])
    except ValidationError as refused:
        raise Unstartable(refused.messages) from refused
    keep(report, by=by, note=_("Begun from “%(title)s”")[:100] % {"title": last.title[:150]})
    return report
