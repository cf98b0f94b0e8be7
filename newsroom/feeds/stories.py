"""The stories of a section, with a tag or about a company, each with its whole text."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from newsroom.correcting import histories_of
from newsroom.feeds.issues import first_times, issue_items
from newsroom.feeds.moving import Moved
from newsroom.lib.feeds import Channel, Item, stable_id, titled, with_whole_addresses
from newsroom.lib.mailed import absolute
from reports.models import Edition, EditionStory, EditionTag, Section
from watchlist.models import Appearance, StoryAppearance

MOST = 50
MOST_ISSUES = 50  # from which the stories of a section come


def section(key: str) -> Channel:
    """Five queries. Raises Http404 for what is no section."""
    if key not in Section.values:
        raise Http404("There are two sections: china and international.")
    label = str(Section(key).label)
    # In two steps, as the newest issues are found by their place, and what is in them by their numbers. The place of
    # the last of them says no more than the numbers, but keeps PostgreSQL from reading all issues to join a few.
    newest = dict(Edition.objects.live().newest_first().values_list("pk", "place")[:MOST_ISSUES])
    ranked = EditionStory.objects.filter(
        edition__in=list(newest), edition__place__gte=min(newest.values(), default=0), section=key
    ).order_by("-edition__place", "rank")
    shown = list(ranked.with_edition().prefetch_related("tags")[:MOST])
    return Channel(
        id=stable_id(f"section/{key}"),
        title=titled(label),
        about=_("The ranked %(section)s stories of every issue, newest first.") % {"section": label},
        page=absolute(reverse("reports:section", args=[key])),
        path=reverse("section-feed", args=[key]),
        items=tuple(story_items(shown)),
    )


def tag(slug: str) -> Channel:
    """
    The stories that have a tag, and the issues that have it themselves.

    Nine queries at most. Raises Http404 if nothing that is live has it.
    """
    tags = EditionTag.objects.live_few().filter(slug=slug).newest_first().with_edition()
    rows = in_order(tags.select_related("story").prefetch_related("story__tags")[:MOST])
    if not rows:
        raise Http404("Nothing that is published has this tag.")
    for row in rows:
        if row.story:
            row.story.edition = row.edition
    whole = Edition.objects.filter(pk__in=[row.edition_id for row in rows if row.story is None])
    editions = list(whole.without_article().select_related("revision"))
    items: dict[tuple[int, int | None], Item] = {
        **{(edition.pk, None): item for edition, item in zip(editions, issue_items(editions), strict=True)},
        **by_story([row.story for row in rows if row.story]),
    }
    return Channel(
        id=stable_id(f"tag/{slug}"),
        title=titled(rows[0].name),
        about=_("Stories about %(tag)s, newest first.") % {"tag": rows[0].name},
        page=absolute(rows[0].url),
        path=reverse("tag-feed", args=[slug]),
        items=tuple(items[row.edition_id, row.story_id] for row in rows),
    )


def company(slug: str) -> Channel:
    """
    What each issue says of a company, and the stories that name it.

    Nine queries at most. Raises Moved if it has another address now, Http404 if no live issue watches it.
    """
    named = Appearance.objects.at(slug)
    if named is None:
        raise Http404("No published issue has a company of this name.")
    of = {"company": named.company_id}
    notes = list(Appearance.objects.live_few().filter(**of).newest_first().with_edition()[:MOST])
    if not notes:
        raise Http404("No published issue has a company of this name.")
    if notes[0].slug != slug:
        raise Moved(notes[0].slug)
    about = StoryAppearance.objects.live_few().filter(**of).newest_first().with_edition()
    rows = in_order(about.select_related("story").prefetch_related("story__tags")[:MOST])
    for row in rows:
        row.story.edition = row.edition
    stories = by_story([row.story for row in rows])
    placed = [
        *((note.place, item) for note, item in zip(notes, note_items(notes), strict=True) if note.note),
        *((row.place, stories[row.edition_id, row.story_id]) for row in rows),
    ]
    newest = sorted(placed, key=lambda pair: pair[0], reverse=True)[:MOST]
    return Channel(
        id=stable_id(f"company/{named.company_id}"),
        title=titled(notes[0].name),
        about=_("What is said of %(company)s, issue by issue.") % {"company": notes[0].name},
        page=absolute(notes[0].url),
        path=reverse("company-feed", args=[slug]),
        items=tuple(item for _place, item in newest),
        changed_at=notes[0].edition.changed_at,  # where it may stand without a word
    )


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Placed rows, newest first, and those of one edition in the order of its stories, in which they were written."""
    return sorted(rows, key=lambda row: (-row.place, row.pk))


def note_items(notes: Sequence[Appearance]) -> Iterable[Item]:
    """What issues say of a company on their watchlists. One query."""
    first = first_times(note.edition.report_id for note in notes)
    for note in notes:
        edition = note.edition
        text = render_to_string("feeds/note.html", {"note": note, "edition": edition})
        yield Item(
            id=stable_id(f"company/{note.company_id}/issue/{edition.report_id}"),
            title=_("%(name)s in %(issue)s") % {"name": note.name, "issue": edition.title},
            url=absolute(edition.url) + "#watchlist",
            text=with_whole_addresses(text, absolute(edition.url)),
            published_at=first[edition.report_id],
            updated_at=edition.changed_at,
            summary=note.note,
        )


def by_story(stories: Sequence[EditionStory]) -> dict[tuple[int, int | None], Item]:
    items = zip(stories, story_items(stories), strict=True)
    return {(story.edition_id, story.pk): item for story, item in items}


def story_items(stories: Sequence[EditionStory]) -> Iterable[Item]:
    """Stories, read with their editions and tags, as items. Two queries."""
    told = histories_of(stories)
    for story in stories:
        history = told[story.story_id]
        url = absolute(story.url)
        context = {"story": story, "edition": story.edition, "notices": history.notices}
        text = render_to_string("feeds/story.html", context)
        yield Item(
            id=stable_id(f"story/{story.story_id}"),
            title=story.headline,
            url=url,
            text=with_whole_addresses(text, url),
            published_at=history.first_at,
            updated_at=history.changed_at,
            summary=story.summary,
            tags=tuple(tag.name for tag in story.tags.all()),
        )


def first_times_of(stories: Sequence[EditionStory]) -> dict[int, datetime]:
    """When readers first got each of these stories, by the number of the working row. One query."""
    begun = Edition.objects.begun().filter(report__in={story.edition.report_id for story in stories})
    numbers = [story.story_id for story in stories]
    same = EditionStory.objects.filter(edition__in=begun.values("pk"), story_id__in=numbers)
    return dict(same.order_by().values_list("story_id").annotate(Min("edition__live_from")))
