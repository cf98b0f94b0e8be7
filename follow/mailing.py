"""
What is sent to many: announcing an issue by mail, correcting it, the week's digest; pausing, stopping, trying again.

A mailing is announced once, whoever announces it how often: its key is unique. Its deliveries, one for each follower,
are written with it in one transaction; `follow.delivering` sends them.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

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
STOPPED_AT_ONCE = 500
LONGEST_GAP = timedelta(days=28)  # between digests; what is older was news once
TOLD = (Edition.Kind.CORRECTION, Edition.Kind.CLARIFICATION, Edition.Kind.RETRACTION)  # changes with a public note
DIGESTS = "weekly digest"  # the lock under which it is settled what a digest holds


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

    Where it is on its way already, what is still to be sent bears the new words, and only stopping ends it. Once the
    issue is scheduled or was published, this takes the right to send. Raises PermissionDenied, and ValidationError for
    words that are too long.
    """
    require(by, permission_to_prepare(report))
    cover = cover_of(report)
    cover.subject, cover.preheader, cover.is_silent = one_line(subject), one_line(preheader), is_silent
    cover.full_clean(validate_unique=False)
    Cover.objects.update_or_create(
        report=report,
        defaults={"subject": cover.subject, "preheader": cover.preheader, "is_silent": is_silent},
    )
    Mailing.objects.filter(key=key_of(report)).update(subject=cover.subject, preheader=cover.preheader)
    return cover_of(report)


def permission_to_prepare(report: Report) -> str:
    """What it takes to prepare the mail of an issue: more once others have decided that it goes out."""
    return SEND if report.editions.exists() else PREPARE


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
        raise Refused(_("A test is sent to your own address alone."))
    letter = letter_of_issue(report)
    if letter is None:
        raise Refused(_("Save the issue first."))
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
    update nothing is sent, nor for an issue that was withdrawn and is published again. Effects: as `begin`.
    """
    report = edition.report
    earlier = report.editions.filter(announced_at__isnull=False).exclude(pk=edition.pk)
    if cover_of(report).is_silent or earlier.exists():
        return None
    return begin(edition, by=edition.published_by, now=now or timezone.now())


@transaction.atomic
def send_now(report: Report, *, by: Any) -> Mailing:
    """
    Have the followers told of an issue that was not sent by mail when it came to readers.

    Effects: as `begin`. Raises PermissionDenied, and Refused if readers don't have it, or followers were told.
    """
    require(by, SEND)
    edition = live_edition(report)
    if edition is None:
        raise Refused(_("Readers don’t have this issue now."))
    mailing = begin(edition, by=by, now=timezone.now())
    if mailing is None:
        raise Refused(_("Followers were told of this issue before."))
    return mailing


def begin(edition: Edition, *, by: Any, now: datetime) -> Mailing | None:
    """
    The mailing of an edition's issue, with a delivery for each follower who wants each issue and chose something in it.

    None if there is one already. A digest that is made at the same moment waits, and so misses nothing.
    """
    one_at_a_time(DIGESTS)
    report, cover = edition.report, cover_of(edition.report)
    mailing, is_new = Mailing.objects.get_or_create(
        key=key_of(report),
        defaults={
            "kind": Mailing.Kind.ISSUE,
            "subject": cover.subject,
            "preheader": cover.preheader,
            "created_at": now,
            "created_by": by,
        },
    )
    if not is_new:
        return None
    mailing.issues.set([report])
    followers = Follower.objects.active(now).filter(frequency=Follower.Frequency.EACH)
    write_deliveries(mailing, followers, topics_of(edition.revision.content), now)
    return mailing


def make_up_for(follower: Follower, now: datetime | None = None) -> int:
    """
    Have a follower who wanted a week at a time, and wants each issue now, sent what no digest has brought yet.

    To be called under the lock DIGESTS, taken before the follower was looked at: what is just being announced is seen.
    Effects: deliveries; how many. What he chose is looked at when they are sent.
    """
    now = now or timezone.now()
    missed = not_in_digests(now - LONGEST_GAP, now).exclude(deliveries__follower=follower)
    joined = follower.confirmed_at or now
    rows = [
        Delivery(mailing=mailing, follower=follower, domain=follower.domain, created_at=now, due_at=now)
        for mailing in missed.filter(created_at__gte=joined)
    ]
    return len(Delivery.objects.bulk_create(rows))


def write_deliveries(mailing: Mailing, followers: FollowerQuerySet, topics: Iterable[Pair], now: datetime) -> int:
    """
    One for each of them who chose any of the topics; how many that were.

    A batch of followers at a time, by statements about single tables: so memory is bounded, and a database that has no
    statistics yet of what was imported a minute ago has no choice of plans either.
    """
    written = last = 0
    while some := list(followers.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        first, last = some[0], some[-1]
        here = Choice.objects.of(topics).filter(follower__gte=first, follower__lte=last).order_by()
        chosen = sorted(set(here.values_list("follower", flat=True)).intersection(some))
        insert_deliveries(mailing, chosen, now)
        written += len(chosen)
    return written


def insert_deliveries(mailing: Mailing, followers: list[int], now: datetime) -> None:
    """One for each of these, in one statement: as objects, a hundred thousand of them take four times as long."""
    if not followers:
        return
    # Locked, so that whoever erases one of them waits, and then finds his delivery.
    rows_of = Follower.objects.filter(pk__in=followers).select_for_update(no_key=True)
    chosen = rows_of.order_by("id").values("id", "domain")
    rows, numbers = chosen.query.sql_with_params()
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO follow_delivery
                (mailing_id, follower_id, domain, created_at, due_at, attempts, last_error, has_failed)
            SELECT %s, chosen.id, chosen.domain, %s, %s, 0, '', %s FROM ({rows}) AS chosen
            """,  # noqa: S608 - what stands in it is the ORM's own statement, with its parameters beside it
            [mailing.pk, at, at, False, *numbers],
        )


