"""How long a copy of a public page may be kept: never beyond the moment when something new goes live."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from reports.models import Edition

FRESH = 60  # seconds


def public_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views that answer the same to everybody: says so to caches, for at most a minute (RFC 9111)."""

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        change = Edition.objects.next_change(now)
        response = view(request, *args, **kwargs)
        age = min(FRESH, int((change - now).total_seconds())) if change else FRESH
        patch_cache_control(response, public=True, max_age=age)
        return response

    return cached
