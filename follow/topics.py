"""
What can be followed: every issue, one section, corrections, and things that run on across issues.

Companies and policies belong to other apps, which this one doesn't know. The project says where they are found
(`register`, called in newsroom/apps.py), and only what a live issue names is found: nobody learns here of a company
that stands in a draft.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from follow.models import SUCCESSORS, Choice
from reports.models import ProjectionQuerySet, Section

Pair = tuple[str, int]  # a kind of Choice.Kind, and the number of a row, 0 where the kind needs none

ISSUES, CORRECTIONS = (str(Choice.Kind.ISSUES), 0), (str(Choice.Kind.CORRECTIONS), 0)
SECTIONS = {section.value: (section.value, 0) for section in Section}


@dataclass(frozen=True)
class Topic:
    """A company or a policy that somebody follows or may follow, by the name that readers have of it."""

    kind: str
    ref: int
    name: str
    slug: str
    url: str

    @property
    def pair(self) -> Pair:
        return self.kind, self.ref


@dataclass(frozen=True)
class Register:
    """
    Where the things of one kind are found: their appearances, and the fields that name the thing and call it.

    `merged` are those that were merged into others, from their number (`old`) to the other's (`into`).
    """

    appearances: Callable[[], ProjectionQuerySet]
    of: str
    name: str
    content: tuple[str, str]  # in an edition's content: the list, and the key of the row's number
    merged: Callable[[], QuerySet[Any, Any]]

    def topic(self, kind: str, appearance: Any) -> Topic:
        ref = getattr(appearance, f"{self.of}_id")
        return Topic(kind, ref, getattr(appearance, self.name), appearance.slug, appearance.url)


REGISTERS: dict[str, Register] = {}


def register(kind: str, found: Register) -> None:
    """Say where the things of a kind are found. Saying it again replaces it."""
    REGISTERS[kind] = found
    SUCCESSORS[kind] = lambda refs: found.merged().filter(old__in=refs).values("into")


def find(kind: str, slug: str) -> Topic | None:
    """What is at this slug, or was, under its present name; None unless a live issue names it."""
    if kind not in REGISTERS or not slug:
        return None
    there = REGISTERS[kind].appearances().at(slug)
    if there is None:
        return None
    pair = (kind, getattr(there, f"{REGISTERS[kind].of}_id"))
    return named([pair]).get(pair)


def named(pairs: Iterable[Pair]) -> dict[Pair, Topic]:
    """
    The topics of these pairs that a live issue names, in as many queries as there are kinds among them.

    What was merged into another is found as that one, in two more.
    """
    found = {}
    asked = list(pairs)
    for kind, where in REGISTERS.items():
        refs = [ref for other, ref in asked if other == kind]
        if refs:
            found.update(live_topics(kind, where, refs))
        if gone := [ref for ref in refs if (kind, ref) not in found]:
            now = dict(where.merged().filter(old__in=gone).values_list("old", "into"))
            there = live_topics(kind, where, now.values()) if now else {}
            found.update({(kind, old): there[kind, into] for old, into in now.items() if (kind, into) in there})
    return found


def live_topics(kind: str, where: Register, refs: Iterable[int]) -> dict[Pair, Topic]:
    rows = where.appearances().live().filter(**{f"{where.of}__in": list(refs)}).latest_of_each(where.of)
    return {topic.pair: topic for topic in (where.topic(kind, row) for row in rows.with_edition())}


def with_former(pairs: Iterable[Pair]) -> dict[Pair, list[Pair]]:
    """Each pair with those that were merged into it, by which older issues name it. A query for each kind."""
    found = {pair: [pair] for pair in pairs}
    for kind, where in REGISTERS.items():
        refs = [ref for other, ref in found if other == kind]
        if refs:
            for old, into in where.merged().filter(into__in=refs).values_list("old", "into"):
                found[kind, into].append((kind, old))
    return found


def topics_of(content: dict[str, Any]) -> list[Pair]:
    """What an issue is about, by its content: whoever follows any of these hears of it."""
    sections = {story["section"] for story in content["stories"]}
    rows = [
        (kind, row[where.content[1]]) for kind, where in REGISTERS.items() for row in content.get(where.content[0], [])
    ]
    return [ISSUES, *(pair for section, pair in SECTIONS.items() if section in sections), *rows]
