"""The comments on one issue as a feed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from comments.models import Comment
from comments.thread import newest
from newsroom.lib.feeds import Rss
from newsroom.lib.prose import prose
from newsroom.lib.text import printable
from reports.caching import of_issue, public_page
from reports.models import Edition
from reports.views import on_live_issue

MOST = 50


class CommentsFeed(Feed):
    """RSS 2.0, with the whole text of the comments that appeared last."""

    feed_type = Rss
    language = settings.LANGUAGE_CODE

    def get_object(self, request: HttpRequest, *args: Any, edition: Edition, **kwargs: Any) -> Edition:
        return edition

    def title(self, edition: Edition) -> str:
        return printable(f"Comments on {edition.title}")

    def description(self, edition: Edition) -> str:
        return printable(f"What readers of {settings.SITE_NAME} say about {edition.title}.")

    def link(self, edition: Edition) -> str:
        return settings.SITE_URL + edition.url

    def feed_url(self, edition: Edition) -> str:
        return settings.SITE_URL + reverse("comments:feed", args=[edition.slug])

    def feed_extra_kwargs(self, edition: Edition) -> dict[str, Any]:
        return {"changed_at": edition.live_from}

    def items(self, edition: Edition) -> Any:
        return newest(edition, MOST)

    def item_title(self, comment: Comment) -> str:
        return printable(f"By {comment.name}")

    def item_description(self, comment: Comment) -> str:
        return prose(printable(comment.body))

    def item_author_name(self, comment: Comment) -> str:
        return printable(comment.name)

    def item_link(self, comment: Comment) -> str:
        return settings.SITE_URL + comment.url

    def item_pubdate(self, comment: Any) -> datetime:
        return comment.appeared_at


@require_safe
@public_page
@on_live_issue
def feed(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The feed of a live issue."""
    response: HttpResponse = CommentsFeed()(request, edition=edition)
    # The date of the newest says nothing of one that was edited or taken down; the ETag does.
    del response.headers["Last-Modified"]
    return of_issue(response, edition.report_id)
