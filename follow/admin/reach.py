"""Reach on the desk: what was read and passed on most, as far as browsers say so."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from follow.models import Tally
from follow.sharing import KINDS, PASSING_ON
from follow.tallying import DAYS, READ, by_day, by_kind, most, part
from newsroom.lib.numbers import row_number


@admin.register(Tally)
class ReachAdmin(ModelAdmin):
    """Read only: numbers are written by what readers do, and by nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.page), name="follow_tally_changelist")]

    def page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = row_number(request.GET.get("days"))
        days = wanted if wanted in DAYS else DAYS[1]
        kinds = by_kind(list(KINDS), days)
        bars = by_day([READ], days)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Reach"),
            "days": days,
            "ranges": DAYS,
            "bars": bars,
            "highest": max(bar.number for bar in bars),
            "most": (
                {
                    "name": "read",
                    "title": _("Most read"),
                    "what": _("Times read"),
                    "lines": most([READ], days),
                },
                {
                    "name": "shared",
                    "title": _("Most shared"),
                    "what": _("Times shared"),
                    "lines": most(PASSING_ON, days),
                },
            ),
            "kinds": [
                {"label": KINDS[kind].label, "number": number, "share": part(number, max(kinds.values()))}
                for kind, number in kinds.items()
            ],
        }
        return render(request, "admin/follow/reach.html", context)
