"""What is asked at every request of somebody who is logged in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from newsroom.staff import sessions
from newsroom.staff.factors import has_factor

# What somebody without a second factor gets to see where one is required: the ways to one, and the way out.
OPEN = {
    *("account_login", "account_logout", "logout", "login", "jsi18n", "account_reauthenticate", "mfa_index"),
    *("mfa_activate_totp", "mfa_add_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("account_reset_password", "account_reset_password_done", "account_reset_password_from_key"),
    *("account_reset_password_from_key_done", "mfa_authenticate", "mfa_login_webauthn"),
}


class SecondFactor:
    """
    Where a second factor is required, who has none is nobody, on every page but those on which he gets one.

    Who has one was asked for it when he logged in: allauth logs nobody in before that. A session from before the
    first factor ends when that is added (newsroom/staff/receivers.py).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        if not settings.SECOND_FACTOR_REQUIRED or (match and match.url_name in OPEN and is_of_the_desk(request)):
            return None
        if is_of_the_desk(request):
            return redirect("mfa_index") if lacks_factor(request.user) else None
        # Elsewhere nobody asks who somebody is but for single pictures; the session is read when one does.
        user: Any = request.user
        nobody_yet: Any = SimpleLazyObject(lambda: AnonymousUser() if lacks_factor(user) else user)
        request.user = nobody_yet
        return None


def lacks_factor(user: Any) -> bool:
    return bool(user.is_authenticated and not has_factor(user))


def is_of_the_desk(request: HttpRequest) -> bool:
    return request.path_info.startswith(reverse("admin:index"))


def keep_sessions(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Note when a session was last seen; on the desk alone, so that no public page reads one."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if is_of_the_desk(request) and request.session.session_key and request.user.is_authenticated:
            sessions.see(request)
        return response

    return middleware
