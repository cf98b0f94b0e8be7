"""
Banning and lifting bans. What comes from somebody who is banned goes to spam, and nobody is told.

A ban is in force or not by the time of the question alone (`Ban.objects.active`); nothing has to run when it ends, and
no row is ever changed but to lift it. An address or a network is known by its keyed hash; what was typed is forgotten.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.checks import canonical_host, domain_of, plain, skeleton
from comments.models import NETWORK_KEPT, Ban, Comment, Decision, address_digest
from comments.record import entry, write
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.network import fingerprint_of
from newsroom.lib.rights import require
from newsroom.lib.text import Wording, one_line, printable

ADD, LIFT = "comments.add_ban", "comments.change_ban"
TIMES: dict[str, tuple[Wording, timedelta | None]] = {
    "hour": (gettext_lazy("An hour"), timedelta(hours=1)),
    "day": (gettext_lazy("A day"), timedelta(days=1)),
    "month": (gettext_lazy("30 days"), timedelta(days=30)),
    "": (gettext_lazy("For good"), None),
}
# Kept with a ban, for whoever reads it in whatever language.
BY_HAND = {Ban.Kind.ADDRESS: "an address, typed by hand", Ban.Kind.NETWORK: "a network, typed by hand"}


class Refused(Exception):
    """Why somebody can't be banned, or a ban not lifted, in a sentence."""


def ban(kind: str, typed: str, *, by: Any, reason: str, until: datetime | None = None) -> Ban:
    """
    Ban an address, a name, a domain (with what is below it) or the network of an IP address, as typed by hand.

    An address and a network are hashed here, and stand neither in the ban nor in the log. A network is banned for 30
    days at most, as its fingerprint is forgotten then. Effects: the ban, a line of the log.

    Raises PermissionDenied, and Refused for what makes no sense or is banned already.
    """
    typed = one_line(typed)
    value, label = known(kind, typed), BY_HAND.get(Ban.Kind(kind), typed[:250])
    if kind == Ban.Kind.NETWORK:
        until = capped(until, timezone.now())
    return enter(Ban(kind=kind, value=value, label=label, reason=reason, until=until), by=by)


def ban_author(comment: Comment, kind: str, *, by: Any, reason: str, until: datetime | None = None) -> Ban:
    """
    Ban whoever wrote a comment by the address, the name, the domain of the website, or the network it came from.

    As `ban`; a network until 30 days after it was seen, at most.
    """
    value, label = traits(comment).get(kind, ("", ""))
    if not value:
        said = _("Nothing of that kind is known about the author (%(kind)s).")
        raise Refused(said % {"kind": Ban.Kind(kind).label.lower()})
    if kind == Ban.Kind.NETWORK:
        until = capped(until, comment.submitted_at)
    return enter(Ban(kind=kind, value=value, label=label, reason=reason, until=until), by=by, comment=comment)


def traits(comment: Comment) -> dict[str, tuple[str, str]]:
    """
    By which an author can be banned: for each kind, what is compared and what moderators are shown instead.

    Empty for an answer of the staff. The author's name stands only where it is itself what is banned, so that nothing
    of a person who is erased stays behind.
    """
    if comment.staff_id:
        return {}
    network = comment.network if comment.submitted_at > timezone.now() - NETWORK_KEPT else ""
    digest = comment.commenter.digest if comment.commenter else ""
    domain = domain_of(comment.site)
    found = {
        Ban.Kind.ADDRESS: (digest, f"the address behind comment {comment.pk}"),
        Ban.Kind.NAME: (plain(comment.name)[:250] if digest else "", comment.name),
        Ban.Kind.DOMAIN: (domain, domain),
        Ban.Kind.NETWORK: (network, f"the network of comment {comment.pk}"),
    }
    return {str(kind): (value, label) for kind, (value, label) in found.items() if value}


def known(kind: str, typed: str) -> str:
    """Under which what was typed is compared. Raises Refused."""
    match kind:
        case Ban.Kind.ADDRESS if "@" in typed.strip("@"):
            return address_digest(typed)
        case Ban.Kind.NAME if plain(typed):
            return plain(typed)[:250]
        case Ban.Kind.DOMAIN if "." in (host := domain_of(typed)):
            return canonical_host(host)
        case Ban.Kind.NETWORK:
            try:
                return fingerprint_of(typed)
            except ValueError:
                pass
    raise Refused(
        {
            "address": _("That is not an address, such as someone@example.org."),
            "domain": _("That is not a domain, such as example.org."),
            "name": _("That is not a name."),
            "network": _("That is not an IP address, such as 203.0.113.7."),
        }[kind]
    )


def capped(until: datetime | None, seen_at: datetime) -> datetime:
    """Until when a network can be banned at most: while its fingerprint may be kept."""
    last = seen_at + NETWORK_KEPT
    return min(until, last) if until else last


@transaction.atomic
def enter(row: Ban, *, by: Any, comment: Comment | None = None) -> Ban:
    """
    Save a ban and its line of the log, unless the same is in force. Raises PermissionDenied, Refused.

    One of an address or a network is never said to be there already: whoever may ban a comment's author could guess
    at the address until the answer was yes.
    """
    require(by, ADD)
    now = timezone.now()
    row.reason, row.created_at, row.created_by = printable(row.reason).strip(), now, by
    if not row.reason:
        raise Refused(_("A ban needs a reason."))
    if row.until and row.until <= now:
        raise Refused(_("A ban ends later than now."))
    one_at_a_time(f"ban {row.kind} {row.value}")
    if row.kind not in BY_HAND and Ban.objects.active(now).filter(kind=row.kind, value=row.value).exists():
        raise Refused(_("That is banned already. Lift the ban first to change it."))
    row.save()
    after = {"ban": row.pk, "kind": row.kind, "whom": row.label, "until": in_log(row.until)}
    write([entry(Decision.Act.BAN, by=by, comment=comment, after=after, why=row.reason, at=now)])
    return row


@transaction.atomic
def lift(row: Ban, *, by: Any, why: str = "") -> Ban:
    """
    End a ban now. Effects: the ban, a line of the log.

    Raises PermissionDenied, and Refused if it is over or lifted.
    """
    require(by, LIFT)
    now = timezone.now()
    row = Ban.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not Ban.objects.active(now).filter(pk=row.pk).exists():
        raise Refused(_("This ban is not in force any more."))
    row.lifted_at, row.lifted_by = now, by
    row.save(update_fields=["lifted_at", "lifted_by"])
    before = {"ban": row.pk, "kind": row.kind, "whom": row.label, "until": in_log(row.until)}
    write([entry(Decision.Act.LIFT, by=by, before=before, after={"ban": row.pk, "lifted": in_log(now)}, why=why)])
    return row


def comments_of(bans: Iterable[Ban]) -> dict[int, Comment]:
    """By ban, the comment whose author was banned, where there was one; its line of the log bears the same time."""
    times = [row.created_at for row in bans]
    lines = Decision.objects.filter(at__in=times, act=Decision.Act.BAN, comment__isnull=False).select_related("comment")
    return {line.after["ban"]: line.comment for line in lines if line.comment and "ban" in line.after}


def in_log(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else "for good"


def staff_with_name(name: str) -> str:
    """Whose name of the staff looks like this one, "" if nobody's: to ask before it is banned."""
    looks = skeleton(name)
    for user in get_user_model().objects.filter(is_staff=True, is_active=True):
        for own in (user.get_full_name(), user.get_username()):
            if own and skeleton(own) == looks:
                return str(own)
    return settings.SITE_NAME if skeleton(settings.SITE_NAME) == looks else ""
