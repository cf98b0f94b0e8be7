"""The desk's page of the companies that the stories of an issue name."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.mentions.deciding import asked, decide, look_again, parsed, written
from newsroom.mentions.reading import stories_with_mentions
from reports.models import Report
from watchlist.models import Mention


class MentionsDoor:
    """For the admin of issues: the page where mentions are decided, and how many wait, on the page of the issue."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [path("<int:pk>/mentions/", view(self.mentions), name="reports_report_mentions"), *super().get_urls()]  # type: ignore[misc]

    def get_queryset(self, request: HttpRequest) -> Any:
        waiting = Mention.objects.filter(story__report=OuterRef("pk"), state=Mention.State.PROPOSED).order_by()
        number = Subquery(waiting.values("story__report").annotate(n=Count("pk")).values("n"))
        return super().get_queryset(request).annotate(mentions_waiting=Coalesce(number, 0))  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        report = kwargs.get("obj")
        if report and report.pk and request.user.has_perm("watchlist.change_mention"):
            context["mentions_waiting"] = report.mentions_waiting
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def mentions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Each story with the companies that it names; a POST decides about one, or many, or takes that back."""
        if not request.user.has_perm("watchlist.change_mention"):
            raise PermissionDenied
        report = get_object_or_404(Report, pk=pk)
        if request.method == "POST":
            return self.decide_mentions(request, report)
        stories = stories_with_mentions(report)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": report,
            "report": report,
            "title": _("Companies that the stories name"),
            "stories": stories,
            "waiting": sum(naming.waiting for naming in stories),
            "undo": written(parsed(request.GET.get("undo", ""))),
            "change_url": reverse("admin:reports_report_change", args=[report.pk]),
        }
        return render(request, "admin/reports/report/mentions.html", context)

    def decide_mentions(self, request: HttpRequest, report: Report) -> HttpResponse:
        act = request.POST.get("do", "")
        page = reverse("admin:reports_report_mentions", args=[report.pk])
        if act == "look":
            found = look_again(report, by=request.user)
            said = ngettext("%(number)d more name was found.", "%(number)d more names were found.", found)
            messages.info(request, said % {"number": found} if found else _("No other name was found."))
            return redirect(page)
        undoing = act == "undo"
        states = parsed(request.POST.get("undo", "")) if undoing else asked(report, act)
        before = decide(report, states, by=request.user)
        if not before:
            messages.info(request, _("Nothing was changed: that was so already, or is gone."))
            return redirect(page)
        said = ngettext("%(number)d company decided.", "%(number)d companies decided.", len(before))
        messages.success(request, _("Taken back.") if undoing else said % {"number": len(before)})
        return redirect(page if undoing else f"{page}?undo={written(before)}")
