"""What every template knows of the site."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from django.utils.http import urlencode


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name and address, and the page's own address, without what only visitors' links add to it."""
    place = {"before": request.GET["before"]} if "before" in request.GET else {}
    return {
        "site": {"name": settings.SITE_NAME, "tagline": settings.SITE_TAGLINE, "url": settings.SITE_URL},
        "canonical_url": settings.SITE_URL + iri_to_uri(request.path) + ("?" + urlencode(place) if place else ""),
    }
