"""What following does about what happens elsewhere: an edition is announced, a provider reports a bounce."""

import logging
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver

from follow.bouncing import bounce
from follow.mailing import announce
from follow.models import Bounce, Delivery, address_key
from newsroom.lib.addresses import one_spelling
from reports.models import Edition
from reports.signals import edition_announced

logger = logging.getLogger(__name__)

# What a mail is named by at the provider, so that its reports lead back to it.
DELIVERY = "delivery"
# A mail that was put off is none that came back; the provider goes on trying.
HARD_REASONS = {RejectReason.INVALID, RejectReason.BOUNCED}


@receiver(edition_announced, dispatch_uid="follow.mail_followers")
def mail_followers(edition: Edition, **signal: Any) -> None:
    announce(edition, edition.announced_at)


@receiver(tracking, dispatch_uid="follow.take_down_bounce")
def take_down_bounce(event: AnymailTrackingEvent, **signal: Any) -> None:
    """
    A provider's report about one of our mails; whatever names none of ours, or another recipient, is passed over.

    The same report, sent again, changes nothing.
    """
    kind = kind_of(event)
    number = str((event.metadata or {}).get(DELIVERY, ""))
    if kind is None or not number.isdecimal():
        return
    delivery = Delivery.objects.select_related("follower").filter(pk=int(number), follower__isnull=False).first()
    follower = delivery.follower if delivery else None
    if follower is None or address_key(one_spelling(event.recipient or "")) != follower.key:
        logger.warning("A provider's report names delivery %s, which went to somebody else or is gone", number)
        return
    bounce(follower, kind, said=f"{event.event_type} {event.reject_reason or ''}", delivery=delivery)


def kind_of(event: AnymailTrackingEvent) -> str | None:
    """What a report means, if it means that something came back."""
    if event.event_type == EventType.COMPLAINED:
        return Bounce.Kind.COMPLAINT
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED}:
        return Bounce.Kind.HARD if event.reject_reason in HARD_REASONS else Bounce.Kind.SOFT
    return None
