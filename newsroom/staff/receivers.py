"""What Django and allauth announce about log-ins, for the audit log and the list of sessions."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model, signals
from django.http import HttpRequest

from newsroom.audit import Did, record
from newsroom.staff import sessions
from newsroom.staff.factors import FACTORS


def connect() -> None:
    for signal, receiver in (
        (signals.user_logged_in, note_login),
        (signals.user_logged_out, note_logout),
        (signals.user_login_failed, note_wrong_password),
        (account.password_changed, note_password),
        (account.password_set, note_password),
        (account.password_reset, note_reset),
        (factors.authenticator_added, note_factor),
        (factors.authenticator_removed, note_removed),
        (factors.authenticator_reset, note_codes),
        (factors.authenticator_used, note_used),
        (factors.authentication_failed, note_wrong_code),
    ):
        signal.connect(receiver, dispatch_uid=f"newsroom.staff.{receiver.__name__}")


def note_login(request: HttpRequest, user: Any, **signal: Any) -> None:
    sessions.begin(request, user)
    record(Did.LOG_IN, by=user)


def note_logout(request: HttpRequest, user: Any, **signal: Any) -> None:
    if user is not None:
        sessions.leave(request)
        record(Did.LOG_OUT, by=user)


def note_wrong_password(credentials: dict[str, Any], **signal: Any) -> None:
    """Only for accounts that there are: whatever else was typed as a name may have been the password."""
    name = str(credentials.get("username") or "")
    if user := get_user_model().objects.filter(username=name).first():
        record(Did.WRONG_PASSWORD, by=None, what=user)


def note_password(request: HttpRequest, user: Any, **signal: Any) -> None:
    """All other sessions end with the old password."""
    sessions.see(request)  # this one goes on, under a new key
    record(Did.CHANGE_PASSWORD, by=user, detail={"sessions": sessions.forget(user, but=request.session.session_key)})


def note_reset(user: Any, **signal: Any) -> None:
    record(Did.RESET_PASSWORD, by=user, detail={"sessions": sessions.forget(user)})


def note_factor(request: HttpRequest, user: Any, authenticator: Authenticator, **signal: Any) -> None:
    """With the first factor all other sessions end: they began without one."""
    if authenticator.type not in FACTORS:
        note_codes(user=user)
        return
    is_first = Authenticator.objects.filter(user=user, type__in=FACTORS).count() == 1
    ended = sessions.forget(user, but=request.session.session_key) if is_first else 0
    record(Did.ADD_FACTOR, by=user, detail={"factor": authenticator.type, "sessions": ended})


def note_removed(user: Any, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type in FACTORS:
        record(Did.REMOVE_FACTOR, by=user, detail={"factor": authenticator.type})


def note_codes(user: Any, **signal: Any) -> None:
    record(Did.MAKE_CODES, by=user)


def note_used(user: Any, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record(Did.USE_CODE, by=user)


def note_wrong_code(user: Any, **signal: Any) -> None:
    record(Did.WRONG_CODE, by=None, what=user)
