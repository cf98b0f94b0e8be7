"""Where a moderator says how often he wants mail about what waits: one page, about nobody but himself."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from comments import digests
from comments.admin.moderators import ForModerators
from comments.models import Digest, HouseRules
from comments.moderating import MODERATE
from comments.rules import house_rules

WHEN = {
    HouseRules.Every.NEVER: gettext_lazy("Never"),
    HouseRules.Every.AT_ONCE: gettext_lazy("At once, within minutes"),
    HouseRules.Every.HOURLY: gettext_lazy("Every hour, on the hour"),
    HouseRules.Every.DAILY: gettext_lazy("Every day, at eight in the morning"),
}


class DigestForm(forms.Form):
    every = forms.ChoiceField(label=gettext_lazy("How often"), required=False, widget=UnfoldAdminRadioSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = HouseRules.Every(house_rules().digest)
        field: Any = self.fields["every"]
        field.choices = [
            ("", _("As the house rules say: %(how_often)s") % {"how_often": usual.label.lower()}),
            *WHEN.items(),
        ]


@admin.register(Digest)
class DigestAdmin(ForModerators):
    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.choose), name="comments_digest_changelist")]

    def choose(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        row = Digest.objects.filter(user=request.user).first()
        form = DigestForm(request.POST or None, initial={"every": row.every if row else ""})
        if request.method == "POST" and form.is_valid():
            digests.choose(request.user, form.cleaned_data["every"])
            self.message_user(request, _("Saved."), messages.SUCCESS)
            return redirect("admin:comments_digest_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Mail about comments that wait"),
            "form": form,
            "told_at": row.sent_at if row else None,
        }
        response = render(request, "admin/comments/digest/choose.html", context, status=422 if form.errors else 200)
        response.headers["Cache-Control"] = "private, no-store"
        return response
