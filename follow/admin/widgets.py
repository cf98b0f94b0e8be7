"""Share and follow on the desk: one page with a row for each kind of widget."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from follow.models import Widget
from follow.sharing import CHANGE, KINDS, Arranged, Stale, arrange, arrangement, back_to_defaults, state
from newsroom.lib.forms import OneLine

SEE = "follow.view_widget"
HIGHEST = 9_999
SAYS = "Readers see it within a minute."


class RowForm(forms.Form):
    """How one kind is arranged. `kind` is what it is by default."""

    label = OneLine(
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        error_messages={
            "required": "Please enter a label, or choose “Not shown”.",
            "max_length": "A label has at most %(limit_value)d characters; this one has %(show_value)d.",
        },
    )
    place = forms.ChoiceField(
        choices=Widget.Place.choices,
        widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": "Please choose one of the places.", "required": "Please choose a place."},
    )
    position = forms.IntegerField(
        label="Order",
        min_value=0,
        max_value=HIGHEST,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={
            "required": "Please enter a number: the smallest comes first.",
            "invalid": "Please enter a whole number, such as 35.",
            "min_value": "The smallest number is %(limit_value)d.",
            "max_value": f"The largest number is {HIGHEST}.",
        },
    )

    def __init__(self, *args: Any, arranged: Arranged, may_change: bool, **kwargs: Any) -> None:
        self.kind = KINDS[arranged.kind]
        initial = {"label": arranged.label, "place": arranged.place, "position": arranged.position}
        super().__init__(*args, initial=initial, prefix=arranged.kind, **kwargs)
        if self.kind.kind == "share":
            self.fields["place"].choices = [choice for choice in Widget.Place.choices if choice[0] != Widget.Place.LIST]
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label or name.capitalize()} of {self.kind.label}"
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
            "title": "Share and follow",
            "rows": rows,
            "fault": fault,
            "state": request.POST.get("state") or state(now),
            "may_change": may_change,
        }
        return render(request, "admin/follow/widgets.html", context, status=status)

    def save_rows(self, request: HttpRequest, rows: list[RowForm]) -> str:
        """Why they were not saved; "" if they were."""
        if not all(row.is_valid() for row in rows):
            return "Nothing was saved yet: put right what is marked below first."
        try:
            changed = arrange([row.arranged() for row in rows], seen=request.POST.get("state", ""), by=request.user)
        except Stale as stale:
            return f"{stale} Nothing was saved: open the page again, and change it there."
        said = f"The widgets are saved. {SAYS}" if changed else "Nothing was changed."
        self.message_user(request, said, messages.SUCCESS if changed else messages.INFO)
        return ""

    def go_back(self, request: HttpRequest) -> None:
        changed = back_to_defaults(by=request.user)
        said = f"All widgets are as they come. {SAYS}" if changed else "They are as they come already."
        self.message_user(request, said, messages.SUCCESS if changed else messages.INFO)
