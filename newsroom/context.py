"""What every template knows of the site."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.encoding import iri_to_uri
from django.utils.http import urlencode

from newsroom.lib.languages import in_language, in_own_language


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name and address, the page's own address, and those of the same page in each language."""
    return {
        "site": {"name": settings.SITE_NAME, "tagline": settings.SITE_TAGLINE, "url": settings.SITE_URL},
        "canonical_url": canonical(request, request.path),
        "languages": languages(request),
    }


def canonical(request: HttpRequest, path: str) -> str:
    """The whole address of a page, without what only visitors' links add to it."""
    place = {"before": request.GET["before"]} if "before" in request.GET else {}
    return settings.SITE_URL + iri_to_uri(path) + ("?" + urlencode(place) if place else "")


def languages(request: HttpRequest) -> list[dict[str, object]]:
    """The languages of the interface: code, own name, the path to change to it, and this page's whole address in it."""
    active = translation.get_language() or settings.LANGUAGE_CODE
    own = in_own_language(request.path, active)
    rows: list[dict[str, object]] = []
    for code, name in settings.LANGUAGES:
        path = in_language(own, code)
        query = request.META.get("QUERY_STRING", "")
        rows.append(
            {
                "code": code,
                "name": name,
                "path": iri_to_uri(path) + (f"?{query}" if query else ""),
                "url": canonical(request, path),
                "is_active": code == active,
            }
        )
    return rows
