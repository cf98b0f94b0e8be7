"""What readers may fill in: a comment, other words for it, a report of somebody else's."""

import re
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comments.models import Comment, Flag
from comments.submitting import Words
from newsroom.lib import stamps
from newsroom.lib.forms import Email, Form, OneLine, PlainText, sentences
from reports.models import Edition


class Website(OneLine):
    """An address of the web; https where no scheme was typed."""

    default_validators = [
        URLValidator(["http", "https"], message=_("Please enter a web address such as https://example.org."))
    ]

    def to_python(self, value: Any) -> str:
        address = super().to_python(value)
        return (
            address if not address or re.match(r"[a-z][a-z0-9+.-]*:/", address, re.IGNORECASE) else f"https://{address}"
        )


class WordsForm(Form):
    """The words of a comment alone, for its author to change."""

    body = PlainText(
        label=_("Comment"),
        max_length=Comment._meta.get_field("body").max_length,
        widget=forms.Textarea({"rows": 8, "dir": "auto"}),
        error_messages=sentences(_("Your comment"), _("Please write a comment.")),
    )


class CommentForm(WordsForm):
    name = OneLine(
        label=pgettext_lazy("of who comments", "Name"),
        max_length=Comment._meta.get_field("name").max_length,
        widget=forms.TextInput({"autocomplete": "name", "dir": "auto"}),
        error_messages=sentences(_("Your name"), _("Please give your name.")),
    )
    email = Email(
        label=_("Email"),
        max_length=100,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages=sentences(_("Your email address"), _("Please give your email address.")),
    )
    site = Website(
        label=_("Website"),
        required=False,
        max_length=Comment._meta.get_field("site").max_length,
        widget=forms.TextInput({"autocomplete": "url", "inputmode": "url"}),
        error_messages=sentences(_("The address of your website")),
    )
    wants_mail = forms.BooleanField(label=_("Tell me when it is published and of replies"), required=False)
    # People don't see it. Named for what no browser fills in by itself.
    subject = forms.CharField(
        label=_("Subject"), required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    def words(self) -> Words:
        """What a valid form says."""
        given = self.cleaned_data
        return Words(
            name=given["name"],
            email=given["email"],
            body=given["body"],
            site=given["site"],
            wants_mail=given["wants_mail"],
            trapped=bool(given["subject"]),
        )


class FlagForm(Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Flag.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose a reason."),
            "invalid_choice": _("Please choose one of the reasons."),
        },
    )
    note = PlainText(
        label=_("Anything that helps the editors (optional)"),
        required=False,
        max_length=Flag._meta.get_field("note").max_length,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        error_messages=sentences(_("Your note")),
    )


def empty_form(edition: Edition) -> dict[str, Any]:
    """What a page needs to show the form for a comment on an issue."""
    return {"form": CommentForm(auto_id="leave_%s"), "stamp": stamps.stamp("comment", edition.report_id)}
