"""Who may do what: the roles that a new site has. An administrator may change them on the desk afterwards."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError
from django.db.models import Q

DESK = {
    "reports": ("report", "story", "takeaway", "source", "credit", "image"),
    "watchlist": ("company", "alias", "note"),
    "policies": ("policy", "alias", "update", "milestone"),
    "taggit": ("tag",),
}
WRITE = tuple(
    f"{app}.{verb}_{model}"
    for app, models in DESK.items()
    for model in models
    for verb in ("view", "add", "change", "delete")
    if (verb, model) != ("delete", "report")
)
MENTIONS = ("watchlist.change_mention",)  # saying which companies a story names
MERGE = ("watchlist.merge_company", "policies.merge_policy")
LOOK = ("reports.view_revision", "reports.view_edition")
PUBLISH = ("reports.delete_report", "reports.approve_report", "reports.publish_report")
OVERRIDE = ("reports.override_checks", "reports.view_override")
MODERATE = (
    *("comments.view_comment", "comments.moderate_comment", "comments.view_decision", "comments.view_houserules"),
    *("comments.view_ban", "comments.add_ban", "comments.change_ban"),
)
RULE = ("comments.change_houserules",)
SHARE = ("newsroom.share_preview",)  # showing a draft to people without an account
MAIL = ("follow.view_mailing", "follow.change_cover", "follow.test_mailing", "follow.view_growth", "follow.view_tally")
SEND = (
    *("follow.send_mailing", "follow.view_delivery", "follow.view_pace", "follow.change_pace"),
    *("follow.view_widget", "follow.change_widget"),
)
FOLLOWERS = (
    *("follow.view_follower", "follow.change_follower", "follow.delete_follower"),  # seeing, stopping, erasing
    *("follow.import_follower", "follow.export_follower"),
    *("follow.view_suppression", "follow.add_suppression", "follow.delete_suppression"),
)
PEOPLE = tuple(f"auth.{verb}_{model}" for model in ("user", "group") for verb in ("view", "add", "change", "delete"))
AUDIT = ("newsroom.view_act",)  # log-ins too: personal data of the staff
ADDRESSES = ("comments.view_address", "comments.delete_address")  # seeing, exporting; erasing
ROLES: dict[str, tuple[str, ...]] = {
    "Writer": (*WRITE, *MENTIONS, *LOOK, *MAIL),
    "Editor": (*WRITE, *MENTIONS, *MERGE, *LOOK, *PUBLISH, *OVERRIDE, *SHARE, *MODERATE, *RULE, *MAIL, *SEND),
    "Moderator": MODERATE,
    "Administrator": (
        *(*WRITE, *MENTIONS, *MERGE, *LOOK, *PUBLISH, *OVERRIDE, *SHARE, *MODERATE, *RULE, *PEOPLE, *AUDIT, *ADDRESSES),
        *(*MAIL, *SEND, *FOLLOWERS),
    ),
}


NEW: set[str] = set()  # permissions that did not exist before the migration that is running


def remember_permissions(**signal: Any) -> None:
    """Heard before every migration, so that `make_missing_roles` can tell which permissions came with it."""
    NEW.clear()
    try:
        known = set(Permission.objects.values_list("content_type__app_label", "codename"))
    except DatabaseError:  # the very first migration
        return
    if known:
        NEW.update(label for labels in ROLES.values() for label in labels if tuple(label.split(".")) not in known)


def make_missing_roles(**signal: Any) -> list[str]:
    """
    Make the roles of ROLES that are not there, and give back their names.

    Those that are there stay as the administrator left them, but for permissions that came with the migration that is
    running: nobody can have decided about those yet. Heard after every migration; a role comes only when all its
    permissions have.
    """
    made = []
    for name, labels in ROLES.items():
        permissions = find(labels)
        role = Group.objects.filter(name=name).first()
        if role:
            role.permissions.add(*find(NEW.intersection(labels)))
        elif len(permissions) == len(labels):
            Group.objects.create(name=name).permissions.set(permissions)
            made.append(name)
    return made


def find(labels: Iterable[str]) -> list[Permission]:
    """The permissions with these labels, as far as they exist yet."""
    wanted = Q(pk=None)
    for label in labels:
        app, codename = label.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))
