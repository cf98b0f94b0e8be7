"""What allauth asks the site about: who may enter, from where they come, and how their secrets are sealed."""

import base64
import hashlib
import io
import logging
import re
from collections.abc import Mapping
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from newsroom.lib.mail import Post, Unsent, compose, in_own_language
from newsroom.lib.mailed import absolute
from newsroom.lib.network import client_address, fingerprint

log = logging.getLogger(__name__)

# Those of allauth's messages that would only say what everybody sees.
NEEDLESS = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else (settings.TRUSTED_PROXIES); for limits alone, and kept nowhere."""
        return client_address(request) or "unknown"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """
        What the limit on wrong passwords counts by: an account *as seen from one network*.

        Counted by the account alone, as allauth does, a stranger could keep its owner out for as long as he likes.
        """
        name = str(credentials.get("username", "")).casefold()
        return f"{name} from {fingerprint(request)}"

    def is_safe_url(self, url: str | None) -> bool:
        """Whether somebody may be sent there once he is in: to pages of the desk, whatever language, and no others."""
        return bool(url) and super().is_safe_url(url) and bool(OF_THE_DESK.match(str(url)))

    def pre_login(self, request: HttpRequest, user: Any, **hooks: Any) -> HttpResponse | None:
        """A passkey of somebody who is no longer on the staff lets nobody in; a password wouldn't get that far."""
        if not (user.is_active and user.is_staff):
            return self.respond_user_inactive(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **hooks)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        request.session.flush()
        messages.error(request, _("This account is closed. An administrator can open it again."))
        return redirect("account_login")

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the script of the passkeys speaks JSON here."""
        match = request.resolver_match
        return bool(match and match.url_name == "mfa_login_webauthn") and super().is_ajax(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in NEEDLESS:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """In settings.SITE_URL, whatever host the request was sent to."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(path.replace("UID-KEY", key))

    def send_password_reset_mail(self, user: Any, email: str, context: Mapping[str, Any]) -> None:
        """Sent to the address that stands in the account. That it can't be sent is logged; the page says the same."""
        try:
            with Post() as post:
                post.send(password_mail(user, context["password_reset_url"]))
        except Unsent as failure:
            log.warning("A mail to somebody who forgot a password didn't leave: %s", failure.reason)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None: the audit log tells."""


@in_own_language
def password_mail(user: Any, url: str) -> Any:
    """To somebody of the staff who asked for a new password, or for whom somebody did."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return compose(
        "new_password",
        user.email,
        {"name": user.get_username(), "url": url, "hours": hours},
        identity=f"password-{get_random_string(24).lower()}",
    )


# /admin/… and /zh-hans/admin/…
OF_THE_DESK = re.compile(rf"/(?:(?:{'|'.join(code for code, __ in settings.LANGUAGES)})/)?admin/")


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of apps, and what recovery codes are made of, are sealed: whoever has the database alone has neither."""

    def encrypt(self, text: str) -> str:
        return seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises cryptography.fernet.InvalidToken if settings.PSEUDONYM_KEY is another one now."""
        return seal().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> SafeString:
        """The picture to be read by an app; SVG that stands in the page itself, as its policy lets no style in."""
        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind="svg", xmldecl=False, svgns=False, omitsize=True, nl=False, border=4)
        return mark_safe(out.getvalue().decode())  # noqa: S308 - segno's, made of squares alone

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SITE_NAME}


def seal() -> Fernet:
    key = hashlib.sha256(b"newsroom.second-factors" + settings.PSEUDONYM_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
