"""
China and International side by side over a span of time: what the issues of that time have on each.

Everything comes with the numbers that it is made of. A share is of the stories of its own side, as one side may have
more of them than the other.
"""

import json
import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Max, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse

from newsroom.lib.text import folded
from policies.models import Appearance as PolicyAppearance
from policies.models import Status
from reports.appearances import OfEach, registered
from reports.charts import lengths
from reports.models import Edition, EditionStory, EditionTag, Section, place_of
from watchlist.models import Appearance, StoryAppearance

TOPICS = 15  # of the most told
COMPANIES = 30  # of each list
ACTIONS = 20  # milestones, the newest
FEW = 30  # stories; below that a share says little
DAY = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?")


class Span(NamedTuple):
    """From the first to the last day, both of them too."""

    first: date
    last: date


class Asked(NamedTuple):
    """What a reader asked for: the span, and what is to be said of it ("swapped", "unclear" or "")."""

    span: Span
    remark: str


def read_day(text: str, *, at_end: bool) -> date | None:
    """A day, or the first or last one of a month (2025-04) or a year; None if it is none of these."""
    found = DAY.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        month = month or (12 if at_end else 1)
        return date(year or 0, month, day or (monthrange(year or 0, month)[1] if at_end else 1))
    except ValueError:
        return None


def read_span(first: str, last: str, *, newest: date) -> Asked:
    """
    The span that two fields of a form name. An empty one is the newest issue, or twelve months before the other.

    What can't be read is left as if it were empty; a span that ends before it begins is turned round.
    """
    start, end = read_day(first, at_end=False), read_day(last, at_end=True)
    unclear = (first.strip() and not start) or (last.strip() and not end)
    if start and end and end < start:
        start, end = read_day(last, at_end=False), read_day(first, at_end=True)
        return Asked(Span(start or newest, end or newest), "swapped")
    end = end or max(newest, start or newest)
    return Asked(Span(start or year_before(end), end), "unclear" if unclear else "")


def year_before(day: date) -> date:
    """The day after the same day of the year before, so that both make twelve months."""
    if day.year == 1:
        return date.min
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return date.fromordinal(day.replace(year=day.year - 1).toordinal() + 1)


