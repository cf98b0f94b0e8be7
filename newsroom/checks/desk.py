"""The checks on the desk: the panel above an issue's form, what it says before saving, and the reason to override."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import AdminErrorList, AdminForm
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from newsroom.checks import Outcome
from newsroom.checks.findings import Check, Finding, Level
from newsroom.checks.knowing import check
from newsroom.checks.overriding import PERMISSION
from newsroom.checks.typed import Prefixes, typed
from newsroom.issue import Content, gather
from newsroom.lib.text import Wording
from reports.models import Override, Report, Section

# What the names of fields begin with in an issue's form as it is opened, by part of the issue.
FORMSETS = {
    Section.CHINA.value: "stories",
    Section.INTERNATIONAL.value: "stories-2",
    "takeaways": "takeaways",
    "credits": "credits",
    "watchlist": "notes",
    "policies": "updates",
}


LINE_END = SafeString("<br>")
NEVER = "essentials"  # the check of what an edition can't be without, which no reason overrides
UNFINISHED = {NEVER, "promise"}  # what they find is nobody's mistake while the issue is being written


class Linked(NamedTuple):
    """A finding with the fragment that leads to its field, "" if it is about none."""

    finding: Finding
    anchor: str


class Group(NamedTuple):
    """The findings of one story, or of another part of the issue."""

    label: str
    about: str  # the headline, the company or the policy
    findings: list[Linked]

    @property
    def levels(self) -> set[Level]:
        return {linked.finding.level for linked in self.findings}


@dataclass(frozen=True)
class Panel:
    groups: list[Group]
    counts: list[tuple[str, Wording, int]]
    unable: list[Check]
    is_typed: bool  # whether it is about what is typed, and not about what is saved
    is_begun: bool  # whether there is a story

    @property
    def is_clean(self) -> bool:
        return not self.groups and not self.unable

    @property
    def is_calm(self) -> bool:
        """Whether nobody asked, and nothing is there yet of which all that is missing would have to be told."""
        return not self.is_begun and not self.is_typed

    @property
    def is_open(self) -> bool:
        """Whether the list is to be seen at once: after asking for it, and where a mistake stops publishing."""
        found = [linked.finding for group in self.groups for linked in group.findings]
        return self.is_typed or any(one.level == Level.BLOCK and one.code not in UNFINISHED for one in found)


def panel(outcome: Outcome, content: Content, prefixes: Prefixes | None = None) -> Panel:
    """
    What the desk shows of an outcome: the places where something stops publishing first, then as the form has them.

    `prefixes` are those of a form that was sent; else it is one just opened.
    """
    about = names_of(content)
    groups: dict[tuple[str, int], Group] = {}
    for finding in sorted(outcome.findings, key=lambda finding: order(finding)):
        place = finding.place
        key = (place.part, place.row)
        group = groups.setdefault(key, Group(place.label, about.get(key, ""), []))
        group.findings.append(Linked(finding, anchor(finding, prefixes)))
    shown = sorted(groups.values(), key=lambda group: Level.BLOCK not in group.levels)
    counts = [(level.value, level.label, len(outcome.of(level))) for level in Level]
    return Panel(shown, counts, outcome.unable, prefixes is not None, bool(content["stories"]))


def names_of(content: Content) -> dict[tuple[str, int], str]:
    """What each place of the issue is about, by its part and row."""
    stories = {
        (section.value, row): story["headline"] for section in Section for row, story in in_section(content, section)
    }
    companies = {("watchlist", row): line["name"] for row, line in enumerate(content["watchlist"])}
    return stories | companies | {("policies", row): line["title"] for row, line in enumerate(content["policies"])}


def in_section(content: Content, section: Section) -> list[tuple[int, Content]]:
    return list(enumerate(story for story in content["stories"] if story["section"] == section))


def order(finding: Finding) -> tuple[int, int, int]:
    """As the form has them, the gravest of a place first."""
    parts = ["issue", *FORMSETS]
    return parts.index(finding.place.part), finding.place.row, list(Level).index(finding.level)


def anchor(finding: Finding, prefixes: Prefixes | None) -> str:
    part, row = finding.place.part, finding.place.row
    if part == "issue":
        named = {"": "", "watchlist": "notes-group"}
        return named.get(finding.field, f"id_{finding.field}")
    field = "headline" if finding.field == "rank" else finding.field
    if prefixes is None:
        return f"id_{FORMSETS[part]}-{row}-{field}"
    return f"id_{prefixes[part][row]}-{field}" if row < len(prefixes.get(part, ())) else ""


def ask_for_reason(form: forms.Form, stopping: Panel | None, user: Any) -> None:
    """Give a form that decides about publishing a field for the reason to override, where one is needed and allowed."""
    found = {linked.finding.code for group in stopping.groups for linked in group.findings} if stopping else set()
    if found and NEVER not in found and user.has_perm(PERMISSION):
        form.fields["override"] = forms.CharField(
            label=_("Why publish it all the same?"),
            max_length=1000,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            help_text=_("What is listed above stops publishing. Your reason is kept with your name and the list."),
            error_messages={"required": _("Give a reason, or go back and put right what is listed above.")},
        )


class ChecksDesk:
    """For the admin of issues: the panel of its form, and the page that checks what is typed."""

    admin_site: Any
    opts: Any

    class Media:
        css = {"all": ("desk/checks.css",)}
        js = ("desk/checks.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [path("<int:pk>/check/", view(self.check_typed), name="reports_report_check"), *super().get_urls()]

    def stopping(self, report: Report) -> Panel:
        """What stops publishing, and the checks that could not run."""
        content = gather(report)
        outcome = check(report, content)
        return panel(Outcome(outcome.blocking, outcome.unable), content)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> TemplateResponse:
        report = kwargs.get("obj")
        if report and report.pk:
            form = context["adminform"].form
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["checks"] = self.check_forms(report, form, formsets)
            context["check_url"] = reverse("admin:reports_report_check", args=[quote(report.pk)])
        response: TemplateResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def check_forms(self, report: Report, form: Any, formsets: list[Any]) -> Panel:
        """Of what was sent with a form, or, where it is only shown, of what is saved."""
        content, prefixes = typed(form, formsets) if form.is_bound else (gather(report), None)
        return panel(check(report, content), content, prefixes)

    def check_typed(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the issue as it is typed (POST), and save nothing: the panel alone for the script, else the page."""
        report = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, report):
            raise PermissionDenied
        change_url = reverse("admin:reports_report_change", args=[quote(report.pk)])
        if request.method != "POST":
            return redirect(change_url)
        form = self.get_form(request, report, change=True)(request.POST, request.FILES, instance=report)
        formsets, inlines = self._create_formsets(request, report, change=True)
        if request.headers.get("X-Requested-With") == "fetch":
            context = {"checks": self.check_forms(report, form, formsets), "has_change_permission": True}
            context["check_url"] = request.path
            return render(request, "admin/reports/report/_checks.html", context)
        return self.form_as_typed(request, report, form, formsets, inlines)

    def form_as_typed(
        self, request: HttpRequest, report: Report, form: Any, formsets: list[Any], inlines: list[Any]
    ) -> HttpResponse:
        """The issue's form with everything that was typed, unsaved; for browsers without JavaScript."""
        fieldsets = self.get_fieldsets(request, report)
        fields = self.get_prepopulated_fields(request, report), self.get_readonly_fields(request, report)
        shown = AdminForm(form, list(fieldsets), *fields, model_admin=self)
        inline_formsets = self.get_inline_formsets(request, formsets, inlines, report)
        media = self.media + shown.media
        for inline in inline_formsets:
            media += inline.media
        context = {
            **self.admin_site.each_context(request),
            "title": _("Checked, not saved yet"),
            "subtitle": str(report),
            "adminform": shown,
            "object_id": quote(report.pk),
            "original": report,
            "is_popup": False,
            "media": media,
            "inline_admin_formsets": inline_formsets,
            "errors": AdminErrorList(form, formsets),
            "preserved_filters": "",
        }
        form_url = reverse("admin:reports_report_change", args=[quote(report.pk)])
        response: HttpResponse = self.render_change_form(request, context, change=True, obj=report, form_url=form_url)
        return response


@admin.register(Override)
class OverrideAdmin(ModelAdmin):
    """Read only: a line is written by publishing in spite of findings, and by nothing else."""

    list_display = ("at", "report", "by", "reason", "what")
    list_display_links = ("at",)
    list_select_related = ("report", "by")
    list_filter = ("by",)
    date_hierarchy = "at"
    search_fields = ("report__title", "reason")
    fields = ("report", "at", "by", "reason", "what", "not_run")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    @admin.display(description=gettext_lazy("what was found"))
    def what(self, row: Override) -> str:
        return format_html_join(LINE_END, "{}: {} {}", ((f["place"], f["message"], f["excerpt"]) for f in row.findings))

    @admin.display(description=gettext_lazy("checks that could not run"))
    def not_run(self, row: Override) -> str:
        return ", ".join(row.unable) or "–"
