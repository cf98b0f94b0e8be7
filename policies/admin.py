"""The desk's registry of policies, and the updates of one issue."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from policies.merging import merge
from policies.models import Alias, Milestone, Policy, PolicyQuerySet, Update
from policies.tracking import POLICIES
from reports.admin import LabelledForm, NamesInline, PositionedInline, RegistryAdmin
from reports.registry_desk import MergeDoor, UsedFilter


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
class PolicyAdmin(MergeDoor, RegistryAdmin):
    registry = POLICIES
    merge = staticmethod(merge)
    list_display = ("title", "other_names", "jurisdiction", "issues", "last_issue")
    list_filter = (UsedFilter, "jurisdiction")
    search_fields = ("title", "aliases__name")
    search_help_text = _("Searches titles and other names")
    ordering = ("key",)  # whatever its case
    prepopulated_fields = {"slug": ("title",)}
    inlines = (MilestoneInline, AliasInline)

    def get_queryset(self, request: HttpRequest) -> PolicyQuerySet:
        return super().get_queryset(request).with_use().prefetch_related("aliases")

    @admin.display(description=_("also called"))
    def other_names(self, policy: Policy) -> str:
        return ", ".join(alias.name for alias in policy.aliases.all())

    @admin.display(description=_("issues"), ordering="issue_count")
    def issues(self, policy: Policy) -> int:
        return policy.issue_count

    @admin.display(description=_("last issue"), ordering="last_issued_on")
    def last_issue(self, policy: Policy) -> str:
        return policy.last_title or "–"
