"""Previews at the desk: the page as readers will see it, at any width, and links for people without an account."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from newsroom.issue import gather
from newsroom.lib.mailed import absolute
from newsroom.models import PreviewLink
from newsroom.previews.drawing import below, draw_preview, preview_of_story
from newsroom.previews.sharing import SHARE, revoke, share
from reports.models import Report

SHOWN = 20  # of the links of an issue, the newest


class LinkForm(forms.ModelForm):  # type: ignore[type-arg]
    pinned = forms.BooleanField(
        label=gettext_lazy("Show the issue as it is saved now, and nothing later"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    class Meta:
        model = PreviewLink
        fields = ("label",)
        labels = {"label": gettext_lazy("For whom")}
        help_texts = {"label": gettext_lazy("Only the desk sees this: “for the lawyer”.")}
        widgets = {"label": UnfoldAdminTextInputWidget}


class PreviewDoor:
    """For the admin of issues: its previews."""

    admin_site: Any
    opts: Any

    @property
    def media(self) -> forms.Media:
        """With what opens the preview beside the form."""
        usual: forms.Media = super().media  # type: ignore[misc]
        return usual + forms.Media(css={"all": ["desk/preview.css"]}, js=["desk/preview.js"])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(self.preview), name="reports_report_preview"),
            path("<int:pk>/preview/<int:story>/", view(self.preview_story), name="reports_report_preview_story"),
            path("<int:pk>/previews/", view(self.previews), name="reports_report_previews"),
            path(
                "<int:pk>/previews/<int:link>/revoke/", view(self.revoke_preview), name="reports_report_revoke_preview"
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The issue as its working rows stand, as readers will see it."""
        report = with_preview(request, pk)
        edition = {"title": report.title, "issued_on": report.issued_on, "standfirst": report.standfirst}
        context = {"edition": edition, "article": draw_preview(gather(report), story_url=below)}
        return self.as_preview(request, "reports/preview.html", report, context)

    def preview_story(self, request: HttpRequest, pk: int, story: int) -> HttpResponse:
        """The own page of one of its stories."""
        report = with_preview(request, pk)
        try:
            context = preview_of_story(gather(report), story)
        except KeyError:
            raise Http404("The issue has no such story.") from None
        return self.as_preview(request, "reports/story_preview.html", report, context)

    def as_preview(self, request: HttpRequest, template: str, report: Report, context: dict[str, Any]) -> HttpResponse:
        is_live = report.editions.live().exists()
        response = render(request, template, {**context, "report": report, "is_live": is_live})
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def previews(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The preview at the width of a phone, a tablet or a desk; its links (GET), and one more (POST)."""
        report = with_preview(request, pk)
        may_share = is_sharer(request)
        form, address = LinkForm(request.POST or None), ""
        if request.method == "POST":
            if not may_share:
                raise PermissionDenied
            if form.is_valid():
                __, token = share(report, by=request.user, **form.cleaned_data)
                address, form = absolute(reverse("preview", args=[token])), LinkForm()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": report,
            "report": report,
            "title": _("Preview"),
            "subtitle": report.title,
            "change_url": reverse("admin:reports_report_change", args=[report.pk]),
            "may_share": may_share,
            "form": form,
            "address": address,
            "links": report.preview_links.select_related("created_by", "revision").defer("revision__content")[:SHOWN]
            if may_share
            else [],
        }
        response = render(request, "admin/reports/report/previews.html", context, status=422 if form.errors else 200)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def revoke_preview(self, request: HttpRequest, pk: int, link: int) -> HttpResponse:
        """Let a link open nothing any more (POST)."""
        report = with_preview(request, pk)
        found = get_object_or_404(report.preview_links, pk=link)
        if request.method == "POST":
            revoke(found, by=request.user)
            messages.success(request, _("Revoked: the link opens nothing any more."))
        return redirect("admin:reports_report_previews", pk)


def with_preview(request: HttpRequest, pk: int) -> Report:
    """The issue, for somebody who may look at issues. Raises PermissionDenied and Http404."""
    user: Any = request.user
    if not (user.has_perm("reports.view_report") or user.has_perm("reports.change_report")):
        raise PermissionDenied
    return get_object_or_404(Report, pk=pk)


def is_sharer(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm(SHARE))
