"""What can be decided about an issue on the desk: each with its question, its form and the verb that it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget

from newsroom import publishing, reviewing
from newsroom.correcting import CHANGES, touched
from newsroom.issue import gather
from newsroom.lib.clocks import gap_around, readings
from newsroom.lib.text import Wording, printable
from newsroom.reviewing import MOVES
from reports.models import Edition, Report


class Question(forms.Form):
    """What is asked before something is decided about `report`, which comes from `with_state()`. Here: nothing."""

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report


class NoteField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **kwargs)

    def to_python(self, value: Any) -> str:
        return printable(super().to_python(value) or "").strip()


class WordForm(Question):
    """A word that the desk alone reads."""

    note = NoteField(
        label=gettext_lazy("A word with it"), required=False, help_text=gettext_lazy("Only the desk reads it.")
    )


class ReasonForm(Question):
    note = NoteField(
        label=gettext_lazy("What is to be changed"),
        help_text=gettext_lazy("Only the desk reads it."),
        error_messages={"required": gettext_lazy("Say what is to be changed, so that its writer knows.")},
    )


class WithdrawForm(Question):
    note = NoteField(
        label=gettext_lazy("A word to readers"),
        required=False,
        help_text=gettext_lazy(
            "Shown at the issue’s address instead of it, and among the corrections. May stay empty."
        ),
    )


class ChangeForm(Question):
    """What kind of change of a live issue it is, with its public note; nothing for what readers don't have now."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of change is this?"),
        widget=forms.RadioSelect,
        choices=list(CHANGES.items()),
        error_messages={"required": gettext_lazy("Say what kind of change this is.")},
    )
    note = NoteField(
        label=gettext_lazy("Note to readers"),
        required=False,
        help_text=gettext_lazy("Stands with the text. A clarification, a correction and a withdrawn story need one."),
    )
    about = forms.TypedMultipleChoiceField(
        label=gettext_lazy("The note is about"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none if it is about the issue as a whole."),
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, report=report, **kwargs)
        live = report.editions.live().without_article().select_related("revision").first()
        has = gather(report)
        if live is None or live.revision.content == has:
            for name in ("kind", "note", "about"):
                del self.fields[name]
            return
        stories = touched(live.revision.content, has)
        about: Any = self.fields["about"]
        about.choices = [(row.story, label_of(row)) for row in stories]
        about.initial = [row.story for row in stories]
        if not stories:
            del self.fields["about"]
        if not any(row.is_gone for row in stories):
            kind: Any = self.fields["kind"]
            kind.choices = [(key, label) for key, label in CHANGES.items() if key != Edition.Kind.RETRACTION]


def label_of(row: Any) -> str:
    return _("%(story)s (withdrawn)") % {"story": row.label} if row.is_gone else row.label


class ShownTimeField(forms.SplitDateTimeField):
    """A day and a time as clocks show them, without a zone."""

    def compress(self, data_list: Any) -> datetime | None:
        return datetime.combine(*data_list) if data_list and all(part is not None for part in data_list) else None


class TimeForm(Question):
    """
    A time in the site's zone, as `at` an aware one.

    One that the clocks skip is refused with the times around it; for one that they show twice the form asks which.
    """

    at = ShownTimeField(label=gettext_lazy("Readers get it from"), widget=UnfoldAdminSplitDateTimeWidget)

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, report=report, **kwargs)
        self.zone: Any = timezone.get_current_timezone()
        at = self.fields["at"]
        at.help_text = _("In the site’s time zone, %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        self.order_fields(["at", *(name for name in self.fields if name != "at")])
        if self.is_bound and len(found := self.moments()) == 2:
            first, second = (f"{moment:%H:%M %Z} (UTC{moment.isoformat()[-6:]})" for moment in found)
            self.fields["which"] = forms.ChoiceField(
                label=_("Which of the two?"),
                widget=forms.RadioSelect,
                choices=[
                    ("0", _("The first time, %(time)s") % {"time": first}),
                    ("1", _("The second time, an hour later or so, %(time)s") % {"time": second}),
                ],
                error_messages={"required": _("On that day the clocks are put back and show this time twice.")},
            )
            self.order_fields(["at", "which", *(name for name in self.fields if name not in ("at", "which"))])

    def moments(self) -> list[datetime]:
        """The moments that what was typed may mean; none if it is no day and time."""
        at = self.fields["at"]
        try:
            shown = at.clean(at.widget.value_from_datadict(self.data, self.files, self.add_prefix("at")))
        except forms.ValidationError:
            return []
        return readings(shown, self.zone)

    def clean(self) -> dict[str, Any] | None:
        answers = super().clean() or self.cleaned_data
        shown, which = answers.get("at"), answers.pop("which", None)
        if shown is None or "which" in self.errors:
            return answers
        found = readings(shown, self.zone)
        if not found:
            self.add_error("at", self.skipped(shown))
            return answers
        answers["at"] = found[int(which or 0)]
        if answers["at"] <= timezone.now():
            self.add_error("at", _("This time has passed; choose a later one, or publish now."))
        return answers

    def skipped(self, shown: datetime) -> str:
        start, end = gap_around(shown, self.zone)
        said = _(
            "There is no %(time)s on that day in %(zone)s: the clocks go from %(start)s to %(end)s. "
            "Choose a time before %(start)s, or from %(end)s on."
        )
        times = {"time": f"{shown:%H:%M}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
        return said % {"zone": timezone.get_current_timezone_name(), **times}


class ScheduleForm(TimeForm, ChangeForm):
    """When, and of a live issue what kind of change."""


class RescheduleForm(TimeForm):
    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"at": getattr(report, "scheduled_for", None)})
        super().__init__(*args, report=report, **kwargs)


