"""
What differs between two snapshots of one issue, for an editor to look at: word by word, and moves as moves.

Stories are the same by their ids, companies and policies by theirs, so one that changed its place is not one that is
gone and another that is new.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.issue import PARTS, Content
from newsroom.lib.difference import Text, compare_html, compare_lines
from newsroom.lib.richtext import pictures_in
from newsroom.lib.slugs import slug_for
from newsroom.lib.text import Wording
from reports.models import Image, Section
from reports.picturing import as_image

LINES: dict[str, Wording] = {
    "title": gettext_lazy("title"),
    "slug": gettext_lazy("address"),
    "number": gettext_lazy("number"),
    "issued_on": gettext_lazy("date"),
    "standfirst": gettext_lazy("standfirst"),
    "china_heading": gettext_lazy("China heading"),
    "international_heading": gettext_lazy("International heading"),
    "search_title": gettext_lazy("title for search engines"),
    "search_description": gettext_lazy("description for search engines"),
}


class Field(NamedTuple):
    """One text of which something changed."""

    label: Wording
    text: Text


@dataclass
class Entry:
    """
    A piece of an issue that changed: `kind` is "new", "gone", "moved" or "changed".

    `said` tells in words what is no text: where it was and is, what came and went.
    """

    anchor: str
    kind: str
    title: str
    said: list[str] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    pictures: "list[Pictures]" = field(default_factory=list)

    @property
    def kind_label(self) -> str:
        labels = {"new": _("New"), "gone": _("Gone"), "moved": _("Moved"), "changed": _("Changed")}
        return labels[self.kind]


class Pictures(NamedTuple):
    """The picture before and after, None where there is none whose file is there."""

    before: Image | None
    after: Image | None


@dataclass
class Group:
    """A part of the issue: what changed of it, and the names of what did not."""

    title: str
    entries: list[Entry]
    same: list[str] = field(default_factory=list)


@dataclass
class Redline:
    """All that differs between two snapshots."""

    groups: list[Group]

    @cached_property
    def entries(self) -> list[Entry]:
        return [entry for group in self.groups for entry in group.entries]

    @cached_property
    def is_same(self) -> bool:
        return not self.entries


def redline(old: Content, new: Content) -> Redline:
    """What differs, without a query. Snapshots of any schema; what an older one does not have is empty."""
    groups = [
        Group(_("The issue itself"), [*issue_entries(old, new)]),
        *story_groups(old, new),
        Group(_("Key takeaways"), [*line_entries("takeaways", _("Key takeaways"), old, new)]),
        Group(_("Reporting credits"), [*row_entries("credits", "source", "name", (), old, new)]),
        watchlist(old, new),
        tracker(old, new),
    ]
    return Redline([group for group in groups if group.entries or group.same])


def issue_entries(old: Content, new: Content) -> Iterable[Entry]:
    before, after = lines_of(old), lines_of(new)
    fields = [
        Field(label, compare_lines(before[name], after[name]))
        for name, label in LINES.items()
        if before[name] != after[name]
    ]
    within = compare_rich(_("intro"), (old["intro"], new["intro"]), old, new)
    fields += within.fields
    said = tags_said(old["tags"], new["tags"]) + within.said
    if fields or said:
        yield Entry("issue", "changed", _("Title, opening and other facts"), said, fields, within.pictures)
    if old["hero"] != new["hero"]:
        yield picture_entry(old["hero"], new["hero"])


def lines_of(content: Content) -> dict[str, str]:
    day = content["issued_on"]
    return {
        **{name: str(content.get(name) or "") for name in LINES},
        "issued_on": date_format(date.fromisoformat(day), "DATE_FORMAT") if day else "",
        **{f"{section}_heading": content["headings"][section] for section in Section.values},
    }


def picture_entry(old: Content | None, new: Content | None) -> Entry:
    labels = {
        "alt": _("alternative text"),
        "caption": _("caption"),
        "credit": _("credit"),
    }
    before, after = old or {}, new or {}
    fields = [
        Field(label, compare_lines(before.get(name, ""), after.get(name, "")))
        for name, label in labels.items()
        if before.get(name, "") != after.get(name, "")
    ]
    said = []
    if old and new:
        if old["file"] != new["file"]:
            said.append(_("Another picture."))
        if old["focal_point"] != new["focal_point"]:
            said.append(_("Another focal point."))
        if old["decorative"] != new["decorative"]:
            said.append(_("Decorative now.") if new["decorative"] else _("No longer decorative."))
    kind = "new" if not old else "changed" if new else "gone"
    return Entry("picture", kind, _("Picture"), said, fields, [Pictures(as_image(old), as_image(new))])


class Rich(NamedTuple):
    """What changed in a rich text: its words, and the pictures within it, in words and to look at."""

    fields: list[Field]
    said: list[str]
    pictures: list[Pictures]


def compare_rich(label: Wording, texts: tuple[str, str], old: Content, new: Content) -> Rich:
    """A text of the old snapshot and one of the new; which picture a text refers to, its snapshot says."""
    said, pictures = [], []
    before, after = (pictures_of(text, content) for text, content in zip(texts, (old, new), strict=True))
    for number in dict.fromkeys([*before, *after]):
        was, now = before.get(number), after.get(number)
        if was == now:
            continue
        words = _("Picture changed: “%(name)s”.") if was and now else _("Picture removed: “%(name)s”.")
        told = now or was or {}
        name = told["alt"] or told["caption"] or _("Decorative picture")
        said.append((words if was else _("Picture added: “%(name)s”.")) % {"name": name})
        pictures.append(Pictures(as_image(was), as_image(now)))
    if texts[0] == texts[1]:
        return Rich([], said, pictures)
    text = compare_html(*texts)
    if text.is_same and (before or after):
        said = said or [_("A picture stands elsewhere in the text.")]
        return Rich([], said, pictures)
    return Rich([Field(label, text)], said, pictures)


def pictures_of(text: str, content: Content) -> dict[int, Content]:
    """The pictures that stand in a text, by number; those that were gone when it was kept stood there no more."""
    known = {facts["id"]: facts for facts in content.get("pictures", [])}
    return {number: known[number] for number in pictures_in(text) if number in known}


def tags_said(old: list[Mapping[str, str]], new: list[Mapping[str, str]]) -> list[str]:
    before, after = ([tag["name"] for tag in tags] for tags in (old, new))
    came = [name for name in after if name not in before]
    went = [name for name in before if name not in after]
    said = []
    if came:
        said.append(_("Tags added: %(names)s.") % {"names": ", ".join(came)})
    if went:
        said.append(_("Tags removed: %(names)s.") % {"names": ", ".join(went)})
    return said


# Stories


def story_groups(old: Content, new: Content) -> list[Group]:
    """By section as the new snapshot has them; what is gone stands in the section it was in."""
    before = {story["id"]: story for story in old["stories"]}
    after = {story["id"]: story for story in new["stories"]}
    moved = moved_ones(old["stories"], new["stories"])
    groups = []
    for section in Section:
        group = Group(_("%(section)s stories") % {"section": _(str(section.label))}, [])
        for story in new["stories"]:
            if story["section"] == section:
                was = before.get(story["id"])
                entry = story_entry(was, story, old, new, is_moved=story["id"] in moved)
                if entry:
                    group.entries.append(entry)
                else:
                    group.same.append(f"{story['rank']}. {story['headline']}")
        gone = [story for key, story in before.items() if key not in after and story["section"] == section]
        group.entries += [whole_story(story, "gone", old, new) for story in gone]
        groups.append(group)
    return groups


def moved_ones(old: list[Content], new: list[Content]) -> set[int]:
    """
    The stories that were moved themselves, not only passed by others that were.

    Ranks 1 2 3 4 that become 2 3 4 1 are one story that moved.
    """
    moved = set()
    sections = [{story["id"]: story["section"] for story in side} for side in (old, new)]
    for section in Section.values:
        before, after = (
            [story["id"] for story in side if all(places.get(story["id"]) == section for places in sections)]
            for side in (old, new)
        )
        moved |= set(after) - steady_ones(before, after)
    return moved | {key for key, section in sections[1].items() if sections[0].get(key, section) != section}


def steady_ones(old: list[Any], new: list[Any]) -> set[Any]:
    """As many of the same items as can be said to have stayed in their order."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {item for block in blocks for item in old[block.a : block.a + block.size]}


