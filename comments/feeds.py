"""The comments on one issue as a feed, in three forms."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.models import Comment
from comments.thread import newest
from newsroom.lib.feeds import Channel, Item, in_form, respond, stable_id
from newsroom.lib.mailed import absolute
from newsroom.lib.prose import prose
from newsroom.lib.text import excerpt, printable
from reports.caching import of_issue, public_page
from reports.models import Edition
from reports.views import on_live_issue

MOST = 50


def comments_on(edition: Edition) -> Channel:
    """The comments that appeared last, each with its whole text. One query."""
    names = {"issue": edition.title, "site": settings.SITE_NAME}
    return Channel(
        id=stable_id(f"comments/{edition.report_id}"),
        title=_("Comments on %(issue)s") % names,
        about=_("What readers of %(site)s say about %(issue)s.") % names,
        page=absolute(edition.url),
        path=path_of(edition),
        items=tuple(map(as_item, newest(edition, MOST))),
        changed_at=edition.live_from,
    )


def path_of(edition: Edition) -> str:
    return reverse("comments:feed", args=[edition.slug])


def as_item(comment: Comment) -> Item:
    appeared_at = comment.appeared_at  # type: ignore[attr-defined]  # by comments.thread.newest
    return Item(
        id=stable_id(f"comment/{comment.pk}"),
        title=_("By %(name)s") % {"name": comment.name},
        url=absolute(comment.url),
        text=prose(printable(comment.body)),
        published_at=appeared_at,
        updated_at=max(appeared_at, comment.edited_at or appeared_at),
        summary=excerpt(comment.body),
        author=comment.name,
    )


def feed_in(form: str) -> Callable[..., HttpResponseBase]:
    """The view of the feed of a live issue in one of its forms."""

    @require_safe
    @public_page
    @on_live_issue
    def feed(request: HttpRequest, edition: Edition) -> HttpResponse:
        is_elsewhere = translation.get_language() != settings.LANGUAGE_CODE
        with translation.override(settings.LANGUAGE_CODE):  # it is one feed, whatever language the page is in
            if is_elsewhere:
                return redirect(in_form(path_of(edition), form), permanent=True)
            return of_issue(respond(comments_on(edition), form), edition.report_id)

    return feed
