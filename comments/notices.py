"""
Mails that commenters asked for: which are due, sending them, and the two things that their readers can say to us.

A notice is a row, written in the transaction that gave reason for it. It waits long enough for a mistaken decision to
be undone, and is looked at once more when it is sent.

Any number of workers may send at once. Each claims one notice after the other, by an UPDATE that repeats its
condition, and has it to itself for a while (the lease). A worker that dies leaves a lease that runs out, and the notice
is sent then. So a mail goes out at most once, with one exception that no protocol can close: if the server took it and
we never heard so (its answer was lost, or we were killed that instant), it goes out again, with the same Message-ID.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from comments import emails
from comments.models import Address, Comment, Commenter, Notice
from newsroom.lib.mail import Post, Unsent, in_own_language
from reports.models import Edition

logger = logging.getLogger(__name__)

TIME_TO_UNDO = timedelta(minutes=1)
TIME_TO_LEAVE_ALONE = timedelta(days=30)
MOST_QUESTIONS = 3
LEASE = timedelta(minutes=10)  # longer than the slowest server takes for one mail
# After each failure; after the last one, the notice is dropped. Nearly two days in all.
PAUSES = [
    *(timedelta(minutes=minutes) for minutes in (1, 5, 30)),
    *(timedelta(hours=hours) for hours in (2, 6, 12, 24)),
]
TIME_TO_CONFIRM_ALL = timedelta(days=7)  # for which a notice waits until its reader confirms the address

UNSENT = Q(sent_at=None, dropped_at=None)
GETS_MAIL = Q(commenter__confirmed_at__isnull=False, commenter__muted_at=None)
ALLOWED = Q(kind=Notice.Kind.CONFIRM) | GETS_MAIL


def announce(approved: Sequence[Comment]) -> None:
    """
    Have the authors of approved comments told, and those to whom they reply; each once, if they asked for it.

    Approving a comment again, after it was taken back, is no second reason.
    """
    above = {
        parent.pk: parent
        for parent in Comment.objects.filter(pk__in={comment.parent_id for comment in approved if comment.parent_id})
    }
    wanted: list[tuple[str, int, Comment]] = []
    for comment in approved:
        parent = above.get(comment.parent_id or 0)
        if comment.wants_mail and comment.commenter_id:
            wanted.append((Notice.Kind.PUBLISHED, comment.commenter_id, comment))
        if parent and parent.wants_mail and parent.commenter_id and parent.commenter_id != comment.commenter_id:
            wanted.append((Notice.Kind.REPLY, parent.commenter_id, comment))
    due_at = timezone.now() + TIME_TO_UNDO
    Notice.objects.bulk_create(
        [
            Notice(kind=kind, commenter_id=commenter_id, about=comment, due_at=due_at)
            for kind, commenter_id, comment in wanted
        ],
        ignore_conflicts=True,
    )
    Notice.objects.filter(
        about__in=[comment.pk for _, _, comment in wanted], sent_at=None, dropped_at__isnull=False
    ).exclude(kind=Notice.Kind.CONFIRM).update(dropped_at=None, due_at=due_at, attempts=0, last_error="")


@transaction.atomic
def ask_to_confirm(comment: Comment) -> None:
    """
    Have the author asked to confirm the address, so that it may be written to (double opt-in).

    Nothing happens if it is confirmed, or if such a mail is due or went out within the hour; nor for 30 days after
    three of them, or after one to somebody who stopped our mail: whoever types another person's address can't fill
    that person's mailbox.
    """
    commenter = comment.commenter
    if commenter is None or commenter.gets_mail:
        return
    Commenter.objects.select_for_update().get(pk=commenter.pk)
    now = timezone.now()
    asked = commenter.notices.filter(UNSENT | Q(sent_at__gt=now - TIME_TO_LEAVE_ALONE), kind=Notice.Kind.CONFIRM)
    lately = asked.filter(UNSENT | Q(sent_at__gt=now - timedelta(hours=1)))
    if not lately.exists() and asked.count() < (1 if commenter.muted_at else MOST_QUESTIONS):
        Notice.objects.get_or_create(
            kind=Notice.Kind.CONFIRM, commenter=commenter, about=comment, defaults={"due_at": now}
        )


def confirm(commenter: int) -> bool:
    """
    The reader of a mail says that the address is his: what waited for that is sent. False if he is nobody (any more).

    Saying it twice changes nothing; the first time is kept.
    """
    found = Commenter.objects.filter(pk=commenter)
    found.filter(confirmed_at=None).update(confirmed_at=timezone.now())
    return bool(found.update(muted_at=None))


@transaction.atomic
def mute(commenter: int) -> bool:
    """
    The reader of a mail wants no more: none goes to him until he asks anew and confirms again. False if he is nobody.

    Effects: nothing of what he ever asked for is wanted any longer, and what is due is dropped.
    """
    now = timezone.now()
    if not Commenter.objects.filter(pk=commenter).exists():
        return False
    Commenter.objects.filter(pk=commenter, muted_at=None).update(muted_at=now)
    Comment.objects.filter(commenter=commenter, wants_mail=True).update(wants_mail=False)
    Notice.objects.filter(UNSENT, commenter=commenter).update(dropped_at=now, last_error="wants no mail")
    return True


# Sending: called by workers


class Moot(Exception):
    """Why a notice is not sent after all: the reason for it is gone."""


def send_due(now: datetime | None = None, limit: int = 100) -> int:
    """
    Send what is due, at most `limit` of it over one connection, and give back how many went out.

    Effects: mail; each notice is marked sent, dropped or due later. Safe to call from any number of processes. A server
    that is away ends the round: what is left stays due.
    """
    sent = 0
    ready = unclaimed(now or timezone.now()).filter(ALLOWED).order_by("due_at", "pk")
    with Post() as post:
        for pk in list(ready.values_list("pk", flat=True)[:limit]):
            moment = now or timezone.now()
            if not claim(pk, moment):
                continue
            try:
                post.send(written(pk, moment))
            except Moot as why:
                drop(pk, str(why), moment)
            except Unsent as failure:
                put_off(pk, failure, moment)
                if failure.server_away:
                    break
            else:
                Notice.objects.filter(pk=pk).update(sent_at=moment, leased_until=None, last_error="")
                sent += 1
    return sent


def unclaimed(now: datetime) -> QuerySet[Notice]:
    """What is due and nobody has, or had for too long."""
    return Notice.objects.filter(UNSENT, Q(leased_until=None) | Q(leased_until__lte=now), due_at__lte=now)


def claim(pk: int, now: datetime) -> bool:
    """
    Have a due notice to ourselves, and count the attempt; False if another worker was first.

    The condition names columns of the notice alone: with a join it would become a subquery, which PostgreSQL doesn't
    ask again after waiting for the other worker's transaction.
    """
    return bool(unclaimed(now).filter(pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1))


@in_own_language
def written(pk: int, now: datetime) -> EmailMultiAlternatives:
    """The mail of a claimed notice, with a last look at the reason for it. Raises Moot, or Unsent for a bad address."""
    notice = Notice.objects.select_related("commenter", "about__parent").get(pk=pk)
    if notice.attempts > len(PAUSES) + 1:  # workers died of it again and again
        raise Moot(notice.last_error or "given up")
    check_confirm(notice) if notice.kind == Notice.Kind.CONFIRM else check_wanted(notice)
    edition = Edition.objects.live(now).without_article().filter(report=notice.about.report_id).first()
    if edition is None:
        raise Moot("the issue is not live")
    to = Address.objects.filter(commenter=notice.commenter_id).values_list("email", flat=True).first()
    if not to:
        raise Moot("no address")
    return MAILS[notice.kind](notice, to, edition)


MAILS: dict[str, Callable[[Notice, str, Edition], EmailMultiAlternatives]] = {
    Notice.Kind.CONFIRM: emails.confirm_address,
    Notice.Kind.PUBLISHED: emails.published,
    Notice.Kind.REPLY: emails.reply,
}


def check_wanted(notice: Notice) -> None:
    """Raise Moot unless readers see what the notice tells of, and its reader still wants to know."""
    comment = notice.about
    asked = comment.parent if notice.kind == Notice.Kind.REPLY else comment
    if comment.status != Comment.Status.APPROVED:
        raise Moot("not approved any more")
    if not notice.commenter.gets_mail or asked is None or not asked.wants_mail:
        raise Moot("wants no mail")


def check_confirm(notice: Notice) -> None:
    """
    Raise Moot if the address is confirmed, or its author or a person of the staff has put the comment away.

    For what a rule put away we ask as for any other: whom we don't listen to must not learn it from a missing mail.
    """
    comment = notice.about
    if notice.commenter.gets_mail:
        raise Moot("confirmed already")
    if comment.status == Comment.Status.WITHDRAWN:
        raise Moot("withdrawn")
    if comment.status in {Comment.Status.SPAM, Comment.Status.BIN} and comment.decided_by_id:
        raise Moot("rejected")


def drop(pk: int, why: str, now: datetime) -> None:
    Notice.objects.filter(pk=pk).update(dropped_at=now, leased_until=None, last_error=why[:200])


def put_off(pk: int, failure: Unsent, now: datetime) -> None:
    """
    After a failure: due again later, a little later each time; dropped if it is for good, or was the last time.

    An attempt that came to nothing through no fault of the notice's own, as there was no server, counts for nothing.
    """
    attempts = Notice.objects.values_list("attempts", flat=True).get(pk=pk)
    logger.warning("Notice %s was not sent (attempt %s): %s", pk, attempts, failure.reason)
    if not failure.is_blamed:
        Notice.objects.filter(pk=pk).update(
            due_at=now + PAUSES[0], leased_until=None, attempts=attempts - 1, last_error=failure.reason[:200]
        )
        return
    if failure.for_good or attempts > len(PAUSES):
        drop(pk, failure.reason, now)
        return
    again = now + PAUSES[attempts - 1]
    Notice.objects.filter(pk=pk).update(due_at=again, leased_until=None, last_error=failure.reason[:200])


def drop_unconfirmed(now: datetime | None = None) -> int:
    """Drop what has waited for a week for its reader to confirm the address; how many that were."""
    now = now or timezone.now()
    waited = Notice.objects.filter(UNSENT, due_at__lte=now - TIME_TO_CONFIRM_ALL).exclude(ALLOWED)
    return waited.update(dropped_at=now, last_error="never confirmed")
