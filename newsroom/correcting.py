"""
Changing what readers have: which kinds of change there are, what readers are told of each, and where they read it.

An edition bears the kind of change and its public note; `about` names the stories that the note is about, none for the
whole issue. Only a real change moves the time at which an issue or a story is said to have changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.issue import Content
from newsroom.lib.text import Wording
from reports.models import Edition, EditionQuerySet, EditionStory, Section, in_force

Kind = Edition.Kind
# What an editor is asked to choose from, in the order of weight, and what each means for readers.
CHANGES: dict[str, Wording] = {
    Kind.TYPO: gettext_lazy("Typo: put right in silence; nobody is told, and no date moves."),
    Kind.UPDATE: gettext_lazy("Update: there is more to tell. A word about it may stand with the text."),
    Kind.CLARIFICATION: gettext_lazy(
        "Clarification: it was right, but could be misread. The note says how it is meant."
    ),
    Kind.CORRECTION: gettext_lazy("Correction: something was wrong. The note says what, and what is right."),
    Kind.RETRACTION: gettext_lazy("A story is withdrawn: you deleted it. Its address says so, with the note."),
}
NOTED = frozenset({Kind.CLARIFICATION, Kind.CORRECTION, Kind.RETRACTION})  # never without a public note
LISTED = (*sorted(NOTED), Kind.WITHDRAWAL)  # on /corrections/ and in its feed
LOSSES = (Kind.WITHDRAWAL, Kind.RETRACTION)


class Touched(NamedTuple):
    """A story that differs between what readers have and what they are to get; `is_gone` if it is to go."""

    story: int
    label: str
    is_gone: bool


def touched(before: Content, after: Content) -> list[Touched]:
    """The stories that a change is in, as an editor calls them: those that stay by section and rank, then lost ones."""
    had, has = ({story["id"]: story for story in content["stories"]} for content in (before, after))
    changed = [Touched(key, label_of(story), False) for key, story in has.items() if story != had.get(key)]
    return changed + [Touched(key, label_of(story), True) for key, story in had.items() if key not in has]


def label_of(story: Content) -> str:
    return _("%(section)s %(rank)d, “%(headline)s”") % {**story, "section": Section(story["section"]).label}


def faults(kind: str, note: str, about: Collection[int], before: Content, after: Content) -> list[str]:
    """Why a change of a live issue can't be published as this kind, in sentences."""
    if kind not in CHANGES:
        return [_("Say what kind of change this is.")]
    if kind == Kind.TYPO and note.strip():
        return [_("A typo is put right in silence. Leave the note empty, or choose what it is a note of.")]
    if kind in NOTED and not note.strip():
        return [_("Write the note that readers get: what was said, and what is right.")]
    stories = touched(before, after)
    if set(about) - {row["id"] for content in (before, after) for row in content["stories"]}:
        return [_("The note is about a story that is not in this issue.")]
    if kind == Kind.RETRACTION and not any(row.is_gone for row in stories):
        return [_("Every story that readers have is still there. Delete the one to withdraw, save, and publish.")]
    return []


def about_of(kind: str, about: Iterable[int], before: Content, after: Content) -> list[int]:
    """The stories that a change is filed under: of a withdrawn story those that go, whatever else changes with it."""
    if kind != Kind.RETRACTION:
        return sorted(set(about))
    gone = {row.story for row in touched(before, after) if row.is_gone}
    return sorted(gone.intersection(about) or gone)


def changed_at(edition: Edition, before: Edition | None) -> datetime:
    """When what readers get with this edition changed last; `before` is what they had until then, if anything."""
    if before is None or edition.kind == Kind.WITHDRAWAL:
        return edition.live_from
    is_same = edition.kind == Kind.TYPO or edition.revision.digest == before.revision.digest
    return before.changed_at if is_same else edition.live_from


# What readers are told


@dataclass(frozen=True)
class Notice:
    """A public note that stands with an issue, or with the stories that it is about (none: with all of them)."""

    kind: str
    label: str
    at: datetime
    text: str
    about: tuple[int, ...]

    def is_for(self, story_id: int) -> bool:
        return self.kind != Kind.RETRACTION and (not self.about or story_id in self.about)


@dataclass(frozen=True)
class History:
    """When readers first got an issue or a story, when it really changed last, and its notices, newest first."""

    first_at: datetime
    changed_at: datetime
    notices: list[Notice]

    @property
    def corrections(self) -> list[Notice]:
        return [notice for notice in self.notices if notice.kind in (Kind.CORRECTION, Kind.CLARIFICATION)]


def history_of(edition: Edition, story: EditionStory | None = None) -> History:
    """
    What became of an issue, or of one story of it, up to now. One query, once for an edition and story that were read.

    A story counts as changed when its headline or text did, typos apart, or a note was put with it.
    """
    kept: dict[int | None, History] = vars(edition).setdefault("_histories", {})
    key = story.story_id if story else None
    if key not in kept:
        kept[key] = read_history(edition, story)
    return kept[key]


def read_history(edition: Edition, story: EditionStory | None) -> History:
    rows = shown_so_far([edition.report_id])
    if story is None:
        return told(edition, [Step(*facts) for facts in rows.values_list(*FACTS)])
    same = EditionStory.objects.filter(edition=OuterRef("pk"), story_id=story.story_id)
    rows = rows.annotate(headline=Subquery(same.values("headline")[:1]), body=Subquery(same.values("body")[:1]))
    return told(edition, [Step(*facts) for facts in rows.values_list(*FACTS, "headline", "body")], story.story_id)


def histories(editions: Iterable[Edition]) -> dict[int, History]:
    """What became of many issues, by their numbers; `editions` are what readers have of them. One query."""
    now = {edition.report_id: edition for edition in editions}
    steps: dict[int, list[Step]] = {report: [] for report in now}
    for report, *facts in shown_so_far(now).values_list("report", *FACTS):
        steps[report].append(Step(*facts))
    return {report: told(edition, steps[report]) for report, edition in now.items()}


