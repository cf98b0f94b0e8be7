"""What can be decided about an issue on the desk: each with its question, its form and the verb that it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget

from newsroom import publishing
from newsroom.lib.text import Wording
from reports.models import Report


class NoQuestion(forms.Form):
    """Nothing to fill in."""


class TimeForm(forms.Form):
    at = forms.SplitDateTimeField(label=gettext_lazy("Readers get it from"), widget=UnfoldAdminSplitDateTimeWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = _("In the site’s time zone, %(zone)s.") % {
            "zone": timezone.get_current_timezone_name()
        }

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("This time has passed; choose a later one, or publish now."))
        return at


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("A word to readers"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown at the issue’s address instead of it. May stay empty."),
    )


@dataclass(frozen=True)
class Decision:
    """
    One thing that an editor may decide.

    `states` are those in which it makes sense, `act` does it and gives back the sentence that tells of it.
    """

    key: str
    button: Wording
    title: Wording
    question: Wording
    states: frozenset[str]
    act: Callable[..., str]
    form: type[forms.Form] = NoQuestion
    gives: bool = False  # whether readers get what waits
    mails: bool = False  # whether followers may be told
    danger: bool = False

    def fits(self, report: Report) -> bool:
        scheduled: Any = getattr(report, "scheduled_for", None)
        return report.state in self.states or (self.key == "cancel" and bool(scheduled))


def publish(report: Report, *, by: Any, override: str = "") -> str:
    edition = publishing.publish(report, by=by, override=override)
    return _("Published. Readers have it at %(url)s") % {"url": edition.url}


def schedule(report: Report, *, by: Any, at: datetime, override: str = "") -> str:
    publishing.publish(report, by=by, at=at, override=override)
    local = timezone.localtime(at)
    day, time = date_format(local, "DATE_FORMAT"), f"{local:%H:%M}"
    said = _("Scheduled: readers get it on %(day)s at %(time)s (%(zone)s).")
    return said % {"day": day, "time": time, "zone": local.tzname()}


def withdraw(report: Report, *, by: Any, note: str) -> str:
    publishing.withdraw(report, by=by, note=note)
    return _("Withdrawn. Readers can no longer read it; its address says so.")


def cancel(report: Report, *, by: Any) -> str:
    publishing.cancel(report, by=by)
    return _("Called off. What was scheduled will not go live; nothing of the issue is lost.")


DECISIONS = {
    decision.key: decision
    for decision in (
        Decision(
            key="publish",
            button=gettext_lazy("Publish…"),
            title=gettext_lazy("Publish this issue?"),
            question=gettext_lazy("Readers get it at once, as it is saved now. What was scheduled for it is replaced."),
            states=frozenset({"draft", "scheduled", "live", "changed", "withdrawn"}),
            act=publish,
            gives=True,
            mails=True,
        ),
        Decision(
            key="schedule",
            button=gettext_lazy("Schedule…"),
            title=gettext_lazy("Publish this issue later?"),
            question=gettext_lazy(
                "Readers get it as it is saved now, at the time you choose. You can call it off until then."
            ),
            states=frozenset({"draft", "scheduled", "live", "changed", "withdrawn"}),
            act=schedule,
            gives=True,
            mails=True,
            form=TimeForm,
        ),
        Decision(
            key="cancel",
            button=gettext_lazy("Call off…"),
            title=gettext_lazy("Call off what is scheduled?"),
            question=gettext_lazy("It will not go live. What readers have now stays as it is."),
            states=frozenset({"scheduled"}),
            act=cancel,
        ),
        Decision(
            key="withdraw",
            button=gettext_lazy("Withdraw…"),
            title=gettext_lazy("Withdraw this issue?"),
            question=gettext_lazy(
                "Readers can no longer read it; its address tells them so. You can publish it again."
            ),
            states=frozenset({"live", "changed"}),
            act=withdraw,
            form=NoteForm,
            danger=True,
        ),
    )
}
