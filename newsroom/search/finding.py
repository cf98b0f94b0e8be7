"""A page of hits for what a reader asked, from what readers have now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from newsroom.lib.slugs import slug_for
from newsroom.models import Entry
from newsroom.search import matching, names
from newsroom.search.entries import bare, facet
from newsroom.search.matching import Cursor, Match
from newsroom.search.query import Clause, Query, parse
from newsroom.search.snippets import marked, snippet
from policies.models import Appearance as PolicyAppearance
from reports.models import Edition, EditionStory, EditionTag, Section
from watchlist.models import Appearance as CompanyAppearance

PAGE = 10
MOST_COUNTED = 1_000
FEW = 3  # hits, with which a reader may have meant something else
MOST_ROUNDS = 12  # of asking for more, where what was found is not live
LONGEST_FILTER = 250  # characters
AFTER = re.compile(r"([012])-([0-9]{1,19})")
YEAR = re.compile(r"[0-9]{4}")


class Filter(NamedTuple):
    """One way to narrow the hits: what was asked for, what it is called, and the term it is found by."""

    by: str
    value: str
    label: str
    term: str


@dataclass(frozen=True)
class Question:
    """What a reader asks: words, filters, what is wrong with either in sentences, and after which hit to go on."""

    query: Query
    filters: tuple[Filter, ...]
    faults: tuple[str, ...]
    after: Cursor | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked; words that are only to be missing are not enough."""
        return not self.query.wanted and not self.filters

    @property
    def match(self) -> Match:
        narrow = Match(self.query.wanted, self.query.unwanted, tuple(f.term for f in self.filters if f.by != "year"))
        for filter_ in self.filters:
            if filter_.by == "year":
                narrow = narrow.within(int(filter_.value))
        return narrow


@dataclass(frozen=True)
class Hit:
    """What a page shows of an entry."""

    kind: str
    label: str
    url: str
    title: str
    texts: Sequence[str]
    edition: Edition
    clauses: Sequence[Clause] = ()
    section: str = ""
    rank: int = 0

    @property
    def marked(self) -> SafeString:
        """The title as HTML with marks."""
        return marked(self.title, self.clauses)

    @property
    def snippet(self) -> SafeString:
        return snippet(self.texts, self.clauses)


@dataclass(frozen=True)
class Results:
    """A page of hits, how many there are in all (None: not the first page), and what stands before the next page."""

    hits: list[Hit]
    count: int | None
    is_more: bool
    next: Cursor | None
    meant: str = ""


def ask(asked: Mapping[str, str]) -> Question:
    """The question in the parameters of an address. What can't be understood is a fault, and no error."""
    filters, faults = [], []
    for by, understand in FILTERS.items():
        value = " ".join(asked.get(by, "").split())[:LONGEST_FILTER]
        if not value:
            continue
        if found := understand(value):
            filters.append(found)
        else:
            faults.append(unknown(by, value))
    place = AFTER.fullmatch(asked.get("after", ""))
    after = Cursor(int(place[1]), min(int(place[2]), (1 << 63) - 1)) if place else None
    return Question(parse(asked.get("q", "")), tuple(filters), tuple(faults), after)


def unknown(by: str, value: str) -> str:
    sentences = {
        "section": _("There is no section “%(value)s”; there are China and International."),
        "year": _("“%(value)s” is no year."),
        "company": _("No company called “%(value)s” is in any issue."),
        "policy": _("No policy called “%(value)s” is in any issue."),
        "tag": _("No tag is called “%(value)s”."),
    }
    return sentences[by] % {"value": value}


def by_section(value: str) -> Filter | None:
    if value not in Section.values:
        return None
    return Filter("section", value, str(Section(value).label), facet("section", value))


def by_year(value: str) -> Filter | None:
    if not YEAR.fullmatch(value) or not value.isascii() or value == "0000":
        return None
    return Filter("year", value, value, facet("year", int(value)))


def by_company(value: str) -> Filter | None:
    found = newest(CompanyAppearance.objects.all(), value)
    return Filter("company", found.slug, found.name, facet("company", found.company_id)) if found else None


def by_policy(value: str) -> Filter | None:
    found = newest(PolicyAppearance.objects.all(), value)
    return Filter("policy", found.slug, found.title, facet("policy", found.policy_id)) if found else None


def by_tag(value: str) -> Filter | None:
    found = newest(EditionTag.objects.all(), value)
    return Filter("tag", found.slug, found.name, facet("tag", found.slug)) if found else None


