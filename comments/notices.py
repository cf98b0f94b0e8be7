"""
Mails that commenters asked for: which are due, and (by a worker) sending them.

A notice is a row, written in the transaction that gave reason for it. It waits long enough for a mistaken decision to
be undone, and is looked at once more when it is sent.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from comments.models import Comment, Commenter, Notice

TIME_TO_UNDO = timedelta(minutes=1)


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
    ).exclude(kind=Notice.Kind.CONFIRM).update(dropped_at=None, due_at=due_at)


@transaction.atomic
def ask_to_confirm(comment: Comment) -> None:
    """
    Have the author asked to confirm the address, so that it may be written to (double opt-in).

    Nothing happens if it is confirmed, or if such a mail is due or went out within the hour: whoever types another
    person's address can't fill that person's mailbox.
    """
    commenter = comment.commenter
    if commenter is None or commenter.gets_mail:
        return
    Commenter.objects.select_for_update().get(pk=commenter.pk)
    now = timezone.now()
    recent = Q(sent_at=None, dropped_at=None) | Q(sent_at__gt=now - timedelta(hours=1))
    if not commenter.notices.filter(recent, kind=Notice.Kind.CONFIRM).exists():
        Notice.objects.get_or_create(
            kind=Notice.Kind.CONFIRM, commenter=commenter, about=comment, defaults={"due_at": now}
        )
