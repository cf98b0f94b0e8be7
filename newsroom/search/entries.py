"""What is found, and by which words: the entries of an edition, from its revision and its projections alone."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from newsroom.lib.richtext import INLINE
from newsroom.lib.terms import common_pairs, list_terms
from newsroom.models import (
    FIRST_COMPANY,
    FIRST_POLICY,
    FIRST_STORY,
    LAST_POSITION,
    Entry,
    Name,
    Terms,
    fitting,
    place_at,
)
from reports.models import Edition
from reports.picturing import words_of
from reports.registry import as_they_are

# Counted up when entries come to hold other words: `rebuild_search` then writes all of them anew.
VERSION = 2

Kind = Entry.Kind
Merges = Mapping[str, Mapping[int, Any]]  # by kind and old number, what was merged into another
TAG = re.compile(r"""</?([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>""")  # of cleaned HTML, where a value may hold a >
LOOSE = re.compile(r"[\s\x00-\x1f]+")

# Spans of 64 and 512 days, by the number of which an entry can be found like by a word: what is in nearly all entries
# is looked for in the newest of them first. More kinds of spans find common words sooner, and rare ones later.
SPANS = (6, 9)


def bare(text: str) -> str:
    """The words of cleaned HTML."""
    return html.unescape(TAG.sub(lambda tag: "" if tag[1] in INLINE else " ", text))


def facet(by: str, value: object) -> str:
    """The term by which entries are filtered; no text has one that begins so."""
    return f"={by}-{LOOSE.sub('_', str(value)).casefold()}"


def span(bits: int, number: int) -> str:
    return f"=d{bits}-{number}"


def facets(kind: str, day: date, others: Iterable[str] = ()) -> list[str]:
    spans = (span(bits, day.toordinal() >> bits) for bits in SPANS)
    return list(dict.fromkeys([facet("kind", kind), facet("year", day.year), *spans, *others]))


class EntryRow(NamedTuple):
    """An entry as it is to be stored: the columns of Entry."""

    place: int
    kind: str
    edition_id: int
    ref: int
    title: Terms
    words: Terms


def entry(
    kind: str, ref: int, edition: Edition, position: int, title: str, texts: Iterable[str], others: Iterable[str]
) -> EntryRow:
    filters: Terms = [*facets(kind, edition.issued_on, others), None]
    row, forms = list_terms(title)
    words: Terms = [*row, None]
    forms = [*forms, *common_pairs(row)]
    more_forms = list(forms)
    for text in texts:
        text_row, text_forms = list_terms(text)
        if text_row:
            words += text_row
            words.append(None)
            more_forms += [*text_forms, *common_pairs(text_row)]
    return EntryRow(
        place=place_at(edition.issued_on, edition.pk, position),
        kind=kind,
        edition_id=edition.pk,
        ref=ref,
        title=fitting([*filters, *row, None, *dict.fromkeys(forms)]),
        words=fitting([*filters, *words, *dict.fromkeys(more_forms)]),
    )


def of_edition(edition: Edition, merged: Merges) -> Iterator[EntryRow]:
    """The issue and its stories."""
    content = edition.revision.content
    own = filters_of(content, merged)
    yield entry(Kind.ISSUE, edition.report_id, edition, 0, content["title"], texts_of(content), own)
    for position, story in enumerate(content["stories"][: FIRST_COMPANY - FIRST_STORY], start=FIRST_STORY):
        filters = [facet("section", story["section"])]
        filters += (facet("tag", tag["slug"]) for tag in story["tags"])
        filters += (
            facet("company", number_now(Kind.COMPANY, named["company"], merged)) for named in story.get("companies", [])
        )
        shown = words_of(story["body"], content.get("pictures", []))  # what its pictures show
        texts = (bare(story["body"]), *shown, *(tag["name"] for tag in story["tags"]))
        yield entry(Kind.STORY, story["id"], edition, position, story["headline"], texts, filters)


def texts_of(content: dict[str, Any]) -> Iterator[str]:
    yield content["standfirst"]
    yield bare(content["intro"])
    yield from words_of(content["intro"], content.get("pictures", []))
    yield from content["takeaways"]
    for note in content["watchlist"]:
        yield f"{note['name']} {note['country']} {note['note']}"
    for line in content["policies"]:
        yield f"{line['title']} {line['jurisdiction']} {line['detail']}"
    for tag in content["tags"]:
        yield tag["name"]


def filters_of(content: dict[str, Any], merged: Merges) -> Iterator[str]:
    yield from (facet("tag", tag["slug"]) for tag in content["tags"])
    yield from (facet("company", number_now(Kind.COMPANY, note["company"], merged)) for note in content["watchlist"])
    yield from (facet("policy", number_now(Kind.POLICY, line["policy"], merged)) for line in content["policies"])


def number_now(kind: str, number: int, merged: Merges) -> int:
    """The number of a company or policy of a snapshot, or of what it was merged into since."""
    into = merged.get(kind, {}).get(number)
    return into.into_id if into else number


def of_company(appearance: Any) -> EntryRow:
    position = FIRST_COMPANY + appearance.position
    texts = (appearance.country, appearance.note)
    filters = [facet("company", appearance.company_id)]
    return entry(Kind.COMPANY, appearance.company_id, appearance.edition, position, appearance.name, texts, filters)


def of_policy(appearance: Any) -> EntryRow:
    position = FIRST_POLICY + appearance.position
    texts = (appearance.jurisdiction, appearance.detail)
    filters = [facet("policy", appearance.policy_id)]
    return entry(Kind.POLICY, appearance.policy_id, appearance.edition, position, appearance.title, texts, filters)


# Beyond these positions there is no place; no issue watches a thousand companies.
MOST_COMPANIES, MOST_POLICIES = FIRST_POLICY - FIRST_COMPANY, LAST_POSITION - FIRST_POLICY


class Called(NamedTuple):
    """What something is called in an edition: the fields of a Name."""

    kind: str
    ref: int
    tag: str
    name: str


def names_of(content: dict[str, Any], merged: Merges) -> Iterator[Called]:
    registries = ((Kind.COMPANY, "watchlist", "company", "name"), (Kind.POLICY, "policies", "policy", "title"))
    for kind, lines, of, label in registries:
        for line in as_they_are(content[lines], of, label, merged.get(kind, {})):
            yield Called(kind.value, line.row, "", line.name)
    for tags in (content["tags"], *(story["tags"] for story in content["stories"])):
        for tag in tags:
            yield Called(Name.TAG, 0, tag["slug"], tag["name"])