@dataclass(frozen=True)
class Decision:
    """
    One thing that somebody may decide; who, and when it makes sense, is in `newsroom.reviewing.MOVES` under its key.

    `act` does it and gives back the sentence that tells of it.
    """

    key: str
    button: Wording
    title: Wording
    question: Wording
    act: Callable[..., str]
    form: type[Question] = Question
    gives: bool = False  # whether readers get what waits
    mails: bool = False  # whether followers may be told
    danger: bool = False

    @property
    def permission(self) -> str:
        return MOVES[self.key].permission

    @property
    def is_plain(self) -> bool:
        """Whether the button leads on without saving: it is not about the text in the form."""
        return self.danger or self.key in ("cancel", "reschedule", "take_back", "ask_for_changes")

    def fits(self, report: Report, *, is_new: bool = False) -> bool:
        """As `Move.fits`."""
        return MOVES[self.key].fits(report, is_new=is_new)


class Offer(NamedTuple):
    """A button of an issue's form; `is_early` if it makes no sense before something is changed in the form."""

    decision: Decision
    is_early: bool


def offers_for(user: Any, report: Report, *, is_new: bool) -> list[Offer]:
    """What somebody can decide about an issue; `report` and `is_new` as for `Move.fits`."""
    found = []
    for decision in DECISIONS.values():
        is_early = not decision.fits(report, is_new=is_new)
        may_come = not is_early or (not decision.is_plain and decision.fits(report, is_new=True))
        if may_come and user.has_perm(decision.permission):
            found.append(Offer(decision, is_early))
    return found


def publish(report: Report, *, by: Any, seen: int, **change: Any) -> str:
    edition = publishing.publish(report, by=by, seen=seen, **change)
    return _("Published. Readers have it at %(url)s") % {"url": edition.url}


def schedule(report: Report, *, by: Any, seen: int, at: datetime, **change: Any) -> str:
    publishing.publish(report, by=by, seen=seen, at=at, **change)
    return _("Scheduled: readers get it on %(day)s at %(time)s (%(zone)s).") % told(at)


def reschedule(report: Report, *, by: Any, seen: int, at: datetime) -> str:
    publishing.reschedule(report, by=by, seen=seen, at=at)
    return _("Moved: readers get the text that was scheduled on %(day)s at %(time)s (%(zone)s).") % told(at)


def told(at: datetime) -> dict[str, str | None]:
    local = timezone.localtime(at)
    return {"day": date_format(local, "DATE_FORMAT"), "time": f"{local:%H:%M}", "zone": local.tzname()}


