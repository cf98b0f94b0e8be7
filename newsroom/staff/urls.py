"""
Addresses of the log-in and of one's own account, below the desk's. The names are those that allauth looks for.

Of allauth's pages only these are there: no sign-up, no addresses of mail, no log-in by others.
"""

from allauth.account import views as account
from allauth.core.internal.ratelimit import decorator as rate_limit
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.urls import path, re_path

from newsroom.staff.views import View, about_you, end_other_sessions, end_session, entrance, list_sessions, on_the_desk


def own(view: View) -> View:
    return on_the_desk(login_required(view))


# Asking for a challenge begins a session, so that is limited too, and not only the answer.
limited = rate_limit(app="allauth.mfa", action="webauthn_login", limit_get=True)

urlpatterns = [
    path("login/", entrance(account.login), name="account_login"),
    path("login/passkey/", entrance(limited(passkeys.login_webauthn)), name="mfa_login_webauthn"),
    path("login/second/", entrance(factors.authenticate), name="mfa_authenticate"),
    path("login/forgotten/", entrance(account.password_reset), name="account_reset_password"),
    path("login/forgotten/sent/", entrance(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^login/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        entrance(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "login/forgotten/done/",
        entrance(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("logout/", entrance(account.logout), name="account_logout"),
    path("password_change/", own(account.password_change), name="account_change_password"),
    path("account/password/", own(account.password_set), name="account_set_password"),
    path("account/", own(factors.index), name="mfa_index"),
    path("account/about/", own(about_you), name="staff-about-you"),
    path("account/again/", own(account.reauthenticate), name="account_reauthenticate"),
    path("account/again/code/", own(factors.reauthenticate), name="mfa_reauthenticate"),
    path("account/again/passkey/", own(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/app/", own(app.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", own(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/codes/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/codes/download/", own(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("account/passkeys/", own(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("account/passkeys/add/", own(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", own(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", own(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("account/sessions/", own(list_sessions), name="staff-sessions"),
    path("account/sessions/end/", own(end_other_sessions), name="staff-sessions-end"),
    path("account/sessions/<int:pk>/end/", own(end_session), name="staff-session-end"),
]
