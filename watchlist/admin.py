"""The desk's registry of companies, and the notes of one issue."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.admin import NamesInline, PositionedInline, RegistryAdmin
from watchlist.models import Alias, Company, Note


class NoteInline(PositionedInline):
    model = Note
    fields = ("company", "text", "position")
    autocomplete_fields = ("company",)
    verbose_name_plural = _("company watchlist")


class AliasInline(NamesInline):
    model = Alias


@admin.register(Company)
class CompanyAdmin(RegistryAdmin):
    list_display = ("name", "country", "link", "notes")
    list_filter = ("country",)
    search_fields = ("name", "aliases__name")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (AliasInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        return super().get_queryset(request).annotate(note_count=Count("notes", distinct=True))

    @admin.display(description=_("issues"), ordering="note_count")
    def notes(self, company: Company) -> int:
        return company.note_count
