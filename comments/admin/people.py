"""
Personal data on the desk: finding, giving out and erasing what is kept about an address.

Addresses travel in bodies of requests alone, never in a URL; the pages know a person by number. For those who may see
addresses; erasing is for those who may delete them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminEmailInputWidget

from comments.models import Address, Ban, Commenter
from comments.privacy import ERASE, SEE, Unknown, erase_commenter, export_commenter, find


class FindForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Address"),
        max_length=254,
        help_text=gettext_lazy("The exact address, upper or lower case alike."),
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
    )


def for_those_who_see_addresses(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(self: "PeopleAdmin", request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        response = view(self, request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


@admin.register(Address)
class PeopleAdmin(ModelAdmin):
    """No list: whoever looks for a person knows the address."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.look_up), name="comments_address_changelist"),
            path("<int:pk>/", view(self.person), name="comments_address_person"),
            path("<int:pk>/export/", view(self.export), name="comments_address_export"),
            path("<int:pk>/erase/", view(self.erase), name="comments_address_erase"),
        ]

    @method_decorator(sensitive_post_parameters("email"))
    @for_those_who_see_addresses
    def look_up(self, request: HttpRequest) -> HttpResponse:
        """Ask for an address (GET), and go to what is kept about it (POST)."""
        form = FindForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("admin:comments_address_person", find(form.cleaned_data["email"]).pk)
            except Unknown as unknown:
                form.add_error("email", str(unknown))
        return self.answer(request, "look_up", {"title": _("Personal data"), "form": form}, 422 if form.errors else 200)

    @for_those_who_see_addresses
    def person(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.answer(request, "person", {"title": _("Personal data"), **self.facts(request, pk)})

    @for_those_who_see_addresses
    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everything, as a JSON file (POST); asked for by GET, it goes back to the page with the button."""
        commenter = get_object_or_404(Commenter, pk=pk)
        if request.method != "POST":
            return redirect("admin:comments_address_person", pk)
        response = JsonResponse(
            export_commenter(commenter, by=request.user), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
        response.headers["Content-Disposition"] = f'attachment; filename="commenter-{pk}.json"'
        return response

    @for_those_who_see_addresses
    def erase(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), and erase (POST)."""
        if not request.user.has_perm(ERASE):
            raise PermissionDenied
        if request.method == "POST":
            commenter = get_object_or_404(Commenter, pk=pk)
            count = erase_commenter(commenter, by=request.user)
            said = ngettext(
                "Erased. %(number)d comment stays, shown as by “Anonymous”.",
                "Erased. %(number)d comments stay, shown as by “Anonymous”.",
                count,
            )
            self.message_user(request, said % {"number": count}, messages.SUCCESS)
            return redirect("admin:comments_address_changelist")
        return self.answer(request, "erase", {"title": _("Erase personal data"), **self.facts(request, pk)})

    def facts(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        commenter = get_object_or_404(Commenter, pk=pk)
        statuses = list(commenter.comments.order_by().values_list("status", flat=True))
        return {
            "commenter": commenter,
            "address": Address.objects.filter(commenter=commenter).values_list("email", flat=True).first() or "",
            "comments": len(statuses),
            "pending": statuses.count("pending"),
            "mails": commenter.notices.count(),
            "bans": Ban.objects.filter(kind=Ban.Kind.ADDRESS, value=commenter.digest).count(),
            "may_erase": request.user.has_perm(ERASE),
        }

    def answer(self, request: HttpRequest, page: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        return render(request, f"admin/comments/address/{page}.html", {**everywhere, **context}, status=status)
