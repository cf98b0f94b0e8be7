"""The questions before the next issue is begun: what it is, and for each line of the last one whether it is kept."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from newsroom.continuing.proposals import Proposal
from newsroom.lib.fields import room
from policies.models import Update
from reports.models import Report
from watchlist.models import Note


class NextIssueForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=room(Report, "title"), widget=UnfoldAdminTextInputWidget
    )
    issued_on = forms.DateField(
        label=gettext_lazy("Date of issue"),
        required=False,
        widget=UnfoldAdminDateWidget,
    )
    number = forms.IntegerField(
        label=gettext_lazy("Number"),
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)  # later issues, when the page was shown

    def clean_number(self) -> int | None:
        number: int | None = self.cleaned_data["number"]
        if number is not None and Report.objects.filter(number=number).exists():
            raise forms.ValidationError(_("Another issue has this number."))
        return number


class LineForm(forms.Form):
    """One line of the last issue, `row`: kept or not, and what the next issue says there."""

    kept = forms.BooleanField(label=gettext_lazy("Keep"), required=False, widget=UnfoldBooleanWidget)

    def __init__(self, *args: Any, row: Note | Update, name: str, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.name = row, name
        label = _("What the next issue says of %(name)s") % {"name": name}
        widget = UnfoldAdminTextInputWidget(attrs={"aria-label": label})
        self.fields["text"] = forms.CharField(required=False, max_length=most, widget=widget)


def note_forms(data: QueryDict | None, notes: Sequence[Note]) -> list[LineForm]:
    most = room(Note, "text")
    return [
        LineForm(
            data,
            prefix=f"note-{note.pk}",
            row=note,
            name=note.company.name,
            most=most,
            initial={"kept": True, "text": note.text},
        )
        for note in notes
    ]


def update_forms(data: QueryDict | None, updates: Sequence[Update]) -> list[LineForm]:
    most = room(Update, "detail")
    return [
        LineForm(
            data,
            prefix=f"update-{update.pk}",
            row=update,
            name=update.policy.title,
            most=most,
            initial={"kept": True, "text": update.detail},
        )
        for update in updates
    ]


def proposal_form(data: QueryDict | None, proposal: Proposal, known: int) -> NextIssueForm:
    """`known` is how many issues there are after the last one, of which the page tells."""
    first = {"title": proposal.title, "issued_on": proposal.issued_on, "number": proposal.number, "known": known}
    return NextIssueForm(data, initial=first)


def kept(lines: Sequence[LineForm]) -> list[tuple[Any, str]]:
    """The lines that the editor kept, each with its text."""
    return [(line.row, line.cleaned_data["text"]) for line in lines if line.cleaned_data["kept"]]
