"""
Telling a WebSub hub that feeds have something new, so that it reaches those who asked the hub for it at once.

Once for each announced edition and feed: the pings are written in the transaction that marks the edition announced,
and sent by workers that may die at any moment. Without `settings.WEBSUB_HUB` nothing is written.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation

from newsroom.correcting import LISTED
from newsroom.lib.feeds import WRITERS, in_form
from newsroom.lib.mailed import absolute
from reports.models import Edition, Ping

logger = logging.getLogger(__name__)

SERVER_ERROR = 500  # and above: it is the hub that is in trouble
PATIENCE = 5  # seconds for the hub to answer
BATCH = 20
LEASE = timedelta(minutes=2)  # in which a batch is surely through
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 24 * 60)]  # then no more
KEPT = timedelta(days=30)


class NoRedirect(HTTPRedirectHandler):
    """A hub that sends us elsewhere has failed: where we go is the operator's to say."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def note_pings(edition: Edition, **signal: Any) -> None:
    """
    Write down that the hub is to hear of each feed that an announced edition changed.

    Of a typo it hears nothing: that is put right in silence, and moves no date in a feed. Whoever asks gets the right
    text at once, the hub with the next thing that it is told of.
    """
    if not settings.WEBSUB_HUB or edition.kind == Edition.Kind.TYPO:
        return
    topics = dict.fromkeys(absolute(in_form(path, form)) for path in changed_feeds(edition) for form in WRITERS)
    pings = [Ping(edition=edition, topic=topic, next_at=timezone.now()) for topic in topics]
    Ping.objects.bulk_create(pings, ignore_conflicts=True)


def changed_feeds(edition: Edition) -> Iterator[str]:
    """The paths of the feeds that an edition is in."""
    with translation.override(settings.LANGUAGE_CODE):
        paths = [reverse("feed")]
        if edition.kind in LISTED:
            paths.append(reverse("corrections-feed"))
        named = {
            "section-feed": edition.stories.order_by().values_list("section", flat=True),
            "tag-feed": edition.tags.order_by().values_list("slug", flat=True),
            "company-feed": edition.companies.order_by().values_list("slug", flat=True),
            "policy-feed": edition.policies.order_by().values_list("slug", flat=True),
        }
        paths += [reverse(name, args=[slug]) for name, slugs in named.items() for slug in sorted(set(slugs))]
    yield from paths


def ping_due(now: datetime | None = None) -> int:
    """
    Tell the hub what it is to hear of by now; of how many feeds it was told.

    Each ping is claimed for the length of a lease, by an UPDATE that repeats its condition. One that fails is tried
    again after a longer and longer pause, and given up at last; one whose worker died, when its lease has ended. While
    the hub is away, all others wait with the one that found out, so that no worker spends its time waiting for it.
    """
    now = now or timezone.now()
    Ping.objects.filter(made_at__lt=now - KEPT).delete()
    if not settings.WEBSUB_HUB:
        return 0
    due = Ping.objects.filter(sent_at=None, next_at__lte=now).order_by("next_at", "pk")
    told = 0
    for pk, attempts in list(due.values_list("pk", "attempts")[:BATCH]):
        claim = Ping.objects.filter(pk=pk, sent_at=None, next_at__lte=now)
        if not claim.update(attempts=F("attempts") + 1, next_at=now + LEASE):
            continue
        try:
            told += tell(Ping.objects.get(pk=pk), attempts)
        except Away:
            Ping.objects.filter(sent_at=None, next_at__lte=now).update(next_at=now + PAUSES[0])
            break
    return told


class Away(Exception):
    """The hub doesn't answer, or says that it can't at present."""


def tell(ping: Ping, failures: int) -> bool:
    """Send one ping and write down what came of it; whether the hub took it. Raises Away."""
    try:
        failure = refusal(ping.topic)
        is_away = False
    except Away as away:
        failure, is_away = str(away), True
    if failure:
        pause = PAUSES[failures] if failures < len(PAUSES) else None
        logger.warning("The hub did not take %s: %s%s", ping.topic, failure, "" if pause else "; given up")
        ping.last_error = failure[:300]
        ping.next_at = timezone.now() + pause if pause else None
    else:
        ping.sent_at, ping.last_error = timezone.now(), ""
    ping.save(update_fields=["sent_at", "next_at", "last_error"])
    if is_away:
        raise Away(failure)
    return not failure


def refusal(topic: str) -> str:
    """Tell the hub of one feed; why it refuses it, or "". Raises Away."""
    told = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Newsroom"}
    try:
        request = Request(settings.WEBSUB_HUB, data=told, headers=headers)  # noqa: S310 - the operator's own
        with build_opener(NoRedirect).open(request, timeout=PATIENCE):
            return ""
    except HTTPError as answer:
        if answer.code >= SERVER_ERROR:
            raise Away(str(answer)) from answer
        return str(answer)
    except (OSError, ValueError, HTTPException) as error:
        raise Away(str(error) or type(error).__name__) from error
