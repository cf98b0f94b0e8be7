"""The companies of editions, as rows that other pages can ask across issues."""

from collections.abc import Iterator, Sequence

from reports.models import Edition, EditionStory
from watchlist.models import Appearance, StoryAppearance


def project(editions: Sequence[Edition]) -> None:
    """
    Write the companies of editions, on their watchlists and in their stories, replacing those that were there.

    A withdrawal has none. The stories must have been projected before.
    """
    Appearance.objects.filter(edition__in=editions).delete()
    StoryAppearance.objects.filter(edition__in=editions).delete()
    shown = [edition for edition in editions if edition.kind != Edition.Kind.WITHDRAWAL]
    Appearance.objects.bulk_create(row for edition in shown for row in watched(edition))
    stories = EditionStory.objects.filter(edition__in=shown).values_list("edition", "story_id", "pk")
    keys = {(edition, story): pk for edition, story, pk in stories}
    StoryAppearance.objects.bulk_create(row for edition in shown for row in named(edition, keys))


def watched(edition: Edition) -> Iterator[Appearance]:
    """The companies of an edition's watchlist."""
    for position, note in enumerate(edition.revision.content["watchlist"]):
        yield Appearance(
            edition=edition,
            place=edition.place,
            company_id=note["company"],
            position=position,
            name=note["name"],
            slug=note["slug"],
            country=note["country"],
            link=note["link"],
            note=note["note"],
        )


def named(edition: Edition, keys: dict[tuple[int, int], int]) -> Iterator[StoryAppearance]:
    """The companies that an edition's stories name; `keys` are those of their rows, by edition and working row."""
    for story in edition.revision.content["stories"]:
        for company in story.get("companies", []):
            yield StoryAppearance(
                edition=edition,
                place=edition.place,
                story_id=keys[edition.pk, story["id"]],
                company_id=company["company"],
                name=company["name"],
                slug=company["slug"],
                section=story["section"],
                rank=story["rank"],
            )
