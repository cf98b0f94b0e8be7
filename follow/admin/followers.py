"""
Followers on the desk: how many there are, who they are, taking in a list, giving one out.

The numbers are for whoever may see growth. An address is read for those alone who may see followers, travels in bodies
of requests alone, never in a URL, and stands on no page that a cache keeps; the pages know a person by number.
"""

import logging
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminTextareaWidget

from follow import bouncing, desk, enrolling, subscribing
from follow.admin.pages import OwnPages, needs, sent
from follow.models import Follower
from follow.topics import named
from newsroom.lib.forms import PlainText
from newsroom.lib.sheets import csv_response

COUNT, SEE = "follow.view_growth", "follow.view_follower"
logger = logging.getLogger(__name__)


class ImportForm(forms.Form):
    """A sheet, unless one was looked at already, and the proof of consent."""

    sheet = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        help_text=gettext_lazy("In UTF-8, with at most 200,000 lines and 20 MB."),
        widget=forms.FileInput(attrs={"class": "follow-file", "accept": ".csv,text/csv"}),
    )
    proof = PlainText(
        label=gettext_lazy("Proof of consent: where and how these people agreed"),
        max_length=2000,
        help_text=gettext_lazy("Kept with each of them, and shown to whoever asks why he gets mail."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Say where and how these people agreed. Without that, nobody is taken in.")
        },
    )


