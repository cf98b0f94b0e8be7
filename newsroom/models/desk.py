"""Around one issue on the desk: who is at it, what its links lead to, and who may read it before it is published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from newsroom.lib.text import LineField
from reports.models import Report, Revision


class PresenceQuerySet(models.QuerySet["Presence"]):
    def fresh(self, now: datetime | None = None) -> PresenceQuerySet:
        """Of those who said within `Presence.KEPT` that they are there."""
        return self.filter(seen_at__gt=(now or timezone.now()) - Presence.KEPT)


class Presence(models.Model):
    """
    That somebody has an issue open on the desk, and where in it; said again and again, and forgotten by itself.

    `story` is the number of the one that was last worked on, empty for the rest of the issue.
    """

    KEPT = timedelta(seconds=90)

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    story = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField(db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "person"], name="presence_once_per_issue"),)

    def __str__(self) -> str:
        return f"{self.person} at {self.report}"


class CheckedLinkQuerySet(models.QuerySet["CheckedLink"]):
    def dead(self, urls: Iterable[str]) -> dict[str, str]:
        """Of some addresses those that were followed in vain, each with what came of it. One query."""
        digests = {digest_of(url): url for url in urls}
        rows = self.filter(digest__in=digests, failures__gte=CheckedLink.TRIES)
        return {digests[digest]: outcome for digest, outcome in rows.values_list("digest", "outcome")}

    def due(self, now: datetime) -> CheckedLinkQuerySet:
        return self.filter(next_at__lte=now).order_by("next_at", "pk")


class CheckedLink(models.Model):
    """
    An address that issues link to, and what came of following it (newsroom/linking.py).

    `failures` are those in a row that leave no doubt; at TRIES of them the link counts as dead. `next_at` is when it
    is followed again, `wanted_at` when an issue was last seen to have it.
    """

    TRIES = 2

    digest = models.CharField(max_length=64, unique=True)  # of the address, which may be longer than an index takes
    url = models.TextField()
    wanted_at = models.DateTimeField(db_index=True)
    next_at = models.DateTimeField(db_index=True)
    asked_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=200, blank=True)

    objects = CheckedLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.url


def digest_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    def usable(self, now: datetime | None = None) -> PreviewLinkQuerySet:
        """Those that still open: neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=now or timezone.now())


class PreviewLink(models.Model):
    """
    A way for somebody without an account to read an issue before it is published (newsroom/previews/sharing.py).

    `key` is the SHA-256 of the token in its address; the token itself is kept nowhere. With a `revision` it shows that
    one alone, without it whatever was saved last.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    label = LineField(max_length=100, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opens = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        default_permissions = ()
        permissions = (("share_preview", "Can share previews with people without an account"),)

    def __str__(self) -> str:
        return self.label or f"Link {self.pk}"

    @property
    def author(self) -> str:
        """Who made it; the operator's own shell has no name."""
        by = self.created_by
        return by.get_full_name() or by.get_username() if by else gettext("The operator")

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
