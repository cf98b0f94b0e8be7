"""
Sessions of the staff: noted when they begin, shown to their owner, ended by him.

A session is a row of Django's and one of ours beside it (DeskSession). Deleting Django's ends it at once, as nothing
can be loaded by its key any more, and a request that is under way can't save it again. What the session itself
keeps under NOTED saves a query at every request: which row of ours is its own, under which key, and when it was noted.
"""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from newsroom.audit import Did, record
from newsroom.lib.devices import browser_and_system
from newsroom.models import DeskSession

NOTED = "desk_session"
EVERY = 300  # seconds between two notes of when a session was last seen


def begin(request: HttpRequest, user: Any) -> None:
    """Note a log-in that has just happened."""
    if request.session.session_key is None:
        request.session.save()
    browser, system = browser_and_system(request.headers.get("User-Agent", ""))
    row, __ = DeskSession.objects.update_or_create(
        key=request.session.session_key, defaults={"user": user, "browser": browser, "system": system}
    )
    remember(request.session, row.pk)


def remember(session: SessionBase, pk: int) -> None:
    session[NOTED] = {"row": pk, "key": session.session_key, "at": timezone.now().timestamp()}


def see(request: HttpRequest) -> None:
    """Note that a session is in use, and under which key, where that is news. Call it for those who are logged in."""
    noted = request.session.get(NOTED)
    if not noted:  # it began before sessions were noted
        begin(request, request.user)
        return
    is_same = noted["key"] == request.session.session_key
    if is_same and timezone.now().timestamp() - noted["at"] < EVERY:
        return
    own = DeskSession.objects.filter(pk=noted["row"], user=request.user.pk)
    if own.update(key=request.session.session_key, seen_at=timezone.now()):
        remember(request.session, noted["row"])
    else:
        begin(request, request.user)


def leave(request: HttpRequest) -> None:
    """Forget the note of a session whose owner logs out; Django ends the session itself."""
    DeskSession.objects.filter(key=request.session.session_key).delete()


def of(user: Any) -> QuerySet[DeskSession]:
    """The sessions in which somebody is logged in, the one used last first."""
    alive = Session.objects.filter(session_key=OuterRef("key"), expire_date__gt=timezone.now())
    return DeskSession.objects.filter(Exists(alive), user=user).order_by("-seen_at", "-pk")


def device(browser: str, system: str) -> str:
    """From what somebody logged in, in words."""
    return _("%(browser)s on %(system)s") % {
        "browser": browser or _("another browser"),
        "system": system or _("another system"),
    }


@transaction.atomic
def end(session: DeskSession, *, by: Any) -> None:
    """End a session: its next request is nobody's. Raises PermissionDenied unless it is one's own."""
    if by != session.user:
        raise PermissionDenied("This is somebody else's session.")
    record(Did.END_SESSION, by=by, what=session.user, detail={"browser": session.browser, "system": session.system})
    drop(DeskSession.objects.filter(pk=session.pk))


@transaction.atomic
def end_others(user: Any, *, but: str | None) -> int:
    """End all sessions of somebody, on his own wish, but the one with that key; how many."""
    number = forget(user, but=but)
    if number:
        record(Did.END_SESSION, by=user, what=user, detail={"sessions": number})
    return number


def forget(user: Any, *, but: str | None = None) -> int:
    """End all sessions of somebody but the one with that key, as part of another act, which says so; how many."""
    return drop(DeskSession.objects.filter(user=user).exclude(key=but or ""))


def drop(found: QuerySet[DeskSession]) -> int:
    keys = list(found.values_list("key", flat=True))
    found_rows = Session.objects.filter(session_key__in=keys)
    ended = found_rows.filter(expire_date__gt=timezone.now()).count()
    found_rows.delete()
    DeskSession.objects.filter(key__in=keys).delete()
    return ended


def forget_expired() -> int:
    """Forget our rows of sessions that ended by themselves."""
    gone, __ = DeskSession.objects.exclude(Exists(Session.objects.filter(session_key=OuterRef("key")))).delete()
    return gone
