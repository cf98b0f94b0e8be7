"""How long a copy of a public page may be kept, and telling caches that what they have is out of date."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import wraps
from hashlib import sha256
from typing import Any
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.defaults import page_not_found

from newsroom.lib import stamps
from reports.models import Edition

logger = logging.getLogger(__name__)

FRESH = 60  # seconds that a shared cache may keep a page
PATIENCE = 3  # seconds for a cache to answer
STAMPS_KEPT = 6 * 3600  # seconds; a copy older than that is sent anew, for the sake of its stamps


class MayAppear(Http404):
    """There is nothing here, and in a moment there may be: no copy of that answer is kept."""


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    For views that answer the same to everybody: says so to caches (RFC 9111), and names the page by what is in it.

    A browser asks each time, and is told so if its copy is still right. Caches that many share keep one for at most a
    minute; that they can be told to forget it (`purge`) is what makes a change show at once.

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
            if isinstance(missing, MayAppear):
                response.headers["Cache-Control"] = "no-store"
        if response.has_header("Cache-Control"):
            return response
        # Asked for before the page was made and counted from after: whatever the page took is no reason to keep it.
        age = min(FRESH, max(0, int((change - timezone.now()).total_seconds()))) if change else FRESH
        allow_copies(response, age)
        if isinstance(response, HttpResponse) and response.status_code == 200:
            response.headers["ETag"] = entity_tag(response.content)
        return response

    return cached


def allow_copies(response: HttpResponseBase, seconds: int = FRESH) -> None:
    """Let shared caches keep an answer for so long, and browsers only until they ask again."""
    patch_cache_control(response, public=True, max_age=0, s_maxage=seconds)


def entity_tag(content: bytes) -> str:
    """
    The ETag of a page: the same as long as it differs in nothing but the time stamps of its forms.

    A page with stamps gets another every six hours, so that none is confirmed until its stamps are too old.
    """
    bare, stamped = stamps.FIELD.subn(b"", content)
    if stamped:
        bare += b"%d" % (time.time() // STAMPS_KEPT)
    return f'"{sha256(bare).hexdigest()[:32]}"'


def of_issue(response: HttpResponse, report_id: int) -> HttpResponse:
    """The answer, marked as one that shows something of an issue: `purge` finds it by that."""
    response.headers["Cache-Tag"] = response.headers["Surrogate-Key"] = f"issue-{report_id}"
    return response


def purge(tags: Iterable[str]) -> None:
    """
    Once the transaction is committed, have the cache in front forget the pages that bear one of these tags.

    A PURGE request to `settings.PURGE_URL`, with the tags as Cache-Tag (commas between) and Surrogate-Key (spaces);
    nothing where none is set. A purge that fails is logged, and what asked for it stands: no shared copy is kept for
    more than a minute anyway.
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
