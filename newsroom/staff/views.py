"""The pages on which the staff log in and look after their accounts: allauth's, as pages of the desk, and a few own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsroom.staff import people, sessions
from newsroom.staff.forms import AboutYouForm
from newsroom.staff.middleware import is_of_the_desk

View = Callable[..., HttpResponseBase]


def private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def dressed(response: HttpResponseBase, **frame: Any) -> HttpResponseBase:
    """An answer that is still to be drawn, with what its frame needs, and with our `site` in place of allauth's."""
    if isinstance(response, TemplateResponse) and not response.is_rendered:
        own = {name: value for name, value in (response.context_data or {}).items() if name != "site"}
        response.context_data = {**frame, "second_factor_required": settings.SECOND_FACTOR_REQUIRED, **own}
    return response


def entrance(view: View) -> View:
    """A page before the desk: no script but the passkeys', under the strict policy of the public pages."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = private(dressed(view(request, *args, **kwargs)))
        response.headers["Referrer-Policy"] = "same-origin"  # the address of a new password's page is a secret
        response.is_entrance = True  # type: ignore[attr-defined]
        return response

    return page


def on_the_desk(view: View) -> View:
    """A page of somebody who is logged in, in the desk's frame."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return private(dressed(view(request, *args, **kwargs), **admin.site.each_context(request)))

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def about_you(request: HttpRequest) -> HttpResponse:
    """One's own name and address of mail: to the latter go new passwords, so it is asked who changes it."""
    person = get_object_or_404(User, pk=request.user.pk)
    form = AboutYouForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        people.describe(person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("mfa_index")
    return TemplateResponse(request, "account/about_you.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def list_sessions(request: HttpRequest) -> HttpResponse:
    rows = [
        {
            "row": row,
            "device": sessions.device(row.browser, row.system),
            "is_this": row.key == request.session.session_key,
        }
        for row in sessions.of(request.user)
    ]
    rows.sort(key=lambda row: not row["is_this"])
    return TemplateResponse(request, "account/sessions.html", {"title": _("Your sessions"), "sessions": rows})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(sessions.of(request.user), pk=pk)
    sessions.end(session, by=request.user)
    messages.success(request, _("Ended: %(device)s.") % {"device": sessions.device(session.browser, session.system)})
    return redirect("staff-sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    number = sessions.end_others(request.user, but=request.session.session_key)
    said = ngettext("Ended %(number)d other session.", "Ended %(number)d other sessions.", number)
    messages.success(request, said % {"number": number})
    return redirect("staff-sessions")


def missing(request: HttpRequest) -> HttpResponse | None:
    """The desk's own page for an address where there is nothing, for those who are at the desk; None for all others."""
    return message(request, 404, _("Page not found"))


def refused(request: HttpRequest) -> HttpResponse | None:
    """The desk's own page for what a role doesn't include, for those who are at the desk; None for all others."""
    return message(request, 403, _("Not allowed"))


def message(request: HttpRequest, status: int, title: str) -> HttpResponse | None:
    if not is_of_the_desk(request) or not getattr(request, "user", None) or not admin.site.has_permission(request):
        return None
    context = {**admin.site.each_context(request), "title": title}
    return private(render(request, f"admin/{status}.html", context, status=status))  # type: ignore[return-value]


def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth answers with to somebody who tried too often: settings.ROOT_URLCONF's handler429."""
    response = TemplateResponse(request, "429.html", status=429)
    response.headers["Retry-After"] = "300"
    return response
