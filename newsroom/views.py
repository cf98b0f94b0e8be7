"""Pages of several apps at once, and files."""

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.defaults import page_not_found
from django.views.static import serve

from reports.caching import allow_copies, public_page
from reports.models import Edition
from reports.views import show

# Of an original, as reports.models.random_name makes them, and of its renditions, as imagefield does.
PICTURE = re.compile(
    r"(?:images|__processed__/[0-9a-f]{3}/[0-9a-f]{3})/(?P<stem>\w{1,64})(?:-[0-9a-f]{12})?\.[a-z]{3,4}", re.ASCII
)


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The newest issue; before the first, a page that says so."""
    edition = Edition.objects.live().newest_first().with_article().first()
    return show(request, edition) if edition else render(request, "home_empty.html")


@public_page
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """
    A picture of a live issue, or for staff of any.

    A rendition is named after its original, so both are told from the beginning of their names. A name never gets
    another picture, so asking again costs a 304; but a picture can be withdrawn, and no copy may be kept for long.
    """
    name = PICTURE.fullmatch(path)
    if not name:
        raise Http404("No picture has such a name.")
    if Edition.objects.live().filter(image__startswith=f"images/{name['stem']}.").exists():
        cache = "public, max-age=3600"
    elif request.user.is_staff:
        cache = "private, no-store"
    else:
        raise Http404("No published picture has this name.")
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except (OSError, ValueError) as unreadable:
        raise Http404("This picture can't be read.") from unreadable
    response.headers["Cache-Control"] = cache
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is at no address at all: caches may remember it as long as a missing page."""
    response = page_not_found(request, exception)
    if not request.path_info.startswith(reverse("admin:index")):
        allow_copies(response)
    return response