def histories_of(stories: Iterable[EditionStory]) -> dict[int, History]:
    """What became of many stories, by `Story.pk`; they come with their editions. Two queries."""
    now = {story.story_id: story.edition for story in stories}
    editions = {
        pk: (report, facts)
        for pk, report, *facts in shown_so_far({e.report_id for e in now.values()}).values_list("pk", "report", *FACTS)
    }
    same = EditionStory.objects.filter(edition__in=list(editions), story_id__in=list(now))
    texts = {(edition, story): text for edition, story, *text in same.values_list("edition", "story_id", *TEXT)}
    steps: dict[int, list[Step]] = {}
    for number, edition in now.items():
        its = [(pk, facts) for pk, (report, facts) in editions.items() if report == edition.report_id]
        steps[number] = [Step(*facts, *texts.get((pk, number), (None, None))) for pk, facts in its]
    return {number: told(edition, steps[number], number) for number, edition in now.items()}


FACTS = ("live_from", "kind", "note", "about", "changed_at")
TEXT = ("headline", "body")


class Step(NamedTuple):
    """What one edition did, and a story's text in it (None where it has no such story)."""

    at: datetime
    kind: str
    note: str
    about: list[int]
    changed_at: datetime
    headline: str | None = None
    body: str | None = None


def shown_so_far(reports: Iterable[int]) -> EditionQuerySet:
    """What readers have, or had, of these issues, from the first on."""
    begun = Edition.objects.begun().filter(report__in=list(reports)).exclude(kind=Kind.WITHDRAWAL)
    return begun.order_by("live_from", "pk")


def told(edition: Edition, steps: Iterable[Step], story: int | None = None) -> History:
    """What these steps tell of an issue, or of the story with this number; `edition` is what readers have."""
    first_at, moved_at, last = None, None, None
    notices = []
    for step in steps:
        text = (step.headline, step.body)
        if story is not None and step.headline is None:
            continue  # the story was not in it
        first_at = first_at or step.at
        notice = Notice(step.kind, str(Kind(step.kind).label), step.at, step.note, tuple(step.about))
        is_told = bool(step.note) and step.kind != Kind.FIRST and (story is None or notice.is_for(story))
        if is_told:
            notices.append(notice)
        if story is None:
            moved_at = step.changed_at
        elif moved_at is None or is_told or (text != last and step.kind != Kind.TYPO):
            moved_at = step.at
        last = text
    return History(first_at or edition.live_from, moved_at or edition.changed_at, notices[::-1])


def listed() -> EditionQuerySet:
    """
    What is told of changes, of all issues and newest first.

    Notes of issues that readers have, and withdrawals in force. Of a note that an issue had which is withdrawn now,
    nothing: it could name what was taken back.
    """
    live = Edition.objects.live().filter(report=OuterRef("report"))
    there = Q(kind=Kind.WITHDRAWAL) & in_force() | ~Q(kind=Kind.WITHDRAWAL) & Exists(live)
    return Edition.objects.begun().filter(there, kind__in=LISTED).order_by("-live_from", "-pk").without_article()


def live_by_report(rows: Iterable[Edition]) -> dict[int, Edition]:
    """What readers have now of the issues of these editions. One query."""
    live = Edition.objects.live().filter(report__in={row.report_id for row in rows}).without_article()
    return {edition.report_id: edition for edition in live}


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Page(NamedTuple):
    """Some of what is told of changes, and where the next page goes on ("" on the last)."""

    entries: list[Entry]
    older: str


@dataclass(frozen=True)
class Entry:
    """One change as the list of corrections shows it: with the issue and the stories by the names they have now."""

    edition: Edition
    now: Edition | None
    stories: list[EditionStory]

    @property
    def label(self) -> str:
        return str(Kind(self.edition.kind).label)

    @property
    def is_of_issue(self) -> bool:
        return self.edition.kind == Kind.WITHDRAWAL


def page_of_listed(before: str, *, size: int) -> Page:
    """
    The changes that are told of, from a place on (`Page.older`; "": from the newest). Three queries.

    Raises ValueError for what is no place.
    """
    rows = listed()
    if before:
        at, pk = place_of(before)
        rows = rows.filter(Q(live_from__lt=at) | Q(live_from=at, pk__lt=pk))
    found = list(rows[: size + 1])
    shown = found[:size]
    live = live_by_report(shown)
    numbers = {number for row in shown for number in row.about if row.kind != Kind.RETRACTION}
    named = EditionStory.objects.filter(edition__in=[now.pk for now in live.values()], story_id__in=numbers)
    stories = {story.story_id: story for story in named.defer("body").select_related("edition").order_by("pk")}
    entries = [
        Entry(row, live.get(row.report_id), [stories[number] for number in row.about if number in stories])
        for row in shown
        if row.kind == Kind.WITHDRAWAL or row.report_id in live
    ]
    return Page(entries, place_after(shown[-1]) if len(found) > size else "")


def place_after(edition: Edition) -> str:
    """Where a list goes on after an edition: microseconds since 1970 and its number, as an address can carry them."""
    return f"{(edition.live_from - EPOCH) // timedelta(microseconds=1)}.{edition.pk}"


def place_of(text: str) -> tuple[datetime, int]:
    """The time and the number that `place_after` wrote. Raises ValueError."""
    since, _dot, pk = text.partition(".")
    if not (since.isascii() and since.isdecimal() and len(since) < 18 and pk.isascii() and pk.isdecimal()):
        raise ValueError(text)
    return EPOCH + timedelta(microseconds=int(since)), int(pk[:18])
