"""Telling those who want to hear of it that readers have something new: once for each edition."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from reports.models import Edition
from reports.signals import edition_announced


def announce_due(now: datetime | None = None) -> int:
    """
    Announce every edition that readers have and nobody was told of; how many that were.

    Each in a transaction of its own, with whatever hears of it, and claimed first by an UPDATE that repeats its
    condition: any number of processes may call this at once, and one that is killed leaves the edition unannounced.
    """
    now = now or timezone.now()
    waiting = Edition.objects.live(now).filter(announced_at=None).order_by("live_from", "pk")
    return sum(announce(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def announce(pk: int, now: datetime) -> bool:
    """Announce one edition; False if it was announced meanwhile, or is live no more."""
    if not Edition.objects.live(now).filter(pk=pk, announced_at=None).update(announced_at=now):
        return False
    edition = Edition.objects.select_related("revision", "report").get(pk=pk)
    edition_announced.send(sender=Edition, edition=edition)
    return True