FILTERS = {"section": by_section, "year": by_year, "company": by_company, "policy": by_policy, "tag": by_tag}


def newest(rows: Any, value: str) -> Any:
    """The newest live row with this slug; a name is taken too, as its slug."""
    return rows.live().filter(slug__in={value, slug_for(value)}).newest_first().first()


def answer(question: Question) -> Results:
    """The page of hits that the question asks for."""
    match = question.match
    found = live_hits(match, question.after)
    shown = [entry for _, entry in found[:PAGE]]
    more = found[PAGE - 1][0] if len(found) > PAGE else None
    count, is_more = counted(match, len(found)) if question.after is None else (None, False)
    clauses = question.query.wanted
    few = count is not None and count < FEW
    return Results(
        hits=list(hits_of(shown, clauses)),
        count=count,
        is_more=is_more,
        next=more,
        meant=names.meant(question.query.text) if few and clauses else "",
    )


def live_hits(
    match: Match,
    after: Cursor | None = None,
    limit: int = PAGE + 1,
    tiers: Sequence[int] = matching.TIERS,
) -> list[tuple[Cursor, Entry]]:
    """
    The first entries that match and are shown now, with where they stand; at most `limit`.

    The index knows no time, so that it can stop early; what it gives is asked for among the live ones, and what is
    missing then is asked for again, further on.
    """
    found: list[tuple[Cursor, Entry]] = []
    size = limit
    for _round in range(MOST_ROUNDS):
        cursors = matching.find(match, size, after, tiers)
        live = Entry.objects.shown().with_edition().in_bulk([cursor.place for cursor in cursors])
        found += [(cursor, live[cursor.place]) for cursor in cursors if cursor.place in live]
        if len(found) >= limit or len(cursors) < size:
            break
        after, size = cursors[-1], min(4 * size, 500)
    return found[:limit]


def counted(match: Match, found: int) -> tuple[int, bool]:
    """How many there are, and whether there are more than that; a page that is not full was counted already."""
    if found <= PAGE:
        return found, False
    sql, parameters = matching.places(match, MOST_COUNTED + 1)
    count = Entry.objects.shown().filter(place__in=RawSQL(sql, parameters)).count()  # noqa: S611 - our own words
    return min(count, MOST_COUNTED), count > MOST_COUNTED


def hits_of(entries: Sequence[Entry], clauses: Sequence[Clause] = ()) -> Iterator[Hit]:
    """What the page shows of entries, in their order; a query for each kind of them."""
    stories = rows_of(entries, Entry.Kind.STORY, EditionStory.objects.all(), "story_id")
    companies = rows_of(entries, Entry.Kind.COMPANY, CompanyAppearance.objects.all(), "company_id")
    policies = rows_of(entries, Entry.Kind.POLICY, PolicyAppearance.objects.all(), "policy_id")
    for entry in entries:
        key, edition = (entry.edition_id, entry.ref), entry.edition
        if story := stories.get(key):
            url = reverse("reports:story", args=[edition.slug, story.slug])
            label = str(Section(story.section).label)
            texts = [bare(story.body)]
            yield Hit("story", label, url, story.headline, texts, edition, clauses, story.section, story.rank)
        elif company := companies.get(key):
            texts = [company.note, company.country]
            yield Hit("company", _("Company"), company.url, company.name, texts, edition, clauses)
        elif policy := policies.get(key):
            texts = [policy.detail, policy.jurisdiction]
            yield Hit("policy", _("Policy"), policy.url, policy.title, texts, edition, clauses)
        elif entry.kind == Entry.Kind.ISSUE:
            yield Hit("issue", _("Issue"), edition.url, edition.title, [edition.standfirst], edition, clauses)


def rows_of(entries: Iterable[Entry], kind: str, rows: Any, ref: str) -> dict[tuple[int, int], Any]:
    """The projections that entries of a kind stand for, by edition and number."""
    wanted = [entry for entry in entries if entry.kind == kind]
    if not wanted:
        return {}
    found = rows.filter(
        edition__in={entry.edition_id for entry in wanted}, **{f"{ref}__in": {entry.ref for entry in wanted}}
    )
    return {(row.edition_id, getattr(row, ref)): row for row in found}


def years() -> list[int]:
    """From the newest live issue's to the oldest's."""
    live = Edition.objects.live().order_by("place").values_list("issued_on", flat=True)
    ends: list[date] = [day for day in (live.last(), live.first()) if day]
    return list(range(ends[0].year, ends[-1].year - 1, -1)) if ends else []
