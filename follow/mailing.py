"""
What is sent to many: announcing an issue by mail, correcting it, the week's digest; pausing, stopping, trying again.

A mailing is announced once, whoever announces it how often: its key is unique. Its deliveries, one for each follower,
are written with it in one transaction; `follow.delivering` sends them.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from follow import emails, letters
from follow.letters import Letter
from follow.models import Choice, Cover, Delivery, Follower, FollowerQuerySet, Mailing
from follow.pacing import pace
from follow.topics import CORRECTIONS, Pair, topics_of
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.mail import Post
from newsroom.lib.rights import require
from newsroom.lib.text import one_line
from reports.models import Edition, Report

PREPARE, SEND, TEST = "follow.change_cover", "follow.send_mailing", "follow.test_mailing"
BATCH = 5_000  # deliveries that are written at once, so that memory is bounded whatever the number of followers
LONGEST_GAP = timedelta(days=28)  # between digests; what is older was news once


class Refused(Exception):
    """Why something can't be done with a mailing, as a whole sentence."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


# Before it goes out


def cover_of(report: Report) -> Cover:
    """What the desk said of the mail of an issue; an unsaved one if it said nothing yet."""
    return Cover.objects.filter(report=report).first() or Cover(report=report)


@transaction.atomic
def prepare(report: Report, *, subject: str, preheader: str, is_silent: bool, by: Any) -> Cover:
    """
    Say what the mail of an issue is called, or that there is to be none.

    Where it is on its way already, what is still to be sent bears the new words, and only stopping ends it. Raises
    PermissionDenied, and ValidationError for words that are too long.
    """
    require(by, PREPARE)
    cover = cover_of(report)
    cover.subject, cover.preheader, cover.is_silent = one_line(subject), one_line(preheader), is_silent
    cover.full_clean(validate_unique=False)
    Cover.objects.update_or_create(
        report=report,
        defaults={"subject": cover.subject, "preheader": cover.preheader, "is_silent": is_silent},
    )
    Mailing.objects.filter(key=key_of(report)).update(subject=cover.subject, preheader=cover.preheader)
    return cover_of(report)


def letter_of_issue(report: Report) -> Letter | None:
    """The mail of an issue as it would go out if its rows were published now; None if nothing of it is saved."""
    revision = report.revisions.first()
    if revision is None:
        return None
    cover = cover_of(report)
    words = {"subject": cover.subject, "preheader": cover.preheader, "postal": pace().postal_address}
    return letters.issue(letters.unpublished(revision), letters.WHOLE, **words)


def send_test(report: Report, *, to: str, by: Any) -> None:
    """
    Send the issue's mail as its rows were last saved to one address, whose links to preferences and out lead nowhere.

    Raises PermissionDenied unless the address is the actor's own, Refused if nothing is saved yet, and Unsent.
    """
    require(by, TEST)
    if by is not None and to != by.email:
        raise Refused("A test is sent to your own address alone.")
    letter = letter_of_issue(report)
    if letter is None:
        raise Refused("Save the issue first.")
    with Post() as post:
        post.send(emails.test(letter, to, identity=f"test-{report.pk}-{timezone.now():%Y%m%d%H%M%S%f}"))


# Announcing


def key_of(report: Report) -> str:
    """Under which the mail of an issue is announced once."""
    return f"issue-{report.pk}"


def announce(edition: Edition, now: datetime | None = None) -> Mailing | None:
    """
    Have the followers told of an issue that readers have; None if they were before, or the desk wants no mail.

    To be called in the transaction that announces the edition. Only the first edition that is announced is news: for an
    update nothing is sent, nor for an issue that was withdrawn and is published again. Effects: a mailing, and a
    delivery for each follower who wants each issue and chose something that is in this one.
    """
    now = now or timezone.now()
    report = edition.report
    cover = cover_of(report)
    earlier = report.editions.filter(announced_at__isnull=False).exclude(pk=edition.pk)
    if cover.is_silent or earlier.exists():
        return None
    mailing, is_new = Mailing.objects.get_or_create(
        key=key_of(report),
        defaults={
            "kind": Mailing.Kind.ISSUE,
            "subject": cover.subject,
            "preheader": cover.preheader,
            "created_at": now,
            "created_by": edition.published_by,
        },
    )
    if not is_new:
        return None
    mailing.issues.set([report])
    followers = Follower.objects.active(now).filter(frequency=Follower.Frequency.EACH)
    write_deliveries(mailing, followers, topics_of(edition.revision.content), now)
    return mailing


def write_deliveries(mailing: Mailing, followers: FollowerQuerySet, topics: Iterable[Pair], now: datetime) -> int:
    """
    One for each of them who chose any of the topics; how many that were.

    A batch of followers at a time, in a few statements about single tables: so memory is bounded, and a database that
    has no statistics yet of what was imported a minute ago has no choice of plans either.
    """
    written = last = 0
    while some := list(followers.filter(pk__gt=last).order_by("pk").values_list("pk", "domain")[:BATCH]):
        first, last = some[0][0], some[-1][0]
        here = Choice.objects.of(topics).filter(follower__gte=first, follower__lte=last).order_by()
        choosing = set(here.values_list("follower", flat=True))
        Delivery.objects.bulk_create(
            Delivery(mailing=mailing, follower_id=pk, domain=domain, created_at=now, due_at=now)
            for pk, domain in some
            if pk in choosing
        )
        written += sum(pk in choosing for pk, _ in some)
    return written


# Corrections


