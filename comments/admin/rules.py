"""The house rules on the desk: one page with the settings, the lists, and what tries them before they are saved."""

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
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from comments.models import HouseRules, Rule
from comments.rules import house_rules
from comments.ruling import (
    BOXES,
    CHANGE,
    OUTCOMES,
    SETTINGS,
    Stale,
    Typed,
    change,
    dry_run,
    in_boxes,
    read_lists,
    state,
    try_text,
)

SEE = "comments.view_houserules"
LABELS = {
    "word": {"hold": gettext_lazy("Hold"), "spam": gettext_lazy("Treat as spam"), "reject": gettext_lazy("Reject")},
    "domain": {"hold": gettext_lazy("Hold"), "spam": gettext_lazy("Treat as spam"), "reject": gettext_lazy("Reject")},
}


class RulesForm(forms.ModelForm):
    """The settings, and a box of lines for each list. `typed` are the lists' rules once the form is valid."""

    state = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = HouseRules
        fields = SETTINGS
        labels = {
            "approve_after": gettext_lazy("Approve automatically after"),
            "max_links": gettext_lazy("Hold from this many links"),
        }
        widgets = {
            "is_open": UnfoldBooleanSwitchWidget,
            "close_after": UnfoldAdminIntegerFieldWidget,
            "order": UnfoldAdminSelectWidget,
            "approve_after": UnfoldAdminIntegerFieldWidget,
            "max_links": UnfoldAdminIntegerFieldWidget,
            "hold_staff_names": UnfoldBooleanSwitchWidget,
            "hold_repeats": UnfoldBooleanSwitchWidget,
            "digest": UnfoldAdminSelectWidget,
        }

    def __init__(self, *args: Any, may_change: bool, **kwargs: Any) -> None:
        rules = kwargs["instance"]
        known = list(Rule.objects.all())
        kwargs["initial"] = {**in_boxes(known), "state": state(rules, known)}
        super().__init__(*args, **kwargs)
        self.typed = Typed()
        for kind, action in BOXES:
            self.fields[f"{kind}_{action}"] = forms.CharField(
                label=LABELS[kind][action],
                required=False,
                max_length=500_000,
                strip=False,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "spellcheck": "false"}),
            )
        if not may_change:
            for field in self.fields.values():
                field.disabled = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.typed = read_lists({f"{kind}_{action}": given.get(f"{kind}_{action}", "") for kind, action in BOXES})
        for box, faults in self.typed.faults.items():
            self.add_error(box, faults)
        return given

    def boxes(self, kind: str) -> list[Any]:
        return [self[f"{kind}_{action}"] for of, action in BOXES if of == kind]

    @property
    def words(self) -> list[Any]:
        return self.boxes(Rule.Kind.WORD)

    @property
    def domains(self) -> list[Any]:
        return self.boxes(Rule.Kind.DOMAIN)

    @property
    def opening(self) -> list[Any]:
        return [self[name] for name in ("is_open", "close_after", "order", "digest")]

    @property
    def judging(self) -> list[Any]:
        return [self[name] for name in ("approve_after", "max_links", "hold_staff_names", "hold_repeats")]


class TrialForm(forms.Form):
    """A text to try."""

    trial_name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=245,
        initial=gettext_lazy("Reader"),
        widget=UnfoldAdminTextInputWidget,
    )
    trial_site = forms.CharField(
        label=gettext_lazy("Website"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    trial_body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=65_525,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


@admin.register(HouseRules)
class RulesAdmin(ModelAdmin):
    """One row, so the list of them is its page."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(SEE) or request.user.has_perm(CHANGE))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.page), name="comments_houserules_changelist"),
            path("1/change/", view(self.page), name="comments_houserules_change"),
        ]

    def page(self, request: HttpRequest) -> HttpResponse:
        """Show the rules (GET); try them or save them (POST), as the pressed button says."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_change = request.user.has_perm(CHANGE)
        sent = request.POST or None
        form = RulesForm(sent, instance=house_rules(), may_change=may_change)
        trial = TrialForm(sent)
        context: dict[str, Any] = {}
        status = 200
        if request.method == "POST":
            fine = form.is_valid() & trial.is_valid()
            if fine and "_try" in request.POST:
                context = tried(form, trial)
            elif fine and "_dry" in request.POST:
                context["run"] = dry_run(form.save(commit=False), form.typed.rules)
            elif fine and self.saved(request, form):
                return redirect("admin:comments_houserules_changelist")
            status = 422 if form.errors or trial.errors else 200
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("House rules"),
            "form": form,
            "trial": trial,
            "may_change": may_change,
        }
        return render(request, "admin/comments/houserules/rules.html", context, status=status)

    def saved(self, request: HttpRequest, form: RulesForm) -> bool:
        """Whether the rules were saved; if not, the form says why."""
        try:
            line = change(form.save(commit=False), form.typed.rules, seen=form.cleaned_data["state"], by=request.user)
        except Stale as stale:
            form.add_error(
                None, _("%(why)s Copy what you typed, open the page again, and change it there.") % {"why": stale}
            )
            return False
        said = (
            _("The house rules are saved, and hold for what comes from now on.") if line else _("Nothing was changed.")
        )
        self.message_user(request, said, messages.SUCCESS if line else messages.INFO)
        return True


def tried(form: RulesForm, trial: TrialForm) -> dict[str, Any]:
    """What would become of the text, and why."""
    words = {name.removeprefix("trial_"): value for name, value in trial.cleaned_data.items()}
    verdict = try_text(form.save(commit=False), form.typed.rules, **words)
    return {"verdict": verdict, "outcome": OUTCOMES[verdict.status]}
