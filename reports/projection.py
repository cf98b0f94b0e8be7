"""The stories and tags of an edition, as rows that other pages can ask across issues."""

from itertools import chain

from newsroom.lib import richtext, text
from reports.models import Edition, EditionStory, EditionTag


def project(edition: Edition) -> None:
    """Write an edition's stories and tags, replacing those that were there. A withdrawal has none."""
    edition.tags.all().delete()
    edition.stories.all().delete()
    if edition.kind == Edition.Kind.WITHDRAWAL:
        return
    content = edition.revision.content
    stories = EditionStory.objects.bulk_create(as_row(edition, story) for story in content["stories"])
    tags = (
        EditionTag(edition=edition, place=edition.place, story=row, **tag)
        for row, story in zip(stories, content["stories"], strict=True)
        for tag in story["tags"]
    )
    own = (EditionTag(edition=edition, place=edition.place, **tag) for tag in content["tags"])
    EditionTag.objects.bulk_create(chain(own, tags))


def as_row(edition: Edition, story: dict[str, str]) -> EditionStory:
    words = richtext.plain(story["body"])
    return EditionStory(
        edition=edition,
        story_id=story["id"],
        section=story["section"],
        rank=story["rank"],
        headline=story["headline"],
        slug=story["slug"],
        summary=text.excerpt(words, 220),
        body=richtext.shift_headings(story["body"], -1),  # on its own page, below the headline's h1
        words=richtext.count_words(words),
        search_title=story.get("search_title", ""),
        search_description=story.get("search_description", ""),
    )
