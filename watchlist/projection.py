"""The companies of editions, as rows that other pages can ask across issues."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newsroom.lib.rows import insert
from reports.models import Edition, EditionStory
from reports.registry import as_they_are
from watchlist.models import Appearance, FormerAddress, MergedCompany, StoryAppearance

NAMED = ("edition_id", "place", "story_id", "section", "rank", "company_id", "name", "slug", "spellings")


def project(editions: Sequence[Edition]) -> None:
    """
    Write the companies of editions, on their watchlists and in their stories, replacing those that were there.

    A withdrawal has none. A company that was merged into another since counts as that one, and its address is kept as
    a former one. The stories must have been projected before.
    """
    for model in (Appearance, StoryAppearance, FormerAddress):
        model.objects.filter(edition__in=editions).delete()
    shown = [edition for edition in editions if edition.kind != Edition.Kind.WITHDRAWAL]
    merged = MergedCompany.objects.in_bulk()
    Appearance.objects.bulk_create(row for edition in shown for row in watched(edition, merged))
    stories = EditionStory.objects.filter(edition__in=shown).values_list("edition", "story_id", "pk")
    keys = {(edition, story): pk for edition, story, pk in stories}
    insert(StoryAppearance, NAMED, (row for edition in shown for row in named(edition, keys, merged)))
    if merged:
        FormerAddress.objects.bulk_create(row for edition in shown for row in former(edition, merged))


def watched(edition: Edition, merged: Mapping[int, Any]) -> Iterator[Appearance]:
    """The companies of an edition's watchlist."""
    for line in as_they_are(edition.revision.content["watchlist"], "company", "name", merged):
        yield Appearance(
            edition_id=edition.pk,
            place=edition.place,
            company_id=line.row,
            position=line.position,
            name=line.name,
            slug=line.slug,
            country=line.said("country"),
            link=line.said("link"),
            note=line.all_said("note"),
        )


def named(edition: Edition, keys: dict[tuple[int, int], int], merged: Mapping[int, Any]) -> Iterator[tuple[Any, ...]]:
    """
    The companies that an edition's stories name, each as `NAMED` has it.

    `keys` are those of the stories' rows, by edition and working row.
    """
    for story in edition.revision.content["stories"]:
        its = (edition.pk, edition.place, keys[edition.pk, story["id"]], story["section"], story["rank"])
        for line in as_they_are(story.get("companies", []), "company", "name", merged):
            yield *its, line.row, line.name, line.slug, sorted(line.spellings)


def former(edition: Edition, merged: Mapping[int, Any]) -> Iterator[FormerAddress]:
    """The addresses that an edition's watchlist has for companies which were merged into others since."""
    for note in edition.revision.content["watchlist"]:
        if row := merged.get(note["company"]):
            yield FormerAddress(edition_id=edition.pk, place=edition.place, company_id=row.into_id, slug=note["slug"])
