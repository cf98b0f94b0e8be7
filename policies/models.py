"""Policies that the periodical tracks, and where each issue says they stand."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from newsroom.lib.slugs import validate_slug
from newsroom.lib.text import FoldedField, LineField
from reports.models import Edition, Named, ProjectionQuerySet, Report, refuse_taken_name


class Policy(models.Model):
    """The registry: working rows, which readers never see. What they see are appearances."""

    title = LineField(max_length=250)
    key = FoldedField(of="title", unique=True)
    slug = models.CharField(max_length=80, unique=True, validators=[validate_slug])
    jurisdiction = LineField(max_length=80, blank=True, help_text="“China”, “EU”, “UN”.")

    class Meta:
        ordering = ("title",)
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        refuse_taken_name(self, "title")


class Alias(Named):
    """Another wording of a policy's title, so that an import recognises it."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="aliases")

    class Meta(Named.Meta):
        verbose_name_plural = "aliases"


class Update(models.Model):
    """The line that one issue has on one policy, with its detail as printed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="updates")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="updates")
    position = models.PositiveSmallIntegerField(default=0)
    detail = LineField(
        max_length=500, blank=True, help_text="As printed in brackets: “Full enforcement begins Q3 2025”."
    )

    class Meta:
        ordering = ("position", "pk")
        verbose_name = "policy update"
        constraints = (models.UniqueConstraint(fields=["report", "policy"], name="one_update_per_policy_and_report"),)

    def __str__(self) -> str:
        return f"{self.policy} ({self.detail})" if self.detail else str(self.policy)


class Appearance(models.Model):
    """Projection: a policy as one edition has it, with the title and jurisdiction it had then."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="policies")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="appearances")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=250)
    slug = models.CharField(max_length=80, db_index=True)
    jurisdiction = models.CharField(max_length=80, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    objects = ProjectionQuerySet.as_manager()

    class Meta:
        ordering = ("edition", "position")
        verbose_name = "appearance"
        constraints = (
            models.UniqueConstraint(fields=["edition", "policy"], name="one_appearance_per_policy_and_edition"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.detail})" if self.detail else self.title

    @property
    def url(self) -> str:
        return reverse("policies:policy", args=[self.slug])
