"""Followers and mailings as the desk's tests need them, by the verbs that make them on a site."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from follow.enrolling import Row, Sheet, enrol
from follow.models import Delivery, Follower, Mailing
from newsroom.announcing import announce_due
from tests.factories import published


def followers(*emails: str, choices: Iterable[str] = ("issues", "corrections"), frequency: str = "each") -> list[Any]:
    """People who agreed to get mail, in the order of their addresses."""
    now = timezone.now()
    rows = [Row(n, email, now, "Fair", tuple(choices), frequency) for n, email in enumerate(emails)]
    enrol(Sheet(rows), proof="Signed in at the fair.", by=None)
    found = {follower.email: follower for follower in Follower.objects.filter(email__in=emails)}
    return [found[email] for email in emails]


def announced(**issue: Any) -> Mailing:
    """The mailing of an issue that has just come to readers."""
    edition = published(**issue)
    announce_due()
    return Mailing.objects.get(kind=Mailing.Kind.ISSUE, issues=edition.report_id)


def sent(mailing: Mailing) -> None:
    """As if a worker had sent what is left of it."""
    mailing.deliveries.unsent().update(sent_at=timezone.now())


def dropped(delivery: Delivery, why: str = "550 refused") -> None:
    failed = {"dropped_at": timezone.now(), "has_failed": True, "attempts": 1, "last_error": why}
    Delivery.objects.filter(pk=delivery.pk).update(**failed)
