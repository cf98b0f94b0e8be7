"""Second factors: who has one, and resetting them for somebody who lost the phone."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from newsroom.audit import Did, record
from newsroom.lib.rights import require
from newsroom.staff import sessions

# Recovery codes stand in for a factor, and are none.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
HAS_FACTOR = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS))  # of each of many users


def has_factor(user: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def in_words(user: Any) -> list[str]:
    """The second factors that somebody has, such as "authenticator app" and "passkey “Phone”"."""
    said = {Authenticator.Type.TOTP: _("authenticator app"), Authenticator.Type.RECOVERY_CODES: _("recovery codes")}
    found = Authenticator.objects.filter(user_id=user.pk).order_by("pk")
    return [
        said.get(factor.type) or _("passkey “%(name)s”") % {"name": factor.wrap().name}
        for factor in found
        if factor.type in FACTORS
    ]


def may_reset(by: Any, user: Any) -> bool:
    """Whether somebody may reset another's factors: who may change people, and for a superuser only another one."""
    return by is None or (by.has_perm("auth.change_user") and (by.is_superuser or not user.is_superuser))


@transaction.atomic
def reset(user: Any, *, by: Any) -> int:
    """
    Take all second factors and recovery codes from an account, and log it out everywhere; how many factors that were.

    Its password alone opens it afterwards: up to the next log-in where a second factor is required, which then asks
    for a new one. Raises PermissionDenied.
    """
    require(by, "auth.change_user")
    if not may_reset(by, user):
        raise PermissionDenied("Only a superuser may reset the second factors of one.")
    found = Authenticator.objects.filter(user_id=user.pk)
    number: int = found.filter(type__in=FACTORS).count()
    found.delete()
    sessions.forget(user)
    record(Did.RESET_FACTORS, by=by, what=user, detail={"factors": number})
    return number
