"""
Mailings on the desk: what an issue's mail is called and looks like before it goes out; then how far it got.

Nobody's address is read here but for those who may see followers. What the mail looks like is shown in a frame that
can run nothing, load nothing and lead nowhere.
"""

from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from follow import desk, mailing
from follow.admin.pages import OwnPages, needs, sent
from follow.letters import Letter
from follow.models import Cover, Mailing
from newsroom.lib.fields import room
from newsroom.lib.forms import OneLine, PlainText
from newsroom.lib.mail import Unsent
from newsroom.lib.numbers import row_number
from reports.models import Report

SEE, SEE_DELIVERIES, SEE_FOLLOWERS = "follow.view_mailing", "follow.view_delivery", "follow.view_follower"
SEE_ISSUES = "reports.view_report"
PARTS = ("progress", "acts")  # of the page of a mailing, that change while it is sent
OWN = gettext_lazy("[the reader’s own link]")
CHANGED = gettext_lazy("Not sent yet: you changed the words. Look at them below, and press “Send” again.")
UNSEEN = gettext_lazy("Not sent yet: look at it below, and then press “Send”.")
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


class CoverForm(forms.ModelForm):
    class Meta:
        model = Cover
        fields = ("subject", "preheader", "is_silent")
        labels = {"subject": gettext_lazy("Subject"), "preheader": gettext_lazy("Preheader")}
        widgets = {
            "subject": UnfoldAdminTextInputWidget,
            "preheader": UnfoldAdminTextInputWidget,
            "is_silent": UnfoldBooleanWidget,
        }


