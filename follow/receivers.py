"""What following does about what happens elsewhere: an edition is announced, a provider reports a bounce."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils.translation import ngettext

from follow.bouncing import bounce
from follow.mailing import announce
from follow.models import Bounce, Choice, Delivery, address_key
from follow.subscribing import follow_instead
from newsroom.lib.addresses import one_spelling
from newsroom.lib.numbers import row_number
from reports.models import Edition
from reports.signals import edition_announced, registry_merged, registry_uses
from reports.using import Use

logger = logging.getLogger(__name__)

# What a mail is named by at the provider, so that its reports lead back to it.
DELIVERY = "delivery"
NO_MAILBOX = re.compile(r"\b5\.(?:1\.\d{1,3}|2\.1)\b")  # enhanced status codes (RFC 3463)
KIND_KEYS = ("Type", "type", "event", "severity", "bounceType", "bounce_type", "bounce_class", "bounce")
FOR_GOOD = re.compile("hard|permanent", re.IGNORECASE)


@receiver(edition_announced, dispatch_uid="follow.mail_followers")
def mail_followers(edition: Edition, **signal: Any) -> None:
    announce(edition, edition.announced_at)


@receiver(registry_merged, dispatch_uid="follow.move_followers")
def move_followers(kind: str, old: int, into: Any, **signal: Any) -> None:
    follow_instead((kind, old), (kind, into.pk))


@receiver(registry_uses, dispatch_uid="follow.count_followers")
def count_followers(kind: str, row: Any, **signal: Any) -> list[Use]:
    number = Choice.objects.of([(kind, row.pk)]).count()
    said = ngettext("Followed by %(number)d reader", "Followed by %(number)d readers", number)
    return [Use(said % {"number": number})] if number else []


@receiver(tracking, dispatch_uid="follow.take_down_bounce")
def take_down_bounce(event: AnymailTrackingEvent, **signal: Any) -> None:
    """
    A provider's report about one of our mails; whatever names none of ours, or another recipient, is passed over.

    The same report, sent again, changes nothing.
    """
    kind = kind_of(event)
    number = row_number(str((event.metadata or {}).get(DELIVERY, "")))
    if kind is None or not number:
        return
    delivery = Delivery.objects.select_related("follower").filter(pk=number, follower__isnull=False).first()
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
        return Bounce.Kind.HARD if is_for_good(event) else Bounce.Kind.SOFT
    return None


def is_for_good(event: AnymailTrackingEvent) -> bool:
    """
    Whether a bounce means that there is no such mailbox; in doubt it doesn't, as three doubts are enough.

    Anymail calls most bounces just "bounced". What tells them apart is the server's own code, or else the provider's
    own word: hard or soft, permanent or transient.
    """
    if event.reject_reason == RejectReason.INVALID:
        return True
    code = NO_MAILBOX.search(event.mta_response or "") or NO_MAILBOX.search(event.description or "")
    raw: Any = event.esp_event
    words = " ".join(str(raw[key]) for key in KIND_KEYS if key in raw) if isinstance(raw, Mapping) else ""
    return bool(code or FOR_GOOD.search(words))
