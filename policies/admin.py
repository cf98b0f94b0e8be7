"""The desk's registry of policies, and the updates of one issue."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from policies.models import Alias, Milestone, Policy, Update
from reports.admin import LabelledForm, NamesInline, PositionedInline, RegistryAdmin


class UpdateInline(PositionedInline):
    model = Update
    fields = ("policy", "detail", "position")
    autocomplete_fields = ("policy",)
    verbose_name_plural = _("policy tracker")


class AliasInline(NamesInline):
    model = Alias


class MilestoneInline(TabularInline):
    """Readers get these once an issue that tracks the policy is published, or published again."""

    model = Milestone
    form = LabelledForm
    fields = ("dated_on", "status", "text", "source_name", "source_link")
    formfield_overrides = RegistryAdmin.formfield_overrides
    extra = 0
    hide_title = True


@admin.register(Policy)
class PolicyAdmin(RegistryAdmin):
    list_display = ("title", "jurisdiction", "updates")
    list_filter = ("jurisdiction",)
    search_fields = ("title", "aliases__name")
    ordering = ("title",)
    prepopulated_fields = {"slug": ("title",)}
    inlines = (MilestoneInline, AliasInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).annotate(update_count=Count("updates", distinct=True))

    @admin.display(description=_("issues"), ordering="update_count")
    def updates(self, policy: Policy) -> int:
        return policy.update_count
