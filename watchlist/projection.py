"""The companies of an edition, as rows that other pages can ask across issues."""

from reports.models import Edition
from watchlist.models import Appearance, StoryAppearance


def project(edition: Edition) -> None:
    """
    Write an edition's companies, on its watchlist and in its stories, replacing those that were there.

    A withdrawal has none. The stories must have been projected before.
    """
    edition.companies.all().delete()
    edition.story_companies.all().delete()
    if edition.kind == Edition.Kind.WITHDRAWAL:
        return
    Appearance.objects.bulk_create(
        Appearance(
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
        for position, note in enumerate(edition.revision.content["watchlist"])
    )
    rows = {story.story_id: story for story in edition.stories.only("story_id")}
    StoryAppearance.objects.bulk_create(
        StoryAppearance(
            edition=edition,
            place=edition.place,
            story=rows[story["id"]],
            company_id=named["company"],
            name=named["name"],
            slug=named["slug"],
        )
        for story in edition.revision.content["stories"]
        for named in story.get("companies", [])
    )
