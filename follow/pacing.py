"""
How fast mail leaves, whoever sends it: all workers of all machines take their turns from the same rows.

A turn is a moment at which one mail may go. The pace is what the desk says (`Pace`); where it says nothing, every
moment is right. A server that is away holds everybody back for a while.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from follow.models import Pace, Throttle
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require

CHANGE = "follow.change_pace"
AHEAD = timedelta(seconds=5)  # for which turns are given; what has none by then is left to whoever comes next
SOON = timedelta(seconds=1)  # the same for a domain of its own pace, as all others would wait for it
ALL = ""  # the row of all mail


def pace() -> Pace:
    """What the desk says about sending; without a row, that nothing is held back."""
    return Pace.objects.first() or Pace(pk=1)


@transaction.atomic
def set_pace(*, by: Any, **fields: Any) -> Pace:
    """
    Change what is said about sending; workers look at it before every batch.

    Raises PermissionDenied, and ValidationError for a number out of its range.
    """
    require(by, CHANGE)
    one_at_a_time("mail leaves")
    row = pace()
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
    return row


def turns(domains: Sequence[str], now: datetime, said: Pace) -> list[datetime | None]:
    """
    When each of these mails, given by the domain that it goes to, may leave; None for one whose turn is too far off.

    To be called in the transaction that claims the mails, which thereby waits for the others that take turns.
    """
    if not (said.per_second or said.per_domain):
        return [now] * len(domains)
    one_at_a_time("mail leaves")
    named = {ALL, *(domains if said.per_domain else ())}
    rows = {row.domain: row for row in Throttle.objects.filter(domain__in=named)}
    missing = [Throttle(domain=domain, next_at=now) for domain in sorted(named - rows.keys())]
    rows.update({row.domain: row for row in Throttle.objects.bulk_create(missing)})
    given = [turn(rows[ALL], rows.get(domain), now, said) for domain in domains]
    Throttle.objects.bulk_update(rows.values(), ["next_at"])
    return given


def turn(everybody: Throttle, domain: Throttle | None, now: datetime, said: Pace) -> datetime | None:
    """One turn, and both rows moved on by what it takes."""
    if domain and domain.next_at > now + SOON:
        return None
    at = max(now, everybody.next_at if said.per_second else now, domain.next_at if domain else now)
    if at > now + AHEAD:
        return None
    if said.per_second:
        everybody.next_at = at + timedelta(seconds=1) / said.per_second
    if domain:
        domain.next_at = at + timedelta(minutes=1) / said.per_domain
    return at


@transaction.atomic
def hold_back(until: datetime) -> None:
    """Have nobody send anything until then, as the server is away."""
    one_at_a_time("mail leaves")
    Throttle.objects.get_or_create(domain=ALL, defaults={"next_at": until})
    Throttle.objects.filter(domain=ALL, next_at__lt=until).update(next_at=until)


def is_held_back(now: datetime) -> bool:
    """Whether all mail has to wait for a moment that is too far off to take a turn now."""
    return Throttle.objects.filter(domain=ALL, next_at__gt=now + AHEAD).exists()


def busy_domains(now: datetime) -> QuerySet[Throttle, str]:
    """The domains whose next turn is too far off."""
    rows = Throttle.objects.exclude(domain=ALL).filter(next_at__gt=now + SOON)
    return rows.values_list("domain", flat=True)


def forget_turns(now: datetime | None = None) -> int:
    """Forget domains that nothing was sent to lately; how many."""
    now = now or timezone.now()
    gone, _ = Throttle.objects.exclude(domain=ALL).filter(next_at__lt=now - timedelta(days=1)).delete()
    return gone
