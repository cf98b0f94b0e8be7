"""Companies that the periodical watches, and what each issue has to say of them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newsroom.lib.naming import called
from newsroom.lib.slugs import validate_slug
from newsroom.lib.text import LineField
from reports.models import (
    Edition,
    EditionStory,
    Former,
    Merged,
    Named,
    Placed,
    ProjectionQuerySet,
    Report,
    Section,
    Story,
    refuse_name_of_another,
)


class CompanyQuerySet(models.QuerySet["Company"]):
    def with_use(self) -> CompanyQuerySet:
        """Each with `issue_count`, `story_count` (told of), and the `last_title` and `last_issued_on` of its issues."""
        notes = Note.objects.filter(company=OuterRef("pk")).order_by()
        named = Mention.objects.told().filter(company=OuterRef("pk")).order_by()
        newest = notes.order_by(F("report__issued_on").desc(nulls_first=True), "-report")
        return self.annotate(
            issue_count=Coalesce(Subquery(notes.values("company").annotate(n=Count("pk")).values("n")), 0),
            story_count=Coalesce(Subquery(named.values("company").annotate(n=Count("pk")).values("n")), 0),
            last_title=Subquery(newest.values("report__title")[:1]),
            last_issued_on=Subquery(newest.values("report__issued_on")[:1]),
        )

    def unused(self) -> CompanyQuerySet:
        """Those that no issue, no story and no edition has."""
        of_each = {"company": OuterRef("pk")}
        return self.exclude(Exists(Note.objects.filter(**of_each))).exclude(
            Exists(Mention.objects.told().filter(**of_each))
            | Exists(Appearance.objects.filter(**of_each))
            | Exists(StoryAppearance.objects.filter(**of_each))
        )


@called(_("company"), name=_("name"), slug=_("slug"), country=_("country"))
class Company(Named):
    """The registry: working rows, which readers never see. What they see are appearances."""

    slug = models.CharField(max_length=80, unique=True, validators=[validate_slug])
    country = LineField(max_length=80, blank=True, help_text=_("As printed: “China”, “US”, “UK/US”."))
    link = models.URLField(_("website"), blank=True)

    objects = CompanyQuerySet.as_manager()

    class Meta(Named.Meta):
        verbose_name_plural = _("companies")
        permissions = (("merge_company", "Can merge a company into another"),)

    def clean(self) -> None:
        super().clean()
        refuse_name_of_another(self, "name", Alias.objects.exclude(company=self.pk))


@called(_("alias"), name=_("name"))
class Alias(Named):
    """Another spelling of a company's name, so that an import recognises it."""

    owner = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="aliases")

    class Meta(Named.Meta):
        verbose_name_plural = _("aliases")

    def clean(self) -> None:
        super().clean()
        refuse_name_of_another(self, "name", Company.objects.all())


@called(_("watchlist note"), _("watchlist notes"), company=_("company"), position=_("position"))
class Note(models.Model):
    """What one issue says of one company. It may say nothing, and watch it all the same."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="notes", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="notes")
    position = models.PositiveSmallIntegerField(default=0)
    text = LineField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("watchlist note")
        constraints = (models.UniqueConstraint(fields=["report", "company"], name="one_note_per_company_and_report"),)

    def __str__(self) -> str:
        return f"{self.company}: {self.text}" if self.text else str(self.company)


class MentionQuerySet(models.QuerySet["Mention"]):
    def told(self) -> MentionQuerySet:
        """Those that readers are told of once the issue is published: all but the refused."""
        return self.exclude(state=Mention.State.REFUSED)


@called(_("mention"), _("mentions"), story=_("story"), company=_("company"), state=_("state"))
class Mention(models.Model):
    """
    A story names a company. Found in its words (watchlist/mentioning.py), confirmed or refused by an editor.

    Readers are told of those that nobody refused.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="mentions")
    state = models.CharField(max_length=20, choices=State, default=State.PROPOSED)

    objects = MentionQuerySet.as_manager()

    class Meta:
        ordering = ("story", "company__name")
        constraints = (models.UniqueConstraint(fields=["story", "company"], name="mention_once_per_story"),)

    def __str__(self) -> str:
        return f"{self.company}: {self.story}"


