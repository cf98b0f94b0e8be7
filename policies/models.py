"""Policies that the periodical tracks, and where each issue says they stand."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from newsroom.lib.naming import called
from newsroom.lib.slugs import validate_slug
from newsroom.lib.text import FoldedField, LineField
from reports.models import (
    Edition,
    Former,
    Merged,
    Named,
    Placed,
    ProjectionQuerySet,
    Report,
    refuse_name_of_another,
    refuse_taken_name,
)


class PolicyQuerySet(models.QuerySet["Policy"]):
    def with_use(self) -> PolicyQuerySet:
        """Each with `issue_count`, and the `last_title` and `last_issued_on` of its issues."""
        updates = Update.objects.filter(policy=OuterRef("pk")).order_by()
        newest = updates.order_by(F("report__issued_on").desc(nulls_first=True), "-report")
        return self.annotate(
            issue_count=Coalesce(Subquery(updates.values("policy").annotate(n=Count("pk")).values("n")), 0),
            last_title=Subquery(newest.values("report__title")[:1]),
            last_issued_on=Subquery(newest.values("report__issued_on")[:1]),
        )

    def unused(self) -> PolicyQuerySet:
        """Those that no issue and no edition has."""
        of_each = {"policy": OuterRef("pk")}
        return self.exclude(Exists(Update.objects.filter(**of_each)) | Exists(Appearance.objects.filter(**of_each)))


@called(_("policy"), title=_("title"), slug=_("slug"), jurisdiction=_("jurisdiction"))
class Policy(models.Model):
    """The registry: working rows, which readers never see. What they see are appearances."""

    title = LineField(max_length=250)
    key = FoldedField(of="title", unique=True)
    slug = models.CharField(max_length=80, unique=True, validators=[validate_slug])
    jurisdiction = LineField(max_length=80, blank=True, help_text=_("“China”, “EU”, “UN”."))

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ("title",)
        verbose_name_plural = _("policies")
        permissions = (("merge_policy", "Can merge a policy into another"),)

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        refuse_taken_name(self, "title")
        refuse_name_of_another(self, "title", Alias.objects.exclude(policy=self.pk))


class Status(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("status of a policy", "Proposed")
    DRAFT = "draft", pgettext_lazy("status of a policy", "Draft")
    ADOPTED = "adopted", pgettext_lazy("status of a policy", "Adopted")
    IN_FORCE = "in_force", pgettext_lazy("status of a policy", "In force")
    PARTLY_IN_FORCE = "partly_in_force", pgettext_lazy("status of a policy", "Partly in force")
    DELAYED = "delayed", pgettext_lazy("status of a policy", "Delayed")
    REPEALED = "repealed", pgettext_lazy("status of a policy", "Repealed")


@called(_("milestone"), _("milestones"), status=_("status"), text=_("text"))
class Milestone(models.Model):
    """
    A policy gets a status on a day, past or to come, as a source says.

    A working row like all others: readers get the milestones that a policy had when an issue that tracks it was
    published.
    """

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="milestones")
    status = models.CharField(max_length=20, choices=Status)
    dated_on = models.DateField(_("date"), help_text=_("The day on which it has, or will have, this status."))
    text = LineField(max_length=300, blank=True, help_text=_("What happens on that day, in a few words."))
    source_name = LineField(_("source"), max_length=200, blank=True)
    source_link = models.URLField(_("link to the source"), blank=True)

    class Meta:
        ordering = ("dated_on", "pk")
        constraints = (
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="milestone_status_known"),
        )

    def __str__(self) -> str:
        return f"{self.policy}: {self.get_status_display()}, {self.dated_on:%Y-%m-%d}"


@called(_("alias"), name=_("name"))
class Alias(Named):
    """Another wording of a policy's title, so that an import recognises it."""

    owner = "policy"

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="aliases")

    class Meta(Named.Meta):
        verbose_name_plural = _("aliases")

    def clean(self) -> None:
        super().clean()
        refuse_name_of_another(self, "name", Policy.objects.all())


@called(_("policy update"), _("policy updates"), policy=_("policy"), position=_("position"), detail=_("detail"))
class Update(models.Model):
    """The line that one issue has on one policy, with its detail as printed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="updates", db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="updates")
    position = models.PositiveSmallIntegerField(default=0)
    detail = LineField(
        max_length=500, blank=True, help_text=_("As printed in brackets: “Full enforcement begins Q3 2025”.")
    )

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("policy update")
        constraints = (models.UniqueConstraint(fields=["report", "policy"], name="one_update_per_policy_and_report"),)

    def __str__(self) -> str:
        return f"{self.policy} ({self.detail})" if self.detail else str(self.policy)


class AppearanceQuerySet(ProjectionQuerySet):
    def at(self, slug: str) -> Any:
        """The policy at an address; one that was merged into another is found at its old addresses too."""
        return self.at_or_formerly(slug, FormerAddress.objects.all(), of="policy")


class Appearance(Placed):
    """
    Projection: a policy as one edition has it, with the title, jurisdiction and milestones it had then.

    `status` is the one it had on the day of the issue, by its milestones; empty if none had come by then.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="policies", db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="appearances", db_index=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=250)
    slug = models.CharField(max_length=80)
    jurisdiction = models.CharField(max_length=80, blank=True)
    detail = models.TextField(blank=True)  # one line, or those of two policies that were merged since
    status = models.CharField(max_length=20, choices=Status, blank=True)
    milestones = models.JSONField(default=list)

    objects = AppearanceQuerySet.as_manager()

    class Meta:
        ordering = ("edition", "position")
        verbose_name = _("appearance")
        indexes = (
            models.Index(fields=["policy", "-place"], name="policy_newest_first"),
            models.Index(fields=["slug", "-place"], name="policy_address_newest_first"),
        )
        constraints = (
            models.UniqueConstraint(fields=["edition", "policy"], name="one_appearance_per_policy_and_edition"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.detail})" if self.detail else self.title

    @property
    def url(self) -> str:
        return reverse("policies:policy", args=[self.slug])


class FormerAddress(Former):
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="former_policies")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="former_addresses")

    class Meta:
        ordering = ("edition", "slug")
        indexes = (models.Index(fields=["slug", "-place"], name="former_policy_newest_first"),)


class MergedPolicy(Merged):
    into = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="merged")
