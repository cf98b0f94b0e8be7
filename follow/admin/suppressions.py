"""
Addresses that are never written to, on the desk: why and since when, looking one up, adding, lifting.

None of them stands here: only a hash is kept, so an address is shown to whoever typed it himself, and to nobody else.
"""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from follow import bouncing, desk
from follow.admin.pages import OwnPages, needs
from follow.models import ADDRESS_LENGTH, Follower, Suppression, address_digest, address_key
from newsroom.lib.fields import room
from newsroom.lib.forms import Email, OneLine
from newsroom.lib.numbers import row_number

SEE, SEE_FOLLOWERS = "follow.view_suppression", "follow.view_follower"
LIFTED = gettext_lazy("Lifted. Whoever followed under this address gets mail again from now on.")


class AddressForm(forms.Form):
    """Which address; where it is to be suppressed, a note on why."""

    email = Email(
        label=gettext_lazy("Address"),
        max_length=ADDRESS_LENGTH,
        help_text=gettext_lazy("It is sent in the form alone: it stands in no link and in no log."),
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please enter an address.")},
    )


class NoteForm(forms.Form):
    note = OneLine(
        label=gettext_lazy("Why"),
        required=False,
        max_length=room(Suppression, "note"),
        help_text=gettext_lazy("For whoever looks at this later. Without an address, please."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if "@" in note:
            raise forms.ValidationError(_("Please write this without an address: it would stand in the list."))
        return note


@admin.register(Suppression)
class SuppressionsAdmin(OwnPages):
    see = (SEE,)
    folder = "suppression"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.list_all), name="follow_suppression_changelist"),
            path("address/", view(self.look_up), name="follow_suppression_address"),
        ]

    @needs(SEE)
    def list_all(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request, AddressForm())

    def listed(self, request: HttpRequest, form: AddressForm) -> HttpResponse:
        reason = request.GET.get("reason", "")
        rows = Suppression.objects.select_related("created_by").order_by("-created_at", "-pk")
        if reason in Follower.Disabled.values:
            rows = rows.filter(reason=reason)
        context = {
            "title": _("Suppressed addresses"),
            "form": form,
            "page": desk.paged(rows, row_number(request.GET.get("page")) or 1),
            "reason": reason,
            "reasons": Follower.Disabled.choices,
        }
        return self.answer(request, "list", context, 422 if form.errors else 200)

    @method_decorator(sensitive_post_parameters("email", "note"))
    @needs(SEE)
    def look_up(self, request: HttpRequest) -> HttpResponse:
        """What holds of an address, with the button that changes it; and, once that is pressed, the change (POST)."""
        if request.method != "POST":
            return redirect("admin:follow_suppression_changelist")
        form, note = AddressForm(request.POST), NoteForm(request.POST)
        if not form.is_valid():
            return self.listed(request, form)
        email = form.cleaned_data["email"]
        if "_lift" in request.POST:
            return self.lifted(request, email)
        if "_add" in request.POST and note.is_valid():
            return self.added(request, email, note.cleaned_data["note"])
        context = {
            "title": _("Is this address suppressed?"),
            "email": email,
            "found": Suppression.objects.select_related("created_by").filter(digest=address_digest(email)).first(),
            "follower": self.known(request, email),
            "form": note if "_add" in request.POST else NoteForm(),
            "may_add": request.user.has_perm(bouncing.ADD),
            "may_lift": request.user.has_perm(bouncing.LIFT),
        }
        return self.answer(request, "address", context, 422 if "_add" in request.POST else 200)

    def known(self, request: HttpRequest, email: str) -> Follower | None:
        """The follower with this address, for those who may see followers."""
        if not request.user.has_perm(SEE_FOLLOWERS):
            return None
        return Follower.objects.filter(key=address_key(email)).first()

    def added(self, request: HttpRequest, email: str, note: str) -> HttpResponse:
        bouncing.suppress(email, by=request.user, note=note)
        return self.done(request, _("Suppressed. Nothing is written to this address any more, whoever asks."))

    def lifted(self, request: HttpRequest, email: str) -> HttpResponse:
        done = bouncing.lift(email, by=request.user)
        return self.done(request, str(LIFTED) if done else _("Nothing was against this address."))

    def done(self, request: HttpRequest, sentence: str) -> HttpResponse:
        self.message_user(request, sentence, messages.SUCCESS)
        return redirect("admin:follow_suppression_changelist")
