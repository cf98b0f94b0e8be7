"""The log on the desk: every decision, narrowed as somebody likes, as a sheet, and how long comments waited."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from comments import log
from comments.models import Decision
from newsroom.lib.sheets import csv_response

SEE = "comments.view_decision"


@admin.register(Decision)
class LogAdmin(ModelAdmin):
    """Read only: lines are written by what is done, and by nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.page), name="comments_decision_changelist"),
            path("csv/", view(self.sheet), name="comments_decision_csv"),
            path("times/", view(self.times), name="comments_decision_times"),
        ]

    def page(self, request: HttpRequest) -> HttpResponse:
        wanted = log.Wanted.of(request.GET)
        context = {
            "title": _("Log of decisions"),
            "page": log.page_of(wanted),
            "wanted": wanted,
            "acts": Decision.Act.choices,
            "actors": Decision.Actor.choices,
            "people": log.people(),
            "issues": log.issues(),
        }
        return self.answer(request, "log", context)

    def sheet(self, request: HttpRequest) -> HttpResponseBase:
        """What the page would show, all of it, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = f"decisions-{timezone.localdate().isoformat()}.csv"
        return csv_response(name, log.sheet(log.Wanted.of(request.GET)))

    def times(self, request: HttpRequest) -> HttpResponse:
        """How long comments waited for a person, week by week."""
        weeks = log.weeks()
        decided = sum(week.decided for week in weeks)
        longest = max((week.median for week in weeks if week.median is not None), default=None)
        context = {
            "title": _("Time to decision"),
            "weeks": weeks,
            "decided": decided,
            "longest": log.in_words(longest) if longest is not None else "",
        }
        return self.answer(request, "times", context)

    def answer(self, request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        return render(request, f"admin/comments/decision/{page}.html", {**everywhere, **context})
