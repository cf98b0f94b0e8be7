"""The desk's registry of policies, and the updates of one issue."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from policies.models import Alias, Policy, Update
from reports.admin import NamesInline, PositionedInline, RegistryAdmin


class UpdateInline(PositionedInline):
    model = Update
    fields = ("policy", "detail", "position")
    autocomplete_fields = ("policy",)
    verbose_name_plural = _("policy tracker")


class AliasInline(NamesInline):
    model = Alias


@admin.register(Policy)
class PolicyAdmin(RegistryAdmin):
    list_display = ("title", "jurisdiction", "updates")
    list_filter = ("jurisdiction",)
    search_fields = ("title", "aliases__name")
    ordering = ("title",)
    prepopulated_fields = {"slug": ("title",)}
    inlines = (AliasInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).annotate(update_count=Count("updates", distinct=True))

    @admin.display(description=_("issues"), ordering="update_count")
    def updates(self, policy: Policy) -> int:
        return policy.update_count
