"""The order of an issue's stories: ranks 1, 2, 3 … in each section, and an address for each story."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from newsroom.lib.slugs import slug_for, unique_slug
from reports.models import Report, Story

ASIDE = 10_000  # where ranks wait while they change places; the database lets no two share one


@transaction.atomic
def rank(report: Report, section: str, stories: Iterable[Story]) -> None:
    """
    Save the stories as the section's ranks 1, 2, 3 …, in this order; new ones are added, others of the section follow.

    A story without a slug gets one from its headline; slugs stay unique in the report.
    """
    ranked = list(stories)
    here = report.stories.filter(section=section)
    followers = list(here.exclude(pk__in=[story.pk for story in ranked if story.pk]).order_by("rank"))
    here.update(rank=F("rank") + ASIDE)
    taken = dict(report.stories.values_list("pk", "slug"))
    for place, story in enumerate([*ranked, *followers], start=1):
        taken.pop(story.pk, None)
        story.report, story.section, story.rank = report, section, place
        story.slug = unique_slug(story.slug or slug_for(story.headline), set(taken.values()))
        story.save()
        taken[story.pk] = story.slug
