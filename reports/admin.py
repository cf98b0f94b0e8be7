"""The desk's parts of an issue that this app owns. The issue itself is in newsroom/admin.py."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Count, Field, ForeignKey, Model, QuerySet, URLField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from taggit.managers import TaggableManager
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import UnfoldAdminURLInputWidget

from reports.forms import NamesFormSet, RowForm, RowFormSet, StoryForm, StoryFormSet, TagLineWidget
from reports.library import ImageAdmin
from reports.models import Credit, Image, Report, Section, Source, Story, Takeaway
from reports.registry import SOURCES, merge_source
from reports.registry_desk import KeepsWhatIsUsed, MergeDoor


class WithTagLine:
    """For admins of models with tags."""

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if isinstance(db_field, TaggableManager):
            kwargs["widget"] = TagLineWidget
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SectionInline(StackedInline):
    """The stories of one section, closed to a list that can be sorted."""

    model = Story
    form = StoryForm
    fields = ("headline", "body", "tag_line", "slug", ("search_title", "search_description"), "section", "rank")
    extra = 0
    collapsible = True
    ordering_field = "rank"
    hide_ordering_field = True
    section = ""

    def get_formset(self, request: HttpRequest, obj: Report | None = None, **kwargs: Any) -> type[StoryFormSet]:
        own = type(f"{self.section}StoryFormSet", (StoryFormSet,), {"section": self.section})
        formset = super().get_formset(request, obj, formset=own, **kwargs)
        formset.form.base_fields["section"].initial = self.section
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        return super().get_queryset(request).filter(section=self.section).order_by("rank").prefetch_related("tags")


class ChinaInline(SectionInline):
    section = Section.CHINA.value
    verbose_name = gettext_lazy("China story")
    verbose_name_plural = gettext_lazy("China stories")


class InternationalInline(SectionInline):
    section = Section.INTERNATIONAL.value
    verbose_name = gettext_lazy("International story")
    verbose_name_plural = gettext_lazy("International stories")


class TolerantSelect(AutocompleteSelect):
    """An autocomplete that shows nothing as chosen where what was sent can be no row, as Django's would fail."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        able = [chosen for chosen in value if not chosen or (str(chosen).isdecimal() and len(str(chosen)) < 19)]
        return super().optgroups(name, able, attrs)


class KnownRowSelect(TolerantSelect):
    """An autocomplete that asks nothing about a chosen row which was read already."""

    row: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        if self.row is None or [str(self.row.pk)] != [str(chosen) for chosen in value]:
            return super().optgroups(name, value, attrs)
        return [(None, [self.create_option(name, self.row.pk, str(self.row), set(value), 0)], 0)]


class LabelledForm(forms.ModelForm):
    """A row of a table, where what stands over a column is no label that a screen reader would read with a field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", str(field.label))


class PositionedForm(LabelledForm, RowForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", None)
            if self.instance.pk and isinstance(widget, KnownRowSelect):
                widget.row = getattr(self.instance, name)


class PositionedInline(TabularInline):
    """A short list that can be sorted."""

    form = PositionedForm
    formset = RowFormSet
    extra = 0
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.autocomplete_fields) if self.autocomplete_fields else rows

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = KnownRowSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class TakeawayInline(PositionedInline):
    model = Takeaway
    fields = ("text", "position")
    verbose_name_plural = gettext_lazy("key takeaways")


class CreditInline(PositionedInline):
    model = Credit
    fields = ("source", "position")
    autocomplete_fields = ("source",)
    verbose_name_plural = gettext_lazy("reporting credits")


class NamesInline(TabularInline):
    """Other names of a row of a registry."""

    form = LabelledForm
    formset = NamesFormSet
    fields = ("name",)
    extra = 0
    hide_title = True


class RegistryAdmin(KeepsWhatIsUsed, ModelAdmin):
    """A link that is typed without its scheme is taken as https."""

    formfield_overrides = {URLField: {"widget": UnfoldAdminURLInputWidget, "assume_scheme": "https"}}


@admin.register(Source)
class SourceAdmin(MergeDoor, RegistryAdmin):
    registry = SOURCES
    merge = staticmethod(merge_source)
    list_display = ("name", "issues", "link")
    search_fields = ("name",)
    ordering = ("key",)  # whatever its case

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(issue_count=Count("credits"))

    @admin.display(description=gettext_lazy("issues"), ordering="issue_count")
    def issues(self, source: Any) -> int:
        return source.issue_count


admin.site.register(Image, ImageAdmin)
