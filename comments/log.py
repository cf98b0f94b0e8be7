"""
Reading the log: the lines that somebody wants to see, as sheets too, and how long comments wait for a decision.

No page counts all lines or reads a row for each: a log of years opens as fast as a new one. No address and no
fingerprint of a network is in it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comments.models import Comment, Decision
from comments.record import called, doer
from newsroom.lib.logpages import Page, day, midnight, within
from newsroom.lib.numbers import row_number
from reports.models import Report

PER_PAGE = 50
WEEKS = 12
Act = Decision.Act
# What decides about a comment that waits, of all that can be done.
DECIDING = (Act.APPROVE, Act.SPAM, Act.BIN, Act.UNAPPROVE)


# Which lines


@dataclass(frozen=True)
class Wanted:
    """Which lines somebody wants to see, as the address of the page says it. What makes no sense counts as not said."""

    act: str = ""
    actor: str = ""
    person: int = 0
    issue: int = 0
    since: date | None = None
    until: date | None = None
    search: str = ""
    page: int = 1

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Wanted":
        return cls(
            act=one_of(params.get("act"), Act.values),
            actor=one_of(params.get("actor"), Decision.Actor.values),
            person=row_number(params.get("person")),
            issue=row_number(params.get("issue")),
            since=day(params.get("since")),
            until=day(params.get("until")),
            search=params.get("q", "").strip()[:200],
            page=row_number(params.get("page")) or 1,
        )

    def query(self, page: int = 1) -> str:
        """The query of the address for a page of this, without what needs no saying."""
        said: dict[str, Any] = {"act": self.act, "actor": self.actor, "person": self.person, "issue": self.issue}
        said |= {"since": self.since, "until": self.until, "q": self.search, "page": page if page > 1 else None}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    @property
    def narrowing(self) -> str:
        """The query without the page, "" if everything is wanted."""
        return self.query().removesuffix("?")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.narrowing)

    def lines(self) -> QuerySet[Decision]:
        """The lines, the newest first."""
        found = Decision.objects.order_by("-at", "-pk")
        exact = {"act": self.act, "actor": self.actor, "by": self.person}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if self.issue:
            found = found.filter(Q(comment__report=self.issue) | Q(report=self.issue))
        found = found.filter(within("at", self.since, self.until))
        if self.search:
            found = found.filter(self.words())
        return found

    def words(self) -> Q:
        number = row_number(self.search.removeprefix("#"))
        words = Q(why__icontains=self.search) | Q(comment__name__icontains=self.search)
        return words | Q(comment=number) if number else words


def one_of(given: str | None, values: Iterable[str]) -> str:
    return given if given and given in values else ""


def with_what_is_shown(lines: QuerySet[Decision]) -> QuerySet[Decision]:
    """With people, comments and issues, but none of the long texts."""
    return lines.select_related("by", "comment", "comment__report", "report", "undoes").only(
        *("act", "actor", "why", "before", "after", "at", "batch", "undoes__act"),
        *("by__username", "by__first_name", "by__last_name"),
        *("comment__name", "comment__status", "comment__report__title", "report__title"),
    )


# A page


@dataclass(frozen=True)
class Line:
    """One line as people read it."""

    at: datetime
    act: str
    did: str
    who: str
    comment: Comment | None
    issue: str
    why: str
    changes: list[tuple[str, str, str]]

    @classmethod
    def of(cls, decision: Decision) -> "Line":
        report = decision.comment.report if decision.comment else decision.report
        did = decision.get_act_display()
        return cls(
            at=timezone.localtime(decision.at),
            act=decision.act,
            did=_("undid: %(did)s") % {"did": did} if decision.undoes_id else did,
            who=doer(decision) if decision.by else capfirst(doer(decision)),
            comment=decision.comment,
            issue=report.title if report else "",
            why=decision.why,
            changes=[
                (said(name), value(decision.before.get(name), of=name), value(decision.after.get(name), of=name))
                for name in sorted({*decision.before, *decision.after} - {"ban"})
            ],
        )


# The fields that lines of the log name, and the values of some, as people call them. The log itself keeps the keys.
FIELDS = {
    "approve_after": gettext_lazy("approve after"),
    "body": gettext_lazy("body"),
    "close_after": gettext_lazy("close after"),
    "digest": gettext_lazy("digest"),
    "domains: hold": gettext_lazy("domains: hold"),
    "domains: reject": gettext_lazy("domains: reject"),
    "domains: spam": gettext_lazy("domains: spam"),
    "hold_repeats": gettext_lazy("hold repeats"),
    "hold_staff_names": gettext_lazy("hold staff names"),
    "is_open": gettext_lazy("is open"),
    "kind": gettext_lazy("kind"),
    "lifted": gettext_lazy("lifted"),
    "max_links": gettext_lazy("max links"),
    "name": gettext_lazy("name"),
    "order": gettext_lazy("order"),
    "pinned": gettext_lazy("pinned"),
    "status": gettext_lazy("status"),
    "until": gettext_lazy("until"),
    "whom": gettext_lazy("whom"),
    "words: hold": gettext_lazy("words: hold"),
    "words: reject": gettext_lazy("words: reject"),
    "words: spam": gettext_lazy("words: spam"),
}
VALUES = {
    "address": gettext_lazy("address"),
    "approved": gettext_lazy("approved"),
    "at once": gettext_lazy("at once"),
    "bin": gettext_lazy("bin"),
    "daily": gettext_lazy("daily"),
    "domain": gettext_lazy("domain"),
    "hourly": gettext_lazy("hourly"),
    "name": gettext_lazy("name"),
    "network": gettext_lazy("network"),
    "never": gettext_lazy("never"),
    "newest": gettext_lazy("newest"),
    "oldest": gettext_lazy("oldest"),
    "pending": gettext_lazy("pending"),
    "spam": gettext_lazy("spam"),
    "withdrawn": gettext_lazy("withdrawn"),
}
KEPT_AS_KEYS = {"digest", "kind", "order", "status"}


def said(name: str) -> str:
    return str(FIELDS.get(name) or name.replace("_", " "))


def value(found: Any, of: str) -> str:
    """A value of `before` or `after` in words."""
    if of in KEPT_AS_KEYS and found in VALUES:
        return str(VALUES[found])
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, list):
        return ", ".join(map(str, found))
    if isinstance(found, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.+]+", found):
        return date_format(timezone.localtime(datetime.fromisoformat(found)), _("j M Y, H:i"))
    return "" if found is None else str(found)


def page_of(wanted: Wanted) -> Page:
    """One page, read with one line more than it has room for, which tells whether there is another."""
    first = (wanted.page - 1) * PER_PAGE
    found = list(with_what_is_shown(wanted.lines())[first : first + PER_PAGE + 1])
    return Page(wanted, [Line.of(line) for line in found[:PER_PAGE]], len(found) > PER_PAGE)


def people() -> list[tuple[int, str]]:
    """Those who are in the log, for choosing one."""
    users = get_user_model().objects.filter(Exists(Decision.objects.filter(by=OuterRef("pk"))))
    return [(user.pk, called(user)) for user in users.order_by("username")]


def issues() -> list[tuple[int, str]]:
    """The issues that are in the log."""
    with_comments = Exists(Comment.objects.filter(report=OuterRef("pk")))
    closed = Exists(Decision.objects.filter(report=OuterRef("pk")))
    return list(Report.objects.filter(with_comments | closed).values_list("pk", "title"))


COLUMNS = (
    gettext_lazy("At"),
    gettext_lazy("What"),
    gettext_lazy("Who"),
    gettext_lazy("Comment"),
    gettext_lazy("Issue"),
    gettext_lazy("Why"),
    gettext_lazy("Before"),
    gettext_lazy("After"),
)


def sheet(wanted: Wanted) -> Iterator[Iterable[Any]]:
    """The lines as rows of a sheet, its head first, read while they are written."""
    yield COLUMNS
    for decision in with_what_is_shown(wanted.lines()).iterator(chunk_size=1_000):
        line = Line.of(decision)
        yield (
            line.at.isoformat(timespec="seconds"),
            *(line.did, line.who, decision.comment_id or "", line.issue, line.why),
            "\n".join(f"{name}: {before}" for name, before, _ in line.changes if before),
            "\n".join(f"{name}: {after}" for name, _, after in line.changes if after),
        )


# How long comments wait


@dataclass(frozen=True)
class Week:
    """The comments that a person decided about for the first time in one week, and how long half of them waited."""

    begins_on: date
    decided: int
    median: timedelta | None
    height: float = 0  # of its bar, of 100

    @property
    def top(self) -> float:
        """Where its bar begins, as SVG counts: from above."""
        return 100 - self.height

    @property
    def words(self) -> str:
        return in_words(self.median) if self.median is not None else "–"


def weeks(now: datetime | None = None) -> list[Week]:
    """The last WEEKS weeks, the oldest first: from submission to the first decision of somebody of the staff."""
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=n) for n in range(WEEKS - 1, -2, -1)]
    waits: dict[date, list[float]] = {begin: [] for begin in begins}
    for first, submitted_at in first_decisions(midnight(begins[0])):
        on = timezone.localdate(first)
        waits.get(on - timedelta(days=on.weekday()), []).append((first - submitted_at).total_seconds())
    medians = {begin: timedelta(seconds=median(waits[begin])) if waits[begin] else None for begin in begins}
    longest = max((found for found in medians.values() if found), default=timedelta(0))
    return [
        Week(begin, len(waits[begin]), medians[begin], share(medians[begin], longest)) for begin, _ in pairwise(begins)
    ]


def first_decisions(since: datetime) -> Iterable[tuple[datetime, datetime]]:
    """When somebody of the staff first decided about a comment since then, and when it had come; one query."""
    deciding = Decision.objects.filter(actor=Decision.Actor.STAFF, act__in=DECIDING, undoes=None).order_by()
    lately = deciding.filter(at__gte=since, comment__isnull=False).values("comment")
    firsts = deciding.filter(comment__in=lately).values("comment").annotate(first=Min("at")).filter(first__gte=since)
    return firsts.values_list("first", "comment__submitted_at").iterator()


def share(part: timedelta | None, whole: timedelta) -> float:
    return max(1, round(100 * (part / whole), 1)) if part and whole else 0


def in_words(wait: timedelta) -> str:
    """A span of time in its largest unit: "40 s", "4 min", "3 h", "2 days"."""
    seconds = wait.total_seconds()
    if seconds < 60:
        return _("%(number)d s") % {"number": round(seconds)}
    if seconds < 3600:
        return _("%(number)d min") % {"number": round(seconds / 60)}
    if seconds < 48 * 3600:
        return _("%(number)d h") % {"number": round(seconds / 3600)}
    days = round(seconds / 86400)
    return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
