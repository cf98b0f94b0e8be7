"""Fields and forms for public pages: one spelling of what is typed, and a sentence for each fault."""

import re
from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from newsroom.lib.addresses import one_spelling
from newsroom.lib.text import UNSEEN, Wording, one_line, printable


def visible(text: str) -> str:
    """The text, or nothing if there is nothing to see in it."""
    return text if UNSEEN.sub("", text).strip() else ""


class OneLine(forms.CharField):
    """A printable line. What is too long is counted as it is kept."""

    def to_python(self, value: Any) -> str:
        return visible(one_line(super().to_python(value) or ""))


class PlainText(forms.CharField):
    """Printable text with its line ends: as one character each, however the browser sends them."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return visible(printable(super().to_python(value) or "").strip())


ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9A-Z]+"  # RFC 5322 §3.2.3


class AsciiMailbox(EmailValidator):
    """
    A mailbox that can be told from others: a plain name at a public host.

    Of letters that look like others (ſ, K), Django's validator takes some for the same; no server does. And a name in
    quotation marks, or written as an encoded word (RFC 2047), is another spelling of one without; who is never to be
    written to could be reached by them. An address of a number or a bare name is that of a machine in the house.
    """

    user_regex = re.compile(rf"(?!.*=\?){ATOM}(\.{ATOM})*\Z", re.IGNORECASE | re.ASCII)
    literal_regex = re.compile(r"(?!)")
    domain_allowlist: list[str] = []


class Email(OneLine):
    """An address that mail can be sent to, in the one spelling under which it is known."""

    widget = forms.EmailInput
    default_validators = [AsciiMailbox(_("Please enter an email address such as name@example.net."))]

    def to_python(self, value: Any) -> str:
        return one_spelling(super().to_python(value))


def sentences(noun: Wording, required: Wording = "") -> dict[str, Wording]:
    """What is said where a field that is called `noun` is left empty, or is too long."""
    # Translators: {noun} is what a reader filled in, such as "Your comment" or "The address of your website".
    too_long = _("{noun} is too long: %(limit_value)d characters are the most, and it has %(show_value)d.")
    return {"required": required, "max_length": format_lazy(too_long, noun=noun)}


class Form(forms.Form):
    """A form that puts the reader where something is to be put right."""

    def focus_first_fault(self) -> None:
        faulty = next((field for name, field in self.fields.items() if name in self.errors), None)
        if faulty and not isinstance(faulty.widget, forms.RadioSelect):  # it is several; the summary has the focus then
            faulty.widget.attrs["autofocus"] = True