@admin.register(Follower)
class FollowersAdmin(OwnPages):
    see = (COUNT, SEE)
    folder = "follower"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.overview), name="follow_follower_changelist"),
            path("import/", view(self.take_in), name="follow_follower_import"),
            path("export/", view(self.give_out), name="follow_follower_csv"),
            path("<int:pk>/", view(self.person), name="follow_follower_change"),
            path("<int:pk>/json/", view(self.record), name="follow_follower_json"),
            path("<int:pk>/stop/", view(self.stop), name="follow_follower_stop"),
            path("<int:pk>/erase/", view(self.erase), name="follow_follower_erase"),
        ]

    # How many, and who

    @method_decorator(sensitive_post_parameters("q"))
    @needs()
    def overview(self, request: HttpRequest) -> HttpResponse:
        """Counts and growth; for those who may, the list too, which a POST searches."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        by = "month" if request.GET.get("by") == "month" else "week"
        context = {"title": _("Followers"), "by": by, "may_see": request.user.has_perm(SEE)}
        if request.user.has_perm(COUNT):
            spans = desk.growth(by)
            context |= {"counts": desk.counts(), "spans": spans, "most": max(span.came for span in spans)}
        if request.user.has_perm(SEE):
            wanted = desk.Wanted.of(request.POST if request.method == "POST" else state_and_page(request))
            context |= {"wanted": wanted, "page": desk.page_of(wanted), "states": desk.STATES}
        return self.answer(request, "overview", context)

    @needs(SEE)
    def person(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.answer(request, "person", self.facts(request, pk))

    def facts(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        follower = get_object_or_404(Follower.objects.prefetch_related("choices"), pk=pk)
        pairs = desk.pairs_of(follower)
        return {
            "title": _("A follower"),
            "follower": follower,
            "badge": desk.STATES[follower.state()],
            "words": desk.in_words(pairs, named(pairs)),
            "is_suppressed": bouncing.is_suppressed(follower.email),
            "may_stop": request.user.has_perm(bouncing.ADD),
            "may_erase": request.user.has_perm(subscribing.ERASE),
            "may_export": request.user.has_perm(subscribing.EXPORT),
            **desk.history(follower),
        }

    @needs(SEE, subscribing.EXPORT)
    def record(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everything that is kept, as a JSON file (POST); a GET goes back to the page with the button."""
        follower = get_object_or_404(Follower, pk=pk)
        if request.method != "POST":
            return redirect("admin:follow_follower_change", pk)
        kept = subscribing.export(follower, by=request.user)
        response = JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response.headers["Content-Disposition"] = f'attachment; filename="follower-{pk}.json"'
        return response

    @needs(SEE, bouncing.ADD)
    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), and never write to the address again (POST)."""
        if request.method == "POST":
            bouncing.suppress(get_object_or_404(Follower, pk=pk).email, by=request.user)
            self.message_user(request, _("Stopped. Nothing is written to this address any more."), messages.SUCCESS)
            return redirect("admin:follow_follower_change", pk)
        return self.answer(request, "stop", self.facts(request, pk))

    @needs(SEE, subscribing.ERASE)
    def erase(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), and erase (POST)."""
        if request.method == "POST":
            subscribing.erase(get_object_or_404(Follower, pk=pk), by=request.user)
            self.message_user(request, _("Erased. Nothing of this follower is kept."), messages.SUCCESS)
            return redirect("admin:follow_follower_changelist")
        return self.answer(request, "erase", self.facts(request, pk))

    # Lists in and out

    @needs(subscribing.EXPORT)
    def give_out(self, request: HttpRequest) -> HttpResponseBase:
        """All of them as CSV (POST); a GET goes back to the page with the button."""
        if request.method != "POST":
            return redirect("admin:follow_follower_changelist")
        lines = desk.sheet(by=request.user)
        logger.info("User %s exports the followers.", request.user.pk)
        return csv_response(f"followers-{timezone.localdate().isoformat()}.csv", lines)

    @needs(enrolling.IMPORT)
    def take_in(self, request: HttpRequest) -> HttpResponse:
        """Ask for a list (GET), show what would become of it, and take it in once that was seen (both POST)."""
        form = ImportForm(sent(request), request.FILES or None)
        context: dict[str, Any] = {"title": _("Import followers"), "form": form, "columns": enrolling.CHOICES}
        if request.method == "POST":
            try:
                context |= self.looked_at(request)
            except (enrolling.Unreadable, enrolling.Gone) as error:
                form.add_error("sheet", told(error))
            seen = "_import" in request.POST and not request.FILES
            if seen and form.is_valid():
                return self.taken_in(request, form.cleaned_data["proof"], context)
        return self.answer(request, "import", context, 422 if form.errors else 200)

    def looked_at(self, request: HttpRequest) -> dict[str, Any]:
        """
        The sheet that was sent, now or before, and what would become of it.

        A new file takes the place of the one before. Raises Unreadable, Gone.
        """
        file, token = request.FILES.get("sheet"), request.POST.get("token", "")
        if file and (file.size or 0) > enrolling.MOST_BYTES:
            raise enrolling.Unreadable(enrolling.TOO_BIG)
        if not file and not token:
            raise enrolling.Unreadable(_("Choose a file."))
        data = file.read() if file else enrolling.kept_upload(token, by=request.user).read_bytes()
        sheet = enrolling.read_sheet(enrolling.decoded(data))
        token = enrolling.keep_upload(data, by=request.user) if file else token
        return {"sheet": sheet, "outcome": enrolling.survey(sheet), "token": token}

    def taken_in(self, request: HttpRequest, proof: str, looked_at: dict[str, Any]) -> HttpResponse:
        outcome = enrolling.enrol(looked_at["sheet"], proof=proof, by=request.user)
        enrolling.kept_upload(looked_at["token"], by=request.user).unlink(missing_ok=True)
        logger.info("User %s imports %d followers.", request.user.pk, outcome.new)
        said = ngettext(
            "%(number)s follower was imported. No mail was sent.",
            "%(number)s followers were imported. No mail was sent.",
            outcome.new,
        )
        self.message_user(request, said % {"number": f"{outcome.new:,}"}, messages.SUCCESS)
        return redirect("admin:follow_follower_changelist")


def state_and_page(request: HttpRequest) -> dict[str, str]:
    """What of the list an address may say: never whom somebody looks for."""
    return {name: request.GET.get(name, "") for name in ("state", "page")}


def told(error: Exception) -> str:
    if isinstance(error, enrolling.Unreadable):
        return error.sentence
    return _("The file that you chose is not kept any more. Choose it once more; what you wrote below is still there.")
