"""
Sending: claiming deliveries, handing them to the mail server, and what follows from its answers.

Any number of workers, on any number of machines, may send at once. Each claims a batch for a while (the lease), so that
nobody else touches it, and marks every mail once the server has taken it. A worker that dies leaves a lease that runs
out; what it had not sent is sent then. Before each mail the lease and the follower are looked at once more, and once a
second whether the mailing is still to be sent.

So a mail goes out at most once, with one exception that no protocol can close: if the server took it and we never heard
so (its answer was lost, or the worker was killed that instant), it goes out again, with the same Message-ID.
"""

import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from follow import emails, letters, pacing
from follow.bouncing import bounce, is_suppressed
from follow.letters import Letter
from follow.models import Bounce, Choice, Delivery, DeliveryQuerySet, Follower, Mailing
from follow.topics import Pair, with_former
from newsroom.lib.mail import Post, Unsent, in_own_language
from reports.models import Edition

logger = logging.getLogger(__name__)

BATCH = 50
ROUND = 4  # seconds that one call goes on; other jobs wait for it, and serve waits 12 for a worker to end
LEASE = timedelta(minutes=10)
# Of its lease, what a worker leaves unused: longer than the slowest server takes for one mail (EMAIL_TIMEOUT seconds
# for each of its nine answers), so that it has stopped before anybody else may begin.
MARGIN = timedelta(minutes=3)
GLANCE = 1.0  # seconds for which what was seen of mailings and editions is believed
AWAY = timedelta(seconds=30)  # how long everybody waits for a server that is away
# After each failure; after the last one, the mail is given up. Nearly two days in all, as greylisting takes minutes and
# a full mailbox a day.
PAUSES = [
    *(timedelta(minutes=minutes) for minutes in (1, 5, 30)),
    *(timedelta(hours=hours) for hours in (2, 6, 12, 24)),
]
LETTERS_KEPT = 64
MARKS = 5  # times that marking a mail as sent is tried; each may wait for SQLite's lock as long as all else does
Now = Callable[[], datetime]


class Moot(Exception):
    """Why a mail is not sent after all: the reason for it is gone."""


class NotNow(Exception):
    """Its mailing is paused, or readers don't have its issue at the moment: it is sent later."""


class NotOurs(Exception):
    """The lease ran out, as this machine slept for instance: whoever has it by now sends it."""


@dataclass(frozen=True)
class Turn:
    """A claimed delivery, and when it may leave."""

    pk: int
    at: datetime


def send_due(now: datetime | None = None, *, seconds: float = ROUND) -> int:
    """
    Send what is due over one connection, for about so many seconds; how many mails went out.

    `now` holds the clock, for tests. Effects: mail; each delivery is marked sent, dropped or due later; followers are
    disabled whose mailbox is gone. A server that is away ends the round, and holds everybody back for half a minute.
    """
    clock: Now = (lambda: now) if now else timezone.now
    sent = 0
    with Post() as post:
        sender = Sender(post, clock, ends=time.monotonic() + seconds)
        while not sender.is_done and (batch := claim(sender.lease, clock())):
            sent += sender.send(batch)
    return sent


# Claiming


