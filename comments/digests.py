"""
Mail to moderators about what waits, each as often as he wants.

Nothing waits, or nothing new since the last mail: no mail. Like notices, a digest is claimed by an UPDATE that repeats
its condition, so any number of workers may run this; `Digest.sent_at` is up to when a moderator has been told.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.utils import timezone

from comments import emails
from comments.emails import Waiting
from comments.models import Comment, Digest, Flag, HouseRules
from comments.moderating import MODERATE
from comments.rules import house_rules
from newsroom.lib.mail import Post, Unsent, in_own_language
from reports.models import Edition

logger = logging.getLogger(__name__)

Every = HouseRules.Every
BURST = timedelta(minutes=2)  # what comes within this becomes one mail, where one is wanted "at once"
MORNING = time(8)  # in the site's time zone
SHOWN = 20  # comments in one mail; the rest is a number
LEASE = timedelta(minutes=10)
PAUSE = timedelta(minutes=5)  # after a failure
LONG_PAUSE = timedelta(hours=6)  # after one that is for good, which only another address can mend
SETTLED = timedelta(seconds=5)  # what was begun before that has been committed, so nothing slips in behind us


def send_due(now: datetime | None = None) -> int:
    """
    Write to each moderator whose time has come and for whom there is something new; how many mails went out.

    Effects: mail, and `Digest.sent_at`. A mail that fails is tried again later and then tells all that is new by then.
    """
    until = (now or timezone.now()) - SETTLED
    if not (Comment.objects.pending().exists() or Comment.objects.reported().exists()):
        return 0
    usual = house_rules().digest
    sent = 0
    with Post() as post:
        for user in moderators():
            row, _ = Digest.objects.get_or_create(user=user)
            every = row.every or usual
            if not is_due(row, every, until) or not claim(row, until):
                continue
            try:
                post.send(write(user, row, every))
            except Unsent as failure:
                put_off(row, failure, until)
                if failure.server_away:
                    break
            else:
                Digest.objects.filter(pk=row.pk).update(sent_at=until, leased_until=None)
                sent += 1
    return sent


def moderators() -> Iterable[Any]:
    """The active staff who decide about comments and have an address."""
    users = get_user_model().objects.with_perm(MODERATE, backend="django.contrib.auth.backends.ModelBackend")
    return users.filter(is_staff=True).exclude(email="").order_by("pk")


def may_decide(user: Any) -> bool:
    """Whether somebody is still one of those who decide about comments."""
    return bool(user.is_active and user.is_staff and user.has_perm(MODERATE))


def is_due(row: Digest, every: str, now: datetime) -> bool:
    """Whether something came since the last mail and before the latest time at which this moderator wants one."""
    edge = latest_edge(every, now)
    return edge is not None and came_between(row.sent_at, edge)


def latest_edge(every: str, now: datetime) -> datetime | None:
    """The last moment at which mail was due: the full hour, this morning (or yesterday's), a short while ago."""
    if every == Every.AT_ONCE:
        return now - BURST
    local = timezone.localtime(now)
    if every == Every.HOURLY:
        return local.replace(minute=0, second=0, microsecond=0)
    if every == Every.DAILY:
        morning = datetime.combine(local.date(), MORNING, local.tzinfo)
        return morning if morning <= now else datetime.combine(local.date() - timedelta(days=1), MORNING, local.tzinfo)
    return None


def came_between(since: datetime | None, edge: datetime) -> bool:
    """Whether a comment began to wait, or an approved one was reported, after the one time and up to the other."""

    def within(name: str) -> Q:
        return Q(**{f"{name}__lte": edge}) & (Q(**{f"{name}__gt": since}) if since else Q())

    # An author who edits an approved comment sends it back to the queue.
    if Comment.objects.pending().filter(within("submitted_at") | within("edited_at")).exists():
        return True
    reported = Comment.objects.approved().values("pk")
    return Flag.objects.open().filter(within("created_at"), comment__in=reported).exists()


def claim(row: Digest, now: datetime) -> bool:
    """Have this moderator's mail to ourselves, if nobody else has, or has sent it since we looked."""
    unchanged = Digest.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), pk=row.pk, sent_at=row.sent_at)
    return bool(unchanged.update(leased_until=now + LEASE))


def put_off(row: Digest, failure: Unsent, now: datetime) -> None:
    """Keep the claim for a while, so that nobody tries again at once. Nothing is lost: what is new stays new."""
    logger.warning("The digest for user %s was not sent: %s", row.user_id, failure.reason)
    Digest.objects.filter(pk=row.pk).update(leased_until=now + (LONG_PAUSE if failure.for_good else PAUSE))


@in_own_language
def write(user: Any, row: Digest, every: str) -> EmailMultiAlternatives:
    """The mail: what was reported first, as readers see it, then what waits, the oldest first."""
    reported, pending = Comment.objects.reported(), Comment.objects.pending()
    counts = {"pending": pending.count(), "reported": reported.count()}
    shown = list(reported.oldest_first()[:SHOWN])
    shown += pending.oldest_first()[: SHOWN - len(shown)]
    since = f"{row.sent_at:%Y%m%d%H%M%S}" if row.sent_at else "first"
    return emails.digest(user.email, user.pk, waiting(shown, user.pk), counts, every=every, identity=since)


def waiting(comments: list[Comment], moderator: int) -> list[Waiting]:
    titles = Edition.objects.titles_of({comment.report_id for comment in comments})
    reports: dict[int, list[str]] = {}
    for flag in Flag.objects.open().filter(comment__in=comments):
        reasons = reports.setdefault(flag.comment_id, [])
        if flag.words not in reasons and len(reasons) < emails.REPORTS_SHOWN:
            reasons.append(flag.words)
    return [
        Waiting(
            comment=comment,
            issue=titles.get(comment.report_id, ""),
            reports=reports.get(comment.pk, []),
            url=emails.decide_link(comment, moderator),
        )
        for comment in comments
    ]


def choose(user: Any, every: str) -> None:
    """Let a moderator have this mail as often as he wants; "" is as the house rules say."""
    Digest.objects.update_or_create(user=user, defaults={"every": every})
