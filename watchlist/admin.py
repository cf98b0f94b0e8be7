"""The desk's registry of companies, and the notes of one issue."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.admin import NamesInline, PositionedInline, RegistryAdmin
from reports.registry_desk import MergeDoor, UsedFilter
from watchlist.merging import merge
from watchlist.models import Alias, Company, CompanyQuerySet, Note
from watchlist.noting import COMPANIES


class NoteInline(PositionedInline):
    model = Note
    fields = ("company", "text", "position")
    autocomplete_fields = ("company",)
    verbose_name_plural = _("company watchlist")


class AliasInline(NamesInline):
    model = Alias


@admin.register(Company)
class CompanyAdmin(MergeDoor, RegistryAdmin):
    registry = COMPANIES
    merge = staticmethod(merge)
    list_display = ("name", "other_names", "country", "issues", "stories", "last_issue", "link")
    list_filter = (UsedFilter, "country")
    search_fields = ("name", "aliases__name")
    search_help_text = _("Searches names and other names")
    ordering = ("key",)  # whatever its case
    prepopulated_fields = {"slug": ("name",)}
    inlines = (AliasInline,)

    def get_queryset(self, request: HttpRequest) -> CompanyQuerySet:
        return super().get_queryset(request).with_use().prefetch_related("aliases")

    @admin.display(description=_("also called"))
    def other_names(self, company: Company) -> str:
        return ", ".join(alias.name for alias in company.aliases.all())

    @admin.display(description=_("issues"), ordering="issue_count")
    def issues(self, company: Company) -> int:
        return company.issue_count

    @admin.display(description=_("stories"), ordering="story_count")
    def stories(self, company: Company) -> int:
        return company.story_count

    @admin.display(description=_("last issue"), ordering="last_issued_on")
    def last_issue(self, company: Company) -> str:
        return company.last_title or "–"
