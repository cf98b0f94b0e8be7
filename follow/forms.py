"""What readers who follow by mail may fill in: what they want, and to which address."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from follow.emails import GENERAL, label
from follow.models import ADDRESS_LENGTH, Follower
from follow.subscribing import Wanted, consent
from follow.topics import CORRECTIONS, ISSUES, Pair, Topic
from follow.wishing import says_something, tidy
from newsroom.lib import stamps
from newsroom.lib.forms import Email, Form, sentences
from newsroom.lib.text import Wording

FREQUENCIES = (
    (Follower.Frequency.EACH, _("Each time, as soon as it is published")),
    (Follower.Frequency.WEEKLY, _("Once a week, all of it in one mail")),
)
STAMP = ("follow", "email")  # the form, and its subject


def value(pair: Pair) -> str:
    return "-".join(map(str, pair))


class ChoicesForm(Form):
    """What somebody follows, and how often he is told. `things`: the companies and policies among it, or to be."""

    nothing: Wording = _("Please choose what we may send you.")
    alone: Wording = _("Corrections alone would bring nothing: choose issues or stories besides.")
    things_first = True

    what = forms.MultipleChoiceField(
        label=_("What may we send you?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Please choose some of these.")},
    )
    frequency = forms.ChoiceField(
        label=_("How often?"),
        choices=FREQUENCIES,
        initial=Follower.Frequency.EACH,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose how often."),
            "invalid_choice": _("Please choose one of these."),
        },
    )

    def __init__(self, *args: Any, things: Sequence[tuple[Pair, Wording]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: list[tuple[Pair, Wording]]
        offered = [*things, *GENERAL.items()] if self.things_first else [*GENERAL.items(), *things]
        offered.append((CORRECTIONS, _("Corrections to what I was sent")))
        self.pairs = {value(pair): pair for pair, words in offered}
        what: Any = self.fields["what"]
        what.choices = [(value(pair), words) for pair, words in offered]

    def clean_what(self) -> list[Pair]:
        pairs = tidy(self.pairs[ticked] for ticked in self.cleaned_data["what"])
        if not says_something(pairs):
            raise forms.ValidationError(self.alone if pairs else self.nothing, code="required")
        return pairs


class FollowForm(ChoicesForm):
    email = Email(
        label=_("Email address"),
        max_length=ADDRESS_LENGTH,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages=sentences(_("Your email address"), _("Please give your email address.")),
    )
    # People don't see it. Named for what no browser fills in by itself.
    subject = forms.CharField(
        label=_("Subject"), required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    field_order = ("email", "what", "frequency")

    @property
    def trapped(self) -> bool:
        return bool(self.cleaned_data["subject"])

    def wanted(self, source: str) -> Wanted:
        """What a valid form says, which stood on the page `source`."""
        given = self.cleaned_data
        return Wanted(given["email"], given["what"], given["frequency"], source)


class PreferencesForm(ChoicesForm):
    things_first = False
    nothing = alone = _("Nothing would ever be sent to you then. Choose something, or stop following.")


def follow_form(topics: Iterable[Topic] = (), data: Any = None) -> FollowForm:
    """The form to follow: everything, or what somebody came from the page of."""
    things = [(topic.pair, label(topic.kind, topic)) for topic in topics]
    first = [pair for pair, words in things] or [ISSUES]
    initial = {"what": [value(pair) for pair in (*first, CORRECTIONS)]}
    return FollowForm(data, things=things, initial=initial, auto_id="follow_%s")


def empty_form(topics: Iterable[Topic] = ()) -> dict[str, Any]:
    """What a page needs to show the form to follow."""
    return {"form": follow_form(topics), "stamp": stamps.stamp(*STAMP), "consent": consent()}
