"""
Links that show an issue before it is published to people without an account: a lawyer, a translator, a source.

Whoever has the address has the text. So it is long and random, opens for seven days, can be revoked at any moment, and
is kept nowhere: the database has a fingerprint of it, which opens nothing.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from newsroom.audit import Did, record
from newsroom.issue import Content
from newsroom.lib.rights import require
from newsroom.models import PreviewLink
from newsroom.revising import keep
from reports.models import Report, Revision

SHARE = "newsroom.share_preview"
GOOD_FOR = timedelta(days=7)
RANDOM_BYTES = 32


class Shared(NamedTuple):
    """What a link shows: the newest revision that it may, and the link."""

    link: PreviewLink
    revision: Revision

    @property
    def content(self) -> Content:
        content: Content = self.revision.content
        return content


@transaction.atomic
def share(report: Report, *, by: Any, label: str = "", pinned: bool = False) -> tuple[PreviewLink, str]:
    """
    Make a link to the issue, and give it back with its token, which nobody can get again.

    A pinned link shows the issue as it is saved now and never anything later; any other shows what was saved last.
    The saved rows are kept as a revision first, if they are not yet. Raises PermissionDenied.
    """
    require(by, SHARE)
    revision = keep(report, by=by)
    token = token_urlsafe(RANDOM_BYTES)
    now = timezone.now()
    link = PreviewLink.objects.create(
        report=report,
        revision=revision if pinned else None,
        key=key_of(token),
        label=label,
        created_by=by,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    return link, token


@transaction.atomic
def revoke(link: PreviewLink, *, by: Any) -> None:
    """Let a link open nothing from now on. One that was revoked already stays so. Raises PermissionDenied."""
    require(by, SHARE)
    if PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(Did.UNSHARE, by=by, what=link.report)


def open_shared(token: str, *, count: bool = False) -> Shared | None:
    """
    What a link shows; None for one that was never made, is revoked or expired: nobody is told which.

    All of these are one look-up of a fingerprint, so the time tells nothing either. `count` notes that somebody
    opened it, in one UPDATE.
    """
    now = timezone.now()
    link = PreviewLink.objects.usable(now).filter(key=key_of(token)).select_related("revision").first()
    revision = link and (link.revision or link.report.revisions.first())
    if not link or not revision:
        return None
    if count:
        PreviewLink.objects.filter(pk=link.pk).update(opens=F("opens") + 1, opened_at=now)
    return Shared(link, revision)


def key_of(token: str) -> str:
    """The fingerprint by which a token is known (SHA-256). It is random and long, so it needs no salt."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
