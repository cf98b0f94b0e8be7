"""Readers' reports of comments that they think should not be there."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from comments.models import Comment, Flag
from newsroom.lib.locks import one_at_a_time
from reports.models import Edition

MOST = 10  # reports of one network
WITHIN = timedelta(hours=1)


class NotPublic(Exception):
    """Readers don't see the comment (any more), so they have nothing to report."""


class TooMany(Exception):
    """So many reports came from the network that no more are taken for now."""


@transaction.atomic
def flag(comment: Comment, reason: str, note: str, network: str) -> Flag:
    """
    Keep a reader's report of a comment; one for a network, a comment and a reason, however often it is sent.

    A reason about which somebody decided before, on this comment, is `known`: it doesn't bring the comment back to the
    desk. Raises NotPublic, and TooMany after 10 reports from the network within an hour.
    """
    one_at_a_time(f"reports from {network}")
    # Locked, so that nobody decides about the comment while this looks what was decided.
    approved = Comment.objects.select_for_update(of=("self",)).approved()
    if not approved.filter(pk=comment.pk).exists() or not is_live(comment.report_id):
        raise NotPublic
    same = Flag.objects.filter(comment=comment, reason=reason)
    again = same.filter(network=network).first()
    if again:
        return again
    if Flag.objects.filter(network=network, created_at__gt=timezone.now() - WITHIN).count() >= MOST:
        raise TooMany
    known = same.filter(settled__isnull=False).exists()
    return Flag.objects.create(comment=comment, reason=reason, note=note, network=network, known=known)


def is_live(report_id: int) -> bool:
    return Edition.objects.live().filter(report=report_id).exists()
