"""Who may do what: the roles that a new site has. An administrator may change them on the desk afterwards."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q

DESK = {
    "reports": ("report", "story", "takeaway", "source", "credit", "image"),
    "watchlist": ("company", "alias", "note"),
    "policies": ("policy", "alias", "update"),
    "taggit": ("tag",),
}
WRITE = tuple(
    f"{app}.{verb}_{model}"
    for app, models in DESK.items()
    for model in models
    for verb in ("view", "add", "change", "delete")
    if (verb, model) != ("delete", "report")
)
LOOK = ("reports.view_revision", "reports.view_edition")
ROLES: dict[str, tuple[str, ...]] = {
    "Writer": (*WRITE, *LOOK),
    "Editor": (*WRITE, *LOOK, "reports.delete_report", "reports.approve_report", "reports.publish_report"),
}


def make_missing_roles(**signal: Any) -> list[str]:
    """
    Make the roles of ROLES that are not there, and give back their names; those that are there stay as they are.

    Heard after every migration; a role comes only when all its permissions have.
    """
    made = []
    for name, labels in ROLES.items():
        if Group.objects.filter(name=name).exists():
            continue
        wanted = Q()
        for label in labels:
            app, codename = label.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        permissions = list(Permission.objects.filter(wanted))
        if len(permissions) < len(labels):
            continue
        Group.objects.create(name=name).permissions.set(permissions)
        made.append(name)
    return made


def require(by: Any, permission: str) -> None:
    """Raise PermissionDenied unless the actor has the permission. None, the operator's own shell, has all."""
    if by is not None and not by.has_perm(permission):
        raise PermissionDenied(f"{by} may not do this: it needs {permission}.")