def withdraw(report: Report, *, by: Any, seen: int, note: str) -> str:
    publishing.withdraw(report, by=by, seen=seen, note=note)
    return _("Withdrawn. Readers can no longer read it; its address says so.")


def cancel(report: Report, *, by: Any, seen: int) -> str:
    publishing.cancel(report, by=by, seen=seen)
    return _("Called off. What was scheduled will not go live; nothing of the issue is lost.")


def submit(report: Report, *, by: Any, seen: int, note: str) -> str:
    reviewing.submit(report, by=by, seen=seen, note=note)
    return _("Submitted. It waits for somebody who may approve it.")


def take_back(report: Report, *, by: Any, seen: int, note: str) -> str:
    reviewing.take_back(report, by=by, seen=seen, note=note)
    return _("Taken back. It is a draft again.")


def approve(report: Report, *, by: Any, seen: int, note: str) -> str:
    reviewing.approve(report, by=by, seen=seen, note=note)
    return _("Approved, as it is saved now. A later change needs another approval.")


def ask_for_changes(report: Report, *, by: Any, seen: int, note: str) -> str:
    reviewing.ask_for_changes(report, by=by, seen=seen, note=note)
    return _("Given back to its writers, with your note.")


DECISIONS = {
    decision.key: decision
    for decision in (
        Decision(
            key="submit",
            button=gettext_lazy("Submit for review…"),
            title=gettext_lazy("Submit this issue for review?"),
            question=gettext_lazy(
                "Somebody who may approve it looks at it, as it is saved then. You can go on writing."
            ),
            act=submit,
            form=WordForm,
        ),
        Decision(
            key="take_back",
            button=gettext_lazy("Take back…"),
            title=gettext_lazy("Take this issue back?"),
            question=gettext_lazy("It waits for no reviewer any more, and is a draft again."),
            act=take_back,
            form=WordForm,
        ),
        Decision(
            key="approve",
            button=gettext_lazy("Approve…"),
            title=gettext_lazy("Approve this issue?"),
            question=gettext_lazy("You approve this text and no other: when it changes, the approval is void."),
            act=approve,
            form=WordForm,
        ),
        Decision(
            key="ask_for_changes",
            button=gettext_lazy("Ask for changes…"),
            title=gettext_lazy("Ask for changes?"),
            question=gettext_lazy("The issue is a draft again, with your note on its page."),
            act=ask_for_changes,
            form=ReasonForm,
        ),
        Decision(
            key="publish",
            button=gettext_lazy("Publish…"),
            title=gettext_lazy("Publish this issue?"),
            question=gettext_lazy("Readers get it at once, as it is saved now. What was scheduled for it is replaced."),
            act=publish,
            gives=True,
            mails=True,
            form=ChangeForm,
        ),
        Decision(
            key="schedule",
            button=gettext_lazy("Schedule…"),
            title=gettext_lazy("Publish this issue later?"),
            question=gettext_lazy(
                "Readers get it as it is saved now, at the time you choose. You can call it off until then."
            ),
            act=schedule,
            gives=True,
            mails=True,
            form=ScheduleForm,
        ),
        Decision(
            key="reschedule",
            button=gettext_lazy("Move the time…"),
            title=gettext_lazy("Move what is scheduled to another time?"),
            question=gettext_lazy(
                "Readers get the text as it was scheduled, at the new time. What was saved since then is not in it; "
                "to have it in, schedule the issue again."
            ),
            act=reschedule,
            form=RescheduleForm,
        ),
        Decision(
            key="cancel",
            button=gettext_lazy("Call off…"),
            title=gettext_lazy("Call off what is scheduled?"),
            question=gettext_lazy("It will not go live. What readers have now stays as it is."),
            act=cancel,
        ),
        Decision(
            key="withdraw",
            button=gettext_lazy("Withdraw…"),
            title=gettext_lazy("Withdraw this issue?"),
            question=gettext_lazy(
                "Readers can no longer read it; its address tells them so. You can publish it again."
            ),
            act=withdraw,
            form=WithdrawForm,
            danger=True,
        ),
    )
}
