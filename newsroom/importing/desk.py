"""The import on the desk: paste or upload, look at what was understood, save as a draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from newsroom.importing.drafts import AlreadyImported, Unimportable, earlier, made_from, save_draft
from newsroom.importing.forms import (
    IssueForm,
    NoteRows,
    PasteForm,
    PolicyRows,
    StoryRows,
    chosen,
    initial_values,
    repaired_issue,
    too_many,
)
from newsroom.importing.parsed import ParsedIssue, Problem
from newsroom.importing.parser import parse
from policies import tracking
from reports.models import Section
from watchlist import noting


class ImportDoor:
    """For the admin of issues: its import pages. Nothing is kept between them but what the forms hold."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.paste), name="reports_report_import"),
            path("import/check/", view(self.check_import), name="reports_report_import_check"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def paste(self, request: HttpRequest) -> HttpResponse:
        """Take a text or a file; show what was understood of it, or why it is no issue."""
        self.allow_import(request)
        form = PasteForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            source = form.cleaned_data["source"]
            issue = parse(source)
            reasons = [problem.through(_) for problem in issue.problems if problem.level == "error"] + too_many(issue)
            if not reasons:
                return self.show_check(request, issue, source)
            for reason in reasons:
                form.add_error(None, reason)
        context = {**self.import_context(request), "title": _("Import an issue"), "form": form}
        status = 422 if form.errors else 200
        return render(request, "admin/reports/report/import.html", context, status=status)

    def check_import(self, request: HttpRequest) -> HttpResponse:
        """Save what the editor left in the preview's forms as a draft, or show them again with their faults."""
        self.allow_import(request)
        if request.method != "POST":
            return redirect("admin:reports_report_import")
        source = request.POST.get("issue-source", "")
        rows = self.bound_forms(request)
        status = 422
        if not all(form.is_valid() for form in rows.values()):
            rows["issue"].add_error(None, _("Nothing is saved yet: what is marked below needs a correction."))
        else:
            try:
                report = save_draft(
                    repaired_issue(**rows),
                    by=request.user,
                    source=source,
                    companies=chosen(rows["notes"], "company"),
                    policies=chosen(rows["policies"], "name"),
                    copies=rows["issue"].cleaned_data["copies"] or 0,
                )
            except AlreadyImported as found:
                # By somebody meanwhile, or by a second click. Now the page says so, and asks again.
                rows["issue"].data["issue-copies"] = found.copies
                status = 409
            except Unimportable as refused:
                for reason in refused.reasons:
                    rows["issue"].add_error(None, reason)
            else:
                said = _("Saved as a draft: “%(title)s”. Nobody but the desk can see it.")
                messages.success(request, said % {"title": report.title})
                return redirect("admin:reports_report_change", report.pk)
        return self.check_page(request, parse(source), source, rows, status=status)

    def show_check(self, request: HttpRequest, issue: ParsedIssue, source: str) -> HttpResponse:
        first = initial_values(issue, source, made_from(source).count())
        companies = noting.recognise(note.company for note in issue.watchlist)
        policies = tracking.recognise(policy.name for policy in issue.policies)
        rows = {
            "issue": IssueForm(initial=first["issue"], prefix="issue"),
            "stories": StoryRows(initial=first["stories"], prefix="stories"),
            "notes": NoteRows(initial=first["notes"], prefix="notes", form_kwargs={"found": companies}),
            "policies": PolicyRows(initial=first["policies"], prefix="policies", form_kwargs={"found": policies}),
        }
        return self.check_page(request, issue, source, rows)

    def bound_forms(self, request: HttpRequest) -> dict[str, Any]:
        def names(prefix: str, field: str) -> list[str]:
            return [value.strip() for key, value in request.POST.items() if is_field(key, prefix, field)]

        companies = noting.recognise(names("notes", "company"))
        policies = tracking.recognise(names("policies", "name"))
        return {
            "issue": IssueForm(request.POST.copy(), prefix="issue"),
            "stories": StoryRows(request.POST, prefix="stories"),
            "notes": NoteRows(request.POST, prefix="notes", form_kwargs={"found": companies}),
            "policies": PolicyRows(request.POST, prefix="policies", form_kwargs={"found": policies}),
        }

    def check_page(
        self, request: HttpRequest, issue: ParsedIssue, source: str, rows: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        elsewhere = place_problems(issue.problems, rows)
        sections = [
            {"label": section.label, "key": section.value, "stories": in_section(rows["stories"], section)}
            for section in Section
        ]
        context = {
            **self.import_context(request),
            "title": _("Is this right?"),
            **rows,
            "sections": sections,
            "problems": elsewhere,
            "ignored": issue.ignored,
            "earlier": earlier(source),
        }
        return render(request, "admin/reports/report/import_check.html", context, status=status)

    def allow_import(self, request: HttpRequest) -> None:
        if not request.user.has_perm("reports.add_report"):
            raise PermissionDenied

    def import_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def is_field(key: str, prefix: str, field: str) -> bool:
    return key.startswith(f"{prefix}-") and key.endswith(f"-{field}")


def in_section(stories: Any, section: Section) -> list[Any]:
    """The story rows to show under a section; one whose section is none of ours stands under the first."""
    first = section == Section.CHINA
    return [
        form
        for form in stories.forms
        if (shown := form["section"].value()) == section or (first and shown not in Section.values)
    ]


def line_of(form: Any) -> int:
    """Where in the text a row was read from, 0 if that is not known."""
    line = str(form["line"].value() or "")
    return int(line) if line.isdecimal() and len(line) < 10 else 0


def place_problems(problems: tuple[Problem, ...], rows: dict[str, Any]) -> list[Problem]:
    """
    Give each row the problems of its own line as `.problems`, and give back those that belong to no row.

    All of them in the language of the page.
    """
    by_line = {}
    for form in [form for name in ("stories", "notes", "policies") for form in rows[name].forms]:
        form.problems = []
        if line := line_of(form):
            by_line[line] = form
    elsewhere = []
    for problem in (Problem(found.line, found.level, found.through(_)) for found in problems):
        if row := by_line.get(problem.line):
            row.problems.append(problem)
        else:
            elsewhere.append(problem)
    return elsewhere