@transaction.atomic
def claim(lease: uuid.UUID, now: datetime, size: int = BATCH) -> list[Turn]:
    """
    Have a batch of due deliveries to ourselves until the lease ends, in the order of their turns; empty if none may go.

    Questions whether a wish was somebody's own go first, and are neither paused nor stopped with mailings; then the
    mailing that was announced first.
    """
    if pacing.is_held_back(now):
        return []
    said = pacing.pace()
    ready = Delivery.objects.unclaimed(now).exclude(domain__in=pacing.busy_domains(now)).order_by("due_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        ready = ready.select_for_update(of=("self",), skip_locked=True)
    found = list(ready.filter(mailing=None).values_list("pk", "domain")[:size])
    for mailing in [] if said.is_paused else with_something_due(now):
        if len(found) == size:
            break
        found += ready.filter(mailing=mailing).values_list("pk", "domain")[: size - len(found)]
    if not found:
        return []
    turns = pacing.turns([domain for _, domain in found], now, said)
    given = [Turn(pk, at) for (pk, _), at in zip(found, turns, strict=True) if at]
    claimed = Delivery.objects.unclaimed(now).filter(pk__in=[turn.pk for turn in given])
    claimed.update(lease=lease, leased_until=now + LEASE)
    return sorted(given, key=lambda turn: turn.at)


def with_something_due(now: datetime) -> list[int]:
    """The mailings that are to be sent and of which something is due, the oldest first."""
    due = Delivery.objects.unclaimed(now).filter(mailing=OuterRef("pk"))
    found = Mailing.objects.sendable(now).filter(Exists(due)).order_by("created_at", "pk")
    return list(dict.fromkeys(found.values_list("pk", flat=True)))


@transaction.atomic
def release(lease: uuid.UUID, pks: list[int]) -> None:
    """Let go of deliveries that were claimed and not tried. Locked in one order, as whoever stops a mailing does."""
    if not pks:
        return
    ours = Delivery.objects.unsent().filter(pk__in=pks, lease=lease)
    locked = list(ours.select_for_update().order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=locked).update(lease=None, leased_until=None)


# Sending


@dataclass
class Sender:
    """One worker's hands for one round: its connection, and what it has drawn and seen."""

    post: Post
    clock: Now
    ends: float  # when the round is over, by the monotonic clock
    lease: uuid.UUID = field(default_factory=uuid.uuid4)
    is_stuck: bool = False
    drawn: "OrderedDict[tuple[object, ...], Letter]" = field(default_factory=OrderedDict)
    seen: dict[int, tuple[float, Mailing, list[Edition]]] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether nothing more should be tried in this round."""
        return self.is_stuck or time.monotonic() >= self.ends

    def send(self, batch: list[Turn]) -> int:
        """Send a batch, each mail at its turn; how many went out. What can't be sent now is let go of."""
        choices = choices_of([turn.pk for turn in batch])
        left = [turn.pk for turn in batch]
        sent = 0
        for turn in batch:
            wait(turn.at - self.clock())
            if self.is_done:
                break
            left.remove(turn.pk)
            sent += self.attempt(turn.pk, choices)
        release(self.lease, left)
        return sent

    def attempt(self, pk: int, choices: dict[int, list[Pair]]) -> bool:
        """Send one mail, or see to what becomes of it. True if it went out."""
        try:
            self.post.send(self.written(pk, choices))
        except NotOurs:
            return False
        except NotNow:
            release(self.lease, [pk])
        except Moot as why:
            self.drop(pk, str(why))
        except Unsent as failure:
            self.fail(pk, failure)
        except Exception as error:  # a letter that can't be drawn must not keep all others from being sent
            logger.exception("Delivery %s could not be drawn", pk)
            put_off(pk, self.lease, Unsent(f"could not be drawn ({type(error).__name__})"), self.clock(), bounces=False)
        else:
            return mark_sent(pk, self.clock())
        return False

    @in_own_language
    def written(self, pk: int, choices: dict[int, list[Pair]]) -> EmailMultiAlternatives:
        """The mail of a claimed delivery, with a last look at the reasons for it. Raises the exceptions above."""
        mine = Delivery.objects.unsent().filter(pk=pk, lease=self.lease, leased_until__gt=self.clock() + MARGIN)
        delivery = mine.select_related("follower", "wish").first()
        if delivery is None:
            raise NotOurs
        if delivery.follower is None:
            raise Moot("the follower is gone")
        if delivery.wish:
            return self.question(delivery, delivery.follower)
        letter = self.letter(delivery, delivery.follower, choices)
        return emails.newsletter(letter, delivery.follower, delivery=delivery.pk, identity=identity(delivery))

    def question(self, delivery: Delivery, follower: Follower) -> EmailMultiAlternatives:
        """The question whether a wish was its follower's own."""
        wish = delivery.wish
        if wish is None or wish.confirmed_at:
            raise Moot("confirmed already")
        if is_suppressed(follower.email):
            raise Moot("the address is suppressed")
        return emails.confirm(wish, follower.email, delivery=delivery.pk, identity=identity(delivery))

    def letter(self, delivery: Delivery, follower: Follower, choices: dict[int, list[Pair]]) -> Letter:
        """What a mailing says to this follower, drawn once for all who get the same."""
        if follower.state(self.clock()) != "active":
            raise Moot(f"the follower is {follower.state(self.clock())}")
        mailing, editions = self.look(delivery.mailing_id or 0)
        chosen = choices.get(follower.pk, [])
        parts = [(edition, letters.scope_of(chosen, edition.revision.content)) for edition in editions]
        if mailing.kind != Mailing.Kind.CORRECTION:
            parts = [(edition, scope) for edition, scope in parts if not scope.is_empty]
        if mailing.kind == Mailing.Kind.DIGEST:
            had = sent_by_itself(follower, editions)
            parts = [(edition, scope) for edition, scope in parts if edition.report_id not in had]
        if mailing.kind == Mailing.Kind.ISSUE and changed_since(delivery, follower, mailing):
            parts = [] if came_in_digest(follower, mailing) else parts
        if not parts:
            raise Moot("nothing in it was chosen, or all of it was sent before")
        key = (mailing.pk, mailing.subject, mailing.preheader, *((edition.pk, scope) for edition, scope in parts))
        if key in self.drawn:
            self.drawn.move_to_end(key)
        else:
            self.drawn[key] = letters.of_mailing(mailing, parts, postal=pacing.pace().postal_address)
            if len(self.drawn) > LETTERS_KEPT:
                self.drawn.popitem(last=False)
        return self.drawn[key]

    def look(self, pk: int) -> tuple[Mailing, list[Edition]]:
        """A mailing and the editions that readers have of its issues, not older than a glance. Raises NotNow."""
        known = self.seen.get(pk)
        if known and time.monotonic() - known[0] < GLANCE:
            return known[1], known[2]
        now = self.clock()
        mailing = Mailing.objects.sendable(now).filter(pk=pk).first()
        if mailing is None or pacing.pace().is_paused:
            self.seen.pop(pk, None)
            raise NotNow
        live = Edition.objects.live(now).filter(report__in=mailing.issues.values("pk"))
        pks = set(live.values_list("pk", flat=True))
        if known and pks == {edition.pk for edition in known[2]}:
            editions = known[2]  # an edition never changes
        else:
            editions = list(live.select_related("revision").newest_first())
        if not editions:
            raise NotNow
        self.seen[pk] = (time.monotonic(), mailing, editions)
        return mailing, editions

    def fail(self, pk: int, failure: Unsent) -> None:
        """After a failure: what becomes of the delivery, and of the round."""
        now = self.clock()
        if failure.is_reached:
            # Whose fault it was or not: the next one is tried first, or one mail could stop all others.
            put_off(pk, self.lease, failure, now, gives_up=failure.is_blamed)
        else:
            release(self.lease, [pk])
        if failure.server_away:
            logger.warning("The mail server is away: %s", failure.reason)
            pacing.hold_back(now + AWAY)
            self.is_stuck = True

    def drop(self, pk: int, why: str) -> None:
        drop(Delivery.objects.filter(pk=pk, lease=self.lease), why, self.clock())


def sent_by_itself(follower: Follower, editions: list[Edition]) -> set[int]:
    """Which of these issues a follower was sent already, before he wanted a week at a time."""
    issues = Mailing.objects.filter(kind=Mailing.Kind.ISSUE, issues__in=[edition.report_id for edition in editions])
    sent = issues.filter(deliveries__follower=follower, deliveries__sent_at__isnull=False)
    return set(sent.values_list("issues", flat=True))


def changed_since(delivery: Delivery, follower: Follower, mailing: Mailing) -> bool:
    """Whether a follower changed how often he is told since a mailing began: only then a digest may have been first."""
    return follower.frequency == Follower.Frequency.WEEKLY or delivery.created_at > mailing.created_at


def came_in_digest(follower: Follower, mailing: Mailing) -> bool:
    """Whether a digest brought this issue to a follower, between his wanting each issue and its mail."""
    digests = Mailing.objects.filter(kind=Mailing.Kind.DIGEST, issues__in=mailing.issues.values("pk"))
    return digests.filter(deliveries__follower=follower, deliveries__sent_at__isnull=False).exists()


def identity(delivery: Delivery) -> str:
    """The same at every attempt, so that a mail that went out twice can be told by its Message-ID."""
    return f"delivery-{delivery.pk}-{delivery.created_at:%Y%m%d%H%M%S}"


def choices_of(deliveries: list[int]) -> dict[int, list[Pair]]:
    """
    What the followers of these deliveries chose, by follower; one query.

    Where that are companies or policies, another for each of both: what was merged into one of them counts too.
    """
    chosen: dict[int, list[Pair]] = {}
    rows = list(Choice.objects.filter(follower__deliveries__in=deliveries).values_list("follower", "kind", "ref"))
    pairs = with_former((kind, ref) for _follower, kind, ref in rows)
    for follower, kind, ref in rows:
        chosen.setdefault(follower, []).extend(pairs[kind, ref])
    return chosen


def wait(span: timedelta) -> None:
    """Until one's turn, which is seconds away at most."""
    if span > timedelta(0):
        time.sleep(min(span, pacing.AHEAD).total_seconds())


# What becomes of a delivery


def mark_sent(pk: int, now: datetime) -> bool:
    """
    The server took it. Even where somebody dropped it that very instant: what is out is out.

    Where the database can't be written to at the moment, it is asked again: forgetting this would send the mail twice.
    """
    found = Delivery.objects.filter(pk=pk)
    taken = {"sent_at": now, "dropped_at": None, "lease": None, "leased_until": None, "last_error": ""}
    for left in reversed(range(MARKS)):
        try:
            return bool(found.update(**taken, attempts=F("attempts") + 1))
        except OperationalError:
            if not left or connection.in_atomic_block:
                raise
            logger.warning("Delivery %s could not be marked as sent yet", pk)
            connection.close()
            time.sleep(1)
    return False


def drop(deliveries: DeliveryQuerySet, why: str, now: datetime) -> int:
    """Send these no more, as far as they were not sent; how many that were."""
    return deliveries.unsent().update(dropped_at=now, lease=None, leased_until=None, last_error=why[:200])


@transaction.atomic
def put_off(
    pk: int, lease: uuid.UUID, failure: Unsent, now: datetime, *, bounces: bool = True, gives_up: bool = True
) -> None:
    """
    After a failure: due again later, a little later each time; dropped after the last, if it may be this mail's own.

    A mailbox that does not exist is a hard bounce; whatever else is given up in the end, a soft one, unless the failure
    was all ours. Nothing happens to a delivery that is in other hands by now.
    """
    # The follower first, as `follow.bouncing` does, so that no two wait for each other.
    follower = Follower.objects.select_for_update().filter(deliveries=pk).first()
    delivery = Delivery.objects.unsent().select_for_update().filter(pk=pk, lease=lease).first()
    if delivery is None:
        return
    attempts = delivery.attempts + 1 if gives_up else min(delivery.attempts + 1, len(PAUSES))
    logger.warning("Delivery %s was not sent (attempt %s): %s", pk, attempts, failure.reason)
    found = Delivery.objects.filter(pk=pk)
    found.update(attempts=attempts, lease=None, leased_until=None, last_error=failure.reason[:200])
    if not failure.for_good and attempts <= len(PAUSES):
        found.update(due_at=now + PAUSES[attempts - 1])
        return
    found.update(has_failed=True)
    drop(found, failure.reason, now)
    if follower and bounces:
        kind = Bounce.Kind.HARD if failure.no_mailbox else Bounce.Kind.SOFT
        bounce(follower, kind, said=failure.reason, delivery=delivery, now=now)


def drop_stale(now: datetime | None = None) -> int:
    """Drop questions whose wish can't be confirmed any more, and what was due to followers that are gone; how many."""
    now = now or timezone.now()
    stale = Delivery.objects.filter(Q(follower=None) | Q(wish__asked_at__lte=now - timedelta(days=2)))
    return drop(stale, "too old, or the follower is gone", now)
