"""What the staff did, and where they are logged in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Act(models.Model):
    """
    A line of the audit log (newsroom/audit.py writes it, and nothing changes it).

    Who and what are kept as words too, so that a line still says something when they are gone.
    """

    class Did(models.TextChoices):
        PUBLISH = "publish", _("published")
        SCHEDULE = "schedule", _("scheduled")
        CANCEL = "cancel", _("called off")
        WITHDRAW = "withdraw", _("withdrew")
        IMPORT = "import", _("imported")
        UNSHARE = "unshare", _("revoked a link to a preview")
        LOG_IN = "log_in", _("logged in")
        LOG_OUT = "log_out", _("logged out")
        WRONG_PASSWORD = "wrong_password", _("wrong password")
        WRONG_CODE = "wrong_code", _("wrong code")
        ADD_FACTOR = "add_factor", _("added a second factor")
        REMOVE_FACTOR = "remove_factor", _("removed a second factor")
        RESET_FACTORS = "reset_factors", _("reset all second factors")
        MAKE_CODES = "make_codes", _("made recovery codes")
        USE_CODE = "use_code", _("used a recovery code")
        END_SESSION = "end_session", _("ended a session")
        CHANGE_PASSWORD = "change_password", _("changed the password")
        RESET_PASSWORD = "reset_password", _("reset the password by mail")
        SET_PASSWORD = "set_password", _("set somebody’s password")
        ADD_PERSON = "add_person", _("added a person")
        CHANGE_PERSON = "change_person", _("changed a person")
        DELETE_PERSON = "delete_person", _("deleted a person")
        ADD_ROLE = "add_role", _("added a role")
        CHANGE_ROLE = "change_role", _("changed a role")
        DELETE_ROLE = "delete_role", _("deleted a role")

    at = models.DateTimeField(default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="acts", db_index=True
    )
    by_name = models.CharField(max_length=150, blank=True)
    did = models.CharField(max_length=20, choices=Did)
    what_type = models.CharField(max_length=100, blank=True)
    what_id = models.CharField(max_length=40, blank=True)
    what_name = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.by_name or '–'} {self.get_did_display()} {self.what_name}".strip()


class DeskSession(models.Model):
    """
    A log-in of somebody of the staff that has not ended, beside Django's own row of the session (`key`).

    Of where it comes from only the kind of browser and system is kept, and no address.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_sessions")
    key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=30, blank=True)
    system = models.CharField(max_length=30, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Session {self.pk}"
