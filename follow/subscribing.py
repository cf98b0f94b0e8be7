"""
Following by mail, as followers do it: asking, confirming, changing, pausing, leaving; and what is kept of them.

Whoever types an address learns nothing of it: what `ask` does differs by what is known of the address, what it says
doesn't. Nobody is followed up whose mailbox did not confirm the wish (double opt-in).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from follow import mailing
from follow.bouncing import drop_due, is_suppressed
from follow.emails import in_words
from follow.models import (
    Choice,
    Delivery,
    Departure,
    Follower,
    Growth,
    Knock,
    Mailing,
    Question,
    Throttle,
    Wish,
    address_digest,
    address_key,
)
from follow.topics import Pair
from follow.wishing import chosen, follows, outcome, pairs_of, tidy
from newsroom.lib.addresses import one_spelling
from newsroom.lib.doors import Refused
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from newsroom.lib.text import Wording
from reports.models import Edition

SEE, EXPORT, ERASE = "follow.view_follower", "follow.export_follower", "follow.delete_follower"

# How many wishes within which time, for one network, which many people may share.
NETWORK_LIMITS = ((10, timedelta(hours=1)), (40, timedelta(days=1)))
KNOCK_KEPT = timedelta(days=1)  # no shorter than the longest of them
TOO_MANY = gettext_lazy("Many have asked from your network. Please wait an hour, then send it once more.")

# Of the mails that ask one address: the time between two, and how many may be left unanswered within which time.
TIME_BETWEEN_QUESTIONS = timedelta(hours=1)
TIME_OF_QUESTIONS = timedelta(days=30)
MOST_QUESTIONS, MOST_AFTER_LEAVING = 3, 1

UNCONFIRMED_KEPT = timedelta(days=7)
ENDED_KEPT = timedelta(days=30)  # as the proof that what was sent had been asked for
BATCH = 1_000

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)  # until when somebody pauses who doesn't say until when
PAUSES: dict[str, tuple[Wording, timedelta | None]] = {
    "month": (gettext_lazy("For a month"), timedelta(days=30)),
    "quarter": (gettext_lazy("For three months"), timedelta(days=91)),
    "open": (gettext_lazy("Until I say so"), None),
}


class Unknown(Exception):
    """Nothing is kept about this address."""


class Used(Exception):
    """A wish was confirmed before, and taken back since."""


@dataclass(frozen=True)
class Wanted:
    """What the form gives, once its fields are valid. The address in its one spelling; `source` is the form's page."""

    email: str
    choices: list[Pair]
    frequency: str
    source: str


def consent() -> str:
    """
    What somebody agrees to who sends the form: it stands beside the button, and is kept with the wish in those words.

    A form is sent to an address in its own language, so both are in the one that its reader saw.
    """
    words = _(
        "I want %(site)s to send me by email what I ticked. "
        "I can change this or stop it at any time, by a link in every mail."
    )
    return words % {"site": settings.SITE_NAME}


# Asking


@transaction.atomic
def ask(wanted: Wanted, *, network: str, now: datetime | None = None) -> None:
    """
    Take down what somebody wants to be sent to an address, and have the address asked whether it does.

    At most one mail an hour goes to it, and only so many that nobody answers (`next_question`). A wish whose mail is
    still to be sent becomes this one; one whose mail is out stays what it was, or its reader would agree to what
    somebody else asked for since. To a suppressed address no mail ever goes. Nothing that is sent at present changes
    until the mailbox confirms.

    Effects: a knock, a question, a wish and its delivery, which is dropped at once where no mail may go; perhaps a
    follower. The same statements for every address. Raises Refused: 429 if too many come from the network.
    """
    now = now or timezone.now()
    one_at_a_time(f"following from {network}")  # always in this order, so that no two wait for each other
    refuse_flood(network, now)
    Knock.objects.create(network=network, at=now)
    digest = address_digest(wanted.email)
    one_at_a_time(f"following by {digest}")
    follower = meet(wanted.email, now)
    due_at = next_question(follower, digest, now)
    due_at = None if is_suppressed(follower.email) else due_at  # asked of everybody, so that nobody is told by the time
    waiting = follower.wishes.filter(confirmed_at=None, delivery__sent_at=None, delivery__dropped_at=None).first()
    wish = waiting or Wish(follower=follower)
    wish.choices, wish.frequency = [list(pair) for pair in tidy(wanted.choices)], wanted.frequency
    wish.consent_text, wish.source, wish.asked_at = consent(), wanted.source, now
    wish.save()
    if waiting:
        Delivery.objects.filter(wish=wish).update(domain=follower.domain)
    else:
        dropped = {} if due_at else {"dropped_at": now, "last_error": "asked too often, or suppressed"}
        written = {"wish": wish, "follower": follower, "domain": follower.domain, "created_at": now, **dropped}
        Delivery.objects.create(**written, due_at=due_at or now)
    Question.objects.create(digest=digest, at=now, was_asked=bool(due_at) and not waiting)


