"""Asking to follow, as a browser does that had the form open for a while; and the states that an address may be in."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.test import Client
from django.utils import timezone

from follow.bouncing import disable, suppress
from follow.emails import confirm as confirm_mail
from follow.models import Delivery, Follower, Wish, address_digest
from follow.subscribing import Wanted, ask, confirm, end, pause
from follow.topics import CORRECTIONS, ISSUES, Pair
from newsroom.lib.stamps import stamp

EMAIL = "reader@example.org"
FORM = "/follow/email/"


def aged(age: timedelta = timedelta(minutes=1)) -> str:
    """A stamp as of a page that was opened a while ago."""
    with time_machine.travel(timezone.now() - age):
        return stamp("follow", "email")


def words(**fields: Any) -> dict[str, Any]:
    """The fields of a valid form, with others in their place."""
    usual = {"email": EMAIL, "what": ["issues-0", "corrections-0"], "frequency": "each", "subject": ""}
    return {**usual, "stamp": aged(), **fields}


def post(client: Client, path: str = FORM, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post(path, words(**fields), headers=headers)


def asked(email: str = EMAIL, *pairs: Pair, frequency: str = "each", network: str = "a network") -> Wish:
    """The wish of somebody who sent the form."""
    choices = list(pairs) or [ISSUES, CORRECTIONS]
    ask(Wanted(email, choices, frequency, "https://newsroom.example/follow/"), network=network)
    return Wish.objects.latest("asked_at", "pk")


def mailed(delivery: Delivery | None = None) -> Any:
    """Have a mail that asks go out now, and give it back: the last one, if none is named."""
    delivery = delivery or Delivery.objects.filter(wish__isnull=False, dropped_at=None).latest("pk")
    assert delivery.wish
    assert delivery.follower
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
    return confirm_mail(delivery.wish, delivery.follower.email, delivery=delivery.pk, identity="x")


def following(email: str = EMAIL, *pairs: Pair, frequency: str = "each") -> Follower:
    """Somebody who asked, got the mail and confirmed."""
    wish = asked(email, *pairs, frequency=frequency, network=f"of {address_digest(email)}"[:64])
    mailed()
    found = confirm(wish.pk)
    assert found
    return found


def link(kind: str, mail: Any) -> str:
    """The path of the page "confirm" or "out" that a mail leads to."""
    found = re.search(rf"https?://\S+/follow/{kind}/\S+", mail.body)
    assert found
    return path(found.group())


def path(url: str) -> str:
    return urlsplit(url).path


def text(response: Any) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


def left(email: str = EMAIL) -> None:
    end(following(email).pk)


def alone(email: str = EMAIL) -> None:
    """Somebody who was asked and wants to be left alone."""
    wish = asked(email)
    mailed()
    end(wish.follower_id)


# What an address may have been through before somebody types it
STATES = {
    "new": lambda: None,
    "due": asked,
    "pending": lambda: (asked(), mailed()),
    "known": following,
    "paused": lambda: pause(following().pk, "open"),
    "ended": left,
    "left alone": alone,
    "bounced": lambda: disable(following(), "hard"),
    "complained": lambda: disable(following(), "complaint"),
    "suppressed": lambda: suppress(EMAIL, by=None),
}