# Corrections


def got_it(edition: Edition, now: datetime | None = None) -> FollowerQuerySet:
    """
    Those who were sent an issue, by itself or in a digest, and want to hear of corrections.

    Of a digest, only those who chose something that is in this issue: to all others it brought the other ones.
    """

    def sent(kind: str) -> QuerySet[Delivery, Any]:
        told = Mailing.objects.filter(issues=edition.report_id, kind=kind).values("pk")
        return Delivery.objects.filter(mailing__in=told, sent_at__isnull=False).values("follower")

    wanting = Follower.objects.active(now).choosing([CORRECTIONS])
    choosing = Follower.objects.choosing(topics_of(edition.revision.content)).values("pk")
    in_digest = Q(pk__in=sent(Mailing.Kind.DIGEST)) & Q(pk__in=choosing)
    return wanting.filter(Q(pk__in=sent(Mailing.Kind.ISSUE)) | in_digest)


def recipients_of_correction(report: Report) -> int:
    """To how many a correction would go; nobody while readers don't have the issue."""
    edition = live_edition(report)
    return got_it(edition).count() if edition else 0


def live_edition(report: Report) -> Edition | None:
    """What readers have of an issue, with its revision."""
    return Edition.objects.live().filter(report=report).select_related("revision", "report").first()


@transaction.atomic
def correct(report: Report, *, note: str, subject: str = "", by: Any) -> Mailing:
    """
    Tell those who were sent an issue what was wrong in it, and nobody else.

    The same words are sent once, however often somebody presses the button. Effects: a mailing and its deliveries.
    Raises PermissionDenied, and Refused if readers don't have the issue, nobody was sent it, or this was sent before.
    """
    require(by, SEND)
    now = timezone.now()
    edition = live_edition(report)
    if edition is None:
        raise Refused(_("Readers don’t have this issue now, so there is nothing to lead them to."))
    if not note.strip():
        raise Refused(_("Say what was wrong, and what is right."))
    followers = got_it(edition, now)
    if not followers.exists():
        raise Refused(_("Nobody who wants to hear of corrections was sent this issue."))
    mailing, is_new = Mailing.objects.get_or_create(
        key=key_of_correction(report, note),
        defaults={
            "kind": Mailing.Kind.CORRECTION,
            "subject": subject,
            "note": note,
            "created_at": now,
            "created_by": by,
        },
    )
    if not is_new:
        raise Refused(_("This correction, in these words, was sent before."))
    mailing.issues.set([report])
    write_deliveries(mailing, followers, [CORRECTIONS], now)
    return mailing