def place_of_story(story: Content) -> str:
    return f"{_(str(Section(story['section']).label))} {story['rank']}"


def anchor_of(story: Content) -> str:
    return f"story-{story['id'] or story['slug']}"


def story_entry(old: Content | None, new: Content, before: Content, after: Content, *, is_moved: bool) -> Entry | None:
    """
    How a story changed between two snapshots (`before` and `after`).

    None if it did not, or only has another number because others came or went.
    """
    if old is None:
        return whole_story(new, "new", before, after)
    said = []
    if is_moved:
        said.append(move_said(old, new))
    said += tags_said(old["tags"], new["tags"])
    if "companies" in old and "companies" in new:
        said += names_said(old["companies"], new["companies"])
    body = compare_rich(PARTS["body"], (old["body"], new["body"]), before, after)
    said += body.said
    lines = {
        name: Field(PARTS[name], compare_lines(old.get(name, ""), new.get(name, "")))
        for name in STORY_LINES
        if old.get(name, "") != new.get(name, "")
    }
    headline = [lines.pop("headline")] if "headline" in lines else []
    fields = [*headline, *body.fields, *lines.values()]
    if not said and not fields:
        return None
    kind = "changed" if fields or len(said) > is_moved else "moved"
    title = _("%(place)s, “%(headline)s”") % {"place": place_of_story(new), "headline": new["headline"]}
    return Entry(anchor_of(new), kind, title, said, fields, body.pictures)


