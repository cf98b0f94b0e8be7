"""Telling those who want to hear of it that readers have something new: once for each edition."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from reports.models import Edition
from reports.signals import edition_announced

logger = logging.getLogger(__name__)


def announce_due(now: datetime | None = None) -> int:
    """
    Announce every edition that readers have and nobody was told of; how many that were.

    Each in a transaction of its own, with whatever hears of it, and claimed first by an UPDATE that repeats its
    condition: any number of processes may call this at once, and one that is killed leaves the edition unannounced.
    Raises what went wrong, once all others are announced.
    """
    now = now or timezone.now()
    waiting = Edition.objects.live(now).filter(announced_at=None).order_by("live_from", "pk")
    announced, failures = 0, []
    for pk in list(waiting.values_list("pk", flat=True)):
        try:
            announced += announce(pk, now)
        except Exception as failure:  # one that can't be announced must not keep the next from it
            logger.exception("Could not announce edition %s", pk)
            failures.append(failure)
    if failures:
        raise failures[0]
    return announced


@transaction.atomic
def announce(pk: int, now: datetime) -> bool:
    """Announce one edition; False if it was announced meanwhile, or is live no more."""
    if not Edition.objects.live(now).filter(pk=pk, announced_at=None).update(announced_at=now):
        return False
    edition = Edition.objects.select_related("revision", "report").get(pk=pk)
    edition_announced.send(sender=Edition, edition=edition)
    return True
