"""Writing the log. Every verb that changes what others see calls this in its own transaction."""

import uuid
from collections.abc import Iterable
from typing import Any

from comments.models import Comment, Decision


def actor(by: Any) -> str:
    """How the log calls whoever calls a verb: a member of the staff, or the operator's shell."""
    return Decision.Actor.OPERATOR if by is None else Decision.Actor.STAFF


def called(user: Any) -> str:
    """How somebody of the staff is called on the desk."""
    return str(user.get_full_name() or user.get_username())


def doer(decision: Decision) -> str:
    """Who made a decision, within a sentence."""
    if decision.by:
        return called(decision.by)
    return {"rule": "a rule", "author": "its author", "operator": "the operator"}.get(decision.actor, "somebody")


def entry(
    act: str,
    *,
    by: Any,
    comment: Comment | None = None,
    batch: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
    **fields: Any,
) -> Decision:
    """An unsaved line of the log; `before` and `after` keep only what differs. An address has no place in it."""
    before, after = before or {}, after or {}
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return Decision(
        act=act,
        by=by,
        actor=fields.pop("actor", None) or actor(by),
        comment=comment,
        version=comment.version if comment else 0,
        batch=batch or uuid.uuid4(),
        before={key: before[key] for key in changed if key in before},
        after={key: after[key] for key in changed if key in after},
        why=why,
        **fields,
    )


def write(entries: Iterable[Decision]) -> list[Decision]:
    """Save lines of the log in one statement."""
    return Decision.objects.bulk_create(list(entries))