class CorrectionForm(forms.Form):
    note = PlainText(
        label=gettext_lazy("Note to readers"),
        max_length=5000,
        help_text=gettext_lazy("What was wrong, and what is right. An empty line begins a new paragraph."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Say what was wrong, and what is right.")},
    )
    subject = OneLine(
        label=gettext_lazy("Subject"),
        required=False,
        max_length=room(Mailing, "subject"),
        help_text=gettext_lazy("Empty: “Correction:” and the title of the issue."),
        widget=UnfoldAdminTextInputWidget,
    )


@admin.register(Mailing)
class MailingsAdmin(OwnPages):
    see = (SEE,)
    folder = "mailing"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.list_all), name="follow_mailing_changelist"),
            path("<int:pk>/", view(self.page), name="follow_mailing_change"),
            path("<int:pk>/progress/", view(self.progress), name="follow_mailing_progress"),
            path("<int:pk>/preview/", view(self.preview), name="follow_mailing_preview"),
            path("<int:pk>/act/", view(self.act), name="follow_mailing_act"),
            path("<int:pk>/stop/", view(self.stop), name="follow_mailing_stop"),
            path("issue/<int:pk>/", view(self.cover), name="follow_mailing_cover"),
            path("issue/<int:pk>/preview/", view(self.preview_issue), name="follow_mailing_cover_preview"),
            path("issue/<int:pk>/test/", view(self.test), name="follow_mailing_test"),
            path("issue/<int:pk>/send/", view(self.send), name="follow_mailing_send"),
            path("issue/<int:pk>/correct/", view(self.correct), name="follow_mailing_correct"),
        ]

    @needs(SEE)
    def list_all(self, request: HttpRequest) -> HttpResponse:
        may_see_issues = request.user.has_perm(SEE_ISSUES)
        context = {
            "title": _("Mailings"),
            "page": desk.mailings(row_number(request.GET.get("page")) or 1),
            "upcoming": desk.upcoming() if may_see_issues else [],
            "may_see_issues": may_see_issues,
            "passed_over": desk.PASSED_OVER,
            "no_address": desk.NO_ADDRESS if desk.lacks_postal_address() else "",
        }
        return self.answer(request, "list", context)

    # One that is on its way, or was

    @needs(SEE)
    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.found(request, pk)
        context = {**found, "title": _("Mailing"), **shown(desk.letter_of(found["mailing"]))}
        if request.user.has_perm(SEE_DELIVERIES):
            number = row_number(request.GET.get("page")) or 1
            with_address = found["with_address"]
            context["failures"] = desk.failures(found["mailing"], number, with_address=with_address)
        return self.answer(request, "mailing", context)

    def found(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        row = desk.mailing_with_progress(pk)
        if row is None:
            raise Http404("No mailing has this number.")
        return {
            "mailing": row,
            "reasons": desk.reasons(row),
            "has_failed": row.deliveries.filter(dropped_at__isnull=False, has_failed=True).exists(),
            "may_send": request.user.has_perm(mailing.SEND),
            "with_address": request.user.has_perm(SEE_FOLLOWERS),
        }

    @needs(SEE)
    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far it got, for the page's script: the two parts of the page that change, and whether it goes on."""
        found = self.found(request, pk)
        parts = {
            part: render_to_string(f"admin/follow/mailing/_{part}.html", found, request)
            for part in ("progress", "acts")
        }
        return JsonResponse({**parts, "state": found["mailing"].state, "is_over": found["mailing"].is_over})

    @needs(SEE)
    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        return framed(desk.letter_of(get_object_or_404(Mailing, pk=pk)))

    @needs(SEE, mailing.SEND)
    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Pause, resume or try again, as the pressed button says (POST)."""
        row = get_object_or_404(Mailing, pk=pk)
        if request.method == "POST":
            try:
                self.message_user(request, done(row, request.POST.get("act", ""), request.user), messages.SUCCESS)
            except mailing.Refused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
        return redirect("admin:follow_mailing_change", pk)

    @needs(SEE, mailing.SEND)
    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), and stop for good (POST)."""
        found = self.found(request, pk)
        if request.method == "POST":
            dropped = mailing.stop(found["mailing"], by=request.user)
            said = ngettext(
                "Stopped for good. %(number)s follower does not get it.",
                "Stopped for good. %(number)s followers do not get it.",
                dropped,
            )
            self.message_user(request, said % {"number": f"{dropped:,}"}, messages.SUCCESS)
            return redirect("admin:follow_mailing_change", pk)
        return self.answer(request, "stop", {**found, "title": _("Stop a mailing")})

    # An issue's mail, before and after

    @needs(SEE, SEE_ISSUES)
    def cover(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What an issue's mail is called and looks like (GET); saying what it is called (POST)."""
        report = get_object_or_404(Report.objects.with_state(), pk=pk)
        may_change = request.user.has_perm(mailing.permission_to_prepare(report))
        form = CoverForm(sent(request), instance=mailing.cover_of(report))
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if form.is_valid():
                mailing.prepare(report, **form.cleaned_data, by=request.user)
                self.message_user(request, _("Saved. Below is what the mail looks like now."), messages.SUCCESS)
                return redirect("admin:follow_mailing_cover", pk)
        context = {
            **self.before_sending(report),
            "title": _("Mail of an issue"),
            "badge": desk.REPORT_STATES[report.state],
            "form": form,
            **shown(mailing.letter_of_issue(report)),
            "may_change": may_change,
            "may_test": request.user.has_perm(mailing.TEST),
            "may_send": request.user.has_perm(mailing.SEND),
        }
        return self.answer(request, "cover", context, 422 if form.errors else 200)

    def before_sending(self, report: Report) -> dict[str, Any]:
        """What is known of an issue's mail: to how many it goes, whether by itself or by hand, or that it went."""
        revision = report.revisions.first()
        return {
            "report": report,
            "numbers": desk.recipients(revision.content) if revision else None,
            "mailing": report.mailings.filter(kind=Mailing.Kind.ISSUE).first(),
            "is_silent": mailing.cover_of(report).is_silent,
            "was_announced": desk.was_announced(report),
            "edition": mailing.live_edition(report),
            "no_address": desk.NO_ADDRESS if desk.lacks_postal_address() else "",
        }

    @needs(SEE, SEE_ISSUES, mailing.SEND)
    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), and tell the followers of an issue that they were not told of when it came to readers (POST)."""
        report = get_object_or_404(Report, pk=pk)
        if request.method == "POST":
            try:
                row = mailing.send_now(report, by=request.user)
            except mailing.Refused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
                return redirect("admin:follow_mailing_cover", pk)
            self.message_user(request, _("The issue is on its way to its followers."), messages.SUCCESS)
            return redirect("admin:follow_mailing_change", row.pk)
        known = self.before_sending(report)
        edition = known["edition"]
        numbers = desk.recipients(edition.revision.content) if edition else None
        return self.answer(request, "send", {**known, "title": _("Send an issue now"), "numbers": numbers})

    @needs(SEE, SEE_ISSUES)
    def preview_issue(self, request: HttpRequest, pk: int) -> HttpResponse:
        return framed(mailing.letter_of_issue(get_object_or_404(Report, pk=pk)))

    @needs(SEE, SEE_ISSUES, mailing.TEST)
    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the mail to whoever asks, at his own address (POST)."""
        report = get_object_or_404(Report, pk=pk)
        if request.method == "POST":
            try:
                mailing.send_test(report, to=request.user.email, by=request.user)
            except mailing.Refused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
            except Unsent as unsent:
                said = _("The test was not sent: %(reason)s.")
                self.message_user(request, said % {"reason": unsent.reason}, messages.ERROR)
            else:
                self.message_user(request, _("The test is on its way to your own address."), messages.SUCCESS)
        return redirect("admin:follow_mailing_cover", pk)

    @needs(SEE, SEE_ISSUES, mailing.SEND)
    def correct(self, request: HttpRequest, pk: int) -> HttpResponse:
        """
        Ask for the note (GET), show what it would look like and to how many it goes, and send it (both POST).

        It begins with what readers were told last, if no mail told of that.
        """
        report = get_object_or_404(Report, pk=pk)
        answers = sent(request)
        form = CorrectionForm(answers, initial={} if answers else {"note": mailing.note_to_send(report)})
        seen = request.POST.get("seen", "")
        context: dict[str, Any] = {"title": _("Send a correction"), "report": report, "form": form}
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data
            if "_send" in request.POST and seen == looked_at(words):
                try:
                    row = mailing.correct(report, **words, by=request.user)
                except mailing.Refused as refused:
                    form.add_error(None, refused.sentence)
                else:
                    self.message_user(request, _("The correction is on its way."), messages.SUCCESS)
                    return redirect("admin:follow_mailing_change", row.pk)
            elif "_send" in request.POST:
                context["not_sent"] = CHANGED if seen else UNSEEN
            context |= {**shown(desk.letter_of_correction(report, **words)), "seen": looked_at(words)}
        context["number"] = mailing.recipients_of_correction(report)
        context["is_live"] = mailing.live_edition(report) is not None
        context["no_address"] = desk.NO_ADDRESS if desk.lacks_postal_address() else ""
        return self.answer(request, "correct", context, 422 if form.errors else 200)


def done(row: Mailing, act: str, by: Any) -> str:
    """Do what a button says, and say that it was done."""
    match act:
        case "pause":
            mailing.pause(row, by=by)
            return _("Paused. What a worker has in hand may still go, for a second.")
        case "resume":
            mailing.resume(row, by=by)
            return _("It goes on.")
        case "again":
            number = mailing.try_again(row, by=by)
            said = ngettext("%(number)s mail will be tried again.", "%(number)s mails will be tried again.", number)
            return said % {"number": f"{number:,}"}
    raise Http404("No such act.")


def looked_at(words: dict[str, str]) -> str:
    """By which words are known that somebody has seen as a mail, so that others are shown before they are sent."""
    return sha256("\0".join(words[name] for name in ("subject", "note")).encode()).hexdigest()


def shown(letter: Letter | None) -> dict[str, Any]:
    """A letter for a page: what it is called, its text, and its HTML for a frame."""
    if letter is None:
        return {}
    text, __ = letter.addressed(out=str(OWN), preferences=str(OWN))
    __, html = letter.addressed(out="#", preferences="#")
    return {"letter": letter, "text": text, "html": html}


def framed(letter: Letter | None) -> HttpResponse:
    """The letter as a page for a frame, which can run nothing and load nothing. Its own links lead nowhere."""
    if letter is None:
        raise Http404("There is nothing to look at.")
    return HttpResponse(shown(letter)["html"], headers={"Content-Security-Policy": PREVIEW_POLICY})
