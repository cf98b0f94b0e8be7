"""
What is checked: one issue as a value, with all that must be known of the rest of the desk.

A Subject is made once for a run and read by every check. What several checks need of it is worked out when the first
asks, and kept.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _

from newsroom.issue import Content
from newsroom.lib import richtext
from newsroom.lib.figures import Figure, figures
from newsroom.lib.mentions import Names
from reports.models import Section

BLOCK_END = re.compile(r"</(?:p|h3|h4|li|blockquote)>|<br>")


class Place(NamedTuple):
    """
    A part of the issue.

    `part` is "issue", a section, "takeaways", "credits", "watchlist" or "policies"; `row` counts from 0 in the order
    of the snapshot. `story` is the number of the story's row, None if it has none (yet) or the place is no story.
    """

    part: str
    row: int
    label: str
    story: int | None = None


class Text(NamedTuple):
    """One field's words: `words` on one line, `source` as it is kept (HTML if `is_rich`)."""

    place: Place
    field: str
    words: str
    source: str
    is_rich: bool = False


@dataclass(frozen=True)
class Company:
    """A company of the registry, with its other spellings."""

    pk: int
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """A story that readers have in another issue."""

    headline: str
    issue: str


@dataclass(frozen=True)
class Known:
    """What the checks know of the world outside the issue. The defaults know nothing."""

    today: date
    spelling: str = ""  # "british", "american", or "" for either, but not both
    companies: dict[int, Company] = field(default_factory=dict)
    refused: frozenset[tuple[int, int]] = frozenset()  # (story, company): an editor said that this is no mention
    policy_aliases: dict[int, tuple[str, ...]] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    dead_links: dict[str, str] = field(default_factory=dict)  # by address, what came of asking for it

    @cached_property
    def company_names(self) -> Names[int]:
        """A name comes before an alias of another, as in the registry."""
        rows = self.companies.values()
        return Names([*((row.name, row.pk) for row in rows), *((a, row.pk) for row in rows for a in row.aliases)])


@dataclass(frozen=True)
class Subject:
    content: Content
    known: Known

    @cached_property
    def date(self) -> date:
        """The day for which the issue is written."""
        issued_on = self.content["issued_on"]
        return date.fromisoformat(issued_on) if issued_on else self.known.today

    @cached_property
    def issue(self) -> Place:
        return Place("issue", 0, _("Issue"))

    @cached_property
    def stories(self) -> list[tuple[Place, Content]]:
        """Every story with its place, in the order of the snapshot."""
        rows: Counter[str] = Counter()
        found = []
        for story in self.content["stories"]:
            section = story["section"]
            words = {"section": Section(section).label, "rank": story["rank"], "headline": story["headline"]}
            label = _("%(section)s %(rank)d") % words
            found.append((Place(section, rows[section], label, story["id"]), story))
            rows[section] += 1
        return found

    def in_section(self, section: Section) -> list[tuple[Place, Content]]:
        return [(place, story) for place, story in self.stories if story["section"] == section]

    @cached_property
    def story_texts(self) -> list[tuple[Text, Text]]:
        """Headline and body of every story."""
        return [
            (line(place, "headline", story["headline"]), rich(place, "body", story["body"]))
            for place, story in self.stories
        ]

    @cached_property
    def lines(self) -> list[Text]:
        """What sums up or runs on: the takeaways, the notes of the watchlist, the details of the policy tracker."""
        named = {
            "takeaways": (_("Takeaway %(number)d"), "text", self.content["takeaways"]),
            "watchlist": (_("Watchlist %(number)d"), "text", [row["note"] for row in self.content["watchlist"]]),
            "policies": (_("Policy %(number)d"), "detail", [row["detail"] for row in self.content["policies"]]),
        }
        return [
            line(Place(part, row, label % {"number": row + 1}), name, text)
            for part, (label, name, texts) in named.items()
            for row, text in enumerate(texts)
        ]

    @cached_property
    def texts(self) -> list[Text]:
        """Every field with words of the editors' own."""
        return list(self.all_texts())

    def all_texts(self) -> Iterator[Text]:
        content, issue = self.content, self.issue
        for name in ("title", "standfirst"):
            yield line(issue, name, content[name])
        yield rich(issue, "intro", content["intro"])
        for section, heading in content["headings"].items():
            yield line(issue, f"{section}_heading", heading)
        for name in ("search_title", "search_description"):
            yield line(issue, name, content[name])
        if hero := content["hero"]:
            for name in ("alt", "caption", "credit"):
                yield line(issue, "hero", hero[name])
        for headline, body in self.story_texts:
            yield headline
            yield body
        for place, story in self.stories:
            for name in ("search_title", "search_description"):
                yield line(place, name, story[name])
        yield from self.lines

    @cached_property
    def figures(self) -> dict[Text, list[Figure]]:
        """Of headlines, bodies and lines; asked by several checks."""
        read = [*(text for pair in self.story_texts for text in pair), *self.lines]
        return {text: figures(text.words) for text in read}

    @cached_property
    def named(self) -> list[tuple[Text, int, str]]:
        """Where stories name companies of the registry: the text, the company, and the name as it stands there."""
        return [
            (text, found.key, text.words[found.start : found.end])
            for texts in self.story_texts
            for text in texts
            for found in self.known.company_names.find(text.words)
            if (text.place.story, found.key) not in self.known.refused
        ]

    @cached_property
    def proper_names(self) -> Names[str]:
        """What is spelt as its owner spells it: companies, sources, policies."""
        companies = [spelling for row in self.known.companies.values() for spelling in (row.name, *row.aliases)]
        sources = [credit["name"] for credit in self.content["credits"]]
        policies = [line["title"] for line in self.content["policies"]]
        aliases = [alias for names in self.known.policy_aliases.values() for alias in names]
        return Names((name, name) for name in (*companies, *sources, *policies, *aliases))

    @cached_property
    def spans_of_names(self) -> dict[Text, list[tuple[int, int]]]:
        return {text: [(found.start, found.end) for found in self.proper_names.find(text.words)] for text in self.texts}

    def is_in_name(self, text: Text, start: int, end: int) -> bool:
        """Whether this piece of a text overlaps the name of a company, a source or a policy."""
        return any(first < end and start < last for first, last in self.spans_of_names.get(text, ()))


def line(place: Place, name: str, text: str) -> Text:
    return Text(place, name, text, text)


def rich(place: Place, name: str, text: str) -> Text:
    return Text(place, name, richtext.plain(text), text, is_rich=True)


def around(words: str, start: int, end: int, *, room: int = 30) -> str:
    """A piece of a text with a little of what stands around it, cut between words."""
    before, after = words[:start], words[end:]
    if len(before) > room:
        before = "…" + before[-room:].partition(" ")[2]
    if len(after) > room:
        after = after[:room].rpartition(" ")[0] + "…"
    return before + words[start:end] + after
