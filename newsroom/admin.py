"""The desk of one issue: its form, its list, and the pages that ask before something is done to what readers get."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.admin import TagAdmin as TaggitTagAdmin
from taggit.models import Tag
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from comments.desk import waiting
from comments.models import Comment
from follow.desk import outlook
from newsroom.checks.desk import ChecksDesk, ask_for_reason
from newsroom.conflict import Difference, Mergeable, chosen, merge, merged, opened
from newsroom.continuing.desk import NextIssueDoor
from newsroom.deciding import DECISIONS, Decision, offers_for
from newsroom.history.desk import HistoryDoor
from newsroom.importing.desk import ImportDoor
from newsroom.issue import changes, gather
from newsroom.lib.text import Wording
from newsroom.many import ManyDoor
from newsroom.mentions.desk import MentionsDoor
from newsroom.overview import lately, planned, waiting_for
from newsroom.planning import CalendarDoor
from newsroom.presence import PresenceDoor, others_at, say_here
from newsroom.previews.desk import PreviewDoor
from newsroom.publishing import Unpublishable
from newsroom.reviewing import OutOfTurn, timeline
from newsroom.revising import StaleVersion, claim, keep
from newsroom.staff.desk import AuditedPeople, AuditedRoles, FactorDoor, PeopleDesk
from policies.admin import UpdateInline
from reports.admin import ChinaInline, CreditInline, InternationalInline, TakeawayInline, TolerantSelect, WithTagLine
from reports.forms import ReportForm
from reports.models import Edition, Report, Section
from watchlist.admin import NoteInline

STATES = {
    "draft": (gettext_lazy("Draft"), "info"),
    "scheduled": (gettext_lazy("Scheduled"), "warning"),
    "live": (gettext_lazy("Live"), "success"),
    "changed": (gettext_lazy("Live, changes wait"), "warning"),
    "withdrawn": (gettext_lazy("Withdrawn"), "danger"),
}
STANDINGS = {
    Report.Stage.REVIEW: (gettext_lazy("In review"), "warning"),
    Report.Stage.APPROVED: (gettext_lazy("Approved"), "success"),
}


def front_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the desk's first page shows; of issues to those who may see them, of comments to those who moderate."""
    comments = waiting() if request.user.has_perm("comments.moderate_comment") else None
    found = {**context, "title": _("The desk"), "comments": comments}
    if not request.user.has_perm("reports.view_report"):
        return found
    latest = Report.objects.with_state().order_by("-changed_at")[:8]
    return {
        **found,
        "waiting": waiting_for(request.user),
        "planned": planned(),
        "latest": [(report, STATES[report.state]) for report in latest],
        "lately": lately(),
    }


