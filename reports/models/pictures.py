"""Pictures of the library: working rows, from which an issue takes what it shows."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import PurePath

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from imagefield.fields import ImageField, PPOIField

from newsroom.lib.naming import called
from newsroom.lib.text import LineField
from reports.renditions import RENDITIONS, WIDTHS


def random_name(instance: Image, filename: str) -> str:
    """A name that nobody can guess from another, so that a draft's picture can't be found by trying."""
    return f"images/{secrets.token_urlsafe(16).replace('-', '_')}{PurePath(filename).suffix.lower()}"


class ImageQuerySet(models.QuerySet["Image"]):
    def to_come(self) -> ImageQuerySet:
        """Descriptions of pictures whose file nobody has sent yet."""
        return self.filter(file="")

    def undrawn(self, now: datetime | None = None) -> ImageQuerySet:
        """Those whose renditions are due to be drawn, longest due first: not leased, not waiting after a failure."""
        return self.exclude(file="").filter(draw_at__lte=now or timezone.now()).order_by("draw_at", "pk")

    def undescribed(self) -> ImageQuerySet:
        """Those that nobody has described yet, nor said that they need no description."""
        return self.filter(awaits_words=True)


@called(
    _("image"),
    _("images"),
    file=_("file"),
    focal_point=_("focal point"),
    decorative=_("decorative"),
    caption=_("caption"),
    credit=_("credit"),
)
class Image(models.Model):
    """
    A picture with what stands beside it. Without a file it is the description of one that is still to come.

    `drawn_at`: when the renditions of its present file and focal point were all there (reports/images.py). `draw_at`:
    when they are to be drawn, or drawn again; empty once they are. `awaits_words`: sent with other files, and still to
    be described.
    """

    file = ImageField(
        upload_to=random_name,
        blank=True,
        width_field="width",
        height_field="height",
        ppoi_field="focal_point",
        formats=RENDITIONS,
        help_text=_("JPEG, PNG, GIF, WebP or AVIF. Camera data (place, device) is removed."),
    )
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    focal_point = PPOIField(help_text=_("The point that stays visible when the picture is cropped."))
    alt = LineField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for those who can't see it: “A robot grabs an apple”."),
    )
    decorative = models.BooleanField(
        default=False,
        help_text=_("Tick if the picture says nothing that the text doesn't; then it needs no text."),
    )
    caption = LineField(max_length=300, blank=True)
    credit = LineField(max_length=200, blank=True, help_text=_("“Photograph: Name / Agency”."))
    original_name = LineField(_("name of the file"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    awaits_words = models.BooleanField(default=False, editable=False)
    drawn_at = models.DateTimeField(null=True, editable=False)
    draw_at = models.DateTimeField(null=True, editable=False, default=timezone.now, db_index=True)
    draw_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    draw_error = models.CharField(max_length=300, blank=True, editable=False)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(decorative=True) | ~Q(alt="") | Q(awaits_words=True),
                name="image_described_or_decorative",
                violation_error_message="Describe the picture, or tick that it is decorative.",
            ),
        )

    def __str__(self) -> str:
        unnamed = _("Picture without a description") if self.awaits_words else _("Decorative picture")
        return self.alt or self.caption or self.original_name or str(unnamed)

    @property
    def thumbnail(self) -> str:
        """The address of its smallest rendition; empty while its file is to come."""
        sources = self.sources("webp")
        return sources[0][0] if sources else ""

    @property
    def is_ready(self) -> bool:
        """Whether all its renditions are drawn."""
        return self.drawn_at is not None

    def rendition_names(self, kind: str) -> list[str]:
        """The renditions of one kind (avif, webp, jpeg) that make sense for this size, narrowest first."""
        if not self.file or not self.width:
            return []
        fitting = [width for width in WIDTHS if width <= self.width] or [WIDTHS[0]]
        return [f"{kind}_{width}" for width in fitting]

    def sources(self, kind: str) -> list[tuple[str, int]]:
        """Addresses and widths (px) of the renditions of one kind, narrowest first."""
        return [
            (getattr(self.file, name), min(int(name.rpartition("_")[2]), self.width or 0))
            for name in self.rendition_names(kind)
        ]
