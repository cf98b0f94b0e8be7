"""allauth's forms, with labels and help as everywhere on the desk, and no words inside of fields."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factors
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from newsroom.lib.forms import Email, OneLine


class Plain:
    """No placeholders: the labels say it, and stay while one types."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Plain, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username")
        self.fields["login"].widget.attrs.update(autocapitalize="none", spellcheck="false", autofocus=True)
        self.fields["password"].help_text = ""  # the page has the link itself


class PasswordAgainForm(Plain, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # who is in doubt about it asks from the log-in


class Twice(Plain):
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password, once more")


class ChangePasswordForm(Twice, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Your password until now")
        self.fields["oldpassword"].help_text = ""


class SetPasswordForm(Twice, account.SetPasswordForm):
    pass


class ForgottenPasswordForm(Plain, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")


class NewPasswordForm(Twice, account.ResetPasswordKeyForm):
    pass


class Code(Plain):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(
            autocomplete="one-time-code", autocapitalize="none", spellcheck="false", maxlength=20
        )


class CodeForm(Code, factors.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits from your app, or one of your recovery codes.")
        self.fields["code"].widget.attrs["autofocus"] = True


class CodeAgainForm(Code, factors.ReauthenticateForm):
    pass


class FirstCodeForm(Code, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits that the app shows now.")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


def shorten(field: Any, length: int = 60) -> None:
    field.validators.append(MaxLengthValidator(length))
    field.widget.attrs["maxlength"] = length


class AddPasskeyForm(Plain, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].initial = ""
        self.initial.pop("name", None)
        shorten(self.fields["name"])
        self.fields["name"].help_text = _("By which you tell it from others, such as “Phone”.")
        self.fields["passwordless"].label = _("Log in with it alone")
        self.fields["passwordless"].help_text = _("No password is asked for then; the device asks for its own.")
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(Plain, EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        shorten(self.fields["name"])


class AboutYouForm(forms.Form):
    """How somebody is called on the desk, and where mail reaches him."""

    use_required_attribute = False

    first_name = OneLine(label=_("First name"), max_length=150, required=False)
    last_name = OneLine(label=_("Last name"), max_length=150, required=False)
    email = Email(label=_("Email address"), max_length=254, required=False)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, initial=model_to_dict(person, ("first_name", "last_name", "email")))
        for name, autocomplete in (("first_name", "given-name"), ("last_name", "family-name"), ("email", "email")):
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        self.fields["email"].help_text = _(
            "The desk’s mail goes there: tests of mailings, comments that wait, and a new password if you forget yours."
        )