def got_it(report: Report, now: datetime | None = None) -> FollowerQuerySet:
    """Those who were sent an issue, by itself or in a digest, and want to hear of corrections."""
    told = Mailing.objects.filter(issues=report).exclude(kind=Mailing.Kind.CORRECTION)
    sent = Delivery.objects.filter(mailing__in=told.values("pk"), sent_at__isnull=False)
    return Follower.objects.active(now).choosing([CORRECTIONS]).filter(pk__in=sent.values("follower"))


def recipients_of_correction(report: Report) -> int:
    """To how many a correction would go."""
    return got_it(report).count()


@transaction.atomic
def correct(report: Report, *, note: str, subject: str = "", by: Any) -> Mailing:
    """
    Tell those who were sent an issue what was wrong in it, and nobody else.

    The same words are sent once, however often somebody presses the button. Effects: a mailing and its deliveries.
    Raises PermissionDenied, and Refused if readers don't have the issue, nobody was sent it, or this was sent before.
    """
    require(by, SEND)
    now = timezone.now()
    if not Edition.objects.live(now).filter(report=report).exists():
        raise Refused("Readers don’t have this issue now, so there is nothing to lead them to.")
    if not note.strip():
        raise Refused("Say what was wrong, and what is right.")
    followers = got_it(report, now)
    if not followers.exists():
        raise Refused("Nobody who wants to hear of corrections was sent this issue.")
    digest = sha256(" ".join(note.split()).encode()).hexdigest()[:16]
    mailing, is_new = Mailing.objects.get_or_create(
        key=f"correction-{report.pk}-{digest}",
        defaults={
            "kind": Mailing.Kind.CORRECTION,
            "subject": subject,
            "note": note,
            "created_at": now,
            "created_by": by,
        },
    )
    if not is_new:
        raise Refused("This correction, in these words, was sent before.")
    mailing.issues.set([report])
    write_deliveries(mailing, followers, [CORRECTIONS], now)
    return mailing


# The week's digest


@transaction.atomic
def send_weekly(now: datetime | None = None) -> Mailing | None:
    """
    Announce the digest of the week that ended last, once; None if that was done, or there was no issue.

    It holds the issues that were announced by mail since the one before, and that readers still have. May be called at
    any time, any number of times: a worker that was away makes up for it.
    """
    now = now or timezone.now()
    ends = last_slot(now)
    key = f"digest-{timezone.localtime(ends):%G-W%V}"
    one_at_a_time("weekly digest")
    if Mailing.objects.filter(key=key).exists():
        return None
    before = Mailing.objects.filter(kind=Mailing.Kind.DIGEST).first()
    begins = max(before.created_at, ends - LONGEST_GAP) if before else ends - timedelta(days=7)
    announced = Mailing.objects.filter(kind=Mailing.Kind.ISSUE, stopped_at=None, created_at__lte=ends)
    in_digests = Mailing.objects.filter(kind=Mailing.Kind.DIGEST).values("issues")
    reports = announced.filter(created_at__gt=begins).exclude(issues__in=in_digests).values("issues")
    editions = list(Edition.objects.live(now).filter(report__in=reports).select_related("revision").newest_first())
    if not editions:
        return None
    mailing = Mailing.objects.create(kind=Mailing.Kind.DIGEST, key=key, created_at=ends)
    mailing.issues.set([edition.report_id for edition in editions])
    topics = sorted({topic for edition in editions for topic in topics_of(edition.revision.content)})
    followers = Follower.objects.active(now).filter(frequency=Follower.Frequency.WEEKLY)
    write_deliveries(mailing, followers, topics, now)
    return mailing


def last_slot(now: datetime) -> datetime:
    """When the last digest was due: the day and hour that the desk chose, in the site's time zone."""
    said = pace()
    local = timezone.localtime(now)
    on = local.date() - timedelta(days=(local.weekday() - said.digest_day) % 7)
    slot = timezone.make_aware(datetime.combine(on, time(said.digest_hour)))
    return slot if slot <= now else timezone.make_aware(datetime.combine(on - timedelta(days=7), slot.time()))


# While it is on its way


def pause(mailing: Mailing, *, by: Any) -> None:
    """Hold it back from now on; what a worker has in hand may still go, for a second. Raises PermissionDenied."""
    require(by, SEND)
    Mailing.objects.filter(pk=mailing.pk, paused_at=None).update(paused_at=timezone.now())


def resume(mailing: Mailing, *, by: Any) -> None:
    """Let it go on. Raises PermissionDenied."""
    require(by, SEND)
    Mailing.objects.filter(pk=mailing.pk).update(paused_at=None)


@transaction.atomic
def stop(mailing: Mailing, *, by: Any) -> int:
    """Send nothing more of it, for good; how many will not get it. Raises PermissionDenied."""
    require(by, SEND)
    now = timezone.now()
    Mailing.objects.filter(pk=mailing.pk, stopped_at=None).update(stopped_at=now)
    return mailing.deliveries.unsent().update(dropped_at=now, last_error="stopped by the desk", lease=None)


@transaction.atomic
def try_again(mailing: Mailing, *, by: Any) -> int:
    """
    Have what was given up sent after all, as far as its followers still get mail; how many that are.

    Raises PermissionDenied, and Refused if the mailing was stopped for good.
    """
    require(by, SEND)
    if Mailing.objects.filter(pk=mailing.pk, stopped_at__isnull=False).exists():
        raise Refused("This mailing was stopped for good.")
    given_up = mailing.deliveries.filter(dropped_at__isnull=False)
    wanting = given_up.filter(follower__in=Follower.objects.active().values("pk"))
    return wanting.update(dropped_at=None, due_at=timezone.now(), attempts=0, last_error="", lease=None)
