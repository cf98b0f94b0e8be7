"""Pages of several apps at once, and files."""

import re
from pathlib import PurePath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.static import serve

from reports.caching import public_page
from reports.models import Edition
from reports.views import show

NAME = re.compile(r"[A-Za-z0-9_]+")  # as reports.models.random_name makes them; a NUL would break PostgreSQL's query


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The newest issue; before the first, a page that says so."""
    edition = Edition.objects.live().newest_first().first()
    return show(request, edition) if edition else render(request, "home_empty.html")


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """
    A picture of a live issue, or for staff of any.

    A rendition is named after its original, so both are told from the beginning of their names.
    """
    stem = PurePath(path).stem.partition("-")[0]
    if not NAME.fullmatch(stem):
        raise Http404("No picture has such a name.")
    if Edition.objects.live().filter(image__startswith=f"images/{stem}.").exists():
        cache = "public, max-age=31536000, immutable"
    elif request.user.is_staff:
        cache = "private, no-store"
    else:
        raise Http404("No published picture has this name.")
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Cache-Control"] = cache
    return response