def waiting_comments(request: HttpRequest) -> str:
    """How many comments wait, for the desk's menu; it is on every page, so it is counted no further than needed."""
    number = Comment.objects.pending().order_by()[:1000].count()
    return str(number) if number < 1000 else "999+"


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Wording]]:
        return [(key, label) for key, (label, _colour) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        return queryset.in_state(self.value()) if self.value() in STATES else queryset


class ReviewFilter(admin.SimpleListFilter):
    title = gettext_lazy("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Wording]]:
        return [
            ("in_review", gettext_lazy("In review")),
            ("sent_back", gettext_lazy("Changes asked for")),
            ("approved", gettext_lazy("Approved")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        asked = self.value()
        return getattr(queryset, asked)() if asked in ("in_review", "sent_back", "approved") else queryset


@admin.register(Report)
class ReportAdmin(
    HistoryDoor,
    PreviewDoor,
    ImportDoor,
    NextIssueDoor,
    CalendarDoor,
    ManyDoor,
    MentionsDoor,
    ChecksDesk,
    PresenceDoor,
    WithTagLine,
    ModelAdmin,
):
    form = ReportForm
    list_display = ("title", "state", "issued_on", "china", "international", "companies", "policies", "changed")
    list_filter = (StateFilter, ReviewFilter)
    list_per_page = 50
    date_hierarchy = "issued_on"
    search_fields = ("title", "stories__headline")
    search_help_text = gettext_lazy("Searches titles and headlines")
    autocomplete_fields = ("hero",)
    readonly_fields = ("picture",)
    fieldsets = (
        (None, {"fields": ("title", "standfirst", ("issued_on", "number"), "slug", "seen", "over", "base")}),
        (gettext_lazy("Opening"), {"fields": ("intro", "hero", "picture")}),
        (gettext_lazy("Section headings and tags"), {"fields": ("china_heading", "international_heading", "tags")}),
        (gettext_lazy("Search engines and shared links"), {"fields": (("search_title", "search_description"),)}),
    )
    inlines = (ChinaInline, InternationalInline, TakeawayInline, CreditInline, NoteInline, UpdateInline)
    warn_unsaved_form = True
    change_form_before_template = "admin/reports/report/state.html"
    actions_list = ("next_issue", "import_issue", "open_calendar")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        def count(related: str, **only: str) -> Coalesce:
            rows = Report._meta.get_field(related).related_model.objects.filter(report=OuterRef("pk"), **only)
            return Coalesce(Subquery(rows.order_by().values("report").annotate(n=Count("pk")).values("n")), 0)

        return (
            super()
            .get_queryset(request)
            .with_state()
            .annotate(
                china_count=count("stories", section=Section.CHINA),
                international_count=count("stories", section=Section.INTERNATIONAL),
                company_count=count("notes"),
                policy_count=count("updates"),
            )
        )

    @display(description=gettext_lazy("state"), label={key: colour for key, (_label, colour) in STATES.items()})
    def state(self, report: Report) -> tuple[str, Wording]:
        """What readers have, and where the text is on its way, if it is."""
        label, standing = STATES[report.state][0], STANDINGS.get(report.standing)
        return report.state, f"{label} · {standing[0]}" if standing else label

    @admin.display(description=gettext_lazy("China"), ordering="china_count")
    def china(self, report: Report) -> int:
        return report.china_count

    @admin.display(description=gettext_lazy("Int’l"), ordering="international_count")
    def international(self, report: Report) -> int:
        return report.international_count

    @admin.display(description=gettext_lazy("companies"), ordering="company_count")
    def companies(self, report: Report) -> int:
        return report.company_count

    @admin.display(description=gettext_lazy("policies"), ordering="policy_count")
    def policies(self, report: Report) -> int:
        return report.policy_count

    @action(
        description=gettext_lazy("Start the next issue"),
        url_path="next-issue",
        permissions=["add"],
        icon="note_add",
    )
    def next_issue(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:reports_report_next")

    @action(
        description=gettext_lazy("Import an issue"),
        url_path="import-issue",
        permissions=["add"],
        icon="content_paste_go",
    )
    def import_issue(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:reports_report_import")

    @action(description=gettext_lazy("Calendar"), url_path="open-calendar", permissions=["view"], icon="calendar_month")
    def open_calendar(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:reports_report_calendar")

    @admin.display(description=gettext_lazy("last saved"), ordering="changed_at")
    def changed(self, report: Report) -> str:
        return date_format(timezone.localtime(report.changed_at), _("j M Y, H:i"))

    # The form

    @admin.display(description=gettext_lazy("as readers see it"))
    def picture(self, report: Report) -> str:
        """The hero, or what is still to be done for one."""
        if not report.hero:
            return _("No picture. Choose one, or add one with the plus sign.")
        sources = report.hero.sources("webp")
        edit = reverse("admin:reports_image_change", args=[report.hero.pk])
        if not sources:
            return format_html(_('Described, but its file is still to come: <a href="{}">add the file</a>.'), edit)
        caption = " · ".join(filter(None, (report.hero.caption, report.hero.credit)))
        return format_html(
            '<a href="{}"><img src="{}" alt="{}" width="240" class="desk-thumbnail"></a> {}',
            edit,
            sources[0][0],
            report.hero.alt or _("Decorative picture"),
            caption,
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        request.POST = chosen(request.POST)  # type: ignore[assignment]
        # Whoever saves the same issue waits here, so that what the form's check sees is what is saved over.
        with transaction.atomic():
            if object_id and object_id.isdecimal() and len(object_id) < 19:
                Report.objects.select_for_update().filter(pk=object_id).first()
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except Mergeable as found:
                request.POST = found.data  # type: ignore[assignment]
                request.merged = True  # type: ignore[attr-defined]
                return super().changeform_view(request, object_id, form_url, extra_context)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "hero":
            kwargs["widget"] = TolerantSelect(db_field, self.admin_site)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "hero":
            field.widget.can_delete_related = False  # a picture is let go of here, and deleted in the library
        return field

    def save_model(self, request: HttpRequest, obj: Report, form: ReportForm, change: bool) -> None:
        if change:
            claim(obj, seen=obj.version)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: ReportForm, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        keep(form.instance, by=request.user)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> TemplateResponse:
        context["show_save_and_add_another"] = False
        form: ReportForm = context["adminform"].form
        report = kwargs.get("obj")
        if report and report.pk:
            live = self.live_edition(report)
            waiting = self.waiting(report, live)
            context["state"] = STATES["changed" if waiting else report.state]
            context["waiting"] = waiting
            context["show_delete"] = not report.editions.exists()
            context["standing"] = STANDINGS.get(report.standing)
            context["events"] = timeline(report, timezone.now())
            # What was typed and could not be saved is as good as a new text.
            is_new = form.is_bound or self.is_new(report, waiting)
            context["offers"] = offers_for(request.user, report, is_new=is_new)
            context["live_url"] = live.url if live else ""
            context["may_prepare"] = request.user.has_perm("follow.view_mailing")
            context["may_correct"] = live is not None and request.user.has_perm("follow.send_mailing")
            if request.user.has_perm("reports.change_report"):
                say_here(report, by=request.user)
                context["others"] = others_at(report, than=request.user)
        if form.is_bound and form.stale:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["conflict"] = self.conflict(request, report, form, formsets)
            context["last"] = report.revisions.select_related("author").first()
        response = super().render_change_form(request, context, *args, **kwargs)
        if "conflict" in context:
            response.status_code = 409
        return response

    def live_edition(self, report: Report) -> Edition | None:
        """What readers have of the issue, with its revision."""
        return report.editions.live().without_article().select_related("revision").first()

    def waiting(self, report: Report, live: Edition | None) -> list[str]:
        """
        What readers don't have yet of a live issue, in words.

        Asked of the rows themselves, so that a new name of a company or another picture counts too, which the list's
        `Report.state`, made of kept revisions, learns only at the next save.
        """
        return changes(live.revision.content, gather(report)) if live else []

    def is_new(self, report: Report, waiting: list[str]) -> bool:
        """Whether something waits that is in no revision yet, such as a company's new name."""
        return report.state == "live" and bool(waiting)

    def conflict(self, request: HttpRequest, report: Report, form: ReportForm, formsets: list[Any]) -> list[Difference]:
        """
        Where the editor's changes differ from what somebody saved; and from now on he may save over it.

        Raises Mergeable if they differ nowhere and nothing else is wrong.
        """
        given = opened(report, form)
        found = merge(report, given, form, formsets)
        form.data["over"] = str(report.version)
        is_sound = all(error.code == "stale" for error in form.errors.as_data().get("__all__", [])) and not (
            set(form.errors) - {"__all__"} or any(any(formset.errors) for formset in formsets)
        )
        if given and is_sound and not found:
            raise Mergeable(merged(request.POST, form, formsets))
        return found

    def response_change(self, request: HttpRequest, obj: Report) -> HttpResponse:
        if getattr(request, "merged", False):
            said = _("Somebody else saved this issue while you wrote. What both of you changed is kept.")
            self.message_user(request, said, messages.INFO)
        return self.go_on(request, obj) or super().response_change(request, obj)

    def response_add(self, request: HttpRequest, obj: Report, post_url_continue: str | None = None) -> HttpResponse:
        return self.go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def go_on(self, request: HttpRequest, report: Report) -> HttpResponse | None:
        """The page that a button beside Save leads to, after the save: "_go" names it."""
        target = request.POST.get("_go")
        if target == "preview":
            return redirect("admin:reports_report_preview", quote(report.pk))
        if target in DECISIONS:
            return redirect("admin:reports_report_decide", quote(report.pk), target)
        return None

    # Publishing, scheduling, withdrawing

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/<slug:act>/now/", view(self.decide), name="reports_report_decide"),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Ask before an act of `newsroom.deciding` (GET), and do it (POST)."""
        decision: Decision | None = DECISIONS.get(act)
        if not request.user.has_perm(decision.permission if decision else "reports.publish_report"):
            raise PermissionDenied
        report = get_object_or_404(self.get_queryset(request), pk=pk)
        change_url = reverse("admin:reports_report_change", args=[quote(report.pk)])
        waiting = self.waiting(report, self.live_edition(report))
        if decision is None or not decision.fits(report, is_new=self.is_new(report, waiting)):
            said = _("That can't be done with this issue as it is now.")
            if decision and decision.fits(report, is_new=True):
                said = _("Nothing to do: readers have this text already, or get it at the time that is set.")
            self.message_user(request, said, messages.WARNING)
            return redirect(change_url)
        form = decision.form(request.POST or None, report=report)
        stopping = self.stopping(report) if decision.gives else None
        ask_for_reason(form, stopping, request.user)
        stale = _("Somebody saved this issue after you opened this page. Look at it again, then decide.")
        if request.method == "POST" and request.POST.get("version") != str(report.version):
            form.add_error(None, stale)
        if request.method == "POST" and form.is_valid():
            try:
                said = decision.act(report, by=request.user, seen=report.version, **form.cleaned_data)
            except StaleVersion:
                form.add_error(None, stale)
            except (Unpublishable, OutOfTurn) as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                self.message_user(request, said, messages.SUCCESS)
                return redirect(change_url)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": report,
            "title": decision.title,
            "subtitle": report.title,
            "decision": decision,
            "stopping": stopping,
            "form": form,
            "report": report,
            "state": STATES[report.state],
            "standing": STANDINGS.get(report.standing),
            "waiting": waiting if decision.gives else [],
            "outlook": outlook(report, gather(report)) if decision.mails else "",
            "may_prepare": decision.mails and request.user.has_perm("follow.view_mailing"),
            "change_url": change_url,
        }
        return render(request, "admin/reports/report/decide.html", context, status=409 if form.errors else 200)


# Other packages' models, in the desk's own dress. Their admins, imported above, have registered themselves.

for model in (User, Group, Tag):
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(AuditedPeople, FactorDoor, PeopleDesk, DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(AuditedRoles, DjangoGroupAdmin, ModelAdmin):
    pass


@admin.register(Tag)
class TagAdmin(TaggitTagAdmin, ModelAdmin):
    list_display = ("name", "slug", "uses")
    inlines = ()
    actions = ()  # taggit's merging has pages of its own that look broken here

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(use_count=Count("taggit_taggeditem_items"))

    @admin.display(description=gettext_lazy("uses"), ordering="use_count")
    def uses(self, tag: Tag) -> int:
        return tag.use_count