class AppearanceQuerySet(ProjectionQuerySet):
    def at(self, slug: str) -> Any:
        """The company at an address; one that was merged into another is found at its old addresses too."""
        return self.at_or_formerly(slug, FormerAddress.objects.all(), of="company")


class Appearance(Placed):
    """Projection: a company as one edition has it, with the name, place and link it had then."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="companies", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="appearances", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=250)
    slug = models.CharField(max_length=80)
    country = models.CharField(max_length=80, blank=True)
    link = models.URLField(blank=True)
    note = models.TextField(blank=True)  # one line, or those of two companies that were merged since

    objects = AppearanceQuerySet.as_manager()

    class Meta:
        ordering = ("edition", "position")
        indexes = (
            models.Index(fields=["company", "-place"], name="company_newest_first"),
            models.Index(fields=["slug", "-place"], name="company_address_newest_first"),
        )
        constraints = (
            models.UniqueConstraint(fields=["edition", "company"], name="one_appearance_per_company_and_edition"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.note}" if self.note else self.name

    @property
    def url(self) -> str:
        return reverse("watchlist:company", args=[self.slug])


class StoryAppearanceQuerySet(ProjectionQuerySet):
    def with_page(self) -> StoryAppearanceQuerySet:
        """Each with the slug of its company's page, `address`; None where no live issue has it on its watchlist."""
        newest = Appearance.objects.live_few().newest_first().filter(company=OuterRef("company"))
        return self.annotate(address=Subquery(newest.values("slug")[:1]))


class StoryAppearance(Placed):
    """Projection: a company that one story of an edition names; with the story's section and rank, to be counted by."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="story_companies")
    story = models.ForeignKey(EditionStory, on_delete=models.CASCADE, related_name="companies", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="story_appearances", db_index=False)
    name = models.CharField(max_length=250)
    slug = models.CharField(max_length=80)
    spellings = models.JSONField(default=list)  # other names by which the story calls it
    section = models.CharField(max_length=20, choices=Section)
    rank = models.PositiveSmallIntegerField()

    objects = StoryAppearanceQuerySet.as_manager()

    class Meta:
        ordering = ("story", "name")
        indexes = (
            models.Index(fields=["company", "-place"], name="named_newest_first"),
            models.Index(fields=["company", "section", "rank", "-place"], name="named_best_first"),
        )
        constraints = (
            models.UniqueConstraint(fields=["story", "company"], name="one_appearance_per_company_and_story"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.story}"

    @property
    def url(self) -> str:
        return reverse("watchlist:company", args=[self.slug])

    @property
    def page(self) -> str:
        """The path of the company's page, of one that was read `with_page()` and has one."""
        row: Any = self
        return reverse("watchlist:company", args=[row.address])


class FormerAddress(Former):
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="former_companies")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="former_addresses")

    class Meta:
        ordering = ("edition", "slug")
        indexes = (models.Index(fields=["slug", "-place"], name="former_company_newest_first"),)


class MergedCompany(Merged):
    into = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="merged")


def companies_named(story: EditionStory) -> list[StoryAppearance]:
    """The companies that a story names, by name, `with_page()`. One query, and none when asked again."""
    row: Any = story
    if not hasattr(row, "companies_named"):
        row.companies_named = list(StoryAppearance.objects.filter(story=story.pk).with_page().order_by("name"))
    found: list[StoryAppearance] = row.companies_named
    return found


def companies_with_page(story: EditionStory) -> list[StoryAppearance]:
    """Those of them that have a page."""
    named: list[Any] = companies_named(story)
    return [company for company in named if company.address]
