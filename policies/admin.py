"""The desk's registry of policies, and the updates of one issue."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from policies.models import Alias, Policy, Update
from reports.admin import PositionedInline


class UpdateInline(PositionedInline):
    model = Update
    fields = ("policy", "detail", "position")
    autocomplete_fields = ("policy",)
    verbose_name_plural = "policy tracker"


class AliasInline(TabularInline):
    model = Alias
    fields = ("name",)
    extra = 0
    hide_title = True


@admin.register(Policy)
class PolicyAdmin(ModelAdmin):
    list_display = ("title", "jurisdiction", "updates")
    list_filter = ("jurisdiction",)
    search_fields = ("title", "aliases__name")
    prepopulated_fields = {"slug": ("title",)}
    inlines = (AliasInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).annotate(update_count=Count("updates", distinct=True))

    @admin.display(description="issues", ordering="update_count")
    def updates(self, policy: Policy) -> int:
        return policy.update_count
