"""
Pages behind links in mails: GET shows and asks, POST acts.

They belong to whoever holds the link, so they ask for no session, set no cookie and carry no form token; no cache keeps
them, no search engine lists them, and no link on them tells where somebody came from.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from newsroom.lib.text import Wording
from newsroom.lib.tokens import Expired, Forged, make, read


class Dead(Exception):
    """
    A link that opens nothing: the status, and why.

    `way` is where to go instead: the name of a URL without arguments, and the words of the link.
    """

    def __init__(
        self, status: int, title: Wording, sentence: Wording, *, way: tuple[str, Wording] | None = None
    ) -> None:
        self.status, self.title, self.sentence, self.way = status, title, sentence, way
        super().__init__(sentence)


FORGED = Dead(
    404, _("This link leads nowhere."), _("Perhaps it was cut off: copy all of it from the mail, to its very end.")
)
NOBODY = Dead(410, _("This link leads nowhere any more."), _("We no longer know the address to which we sent it."))


def mailed_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages that only the reader of a mail has the address of."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def private(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            response = view(request, token)
        except Dead as dead:
            response = render(request, "links/dead.html", {"dead": dead}, status=dead.status)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return private


def opened(
    token: str,
    kind: str,
    *,
    good_for: timedelta | None = None,
    late: Wording = "",
    way: tuple[str, Wording] | None = None,
) -> Any:
    """
    What a link carries.

    Raises Dead: 404 if we never made it, 410 with the sentence `late` and the `way` to go if it is too old.
    """
    try:
        return read(token, kind, good_for=good_for)
    except Forged:
        raise FORGED from None
    except Expired:
        raise Dead(410, _("This link is too old."), late, way=way) from None


def absolute(path: str) -> str:
    """The whole address of a path of the site, for whatever leaves it: mails, feeds, links to share."""
    return str(urljoin(settings.SITE_URL, path))


def mail_link(view: str, kind: str, content: Any) -> str:
    """The whole address of one of these pages, which opens with a token of `kind`."""
    return absolute(reverse(view, args=[make(kind, content)]))
