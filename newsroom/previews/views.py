"""What somebody without an account sees who was given a link to a preview. Nothing of it is kept, indexed or told."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.static import serve

from newsroom.previews.drawing import draw_preview
from newsroom.previews.sharing import Shared, open_shared
from reports.images import stand_in
from reports.models import Edition


def behind_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For views behind a token: one answer for all tokens that open nothing, and the headers that keep it private."""

    @require_safe
    @wraps(view)
    def private(request: HttpRequest, **of: str) -> HttpResponseBase:
        try:
            response = view(request, **of)
        except Http404:
            response = render(request, "preview/dead.html", status=404)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return private


def found(token: str, *, count: bool = False) -> Shared:
    shown = open_shared(token, count=count)
    if shown is None:
        raise Http404("No preview is at this address.")
    return shown


@behind_link
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The issue, under a banner that says what it is and how long the link is good."""
    shown = found(token, count=request.method == "GET")
    context = {
        "content": shown.content,
        "link": shown.link,
        "revision": shown.revision,
        "article": draw_preview(shown.content, media=pictures_of(token)),
        "live": Edition.objects.live().filter(report=shown.link.report_id).without_article().first(),
        "zone": settings.TIME_ZONE,
    }
    return render(request, "preview/shared.html", context)


@behind_link
def picture(request: HttpRequest, token: str, path: str) -> HttpResponseBase:
    """A picture that stands on the page of the same link, and no other; until it is drawn, its original."""
    drawn = draw_preview(found(token).content, media=pictures_of(token))
    if f"{pictures_of(token)}{path}" not in drawn:
        raise Http404("No picture of this preview has this name.")
    try:
        return serve(request, stand_in(path) or path, document_root=str(settings.MEDIA_ROOT))
    except (OSError, ValueError) as unreadable:
        raise Http404("This picture can't be read.") from unreadable


def pictures_of(token: str) -> str:
    """The address below which the pictures of a link's page are."""
    return reverse("preview-picture", args=[token, "-"]).removesuffix("-")
