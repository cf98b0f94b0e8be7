"""
Bans on the desk: the list, banning by hand or from a comment, lifting. Nothing is deleted, and no ban is ever edited.

A moderator never sees an address or a network here, and one that is typed is not shown again.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from comments.banning import ADD, LIFT, TIMES, Refused, ban, ban_author, comments_of, lift, staff_with_name, traits
from comments.desk import TABS
from comments.models import Ban, Comment
from comments.record import called
from newsroom.lib.text import Wording

SEE = "comments.view_ban"
STATES = {
    "active": (gettext_lazy("In force"), "danger"),
    "over": (gettext_lazy("Over"), "info"),
    "lifted": (gettext_lazy("Lifted"), "success"),
}
KINDS = {
    "address": gettext_lazy("The address: whatever name it writes under"),
    "name": gettext_lazy("The name: whoever writes under it"),
    "domain": gettext_lazy("The domain of the website: in texts and websites, and as that of an address"),
    "network": gettext_lazy("The network: everybody there, for 30 days at most"),
}


class BanForm(forms.Form):
    """What is banned, for how long, and why. `until` is when it ends."""

    kind = forms.ChoiceField(label=gettext_lazy("What to ban"), widget=UnfoldAdminRadioSelectWidget)
    value = forms.CharField(
        label=gettext_lazy("Which"),
        max_length=250,
        help_text=gettext_lazy(
            "An address, a name, a domain or an IP address. Addresses are kept as a hash, and never shown again."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    time = forms.ChoiceField(
        label=gettext_lazy("For how long"),
        required=False,
        choices=[(key, label) for key, (label, _time) in TIMES.items()],
        initial="month",
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("For the log and for whoever looks at this ban later. Its author never sees it."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Ban it all the same"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=gettext_lazy("Only if you mean it."),
    )

    def __init__(self, *args: Any, comment: Comment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comment = comment
        known = traits(comment) if comment else {}
        self.fields["kind"].choices = [
            (kind, f"{label} ({known[kind][1]})" if kind in {"name", "domain"} and comment else label)
            for kind, label in KINDS.items()
            if not comment or kind in known
        ]
        if comment:
            del self.fields["value"]
        self.initial.setdefault("kind", next((kind for kind, _label in self.fields["kind"].choices), ""))
        if not self.data or not self.alike():
            del self.fields["sure"]

    def alike(self) -> str:
        """The name of somebody of the staff that this ban would hit, "" if none."""
        name = self.comment.name if self.comment else self.data.get("value", "")
        return staff_with_name(name) if self.data.get("kind") == Ban.Kind.NAME else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "sure" in self.fields and not given.get("sure"):
            said = _("This is, or looks like, the name of %(name)s, of the staff.")
            self.add_error("sure", said % {"name": self.alike()})
        return given

    def enter(self, by: Any) -> Ban:
        """Ban. Raises Refused."""
        time: timedelta | None = TIMES[self.cleaned_data["time"]][1]
        facts = {"by": by, "reason": self.cleaned_data["reason"], "until": timezone.now() + time if time else None}
        kind = self.cleaned_data["kind"]
        if self.comment:
            return ban_author(self.comment, kind, **facts)
        return ban(kind, self.cleaned_data["value"], **facts)


class LiftForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("For the log. May stay empty."),
    )


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Wording]]:
        return [(key, label) for key, (label, _colour) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ban]) -> QuerySet[Ban]:
        now = timezone.now()
        active = queryset.model.objects.active(now).values("pk")
        match self.value():
            case "active":
                return queryset.filter(pk__in=active)
            case "over":
                return queryset.filter(lifted_at=None).exclude(pk__in=active)
            case "lifted":
                return queryset.filter(Q(lifted_at__lte=now))
        return queryset


def state(row: Ban) -> str:
    now = timezone.now()
    if row.lifted_at and row.lifted_at <= now:
        return "lifted"
    return "over" if row.until and row.until <= now else "active"


@admin.register(Ban)
class BanAdmin(ModelAdmin):
    list_display = ("whom", "kind", "state", "reason", "ends", "since", "by")
    list_filter = (StateFilter, "kind")
    list_per_page = 50
    list_select_related = ("created_by", "lifted_by")
    search_fields = ("label", "reason")
    search_help_text = gettext_lazy("Searches whom and why")
    actions = None

    class Media:
        css = {"all": ["desk/ban.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a ban is lifted, on a page of its own; never edited

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("add/", view(self.add), name="comments_ban_add"),
            path("<int:pk>/change/", view(self.look), name="comments_ban_change"),
            *[url for url in super().get_urls() if url.name == "comments_ban_changelist"],
        ]

    # The list

    @admin.display(description=gettext_lazy("whom"), ordering="label")
    def whom(self, row: Ban) -> str:
        return row.label

    @display(description=gettext_lazy("state"), label={key: colour for key, (_label, colour) in STATES.items()})
    def state(self, row: Ban) -> tuple[str, Wording]:
        return state(row), STATES[state(row)][0]

    @admin.display(description=gettext_lazy("ends"), ordering="until")
    def ends(self, row: Ban) -> str:
        if row.lifted_at:
            return _("Lifted %(time)s") % {"time": on(row.lifted_at)}
        return on(row.until) if row.until else pgettext("a ban ends", "Never")

    @admin.display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, row: Ban) -> str:
        return on(row.created_at)

    @admin.display(description=gettext_lazy("by"))
    def by(self, row: Ban) -> str:
        return named(row.created_by)

    # Banning

    @method_decorator(sensitive_post_parameters("value"))
    def add(self, request: HttpRequest) -> HttpResponse:
        """Ask what to ban, of a comment's author (?comment=12) or by hand (GET), and ban it (POST)."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        number = request.GET.get("comment", "")
        comment = None
        if number:
            able = number.isascii() and number.isdigit() and len(number) < 19
            comment = get_object_or_404(Comment.objects.select_related("commenter"), pk=number if able else 0)
        form = BanForm(request.POST or None, comment=comment)
        if request.method == "POST" and form.is_valid():
            try:
                row = form.enter(request.user)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                said = _("Banned: %(whom)s. What comes from there goes to spam.") % {"whom": row.label}
                self.message_user(request, said, messages.SUCCESS)
                return redirect(back_to_queue(comment) if comment else "admin:comments_ban_changelist")
        context = {
            "title": _("Ban the author of a comment") if comment else _("Ban somebody"),
            "form": form,
            "comment": comment,
            "nothing": not form.fields["kind"].choices,
        }
        return self.answer(request, "add", context, form)

    # One ban

    def look(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One ban with what is known of it (GET), and lifting it (POST)."""
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        row = get_object_or_404(Ban.objects.select_related("created_by", "lifted_by"), pk=pk)
        may_lift = request.user.has_perm(LIFT)
        form = LiftForm(request.POST or None)
        if request.method == "POST":
            if not may_lift:
                raise PermissionDenied
            if form.is_valid() and self.lifted(request, row, form):
                return redirect("admin:comments_ban_changelist")
        context = {
            "title": _("A ban"),
            "ban": row,
            "state": state(row),
            "badge": STATES[state(row)],
            "comment": comments_of([row]).get(row.pk),
            "by": named(row.created_by),
            "lifted_by": named(row.lifted_by),
            "form": form,
            "may_lift": may_lift and state(row) == "active",
        }
        return self.answer(request, "ban", context, form)

    def lifted(self, request: HttpRequest, row: Ban, form: LiftForm) -> bool:
        try:
            lift(row, by=request.user, why=form.cleaned_data["why"])
        except Refused as refused:
            form.add_error(None, str(refused))
            return False
        self.message_user(request, _("Lifted: %(whom)s.") % {"whom": row.label}, messages.SUCCESS)
        return True

    def answer(self, request: HttpRequest, page: str, context: dict[str, Any], form: forms.Form) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        status = 422 if form.errors else 200
        return render(request, f"admin/comments/ban/{page}.html", {**everywhere, **context}, status=status)


def back_to_queue(comment: Comment) -> str:
    """The tab of the queue in which the comment is."""
    tab = comment.status if comment.status in TABS else "pending"
    return f"{reverse('admin:comments_comment_changelist')}?tab={tab}"


def on(at: Any) -> str:
    return date_format(timezone.localtime(at), _("j M Y, H:i"))


def named(user: Any) -> str:
    return called(user) if user else _("The operator")