STORY_LINES = ("headline", "slug", "search_title", "search_description")


def move_said(old: Content, new: Content) -> str:
    if old["section"] == new["section"]:
        places = {"old": place_of_story(old), "new": new["rank"]}
    else:
        places = {"old": place_of_story(old), "new": place_of_story(new)}
    return _("Moved: %(old)s → %(new)s") % places


def names_said(old: list[Content], new: list[Content]) -> list[str]:
    before, after = ({row["company"]: row["name"] for row in rows} for rows in (old, new))
    came = [name for key, name in after.items() if key not in before]
    went = [name for key, name in before.items() if key not in after]
    said = []
    if came:
        said.append(_("Names now: %(names)s.") % {"names": ", ".join(came)})
    if went:
        said.append(_("No longer names: %(names)s.") % {"names": ", ".join(went)})
    return said


def whole_story(story: Content, kind: str, old: Content, new: Content) -> Entry:
    title = _("%(place)s, “%(headline)s”") % {"place": place_of_story(story), "headline": story["headline"]}
    body = story["body"]
    within = compare_rich(PARTS["body"], ("", body) if kind == "new" else (body, ""), old, new)
    names = ", ".join(tag["name"] for tag in story["tags"])
    said = [_("Tags: %(names)s.") % {"names": names}] if names else []
    return Entry(anchor_of(story), kind, title, said + within.said, within.fields, within.pictures)


# Lists


def line_entries(anchor: str, title: str, old: Content, new: Content) -> Iterable[Entry]:
    """A list of plain lines, compared as a text whose lines they are."""
    if old[anchor] != new[anchor]:
        text = compare_lines("\n".join(old[anchor]), "\n".join(new[anchor]))
        yield Entry(anchor, "changed", title, [], [Field(title, text)])


def watchlist(old: Content, new: Content) -> Group:
    facts = (("name", _("name")), ("country", _("country")), ("link", _("website")), ("note", _("note")))
    entries = [*row_entries("watchlist", "company", "name", facts, old, new)]
    return Group(_("Company watchlist"), entries)


def tracker(old: Content, new: Content) -> Group:
    facts = (("title", _("title")), ("jurisdiction", _("jurisdiction")), ("detail", _("detail")))
    entries = [*row_entries("policies", "policy", "title", facts, old, new)]
    return Group(_("Policy tracker"), entries)


def row_entries(
    part: str, key: str, label: str, facts: Iterable[tuple[str, str]], old: Content, new: Content
) -> Iterable[Entry]:
    """
    A list of rows of a registry: which came, went, moved, and whose line says something else.

    One that is still to be registered has no number, and is known by its name.
    """
    before, after = ({row[key] or row[label]: row for row in side[part]} for side in (old, new))
    places = [{pk: number for number, pk in enumerate(side, start=1)} for side in (before, after)]
    ones, others = ([pk for pk in side if pk in before and pk in after] for side in places)
    steady = steady_ones(ones, others)
    for pk, row in after.items():
        entry = row_entry(before.get(pk), row, Entry(slug_for(f"{part}-{pk}"), "changed", row[label]), facts)
        if pk in before and pk not in steady:
            entry.said.append(_("Moved: %(old)s → %(new)s") % {"old": places[0][pk], "new": places[1][pk]})
            entry.kind = "changed" if entry.fields else "moved"
        if entry.said or entry.fields or entry.kind == "new":
            yield entry
    for pk, row in before.items():
        if pk not in after:
            fields = [Field(name, compare_lines(str(row[fact]), "")) for fact, name in facts if row[fact]]
            yield Entry(slug_for(f"{part}-{pk}"), "gone", row[label], [], fields)


def row_entry(old: Content | None, new: Content, entry: Entry, facts: Iterable[tuple[str, str]]) -> Entry:
    if old is None:
        entry.kind = "new"
    was = old or {}
    entry.fields = [
        Field(name, compare_lines(str(was.get(fact) or ""), str(new.get(fact) or "")))
        for fact, name in facts
        if (was.get(fact) or "") != (new.get(fact) or "")
    ]
    told = [side["milestones"] for side in (was, new) if "milestones" in side]
    if len(told) == 2 and told[0] != told[1]:
        entry.said.append(_("Other milestones."))
    return entry
