"""
Doors on public pages: forms that anybody may send, without a session, a cookie or a CSRF token.

What guards them instead: a signed time stamp for one form on one subject, the origin that the browser names, a limit on
size, and whatever the form's own verb refuses. Each guard has a status and a sentence of its own (`Refused`).
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from newsroom.lib import stamps
from newsroom.lib.forms import Form
from newsroom.lib.origin import same_origin
from newsroom.lib.stamps import Age
from newsroom.lib.text import Wording

# The longest comment in Chinese is 590 KB as browsers send it: three bytes a character, three letters a byte.
MOST_BYTES = 1024 * 1024
TRY_AGAIN = 600  # seconds after which the shorter limits are over
TOO_BIG = _("This is more than a form can be: the whole of it may have one megabyte.")
FAULTY = _("Not everything is right yet. Please check the fields below.")
ELSEWHERE = _("This was sent from a page of another site. If you meant it, send it once more from here.")
STAMP_SAYS = {
    Age.EARLY: _("That was very quick. Please wait three seconds, then send it once more."),
    Age.LATE: _("This page was open for more than a day. Nothing you wrote is lost: please send it once more."),
    Age.FORGED: _("This form was not made for this page. Nothing you wrote is lost: please send it once more."),
}


class Refused(Exception):
    """A guard that stopped what a reader sent: the HTTP status, and a sentence for the reader, in his language."""

    def __init__(self, status: int, sentence: Wording) -> None:
        self.status, self.sentence = status, str(sentence)
        super().__init__(self.sentence)


class SeeOther(HttpResponseRedirect):
    status_code = 303


def door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For views that take what anybody sends: no CSRF token, as there is no cookie; nothing big, before it is read."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        posts = request.method == "POST"
        length = request.META.get("CONTENT_LENGTH") or "0"
        if posts and (not length.isdecimal() or int(length) > MOST_BYTES):
            response: HttpResponseBase = render(request, "413.html", {"sentence": TOO_BIG}, status=413)
        else:
            response = view(request, *args, **kwargs)
        if posts:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


def guard_form(form: Form) -> None:
    """Raises Refused: 422 for what is missing or wrong in the form."""
    if not form.is_valid():
        form.focus_first_fault()
        raise Refused(422, FAULTY)


def guard_origin(request: HttpRequest) -> None:
    """Raises Refused: 403 if another site's page sent this."""
    if not same_origin(request):
        raise Refused(403, ELSEWHERE)


def guard_stamp(age: Age) -> None:
    """Raises Refused: 422 if the form was made too lately, too long ago, or elsewhere."""
    if age is not Age.FINE:
        raise Refused(422, STAMP_SAYS[age])


def stamp_for(request: HttpRequest, form: str, subject: object) -> tuple[str, Age]:
    """The stamp for the form when it comes back to the reader, and how the one that was sent is to be taken."""
    sent = request.POST.get("stamp", "")
    age = stamps.age(sent, form, subject)
    return (sent if age in {Age.FINE, Age.EARLY} else stamps.stamp(form, subject)), age


def retry_later(response: HttpResponse) -> HttpResponse:
    """The answer, which says when to come again if it tells of too many (RFC 6585 §4)."""
    if response.status_code == 429:
        response.headers["Retry-After"] = str(TRY_AGAIN)
    return response
