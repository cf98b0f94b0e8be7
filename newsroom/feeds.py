"""The issues as a feed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsroom.issue import Content, present
from newsroom.lib.feeds import Rss, with_whole_addresses
from newsroom.lib.mailed import absolute
from newsroom.lib.text import printable
from reports.caching import public_page
from reports.models import Edition

MOST = 20
MINUTES = 60  # after which a reader's program may ask again
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """An issue as readers have it, and when they got it first."""

    edition: Edition
    first_at: datetime

    @property
    def content(self) -> Content:
        content: Content = self.edition.revision.content
        return content


class IssuesFeed(Feed):
    """RSS 2.0, with the whole text of the newest issues as their live editions have it. Three queries."""

    feed_type = Rss
    language = settings.LANGUAGE_CODE
    ttl = str(MINUTES)

    def title(self) -> str:
        return printable(settings.SITE_NAME)

    def description(self) -> str:
        return printable(settings.SITE_TAGLINE)

    def link(self) -> str:
        return f"{settings.SITE_URL}/"

    def feed_url(self) -> str:
        return absolute(reverse("feed"))

    def feed_extra_kwargs(self, obj: None) -> dict[str, Any]:
        # Of past editions and withdrawals too: what is gone from the feed has changed it.
        changed_at = Edition.objects.begun().aggregate(at=Max("live_from"))["at"] or NEVER
        return {"changed_at": changed_at, "picture": absolute(static("site/icon-180.png"))}

    def items(self) -> list[Item]:
        newest = Edition.objects.live().newest_first().without_article().select_related("revision")[:MOST]
        editions = list(newest)
        first = first_times([edition.report_id for edition in editions])
        return [Item(edition, first[edition.report_id]) for edition in editions]

    def item_title(self, item: Any) -> str:
        return printable(item.edition.title)

    def item_description(self, item: Any) -> str:
        return printable(item.edition.standfirst)

    def item_link(self, item: Item) -> str:
        return absolute(item.edition.url)

    # Without a word about the guid, Django makes it the link: the same for every edition at this address.
    item_guid_is_permalink = True

    def item_pubdate(self, item: Item) -> datetime:
        return item.first_at

    def item_categories(self, item: Item) -> list[str]:
        tags = [*item.content["tags"], *(tag for story in item.content["stories"] for tag in story["tags"])]
        return list(dict.fromkeys(printable(tag["name"]) for tag in tags))

    def item_extra_kwargs(self, item: Item) -> dict[str, Any]:
        issue = present(item.content)
        renditions = issue["hero"].sources("jpeg") if issue["hero"] else []
        context = {"issue": issue, "picture": renditions[-1][0] if renditions else ""}
        text = render_to_string("reports/feed_item.html", context)
        return {"content": printable(with_whole_addresses(text, absolute(item.edition.url)))}


def first_times(reports: list[int]) -> dict[int, datetime]:
    """When readers first got each of these issues. One query."""
    begun = Edition.objects.begun().exclude(kind=Edition.Kind.WITHDRAWAL).filter(report__in=reports)
    return dict(begun.order_by().values_list("report").annotate(Min("live_from")))


@require_safe
@public_page
def feed(request: HttpRequest) -> HttpResponse:
    """The feed of the issues."""
    response: HttpResponse = IssuesFeed()(request)
    # The date of the newest says nothing of an older one that was changed; the ETag does.
    del response.headers["Last-Modified"]
    return response
