"""The desk's page on which the next issue is begun from the last."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from newsroom.continuing.forms import LineForm, NextIssueForm, kept, note_forms, proposal_form, update_forms
from newsroom.continuing.proposals import (
    AlreadyBegun,
    Unstartable,
    begin_next,
    last_issue,
    later_than,
    propose,
    same_day,
)
from reports.models import Report


class NextIssueDoor:
    """For the admin of issues: the page that begins the one after the last."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("next/", view(self.after_the_last), name="reports_report_next"),
            path("<int:pk>/next/", view(self.after), name="reports_report_after"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def after_the_last(self, request: HttpRequest) -> HttpResponse:
        """To the page of the latest issue; without one there is nothing to go on from."""
        self.allow_next(request)
        if (last := last_issue()) is None:
            messages.info(request, _("There is no issue with a date yet. Begin with an empty one, or import one."))
            return redirect("admin:reports_report_changelist")
        return redirect("admin:reports_report_after", last.pk)

    def after(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what the issue after this one begins with (GET), and begin it (POST)."""
        self.allow_next(request)
        last = get_object_or_404(Report.objects.exclude(issued_on=None), pk=pk)
        proposal, later = propose(last), later_than(last)
        known = later.count()
        data = request.POST.copy() if request.method == "POST" else None
        form = proposal_form(data, proposal, known)
        notes, updates = note_forms(data, proposal.notes), update_forms(data, proposal.updates)
        status = 200
        if data is not None:
            report, status = self.begin(request, last, form, notes, updates)
            if report is not None:
                return redirect("admin:reports_report_change", report.pk)
            data["known"] = str(later.count())  # for now the page tells of them
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Start the next issue"),
            "last": last,
            "is_out": last.editions.exists(),
            "later": later[:3],
            "is_late": status == 409,
            "form": form,
            "notes": notes,
            "updates": updates,
        }
        return render(request, "admin/reports/report/next.html", context, status=status)

    def begin(
        self, request: HttpRequest, last: Report, form: NextIssueForm, notes: list[LineForm], updates: list[LineForm]
    ) -> tuple[Report | None, int]:
        """The issue that was begun; else None, the faults in the form, and the answer's status."""
        if not all(each.is_valid() for each in (form, *notes, *updates)):
            return None, 422
        try:
            report = begin_next(last, **form.cleaned_data, notes=kept(notes), updates=kept(updates), by=request.user)
        except AlreadyBegun:
            return None, 409  # by somebody meanwhile, or by a second click
        except Unstartable as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return None, 422
        messages.success(request, _("The next issue is begun. Its stories are yours to write."))
        if other := same_day(report):
            messages.warning(request, _("“%(title)s” has the same date of issue.") % {"title": other.title})
        return report, 302

    def allow_next(self, request: HttpRequest) -> None:
        if not request.user.has_perm("reports.add_report"):
            raise PermissionDenied
