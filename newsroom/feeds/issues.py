"""The issues, each with its whole text."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Min
from django.template.loader import render_to_string
from django.urls import reverse

from newsroom.correcting import Notice, histories
from newsroom.issue import Content, present
from newsroom.lib.feeds import Channel, Item, stable_id, with_whole_addresses
from newsroom.lib.mailed import absolute
from reports.models import Edition

MOST = 20


def issues() -> Channel:
    """The newest issues, as their live editions have them. Three queries."""
    newest = Edition.objects.live().newest_first().without_article().select_related("revision")[:MOST]
    # Of past editions and withdrawals too: what is gone from the feed has changed it.
    changed_at = Edition.objects.begun().aggregate(at=Max("live_from"))["at"]
    return Channel(
        id=stable_id("issues"),
        title=settings.SITE_NAME,
        about=settings.SITE_TAGLINE or settings.SITE_NAME,
        page=f"{settings.SITE_URL}/",
        path=reverse("feed"),
        items=tuple(issue_items(list(newest))),
        changed_at=changed_at,
    )


def issue_items(editions: list[Edition]) -> Iterable[Item]:
    """Editions, read with their revisions, as items. One query."""
    told = histories(editions)
    for edition in editions:
        content: Content = edition.revision.content
        history = told[edition.report_id]
        yield Item(
            id=stable_id(f"issue/{edition.report_id}"),
            title=edition.title,
            url=absolute(edition.url),
            text=whole_text(edition, content, history.notices),
            published_at=history.first_at,
            updated_at=edition.changed_at,
            summary=edition.standfirst,
            tags=tuple(tag["name"] for row in (content, *content["stories"]) for tag in row["tags"]),
        )


def whole_text(edition: Edition, content: Content, notices: list[Notice]) -> str:
    issue = present(content)
    renditions = issue["hero"].sources("jpeg") if issue["hero"] else []
    context = {"issue": issue, "picture": renditions[-1][0] if renditions else "", "notices": notices}
    return with_whole_addresses(render_to_string("reports/feed_item.html", context), absolute(edition.url))


def first_times(reports: Iterable[int]) -> dict[int, datetime]:
    """When readers first got each of these issues. One query."""
    begun = Edition.objects.begun().exclude(kind=Edition.Kind.WITHDRAWAL).filter(report__in=set(reports))
    return dict(begun.order_by().values_list("report").annotate(Min("live_from")))
