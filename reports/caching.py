"""How long a copy of a public page may be kept, and telling caches that what they have is out of date."""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.defaults import page_not_found

from reports.models import Edition

logger = logging.getLogger(__name__)

FRESH = 60  # seconds
PATIENCE = 3  # seconds for a cache to answer


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


def purge(tags: Iterable[str]) -> None:
    """
    Once the transaction is committed, have the cache in front forget the pages that bear one of these tags.

    A PURGE request to `settings.PURGE_URL`, with the tags as Cache-Tag (commas between) and Surrogate-Key (spaces);
    nothing where none is set. A purge that fails is logged, and what asked for it stands: no copy is kept for more
    than a minute anyway.
    """
    named = list(tags)
    if not named or not settings.PURGE_URL:
        return
    headers = {"Cache-Tag": ",".join(named), "Surrogate-Key": " ".join(named)}
    if settings.PURGE_TOKEN:
        headers["Authorization"] = f"Bearer {settings.PURGE_TOKEN}"

    def send() -> None:
        request = Request(settings.PURGE_URL, headers=headers, method="PURGE")  # noqa: S310 - the operator's own
        try:
            with urlopen(request, timeout=PATIENCE):  # noqa: S310
                pass
        except (OSError, ValueError) as error:
            logger.warning("Could not purge %s: %s", ", ".join(named), error)

    transaction.on_commit(send)
