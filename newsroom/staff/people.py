"""People and roles as the audit log tells of them: what they may do, and what of that changed."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction

from newsroom.audit import Did, record
from newsroom.staff import sessions

FLAGS = ("username", "is_active", "is_staff", "is_superuser")


def facts_of(person: User) -> dict[str, Any]:
    """What decides about what somebody may do. The address of mail, to which new passwords go, is only compared."""
    return {
        **{flag: getattr(person, flag) for flag in FLAGS},
        "email": person.email,
        "roles": set(person.groups.values_list("name", flat=True)),
        "permissions": set(person.user_permissions.values_list("codename", flat=True)),
    }


def facts_of_role(role: Group) -> dict[str, Any]:
    return {"username": role.name, "permissions": set(role.permissions.values_list("codename", flat=True))}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed, as the log keeps it."""
    changed: dict[str, Any] = {}
    for name, new in after.items():
        old = before.get(name, set() if isinstance(new, set) else "")
        if old == new:
            continue
        if name == "email":
            changed[name] = "changed"
        elif isinstance(new, set):
            changed[name] = {"added": sorted(new - old), "removed": sorted(old - new)}
        else:
            changed[name] = [old, new] if name in before else new
    return changed


@transaction.atomic
def note_person(person: User, *, before: dict[str, Any] | None, by: Any) -> None:
    """
    Note that a person was added (`before` is None) or changed; nothing if nothing that matters did.

    Who may no longer log in is logged out everywhere, for good: opening the account again brings no session back.
    """
    changed = difference(before or {}, facts_of(person))
    if before is None:
        record(
            Did.ADD_PERSON, by=by, what=person, detail={name: changed[name] for name in ("roles",) if name in changed}
        )
    elif changed:
        if not (person.is_active and person.is_staff):
            changed["sessions"] = sessions.forget(person)
        record(Did.CHANGE_PERSON, by=by, what=person, detail=changed)


@transaction.atomic
def describe(person: User, *, first_name: str, last_name: str, email: str) -> None:
    """Change one's own name and address of mail. The log says that the address was changed, and not to which."""
    before = facts_of(person)
    person.first_name, person.last_name, person.email = first_name, last_name, email
    person.save(update_fields=["first_name", "last_name", "email"])
    note_person(person, before=before, by=person)


def note_role(role: Group, *, before: dict[str, Any] | None, by: Any) -> None:
    changed = difference(before or {}, facts_of_role(role))
    if before is None:
        record(
            Did.ADD_ROLE, by=by, what=role, detail={name: changed[name] for name in ("permissions",) if name in changed}
        )
    elif changed:
        record(Did.CHANGE_ROLE, by=by, what=role, detail=changed)


@transaction.atomic
def note_set_password(person: User, *, by: Any) -> None:
    """Note that somebody set another's password, or his own, on the page of the person; his other sessions end."""
    record(Did.SET_PASSWORD, by=by, what=person, detail={"sessions": sessions.forget(person)})