def key_of_correction(report: Report, note: str) -> str:
    """Under which a correction in these words, however they are spaced, is sent once."""
    return f"correction-{report.pk}-{sha256(' '.join(note.split()).encode()).hexdigest()[:16]}"


def note_to_send(report: Report) -> str:
    """The newest public note of an issue that told of something wrong; "" if there is none, or it was sent already."""
    told = report.editions.begun().filter(kind__in=TOLD).exclude(note="")
    note = told.values_list("note", flat=True).first() or ""
    return "" if Mailing.objects.filter(key=key_of_correction(report, note)).exists() else note


# The week's digest


@transaction.atomic
def send_weekly(now: datetime | None = None) -> Mailing | None:
    """
    Announce the digest of the week that ended last, once; None if that was done, or there was no issue.

    It holds the issues that were announced by mail and that no digest has brought, as far as readers have them. May be
    called at any time, any number of times: a worker that was away makes up for it.
    """
    now = now or timezone.now()
    ends = last_slot(now)
    key = f"digest-{timezone.localtime(ends):%G-W%V}"
    one_at_a_time(DIGESTS)
    if Mailing.objects.filter(key=key).exists():
        return None
    reports = not_in_digests(ends - LONGEST_GAP, ends).values("issues")
    editions = list(Edition.objects.live(now).filter(report__in=reports).select_related("revision").newest_first())
    if not editions:
        return None
    mailing = Mailing.objects.create(kind=Mailing.Kind.DIGEST, key=key, created_at=ends)
    mailing.issues.set([edition.report_id for edition in editions])
    topics = sorted({topic for edition in editions for topic in topics_of(edition.revision.content)})
    followers = Follower.objects.active(now).filter(frequency=Follower.Frequency.WEEKLY)
    write_deliveries(mailing, followers, topics, now)
    return mailing


def not_in_digests(after: datetime, until: datetime) -> QuerySet[Mailing, Mailing]:
    """The issues that were announced by mail within a time, and that no digest has brought."""
    brought = Mailing.objects.filter(kind=Mailing.Kind.DIGEST).values("issues")
    announced = Mailing.objects.filter(kind=Mailing.Kind.ISSUE, stopped_at=None)
    return announced.filter(created_at__gt=after, created_at__lte=until).exclude(issues__in=brought)


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


def stop(mailing: Mailing, *, by: Any) -> int:
    """
    Send nothing more of it, for good; how many will not get it. Raises PermissionDenied.

    From the first moment on no worker begins with one of its deliveries. They are dropped then, some at a time and
    locked in one order, so that nobody who is just sending waits for long, or for ever.
    """
    require(by, SEND)
    now = timezone.now()
    Mailing.objects.filter(pk=mailing.pk, stopped_at=None).update(stopped_at=now)
    dropped = 0
    while some := stop_some(mailing, now):
        dropped += some
    return dropped


@transaction.atomic
def stop_some(mailing: Mailing, now: datetime) -> int:
    rows = mailing.deliveries.unsent().select_for_update().order_by("pk")
    some = list(rows.values_list("pk", flat=True)[:STOPPED_AT_ONCE])
    stopped = Delivery.objects.unsent().filter(pk__in=some)
    return stopped.update(dropped_at=now, last_error="stopped by the desk", lease=None, leased_until=None)


@transaction.atomic
def try_again(mailing: Mailing, *, by: Any) -> int:
    """
    Have what was given up after failures sent after all, as far as its followers still get mail; how many that are.

    Raises PermissionDenied, and Refused if the mailing was stopped for good.
    """
    require(by, SEND)
    if Mailing.objects.filter(pk=mailing.pk, stopped_at__isnull=False).exists():
        raise Refused(_("This mailing was stopped for good."))
    given_up = mailing.deliveries.filter(dropped_at__isnull=False, has_failed=True)
    wanting = given_up.filter(follower__in=Follower.objects.active().values("pk"))
    return wanting.update(dropped_at=None, has_failed=False, due_at=timezone.now(), attempts=0, last_error="")
