"""What the issues said of one company: its record, its best ranks, and how often stories named it lately."""

from typing import NamedTuple

from django.db.models import Count
from django.http import HttpRequest

from reports.appearances import LINES, Lines
from reports.charts import Column
from reports.models import Edition, EditionStory, ProjectionQuerySet, Section
from reports.paging import address_after, place_asked
from watchlist.models import Appearance, StoryAppearance

LATELY = 26  # issues: half a year of a weekly


class Entry(NamedTuple):
    """What one issue said of a company: its note ("" if it is not on the watchlist) and the stories that name it."""

    edition: Edition
    note: str
    stories: list[EditionStory]


def record_of(company: int, request: HttpRequest) -> Lines:
    """
    The issues that have a company on their watchlist or in a story, newest first: the page that `?before=` asks for.

    Four queries, each of which walks no further along an index than the page is long. Raises Http404.
    """
    place = place_asked(request)
    notes, named = live_rows(company)
    if place:
        notes, named = notes.filter(place__lt=place), named.filter(place__lt=place)
    noted = {row.place: row.note for row in notes.newest_first().only("place", "note")[: LINES + 1]}
    places = named.order_by("-place").values_list("place", flat=True).distinct()[: LINES + 1]
    found = sorted({*noted, *places}, reverse=True)
    shown = found[:LINES]
    if not shown:
        return Lines([], "")
    entries = {
        edition.place: Entry(edition, noted.get(edition.place, ""), [])
        for edition in Edition.objects.live().without_article().filter(place__in=shown).newest_first()
    }
    for row in named.filter(place__gte=shown[-1]).select_related("story").order_by("section", "rank"):
        if entry := entries.get(row.place):
            row.story.edition = entry.edition
            entry.stories.append(row.story)
    return Lines(list(entries.values()), address_after(request, shown[-1]) if len(found) > LINES else "")


def live_rows(company: int) -> tuple[ProjectionQuerySet, ProjectionQuerySet]:
    """What readers get of a company: its appearances on watchlists, and those in stories."""
    return (
        Appearance.objects.filter(company=company).live_few(),
        StoryAppearance.objects.filter(company=company).live_few(),
    )


def best_ranks(company: int) -> list[EditionStory]:
    """The story of each section that names the company at its best rank, the newest such. A query for each section."""
    _, named = live_rows(company)
    rows = named.select_related("story").with_edition().order_by("rank", "-place")
    found = [rows.filter(section=section).first() for section in Section]
    for row in filter(None, found):
        row.story.edition = row.edition
    return [row.story for row in found if row]


def lately(company: int) -> list[Column]:
    """How many stories of each section named the company in the last issues that there were, oldest first."""
    editions = list(Edition.objects.live().without_article().newest_first()[:LATELY])
    if not editions:
        return []
    # The place keeps the search within the newest part of the company's index.
    here = {"company": company, "place__gte": editions[-1].place, "edition__in": [edition.pk for edition in editions]}
    watched = set(Appearance.objects.filter(**here).values_list("edition", flat=True))
    rows = StoryAppearance.objects.filter(**here).order_by().values_list("edition", "section")
    counts = {(edition, section): n for edition, section, n in rows.annotate(n=Count("pk"))}
    return [
        Column(
            edition,
            counts.get((edition.pk, Section.CHINA), 0),
            counts.get((edition.pk, Section.INTERNATIONAL), 0),
            edition.pk in watched,
        )
        for edition in reversed(editions)
    ]
