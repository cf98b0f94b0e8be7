"""A page of hits for what a reader asked, from what readers have now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.cache import cache
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from newsroom.lib.slugs import slug_for
from newsroom.lib.text import one_line
from newsroom.models import Entry
from newsroom.search import matching, names
from newsroom.search.entries import bare, facet
from newsroom.search.matching import Cursor, Found, Match
from newsroom.search.query import Clause, Query, parse
from newsroom.search.snippets import marked, snippet
from policies.models import Appearance as PolicyAppearance
from reports.models import Edition, EditionStory, EditionTag, Section
from watchlist.models import Appearance as CompanyAppearance

PAGE = 10
MOST_COUNTED = 50
FEW = 2  # hits; with fewer, a reader may have meant something else
MOST_ROUNDS = 12  # of asking for more, where what was found is not live
LONGEST_FILTER = 250  # characters
AFTER = re.compile(r"([012])-([0-9]{1,19})")
YEAR = re.compile(r"[0-9]{4}")
YEARS_KEY, KEPT = "newsroom.search.years", 60  # seconds


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
        words = (*self.query.wanted, *self.query.implied)
        narrow = Match(words, self.query.unwanted, tuple(f.term for f in self.filters if f.by != "year"))
        for filter_ in self.filters:
            if filter_.by == "year":
                narrow = narrow.within(int(filter_.value))
        return narrow


class LiveEdition(NamedTuple):
    """What a list of hits shows of an edition."""

    pk: int
    slug: str
    title: str
    issued_on: date
    standfirst: str

    @property
    def url(self) -> str:
        return reverse("reports:report", args=[self.slug])


Shown = tuple[Found, LiveEdition]


@dataclass(frozen=True)
class Hit:
    """What a page shows of an entry."""

    kind: str
    label: str
    url: str
    title: str
    texts: Sequence[str]
    edition: LiveEdition
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
        value = one_line(asked.get(by, "")[: 4 * LONGEST_FILTER])[:LONGEST_FILTER]
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
    return rows.live_few().filter(slug__in={value, slug_for(value, fallback=value)}).newest_first().first()


def answer(question: Question) -> Results:
    """
    The page of hits that the question asks for. The first page counts them too, as far as MOST_COUNTED.

    Whether words in quotes stand in a row is looked up in each entry that has them, so those are counted no further
    than they are shown.
    """
    is_first = question.after is None
    most = PAGE if question.query.is_quoted else MOST_COUNTED
    found = shown_hits(question.match, question.after, most + 1 if is_first else PAGE + 1)
    page = found[:PAGE]
    clauses = question.query.wanted
    few = is_first and len(found) < FEW
    return Results(
        hits=hits_of(page, clauses),
        count=min(len(found), most) if is_first else None,
        is_more=len(found) > most,
        next=page[-1][0].cursor if len(found) > PAGE else None,
        meant=names.meant(question.query.text) if few and clauses else "",
    )


def shown_hits(match: Match, after: Cursor | None, limit: int, tiers: Sequence[int] = matching.TIERS) -> list[Shown]:
    """
    The first entries that match and that readers see now, with their editions; at most `limit`.

    The index knows no time, so that it can stop early; what it gives is asked for among the live ones, and what is
    missing then is asked for again, further on.
    """
    hits: list[Shown] = []
    for _round in range(MOST_ROUNDS):
        found = matching.find(match, limit, after, tiers)
        hits += shown(found)
        if len(hits) >= limit or len(found) < limit:
            break
        after = found[-1].cursor
    return hits[:limit]


def shown(found: Sequence[Found]) -> list[Shown]:
    """Those of the entries that readers see now: of live editions, and of a company or policy the newest alone."""
    if not found:
        return []
    live = Edition.objects.live().filter(pk__in={hit.edition for hit in found})
    editions = {row[0]: LiveEdition(*row) for row in live.values_list(*LiveEdition._fields)}
    older = superseded([hit for hit in found if hit.kind in Entry.REGISTERED])
    return [(hit, editions[hit.edition]) for hit in found if hit.edition in editions and hit.place not in older]


def superseded(found: Sequence[Found]) -> set[int]:
    """The places of companies and policies that readers see further up, as a newer issue has them."""
    if not found:
        return set()
    of = {"kind__in": {hit.kind for hit in found}, "ref__in": {hit.ref for hit in found}}
    rows = list(Entry.objects.filter(**of).values_list("kind", "ref", "place"))
    newest = {(kind, ref): place for kind, ref, place in reversed(rows)}
    if all(newest[hit.kind, hit.ref] == hit.place for hit in found):
        return set()  # nearly always: there is another only while a change is scheduled
    places = [hit.place for hit in found]
    return set(places) - set(Entry.objects.shown().filter(place__in=places).values_list("place", flat=True))


def hits_of(found: Sequence[Shown], clauses: Sequence[Clause] = ()) -> list[Hit]:
    """What the page shows of entries, in their order; a query for each kind of them."""
    stories = rows_of(found, Entry.Kind.STORY, EditionStory.objects.all(), "story_id")
    companies = rows_of(found, Entry.Kind.COMPANY, CompanyAppearance.objects.all(), "company_id")
    policies = rows_of(found, Entry.Kind.POLICY, PolicyAppearance.objects.all(), "policy_id")
    hits = []
    for entry, edition in found:
        key = (entry.edition, entry.ref)
        if entry.kind == Entry.Kind.ISSUE:
            hits.append(Hit("issue", _("Issue"), edition.url, edition.title, [edition.standfirst], edition, clauses))
        elif entry.kind == Entry.Kind.STORY and (story := stories.get(key)):
            url = reverse("reports:story", args=[edition.slug, story.slug])
            label = str(Section(story.section).label)
            texts = [bare(story.body)]
            hits.append(Hit("story", label, url, story.headline, texts, edition, clauses, story.section, story.rank))
        elif entry.kind == Entry.Kind.COMPANY and (company := companies.get(key)):
            texts = [company.note, company.country]
            hits.append(Hit("company", _("Company"), company.url, company.name, texts, edition, clauses))
        elif entry.kind == Entry.Kind.POLICY and (policy := policies.get(key)):
            texts = [policy.detail, policy.jurisdiction]
            hits.append(Hit("policy", _("Policy"), policy.url, policy.title, texts, edition, clauses))
    return hits


def rows_of(found: Iterable[Shown], kind: str, rows: Any, ref: str) -> dict[tuple[int, int], Any]:
    """The projections that entries of a kind stand for, by edition and number."""
    wanted = [entry for entry, _ in found if entry.kind == kind]
    if not wanted:
        return {}
    of = {"edition__in": {entry.edition for entry in wanted}, f"{ref}__in": {entry.ref for entry in wanted}}
    return {(row.edition_id, getattr(row, ref)): row for row in rows.filter(**of)}


def years() -> list[int]:
    """From the newest live issue's to the oldest's; as they were within the last minute."""
    kept: list[int] | None = cache.get(YEARS_KEY)
    if kept is None:
        live = Edition.objects.live().order_by("place").values_list("issued_on", flat=True)
        ends = [day.year for day in (live.last(), live.first()) if day]
        kept = list(range(ends[0], ends[-1] - 1, -1)) if ends else []
        cache.set(YEARS_KEY, kept, KEPT)
    return kept
