"""
The history of an issue on the desk: its revisions, any two of them compared, going back to one.

Only for those who may change issues: an old text can be one that its writer took back for a reason.
"""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.history.redline import redline
from newsroom.history.restoring import Unrestorable, plan, restore
from newsroom.issue import Content, changes, gather
from newsroom.lib.numbers import row_number
from newsroom.lib.text import Wording
from newsroom.revising import StaleVersion
from reports.models import Edition, Report, Revision

PAGE = 25  # revisions on a page: each is a whole issue to read
LIVE, NOW = "live", "now"
STALE = gettext_lazy("Somebody saved this issue after you opened this page. Look at it again, then decide.")


class State(NamedTuple):
    """One side of a comparison: how the address names it, what it is called, and its content."""

    name: str
    label: Wording
    content: Content
    revision: Revision | None = None


class HistoryDoor:
    """For the admin of issues: its history pages, in the place of Django's own."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/history/compare/", view(self.compare_view), name="reports_report_compare"),
            path("<int:pk>/history/<int:number>/restore/", view(self.restore_view), name="reports_report_restore"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The revisions of an issue, newest first, each with what changed in it."""
        report = with_history(request, row_number(object_id))
        before = row_number(request.GET.get("before", ""))
        shown = report.revisions.filter(number__lt=before) if before else report.revisions.all()
        rows = list(shown.select_related("author")[: PAGE + 1])
        editions: dict[int, list[Edition]] = {}
        published = report.editions.without_article().filter(revision__in=rows).select_related("published_by")
        for edition in published.order_by("live_from"):
            editions.setdefault(edition.revision_id, []).append(edition)
        live = report.editions.live().without_article().first()
        context = {
            **self.history_context(request, report, _("History")),
            "entries": [
                {
                    "revision": revision,
                    "changes": changes(older.content, revision.content) if older else None,
                    "editions": editions.get(revision.pk, []),
                }
                for revision, older in zip(rows[:PAGE], [*rows[1:], None], strict=False)
            ],
            "older": rows[PAGE - 1].number if len(rows) > PAGE else None,
            "newest": not before,
            "now": timezone.now(),
            "live": live,
            "chosen": (LIVE, NOW) if live else last_two(rows),
        }
        return render(request, "admin/reports/report/history.html", context)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Two states of an issue, side by side: what readers see and what the desk has, unless others are named."""
        report = with_history(request, pk)
        names = usual(report)
        old, new = (
            state_named(report, request.GET.get(name) or default)
            for name, default in zip(("old", "new"), names, strict=True)
        )
        context = {
            **self.history_context(request, report, _("Compare")),
            "old": old,
            "new": new,
            "redline": redline(old.content, new.content),
            "last": report.revisions.values_list("number", flat=True).first(),
            "is_usual": (old.name, new.name) == (LIVE, NOW),
        }
        return render(request, "admin/reports/report/compare.html", context)

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Ask, with all that would change (GET), and go back to a revision (POST)."""
        report = with_history(request, pk)
        revision = get_object_or_404(report.revisions.select_related("author"), number=number)
        problem: Wording = ""
        if request.method == "POST":
            sent = request.POST.get("version", "")
            seen = 0 if sent == "0" else row_number(sent) or -1
            try:
                made = restore(report, revision, by=request.user, seen=seen)
            except StaleVersion:
                problem = STALE
                report.refresh_from_db()
            except Unrestorable as refused:
                problem = str(refused)
            else:
                self.tell_restored(request, revision, made)
                return redirect("admin:reports_report_change", report.pk)
        planned, now = plan(report, revision), gather(report)
        context = {
            **self.history_context(request, report, _("Go back to revision %(number)d?") % {"number": number}),
            "revision": revision,
            "remarks": planned.remarks,
            "redline": redline(now, planned.content),
            "old": State(NOW, _("You have"), now),
            "new": State(str(number), _("After restoring"), planned.content),
            "problem": problem,
        }
        return render(request, "admin/reports/report/restore.html", context, status=409 if problem else 200)

    def tell_restored(self, request: HttpRequest, revision: Revision, made: Revision) -> None:
        numbers = {"old": revision.number, "new": made.number}
        said = _("Restored: the issue is as it was in revision %(old)d, kept as revision %(new)d.") % numbers
        messages.success(request, said + " " + _("Readers get it once it is published."))

    def history_context(self, request: HttpRequest, report: Report, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": report,
            "report": report,
            "title": title,
            "subtitle": report.title,
            "change_url": reverse("admin:reports_report_change", args=[report.pk]),
            "history_url": reverse("admin:reports_report_history", args=[report.pk]),
        }


def with_history(request: HttpRequest, pk: int) -> Report:
    """The issue, for somebody who may change it. Raises PermissionDenied and Http404."""
    user: Any = request.user
    if not user.has_perm("reports.change_report"):
        raise PermissionDenied
    return get_object_or_404(Report, pk=pk)


def last_two(rows: list[Revision]) -> tuple[str, str]:
    numbers = [str(revision.number) for revision in rows[:2]]
    return (numbers[-1], numbers[0]) if numbers else (NOW, NOW)


def usual(report: Report) -> tuple[str, str]:
    """What is compared unless somebody says otherwise."""
    if report.editions.live().exists():
        return LIVE, NOW
    return last_two(list(report.revisions.only("number")[:2]))


def state_named(report: Report, name: str) -> State:
    """What "live", "now" or the number of a revision means. Raises Http404."""
    if name == NOW:
        return State(NOW, _("You have"), gather(report))
    if name == LIVE:
        live = report.editions.live().without_article().select_related("revision__author").first()
        if live is None:
            raise Http404("Readers don't have this issue.")
        return State(LIVE, _("Readers see"), live.revision.content, live.revision)
    number = row_number(name)
    revision = report.revisions.select_related("author").filter(number=number).first() if number else None
    if revision is None:
        raise Http404("The issue has no such revision.")
    label = _("Revision %(number)d") % {"number": revision.number}
    return State(str(revision.number), label, revision.content, revision)