def refuse_flood(network: str, now: datetime) -> None:
    """Count what came from the network lately; each limit ends by itself. Raises Refused (429)."""
    for most, time in NETWORK_LIMITS:
        if Knock.objects.filter(network=network, at__gt=now - time).count() >= most:
            raise Refused(429, TOO_MANY)


def meet(email: str, now: datetime) -> Follower:
    """
    The follower with this address, locked, or a new one. To be called under the address's lock.

    An address that never was confirmed is known as it was typed last.
    """
    new = Follower(asked_at=now)
    new.set_email(email)
    # Makes it or locks it: one statement, the same whether it is known or not, and nobody forgets it in between.
    Follower.objects.bulk_create([new], update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    latest = {"email": new.email, "domain": new.domain, "asked_at": now}
    Follower.objects.filter(key=new.key, confirmed_at=None).update(**latest)
    return Follower.objects.get(key=new.key)


def next_question(follower: Follower, digest: str, now: datetime) -> datetime | None:
    """
    When a mail that asks may go to a follower, whose address has this digest: an hour after the last at the earliest.

    None if another one is on its way, or went out within the hour and waits for an answer, or if too many were left
    unanswered within 30 days. After "leave me alone" none goes.
    """
    unanswered = Q(wish__confirmed_at=None)
    asked = follower.deliveries.filter(wish__isnull=False, dropped_at=None).aggregate(
        waiting=Count("pk", filter=unanswered & (Q(sent_at=None) | Q(sent_at__gt=now - TIME_BETWEEN_QUESTIONS))),
        last=Max("sent_at"),
    )
    lately = Question.objects.filter(digest=digest, was_asked=True, at__gt=now - TIME_OF_QUESTIONS).count()
    after_leaving = MOST_AFTER_LEAVING if follower.confirmed_at else 0
    most = after_leaving if follower.ended_at else MOST_QUESTIONS
    if asked["waiting"] or lately >= most:
        return None
    return max(now, asked["last"] + TIME_BETWEEN_QUESTIONS) if asked["last"] else now


# Confirming


@transaction.atomic
def confirm(wish: int, now: datetime | None = None) -> Follower | None:
    """
    The reader of a mail says that the wish of this number was his; the follower, or None if we know neither any more.

    Doing it twice changes nothing. Of an address that is suppressed by now nothing changes either: whoever has the link
    is told no more than others. Effects: what is sent, how often, the consent to it (`follow.wishing.outcome`); the
    growth of the day, if he did not follow before; the issues of the week, if he no longer waits for its digest. Raises
    Used if he left after having confirmed it.
    """
    now = now or timezone.now()
    one_at_a_time(mailing.DIGESTS)  # before the follower, as announcing takes them in this order
    follower = Follower.objects.select_for_update(of=("self",)).filter(wishes=wish).first()
    if follower is None:
        return None
    asked = follower.wishes.get(pk=wish)
    if asked.confirmed_at:
        if follower.ended_at:
            raise Used
        return follower
    if follower.disabled_at or is_suppressed(follower.email):
        return follower
    is_new = not follows(follower)
    coming = outcome(asked)
    no_longer_waits = waits(follower, now) and not coming.weekly
    choose(follower, coming.choices)
    follower.confirmed_at = follower.confirmed_at or now
    follower.frequency, follower.consent_text, follower.source = coming.frequency, asked.consent_text, asked.source
    follower.ended_at = follower.paused_until = None
    follower.save()
    Wish.objects.filter(pk=wish).update(confirmed_at=now)
    digest = address_digest(follower.email)
    Question.objects.filter(digest=digest).delete()
    Departure.objects.filter(digest=digest).delete()
    if no_longer_waits:
        mailing.make_up_for(follower, now=now)
    if is_new:
        Growth.count(came=1, now=now)
    return follower


def waits(follower: Follower, now: datetime) -> bool:
    """Whether somebody gets mail, and waits for the week's digest, so that he would miss its issues without it."""
    return follower.state(now) == "active" and follower.frequency == Follower.Frequency.WEEKLY


def choose(follower: Follower, pairs: Iterable[Pair]) -> None:
    """Put these in the place of what a follower follows."""
    wanted = set(pairs)
    had = set(chosen(follower))
    for kind, ref in had - wanted:
        follower.choices.filter(kind=kind, ref=ref).delete()
    Choice.objects.bulk_create([Choice(follower=follower, kind=kind, ref=ref) for kind, ref in sorted(wanted - had)])


# Changing, pausing, leaving


def following(follower: int) -> Follower | None:
    """The follower of this number, locked, while he has not left; None otherwise."""
    return Follower.objects.select_for_update().confirmed().filter(pk=follower).first()


@transaction.atomic
def change(follower: int, choices: Iterable[Pair], frequency: str, now: datetime | None = None) -> bool:
    """
    Have other things sent to a follower, or as often as this. False if he has left, or is nobody.

    Effects: the issues of the week, if he no longer waits for its digest.
    """
    now = now or timezone.now()
    one_at_a_time(mailing.DIGESTS)  # before the follower, as announcing takes them in this order
    found = following(follower)
    if found is None:
        return False
    no_longer_waits = waits(found, now) and frequency != Follower.Frequency.WEEKLY
    choose(found, tidy(choices))
    found.frequency = frequency
    found.save(update_fields=["frequency"])
    if no_longer_waits:
        mailing.make_up_for(found, now=now)
    return True


def pause(follower: int, length: str, now: datetime | None = None) -> bool:
    """Send a follower nothing for a while, one of PAUSES. False if he has left, or is nobody."""
    time = PAUSES[length][1]
    until = (now or timezone.now()) + time if time else FOR_GOOD
    return bool(Follower.objects.confirmed().filter(pk=follower).update(paused_until=until))


def resume(follower: int) -> bool:
    """End a pause. What was published meanwhile is not sent. False if he has left, or is nobody."""
    return bool(Follower.objects.confirmed().filter(pk=follower).update(paused_until=None))


@transaction.atomic
def end(follower: int, now: datetime | None = None) -> bool:
    """
    The reader of a mail wants no more of them, whatever state he is in. False if he is nobody (any more).

    Doing it twice changes nothing. Effects: what is due to him is dropped, mails that ask him too; the growth of the
    day, once.
    """
    now = now or timezone.now()
    found = Follower.objects.select_for_update().filter(pk=follower).first()
    if found is None:
        return False
    if found.ended_at is None:
        Follower.objects.filter(pk=found.pk).update(ended_at=now)
        depart([found.email], now)
        if follows(found):
            Growth.count(left=1, now=now)
    drop_due(found, "wants no mail", now)
    return True


def depart(emails: Iterable[str], now: datetime) -> None:
    """Remember, by its hash, that an address left, so that no old list brings it back. It may ask anew itself."""
    rows = [Departure(digest=address_digest(email), at=now) for email in emails]
    Departure.objects.bulk_create(rows, ignore_conflicts=True)


# Giving out what is kept, and erasing it


def find(email: str, *, by: Any) -> Follower:
    """The follower with this address, whatever its case. Raises PermissionDenied, Unknown."""
    require(by, SEE)
    follower = Follower.objects.filter(key=address_key(one_spelling(email))).first()
    if follower is None:
        raise Unknown(_("Nothing is kept about this address."))
    return follower


def export(follower: Follower, *, by: Any) -> dict[str, Any]:
    """Everything that is kept about a follower, as JSON has it. Raises PermissionDenied."""
    require(by, EXPORT)
    return record_of(follower)


def record_of(follower: Follower) -> dict[str, Any]:
    """Everything that is kept about a follower: for himself, who shows by a link that the mailbox is his."""
    deliveries = follower.deliveries.select_related("mailing").prefetch_related("mailing__issues").order_by("pk")
    titles = titles_of(Mailing.objects.filter(deliveries__follower=follower))
    return {
        "address": follower.email,
        "state": follower.state(),
        "follows": in_words(chosen(follower)),
        "how_often": follower.get_frequency_display(),
        "first_asked_at": when(follower.asked_at),
        "confirmed_at": when(follower.confirmed_at),
        "agreed_to": follower.consent_text,
        "agreed_on_page": follower.source,
        "paused_until": when(follower.paused_until),
        "left_at": when(follower.ended_at),
        "stopped_at": when(follower.disabled_at),
        "stopped_because": follower.get_disabled_for_display() if follower.disabled_for else "",
        "is_never_written_to": is_suppressed(follower.email),
        "wishes": [
            {
                "asked_for": in_words(pairs_of(wish)),
                "how_often": wish.get_frequency_display(),
                "agreed_to": wish.consent_text,
                "agreed_on_page": wish.source,
                "asked_at": when(wish.asked_at),
                "confirmed_at": when(wish.confirmed_at),
            }
            for wish in follower.wishes.order_by("pk")
        ],
        "mails": [
            {
                **described(delivery.mailing, titles),
                "written_at": when(delivery.created_at),
                "sent_at": when(delivery.sent_at),
                "dropped_at": when(delivery.dropped_at),
                "attempts": delivery.attempts,
                "last_error": delivery.last_error,
            }
            for delivery in deliveries
        ],
        "mails_that_came_back": [
            {"kind": bounce.get_kind_display(), "said": bounce.said, "at": when(bounce.at)}
            for bounce in follower.bounces.order_by("pk")
        ],
    }


def described(mailing: Mailing | None, titles: dict[int, str]) -> dict[str, Any]:
    if mailing is None:
        return {"mail": _("Question whether a wish was yours"), "issues": []}
    issues = [titles[issue.pk] for issue in mailing.issues.all() if issue.pk in titles]
    return {"mail": mailing.get_kind_display(), "issues": issues}


def titles_of(mailings: QuerySet[Mailing]) -> dict[int, str]:
    """What readers knew the issues of these mailings by, last, each under its number."""
    editions = Edition.objects.begun().filter(report__mailings__in=mailings).order_by("live_from", "pk")
    return dict(editions.values_list("report_id", "title"))


def when(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def erase(follower: Follower, *, by: Any) -> bool:
    """Erase a follower, as `erase_own` does. Raises PermissionDenied."""
    require(by, ERASE)
    return erase_own(follower.pk)


@transaction.atomic
def erase_own(follower: int) -> bool:
    """
    Erase a follower, for himself: address, choices, wishes, consent, what came back. False if he is nobody (any more).

    Of the mails that were sent there stays that there was one; of the address its hash: if it must never be written to,
    and so that no old list brings it back. Effects: the growth of the day, if he followed.
    """
    found = Follower.objects.select_for_update().filter(pk=follower).first()
    if found is None:
        return False
    if follows(found):
        Growth.count(left=1)
    depart([found.email], timezone.now())
    remove([found.pk])
    return True


def remove(followers: list[int]) -> None:
    """Delete these followers, with all that hangs on them. What is left of their mails names not even a domain."""
    deliveries = Delivery.objects.filter(follower__in=followers)
    gone = "the follower is gone"
    deliveries.unsent().update(dropped_at=timezone.now(), last_error=gone, lease=None, leased_until=None)
    deliveries.update(domain="")
    gone_too = Follower.objects.filter(pk__in=followers)
    Throttle.objects.filter(domain__in=gone_too.values("domain")).delete()  # those of others come back by themselves
    gone_too.delete()


# Forgetting in time: plain functions for a schedule, that may run at any time and any number of times


def forget_unconfirmed(now: datetime | None = None) -> int:
    """
    Forget the addresses whose mailbox did not answer within a week; how many.

    Not those who said "leave me alone": they are left alone for as long as others who left are kept.
    """
    now = now or timezone.now()
    silent = Follower.objects.filter(confirmed_at=None, ended_at=None, asked_at__lte=now - UNCONFIRMED_KEPT)
    return forget(silent, now)


def forget_ended(now: datetime | None = None) -> int:
    """Forget those who left 30 days ago, until when it could be asked whether they ever came; how many."""
    now = now or timezone.now()
    return forget(Follower.objects.filter(ended_at__lte=now - ENDED_KEPT), now)


def forget_knocks(now: datetime | None = None) -> int:
    """Forget from which networks somebody asked more than a day ago; how often that was."""
    return Knock.objects.filter(at__lte=(now or timezone.now()) - KNOCK_KEPT).delete()[0]


def forget_questions(now: datetime | None = None) -> int:
    """Forget which addresses were to be asked more than 30 days ago; how often that was."""
    return Question.objects.filter(at__lte=(now or timezone.now()) - TIME_OF_QUESTIONS).delete()[0]


def forget(followers: QuerySet[Follower], now: datetime) -> int:
    """
    Remove such followers, a thousand in one transaction, but for those with a wish that may still be confirmed.

    They are locked, then looked at once more: who asks at this very moment is let be.
    """
    wishes = Wish.objects.filter(follower=OuterRef("pk"), asked_at__gt=now - UNCONFIRMED_KEPT)
    forgotten = followers.filter(~Exists(wishes)).order_by("pk")
    done = 0
    while True:
        with transaction.atomic():
            locked = list(forgotten.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
            still = list(forgotten.filter(pk__in=locked).values_list("pk", flat=True))
            remove(still)
        if not still:
            return done
        done += len(still)


@transaction.atomic
def follow_instead(old: Pair, new: Pair) -> None:
    """
    Let everybody who follows a company or policy follow what it was merged into, once, and those who asked to as well.

    Nobody is told: it is the same thing by another number.
    """
    kind, number = old
    followers = Choice.objects.filter(kind=kind, ref=new[1]).values("follower")
    Choice.objects.filter(
        kind=kind, ref=number, follower__in=list(followers.values_list("follower", flat=True))
    ).delete()
    Choice.objects.filter(kind=kind, ref=number).update(ref=new[1])
    for wish in Wish.objects.select_for_update().filter(confirmed_at=None).order_by("pk"):
        if list(old) in wish.choices:
            pairs = [list(new) if pair == list(old) else pair for pair in wish.choices]
            wish.choices = [pair for at, pair in enumerate(pairs) if pair not in pairs[:at]]
            wish.save(update_fields=["choices"])
