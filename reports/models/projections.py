"""Projections of editions: rows that answer questions across issues. Written with the edition, and anew at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from reports.models.issues import ARTICLES, Edition, Section, is_live, is_live_or_to_come


class ProjectionQuerySet(models.QuerySet[Any]):
    """For rows that are written with an edition and tell one thing about it."""

    def live(self, now: datetime | None = None) -> ProjectionQuerySet:
        """Those of the editions that readers get at a time."""
        return self.filter(edition__in=Edition.objects.live(now).values("pk"))

    def live_few(self, now: datetime | None = None) -> ProjectionQuerySet:
        """
        The same, for a few of them in an order: each row's edition is looked at when its turn comes.

        Where `live` lists all live editions first, which is right for a question about all, and what makes a page
        dearer with every issue (SQLite).
        """
        return self.filter(is_live(now, of="edition__"))

    def begun(self, now: datetime | None = None) -> ProjectionQuerySet:
        """Those of the editions whose time has come, past ones too: what was public once."""
        return self.filter(edition__in=Edition.objects.begun(now).values("pk"))

    def at(self, slug: str) -> Any:
        """
        The one that an address means: the newest that readers get there, else the last that they got there.

        None if nothing was ever public there.
        """
        here = self.filter(slug=slug)
        return here.live_few().newest_first().first() or here.begun().order_by("-edition__live_from").first()

    def at_or_formerly(self, slug: str, former: ProjectionQuerySet, *, of: str) -> Any:
        """The same, where `former` are the addresses of what was merged into others; `of` is the field of the row."""
        if live := self.filter(slug=slug).live_few().newest_first().first():
            return live
        known = [
            rows.filter(slug=slug).begun().order_by().values_list("edition__live_from", of) for rows in (self, former)
        ]
        last = known[0].union(known[1], all=True).order_by("-edition__live_from").first()
        return former.model(slug=slug, **{f"{of}_id": last[1]}) if last else None

    def with_edition(self) -> ProjectionQuerySet:
        return self.select_related("edition").defer(*(f"edition__{column}" for column in ARTICLES.values()))

    def newest_first(self) -> ProjectionQuerySet:
        """For those that know their place."""
        return self.order_by("-place")

    def latest_of_each(self, registered: str) -> ProjectionQuerySet:
        """Of each row of a registry the newest appearance, with `times`, the number of them all."""
        newest = Window(RowNumber(), partition_by=[F(registered)], order_by=[F("place").desc()])
        return self.annotate(nth=newest, times=Window(Count("pk"), partition_by=[F(registered)])).filter(nth=1)


class Placed(models.Model):
    """A projection that is asked for across issues, newest first: with the `place` of its edition."""

    place = models.BigIntegerField()

    class Meta:
        abstract = True


class Former(Placed):
    """
    Projection: an address that an edition has for a row of a registry which was merged into another since.

    Found by `at`, as an appearance is, so that the old address leads to what the row is now.
    """

    slug = models.CharField(max_length=80)

    objects = ProjectionQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.slug


class EditionStory(models.Model):
    """Projection: a story as one edition has it. `story_id` is the working row's, which may be gone."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="stories", db_index=False)
    story_id = models.BigIntegerField()
    section = models.CharField(max_length=20, choices=Section)
    rank = models.PositiveSmallIntegerField()
    headline = models.CharField(max_length=250)
    slug = models.CharField(max_length=80)
    summary = models.CharField(max_length=250, blank=True)
    body = models.TextField(blank=True)
    words = models.PositiveIntegerField(default=0)
    search_title = models.CharField(max_length=120, blank=True)
    search_description = models.CharField(max_length=300, blank=True)

    objects = ProjectionQuerySet.as_manager()

    class Meta:
        ordering = ("edition", "section", "rank")
        constraints = (models.UniqueConstraint(fields=["edition", "slug"], name="edition_story_slug_unique"),)

    def __str__(self) -> str:
        return self.headline

    @property
    def url(self) -> str:
        return reverse("reports:story", args=[self.edition.slug, self.slug])

    @property
    def section_label(self) -> str:
        return self.get_section_display()

    @property
    def minutes(self) -> int:
        return reading_minutes(self.words)


class EditionTag(Placed):
    """Projection: a tag of an edition (story empty) or of one of its stories."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="tags")
    story = models.ForeignKey(EditionStory, on_delete=models.CASCADE, null=True, related_name="tags")
    name = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)

    objects = ProjectionQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        indexes = (models.Index(fields=["slug", "-place"], name="tag_newest_first"),)

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return reverse("reports:tag", args=[self.slug])


class EditionPictureQuerySet(ProjectionQuerySet):
    def kept(self, now: datetime | None = None) -> EditionPictureQuerySet:
        """Those of editions that readers get at a time, or will get: what may not be taken away."""
        return self.filter(is_live_or_to_come(now, of="edition__"))


class EditionPicture(models.Model):
    """
    Projection: a picture that an edition shows, over its text or within it.

    `file` is the original as it was frozen, which gives the names of all its renditions; `image_id` is the working
    row's, which may be gone or have another file by now.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    image_id = models.BigIntegerField(db_index=True)
    file = models.CharField(max_length=100, db_index=True)

    objects = EditionPictureQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "image_id"], name="edition_picture_once"),)

    def __str__(self) -> str:
        return self.file


def reading_minutes(words: int) -> int:
    """Whole minutes, at least one, at 240 words a minute (Brysbaert 2019: 238 for silent English non-fiction)."""
    return max(1, round(words / 240))
