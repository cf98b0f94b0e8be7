"""How long a copy of a public page may be kept: never beyond the moment when something new goes live."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.defaults import page_not_found

from reports.models import Edition

FRESH = 60  # seconds


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    For views that answer the same to everybody: says so to caches, for at most a minute (RFC 9111).

    A page that is missing is no exception: without a word, caches may keep a 404 for as long as they like. A view that
    says so itself is left alone.
    """

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        change = Edition.objects.next_change()
        try:
            response = view(request, *args, **kwargs)
        except Http404 as missing:
            if settings.DEBUG:
                raise
            response = page_not_found(request, missing)
        if response.has_header("Cache-Control"):
            return response
        # Asked for before the page was made and counted from after: whatever the page took is no reason to keep it.
        age = min(FRESH, max(0, int((change - timezone.now()).total_seconds()))) if change else FRESH
        patch_cache_control(response, public=True, max_age=age)
        return response

    return cached
