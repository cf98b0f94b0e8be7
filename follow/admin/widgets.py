"""Share and follow on the desk: one page with a row for each kind of widget."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from follow.models import Widget
from follow.sharing import CHANGE, KINDS, Arranged, Stale, arrange, arrangement, back_to_defaults, state
from newsroom.lib.forms import OneLine

SEE = "follow.view_widget"
HIGHEST = 9_999


class RowForm(forms.Form):
    """How one kind is arranged. `kind` is what it is by default."""

    label = OneLine(
        label=gettext_lazy("Label"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        error_messages={
            "required": gettext_lazy("Please enter a label, or choose “Not shown”."),
            "max_length": gettext_lazy("A label has at most %(limit_value)d characters; this one has %(show_value)d."),
        },
    )
    place = forms.ChoiceField(
        label=gettext_lazy("Place"),
        choices=Widget.Place.choices,
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "invalid_choice": gettext_lazy("Please choose one of the places."),
            "required": gettext_lazy("Please choose a place."),
        },
    )
    position = forms.IntegerField(
        label=gettext_lazy("Order"),
        min_value=0,
        max_value=HIGHEST,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={
            "required": gettext_lazy("Please enter a number: the smallest comes first."),
            "invalid": gettext_lazy("Please enter a whole number, such as 35."),
            "min_value": gettext_lazy("The smallest number is %(limit_value)d."),
            "max_value": gettext_lazy("The largest number is %(limit_value)d."),
        },
    )

    def __init__(self, *args: Any, arranged: Arranged, may_change: bool, **kwargs: Any) -> None:
        self.kind = KINDS[arranged.kind]
        initial = {"label": arranged.label, "place": arranged.place, "position": arranged.position}
        super().__init__(*args, initial=initial, prefix=arranged.kind, **kwargs)
        if self.kind.kind == "share":
            self.fields["place"].choices = [choice for choice in Widget.Place.choices if choice[0] != Widget.Place.LIST]
        for field in self.fields.values():
            said = _("%(label)s of %(widget)s") % {"label": field.label, "widget": self.kind.label}
            field.widget.attrs["aria-label"] = said
            field.disabled = not may_change

    def arranged(self) -> Arranged:
        return Arranged(self.kind.kind, **self.cleaned_data)


@admin.register(Widget)
class WidgetsAdmin(ModelAdmin):
    """Kinds are known to the code, so the list of them is their page."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(SEE) or request.user.has_perm(CHANGE))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.page), name="follow_widget_changelist")]

    def page(self, request: HttpRequest) -> HttpResponse:
        """Show how the widgets are arranged (GET); save that, or go back to the defaults (POST)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = arrangement()
        may_change = request.user.has_perm(CHANGE)
        rows = [RowForm(request.POST or None, arranged=kind, may_change=may_change) for kind in now]
        fault, status = "", 200
        if request.method == "POST" and "_defaults" in request.POST:
            self.go_back(request)
            return redirect("admin:follow_widget_changelist")
        if request.method == "POST":
            fault = self.save_rows(request, rows)
            if not fault:
                return redirect("admin:follow_widget_changelist")
            status = 422
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Share and follow"),
            "rows": rows,
            "fault": fault,
            "state": request.POST.get("state") or state(now),
            "may_change": may_change,
        }
        return render(request, "admin/follow/widgets.html", context, status=status)

    def save_rows(self, request: HttpRequest, rows: list[RowForm]) -> str:
        """Why they were not saved; "" if they were."""
        if not all(row.is_valid() for row in rows):
            return _("Nothing was saved yet: put right what is marked below first.")
        try:
            changed = arrange([row.arranged() for row in rows], seen=request.POST.get("state", ""), by=request.user)
        except Stale as stale:
            return _("%(why)s Nothing was saved: open the page again, and change it there.") % {"why": stale}
        saved = _("The widgets are saved. Readers see it within a minute.")
        said = saved if changed else _("Nothing was changed.")
        self.message_user(request, said, messages.SUCCESS if changed else messages.INFO)
        return ""

    def go_back(self, request: HttpRequest) -> None:
        changed = back_to_defaults(by=request.user)
        restored = _("All widgets are as they come. Readers see it within a minute.")
        said = restored if changed else _("They are as they come already.")
        self.message_user(request, said, messages.SUCCESS if changed else messages.INFO)
