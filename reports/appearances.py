"""What runs on across issues, such as a company or a policy: its page issue by issue, and the register of them all."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone

from newsroom.lib.text import folded
from reports.models import Edition, ProjectionQuerySet, day_of
from reports.paging import address_after, place_asked

LINES = 20  # issues on one page of a thing's record
ROWS = 100  # rows on one page of a register


def newest_of(appearances: ProjectionQuerySet, slug: str, *, of: str) -> Any:
    """
    The newest live appearance, with its edition, of the row that was last at this address; `of` is its field.

    Its own address may be another one by now. Raises Http404 if no live issue has the row.
    """
    named = appearances.at(slug)
    its = appearances.filter(**{of: getattr(named, f"{of}_id", None)})
    newest = its.live_few().with_edition().newest_first().first() if named else None
    if newest is None:
        raise Http404(f"No published issue has a {of} of this name.")
    return newest


class Lines(NamedTuple):
    """Some rows, newest first, and the address of the page with older ones ("" on the last)."""

    rows: list[Any]
    older_url: str


def lines_of(appearances: ProjectionQuerySet, request: HttpRequest) -> Lines:
    """The page of live appearances, with their editions, that the request asks for by `?before=`. Raises Http404."""
    rows = appearances.live_few().with_edition().newest_first()
    if place := place_asked(request):
        rows = rows.filter(place__lt=place)
    found = list(rows[: LINES + 1])
    shown = found[:LINES]
    return Lines(shown, address_after(request, shown[-1].place) if len(found) > LINES else "")


def first_day(appearances: ProjectionQuerySet) -> date | None:
    """The date of the oldest live issue that has one of these; None if none has."""
    place = appearances.live_few().order_by("place").values_list("place", flat=True).first()
    return day_of(place) if place else None


class OfEach(Subquery):
    """A subquery about what rows are grouped by: asked once for each group, where Django's own is for each row."""

    def get_group_by_cols(self) -> list[Any]:
        return []


@dataclass(frozen=True)
class Registered:
    """A row of a registry as readers know it: when live issues had it, how many, and what the newest says of it."""

    first_on: date
    last_on: date
    times: int
    newest: int  # the newest appearance's key
    facts: dict[str, Any]


def registered(appearances: ProjectionQuerySet, *, of: str, facts: Iterable[str]) -> list[Registered]:
    """
    Every row of a registry that a live issue has, in no order; `facts` are fields of its newest appearance.

    Two queries: one counts all appearances and looks up the oldest and the newest of each row, and one counts those
    that are not live, which are few. So an index has all that grows with the number of issues.
    """
    now = timezone.now()
    its_live = appearances.live_few(now).filter(**{of: OuterRef(of)})
    first = OfEach(its_live.order_by("place").values("place")[:1])
    said = OfEach(
        its_live.newest_first().values(said=JSONObject(pk="pk", place="place", **{fact: fact for fact in facts}))[:1]
    )
    every: QuerySet[Any, Any] = appearances.order_by().values(of)
    gone = every.filter(edition__in=Edition.objects.not_live(now).order_by().values("pk"))
    absent = dict(gone.annotate(times=Count("*")).values_list(of, "times"))
    return [
        Registered(
            day_of(row["first"]),
            day_of(row["said"].pop("place")),
            row["times"] - absent.get(row[of], 0),
            row["said"].pop("pk"),
            row["said"],
        )
        for row in every.annotate(times=Count("*"), first=first, said=said)
        if row["said"]
    ]


@dataclass(frozen=True)
class Choice:
    """A value that a filter can have, in the reader's words, with how many rows have it."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Register:
    """A register as the page of it shows it: a page of rows by name, and what it can be narrowed to."""

    page: Page[Any]
    choices: dict[str, list[Choice]]
    count: int
    total: int
    is_narrowed: bool
    query: str  # what narrows it, for the address of another page


def parts(place: str) -> list[str]:
    """Each country of “UK/US”."""
    return [part for part in re.split(r"\s*[/／]\s*", place) if part]


class Narrowing:
    """
    What a request asks of a register by its address: `?country=US&first=2024&last=2025&page=2`.

    `named` gives by parameter the values that a row has and answers to, in the reader's words. `first` and `last` are
    years: that and later ones. A value that no row has finds nothing, as it should.
    """

    def __init__(self, query: QueryDict, named: dict[str, Any]) -> None:
        self.asked = {name: query.get(name, "").strip() for name in (*named, "first", "last")}
        self.named = named
        self.number = query.get("page", "1")

    def takes(self, row: Registered) -> bool:
        """Whether a row is what was asked for."""
        by_name = all(
            not self.asked[name] or self.asked[name] in dict(labelled(row)) for name, labelled in self.named.items()
        )
        return by_name and self.is_since("first", row.first_on) and self.is_since("last", row.last_on)

    def is_since(self, name: str, day: date) -> bool:
        asked = self.asked[name]
        return not asked or (asked.isdecimal() and len(asked) < 5 and int(asked) <= day.year)

    def choices(self, rows: list[Registered]) -> dict[str, list[Choice]]:
        """By parameter, the values that there are among all rows; years newest first."""
        found: dict[str, list[Choice]] = {}
        for name, labelled in self.named.items():
            pairs = Counter(pair for row in rows for pair in labelled(row))
            ordered = sorted(pairs, key=lambda pair: folded(pair[1]))
            found[name] = [
                Choice(value, label, pairs[value, label], value == self.asked[name]) for value, label in ordered
            ]
        for name, years in (
            ("first", [row.first_on.year for row in rows]),
            ("last", [row.last_on.year for row in rows]),
        ):
            found[name] = [
                Choice(str(year), str(year), sum(each >= year for each in years), str(year) == self.asked[name])
                for year in sorted(set(years), reverse=True)
            ]
        return found

    def register(self, rows: list[Registered], *, by: str) -> Register:
        """The page that is asked for of the rows that are, in the order of the fact `by`."""
        found = sorted(filter(self.takes, rows), key=lambda row: (folded(row.facts[by]), row.newest))
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in self.asked.items() if value})
        page = Paginator(found, ROWS).get_page(self.number)
        return Register(page, self.choices(rows), len(found), len(rows), bool(query), query.urlencode())


def show_rows(register: Register, appearances: ProjectionQuerySet) -> list[Any]:
    """The newest appearances of a register's page with their editions, each with `times`, `first_on` and `last_on`."""
    shown = appearances.with_edition().in_bulk([row.newest for row in register.page])
    rows = []
    for entry in register.page:
        row = shown[entry.newest]
        row.times, row.first_on, row.last_on = entry.times, entry.first_on, entry.last_on
        rows.append(row)
    return rows
