"""The stories, tags and pictures of editions, as rows that other pages can ask across issues."""

from collections.abc import Iterator, Sequence
from typing import Any

from newsroom.lib import richtext, text
from newsroom.lib.rows import insert
from reports.models import Edition, EditionPicture, EditionStory, EditionTag
from reports.picturing import pictures_of, with_pictures

TAG = ("edition_id", "place", "story_id", "name", "slug")


def project(editions: Sequence[Edition]) -> None:
    """Write the stories, tags and pictures of editions, replacing those that were there. A withdrawal has none."""
    EditionTag.objects.filter(edition__in=editions).delete()
    EditionStory.objects.filter(edition__in=editions).delete()
    shown = [edition for edition in editions if edition.kind != Edition.Kind.WITHDRAWAL]
    stories = EditionStory.objects.bulk_create(
        as_row(edition, story) for edition in shown for story in edition.revision.content["stories"]
    )
    keys = {(row.edition_id, row.story_id): row.pk for row in stories}
    EditionPicture.objects.filter(edition__in=editions).delete()
    EditionPicture.objects.bulk_create(
        EditionPicture(edition_id=edition.pk, image_id=number, file=file)
        for edition in shown
        for number, file in pictures_of(edition.revision.content).items()
    )
    insert(EditionTag, TAG, (tag for edition in shown for tag in tags_of(edition, keys)))


def tags_of(edition: Edition, keys: dict[tuple[int, int], int]) -> Iterator[tuple[int, int, int | None, str, str]]:
    """An edition's own tags, then those of its stories, whose rows have these keys; each as `TAG` has it."""
    content = edition.revision.content
    for tag in content["tags"]:
        yield edition.pk, edition.place, None, tag["name"], tag["slug"]
    for story in content["stories"]:
        key = keys[edition.pk, story["id"]]
        for tag in story["tags"]:
            yield edition.pk, edition.place, key, tag["name"], tag["slug"]


def as_row(edition: Edition, story: dict[str, Any]) -> EditionStory:
    words = richtext.plain(story["body"])
    pictures = edition.revision.content.get("pictures", [])
    return EditionStory(
        edition_id=edition.pk,
        story_id=story["id"],
        section=story["section"],
        rank=story["rank"],
        headline=story["headline"],
        slug=story["slug"],
        summary=text.excerpt(words, 220),
        body=with_pictures(
            richtext.shift_headings(story["body"], -1), pictures
        ),  # on its own page, below the headline's h1
        words=richtext.count_words(words),
        search_title=story.get("search_title", ""),
        search_description=story.get("search_description", ""),
    )