@dataclass(frozen=True)
class Share:
    """So many of the stories of one side."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0

    @property
    def percent(self) -> float:
        return 100 * self.value


@dataclass
class Topic:
    """A tag of stories, and how many on each side have it."""

    name: str
    url: str
    china: Share
    international: Share
    bars: tuple[str, str] = ("0", "0")


@dataclass(frozen=True)
class Named:
    """A company, and how many stories of each side name it."""

    name: str
    url: str
    china: int
    international: int

    @property
    def count(self) -> int:
        return self.china + self.international


@dataclass(frozen=True)
class Listed:
    """The companies most often named, and how many there are in all."""

    rows: list[Named]
    count: int

    @property
    def others(self) -> int:
        return self.count - len(self.rows)


class Action(NamedTuple):
    """A milestone whose day is in the span."""

    dated_on: date
    label: str
    text: str
    title: str
    url: str


@dataclass
class Jurisdiction:
    """What was tracked of one jurisdiction: policies, lines of issues on them, and milestones."""

    name: str = ""
    policies: int = 0
    lines: int = 0
    milestones: int = 0


@dataclass(frozen=True)
class Comparison:
    """Both sides of a span."""

    issues: int
    china: int  # stories
    international: int
    topics: list[Topic]
    topic_count: int
    both: Listed
    only_china: Listed
    only_international: Listed
    jurisdictions: list[Jurisdiction]
    actions: list[Action]

    few: int = FEW

    @property
    def is_few(self) -> bool:
        """Whether shares say little."""
        return min(self.china, self.international) < FEW

    @property
    def milestones(self) -> int:
        return sum(row.milestones for row in self.jurisdictions)


def compare(span: Span) -> Comparison:
    """Everything that the page says of a span, in seven queries, however many issues are in it."""
    editions = Edition.objects.live().filter(
        place__gte=place_of(span.first, 0), place__lte=place_of(span.last, 0xFFFFFFFF)
    )
    within = editions.order_by().values("pk")
    told = dict(
        EditionStory.objects.filter(edition__in=within).order_by().values_list("section").annotate(n=Count("pk"))
    )
    sizes = (told.get(Section.CHINA, 0), told.get(Section.INTERNATIONAL, 0))
    topics = topics_of(within, sizes)
    companies = companies_of(within)
    jurisdictions, actions = policies_of(within, span)
    return Comparison(
        editions.count(),
        *sizes,
        topics[:TOPICS],
        len(topics),
        listed(row for row in companies if row.china and row.international),
        listed(row for row in companies if not row.international),
        listed(row for row in companies if not row.china),
        jurisdictions,
        actions,
    )


def topics_of(within: QuerySet[Any, Any], sizes: tuple[int, int]) -> list[Topic]:
    """All tags of stories, those first that take the most of both sides; with bars for as many as are shown."""
    # But for "_", which tags of signs alone share, a story has a slug once, so that rows are stories.
    rows = EditionTag.objects.filter(edition__in=within, story__isnull=False).exclude(slug="_").order_by()
    grouped = rows.values_list("slug", "story__section").annotate(name=Max("name"), n=Count("pk"))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    names: dict[str, str] = {}
    for slug, section, name, n in grouped:
        counts[slug][section], names[slug] = n, max(name, names.get(slug, ""))
    topics = [
        Topic(
            names[slug],
            reverse("reports:tag", args=[slug]),
            Share(by_section.get(Section.CHINA, 0), sizes[0]),
            Share(by_section.get(Section.INTERNATIONAL, 0), sizes[1]),
        )
        for slug, by_section in counts.items()
    ]
    topics.sort(key=lambda topic: (-topic.china.value - topic.international.value, folded(topic.name)))
    shown = topics[:TOPICS]
    for topic, bars in zip(
        shown, lengths([(each.china.value, each.international.value) for each in shown]), strict=True
    ):
        topic.bars = bars
    return topics


def companies_of(within: QuerySet[Any, Any]) -> list[Named]:
    """The companies that stories name, most often first: those that a live issue has on its watchlist, as all pages."""
    newest = Appearance.objects.live_few().newest_first().filter(company=OuterRef("company"))
    said = OfEach(newest.values(said=JSONObject(name="name", slug="slug"))[:1])
    rows = StoryAppearance.objects.filter(edition__in=within).order_by().values("company", "section")
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in rows.annotate(n=Count("pk"), said=said):
        if row["said"]:
            counts[row["said"]["name"], row["said"]["slug"]][row["section"]] = row["n"]
    named = (
        Named(
            name,
            reverse("watchlist:company", args=[slug]),
            by_section.get(Section.CHINA, 0),
            by_section.get(Section.INTERNATIONAL, 0),
        )
        for (name, slug), by_section in counts.items()
    )
    return sorted(named, key=lambda row: (-row.count, folded(row.name)))


def listed(rows: Iterable[Named]) -> Listed:
    found = list(rows)
    return Listed(found[:COMPANIES], len(found))


def policies_of(within: QuerySet[Any, Any], span: Span) -> tuple[list[Jurisdiction], list[Action]]:
    """
    What was tracked, by the jurisdiction that the issues print, and the milestones that fall into the span.

    The milestones are those that the newest live issue has of each policy, whether the span has a line on it or not.
    """
    found: dict[str, Jurisdiction] = defaultdict(Jurisdiction)
    lines = PolicyAppearance.objects.filter(edition__in=within).order_by().values_list("jurisdiction")
    for name, count, policies in lines.annotate(lines=Count("pk"), policies=Count("policy", distinct=True)):
        found[name].name, found[name].lines, found[name].policies = name, count, policies
    actions = []
    facts = ("title", "slug", "jurisdiction", "milestones")
    for row in registered(PolicyAppearance.objects.all(), of="policy", facts=facts):
        policy, milestones = row.facts, row.facts["milestones"]
        if isinstance(milestones, str):  # SQLite gives JSON within JSON as its text
            milestones = json.loads(milestones)
        dated = [each for each in milestones if span.first <= date.fromisoformat(each["dated_on"]) <= span.last]
        if dated:
            found[policy["jurisdiction"]].name = policy["jurisdiction"]
            found[policy["jurisdiction"]].milestones += len(dated)
        actions += [action(policy, milestone) for milestone in dated]
    actions.sort(key=lambda each: (each.dated_on, folded(each.title)), reverse=True)
    ordered = sorted(found.values(), key=lambda row: (-row.lines, -row.milestones, folded(row.name)))
    return ordered, actions[:ACTIONS]


def action(policy: dict[str, Any], milestone: dict[str, str]) -> Action:
    status = milestone["status"]
    return Action(
        date.fromisoformat(milestone["dated_on"]),
        str(Status(status).label) if status in Status.values else status,
        milestone["text"],
        policy["title"],
        reverse("policies:policy", args=[policy["slug"]]),
    )
