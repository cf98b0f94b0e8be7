"""
Mail that comes back, and addresses that are never written to again.

A hard bounce (the mailbox does not exist) and a complaint end it at once, three soft ones within 14 days do too. A soft
bounce is a mail that was given up for good after every attempt, or that the provider reports as bounced for now; a
single "try later" is none, or greylisting would end it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from follow.models import Bounce, Delivery, Follower, Growth, Suppression, address_digest, address_key
from newsroom.lib.addresses import one_spelling
from newsroom.lib.rights import require

SOFT_LIMIT, SOFT_WITHIN = 3, timedelta(days=14)
ADD, LIFT = "follow.add_suppression", "follow.delete_suppression"


def is_suppressed(email: str) -> bool:
    """Whether an address, in its one spelling, must never be written to."""
    return Suppression.objects.filter(digest=address_digest(email)).exists()


@transaction.atomic
def bounce(
    follower: Follower, kind: str, *, said: str = "", delivery: Delivery | None = None, now: datetime | None = None
) -> bool:
    """
    Take down that a mail came back (a `Bounce.Kind`), and stop writing to the address if that is enough.

    `said` is what the server or the provider answered, without any address. The same delivery counts once for each
    kind, however often it is reported. Returns whether the follower is disabled now. Effects: as `disable`.
    """
    now = now or timezone.now()
    Follower.objects.select_for_update().get(pk=follower.pk)  # one after the other, so that three are counted as three
    if delivery and Bounce.objects.filter(delivery=delivery, kind=kind).exists():
        return False
    Bounce.objects.create(follower=follower, delivery=delivery, kind=kind, said=said[:200], at=now)
    if kind == Bounce.Kind.SOFT:
        lately = follower.bounces.filter(kind=kind, at__gt=now - SOFT_WITHIN)
        if lately.count() < SOFT_LIMIT:
            return False
    return disable(follower, kind, now=now)


@transaction.atomic
def disable(follower: Follower, reason: str, *, by: Any = None, note: str = "", now: datetime | None = None) -> bool:
    """
    Never write to this follower again, for a `Follower.Disabled`; False if that is so already.

    Effects: the address is suppressed, what is due to it is dropped, the growth of the day is counted.
    """
    now = now or timezone.now()
    was_confirmed = Follower.objects.confirmed().filter(pk=follower.pk, disabled_at=None).exists()
    found = Follower.objects.filter(pk=follower.pk, disabled_at=None)
    done = bool(found.update(disabled_at=now, disabled_for=reason))
    Suppression.objects.get_or_create(
        digest=address_digest(follower.email), defaults={"reason": reason, "note": note, "created_by": by}
    )
    drop_due(follower, "the address is suppressed", now)
    if done and was_confirmed:
        Growth.count(left=1, now=now)
    return done


def drop_due(follower: Follower, why: str, now: datetime | None = None) -> int:
    """Drop what is still to be sent to a follower; how many that were. What a worker has in its hands looks itself."""
    due = follower.deliveries.unsent()
    return due.update(dropped_at=now or timezone.now(), last_error=why, lease=None, leased_until=None)


def suppress(email: str, *, by: Any, note: str = "") -> None:
    """
    Have an address never written to, whoever asks, whether it follows or not. Doing it twice changes nothing.

    Effects: as `disable` where it follows. Raises PermissionDenied.
    """
    require(by, ADD)
    email = one_spelling(email)
    with transaction.atomic():
        follower = Follower.objects.filter(key=address_key(email)).first()
        if follower:
            disable(follower, Follower.Disabled.DESK, by=by, note=note)
        else:
            Suppression.objects.get_or_create(
                digest=address_digest(email),
                defaults={"reason": Follower.Disabled.DESK, "note": note, "created_by": by},
            )


@transaction.atomic
def lift(email: str, *, by: Any) -> bool:
    """
    Let an address be written to again, if it asks; False if nothing was against it. Raises PermissionDenied.

    Whoever followed under it gets mail again from now on; what was dropped meanwhile is not made up for.
    """
    require(by, LIFT)
    email = one_spelling(email)
    gone, _ = Suppression.objects.filter(digest=address_digest(email)).delete()
    follower = Follower.objects.filter(key=address_key(email), disabled_at__isnull=False).first()
    if follower:
        follower.bounces.all().delete()  # or the next soft one would be the fourth
        Follower.objects.filter(pk=follower.pk).update(disabled_at=None, disabled_for="")
        if follower.confirmed_at and not follower.ended_at:
            Growth.count(came=1)
    return bool(gone or follower)
