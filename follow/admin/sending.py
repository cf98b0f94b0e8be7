"""Sending on the desk: at which pace, whether at all, when the digest goes out. One row, so one page."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from follow.admin.pages import OwnPages, needs, sent
from follow.models import Pace
from follow.pacing import CHANGE, pace, set_pace

SEE = "follow.view_pace"


class PaceForm(forms.ModelForm):
    class Meta:
        model = Pace
        fields = ("is_paused", "per_second", "per_domain", "digest_day", "digest_hour", "postal_address")
        labels = {"postal_address": gettext_lazy("Postal address")}
        widgets = {
            "is_paused": UnfoldBooleanSwitchWidget,
            "per_second": UnfoldAdminIntegerFieldWidget,
            "per_domain": UnfoldAdminIntegerFieldWidget,
            "digest_day": UnfoldAdminSelectWidget,
            "digest_hour": UnfoldAdminIntegerFieldWidget,
            "postal_address": UnfoldAdminTextInputWidget,
        }

    def __init__(self, *args: Any, may_change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = not may_change


@admin.register(Pace)
class PaceAdmin(OwnPages):
    see = (SEE, CHANGE)
    folder = "pace"

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.page), name="follow_pace_changelist")]

    @needs()
    def page(self, request: HttpRequest) -> HttpResponse:
        """Show the settings (GET), and save them (POST)."""
        may_change = request.user.has_perm(CHANGE)
        if not (may_change if request.method == "POST" else self.has_view_permission(request)):
            raise PermissionDenied
        form = PaceForm(sent(request), instance=pace(), may_change=may_change)
        if request.method == "POST" and form.is_valid():
            set_pace(by=request.user, **form.cleaned_data)
            self.message_user(request, _("Saved. Workers go by it from their next batch on."), messages.SUCCESS)
            return redirect("admin:follow_pace_changelist")
        context = {"title": _("Sending"), "form": form, "may_change": may_change}
        return self.answer(request, "pace", context, 422 if form.errors else 200)
