"""
What the desk does with comments: deciding, undoing, editing, answering, closing.

Every act is one transaction, is written to the log, and purges the pages of the issues it touches. An act names the
version of the comment that the moderator saw; of two who saw the same one, one has an effect, and the other is shown
what the first decided.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from comments.models import DEPTH, Comment, Decision, Discussion, Flag, text_digest
from comments.notices import announce
from comments.record import entry, write
from newsroom.lib.rights import require
from reports.caching import purge
from reports.models import Report

MODERATE = "comments.moderate_comment"
MOST = 500  # comments in one transaction

Act = Decision.Act
Status = Comment.Status
BECOMES: dict[str, str] = {
    Act.APPROVE: Status.APPROVED,
    Act.UNAPPROVE: Status.PENDING,
    Act.SPAM: Status.SPAM,
    Act.BIN: Status.BIN,
}


class Refused(Exception):
    """Why something can't be done, in a sentence."""


class Stale(Exception):
    """Somebody decided about the comment after this moderator had seen it; `decision` is what."""

    def __init__(self, decision: Decision | None) -> None:
        self.decision = decision
        super().__init__("Somebody decided about this comment after you saw it.")


@dataclass
class Outcome:
    """What became of an act on many comments: those it changed, and those that somebody else had decided about."""

    batch: uuid.UUID = field(default_factory=uuid.uuid4)
    done: list[Comment] = field(default_factory=list)
    missed: list[Comment] = field(default_factory=list)


def lock(pks: Iterable[int]) -> dict[int, Comment]:
    """The comments read anew, locked in one order until the transaction ends."""
    rows = Comment.objects.select_for_update(of=("self",)).filter(pk__in=list(pks)).order_by("pk")
    return {comment.pk: comment for comment in rows}


@transaction.atomic
def decide(chosen: Sequence[tuple[int, int]], act: str, *, by: Any, why: str = "") -> Outcome:
    """
    Approve, unapprove, spam or bin comments, given as (pk, version seen), at most 500.

    Approving what is approved answers the readers' reports about it. What an author withdrew, and what is so already,
    is left alone. Effects: log, notices of the approved, purge of the issues' pages.

    Raises PermissionDenied, Refused for an unknown act or too many.
    """
    require(by, MODERATE)
    if act not in BECOMES:
        raise Refused("There is no such decision.")
    if len(chosen) > MOST:
        raise Refused(f"At most {MOST} comments can be decided at once.")
    outcome = Outcome()
    now = timezone.now()
    rows = lock(pk for pk, _ in chosen)
    before: dict[int, str] = {}
    for pk, seen in dict(chosen).items():
        comment = rows.get(pk)
        if comment is None:
            continue
        if comment.version != seen or comment.status == Status.WITHDRAWN:
            outcome.missed.append(comment)
            continue
        before[pk] = comment.status
        comment.status, comment.version = BECOMES[act], comment.version + 1
        outcome.done.append(comment)
    changes: dict[str, Any] = {"status": BECOMES[act], "version": F("version") + 1, "decided_at": now, "decided_by": by}
    if act == Act.APPROVE:
        changes["approved_at"] = Coalesce("approved_at", Value(now))
    Comment.objects.filter(pk__in=[comment.pk for comment in outcome.done]).update(**changes)
    entries = write(
        entry(
            act,
            by=by,
            comment=comment,
            batch=outcome.batch,
            before={"status": before[comment.pk]},
            after={"status": comment.status},
            why=why,
        )
        for comment in outcome.done
    )
    answered = set(Flag.objects.open().filter(comment__in=list(before)).values_list("comment", flat=True))
    for decision in entries:
        if decision.comment_id in answered:
            Flag.objects.open().filter(comment=decision.comment_id).update(settled=decision)
    after_change([comment for comment in outcome.done if before[comment.pk] != comment.status])
    return outcome


def after_change(comments: Sequence[Comment]) -> None:
    """Notices for what is approved now, and pages made anew for what readers see otherwise from now on."""
    announce([comment for comment in comments if comment.status == Status.APPROVED])
    purge_issues({comment.report_id for comment in comments})


def purge_issues(report_ids: Iterable[int]) -> None:
    """Once the transaction is committed, have caches forget these issues' pages, and no others."""
    purge([f"issue-{pk}" for pk in sorted(report_ids)])


@transaction.atomic
def undo(batch: uuid.UUID, *, by: Any) -> Outcome:
    """
    Take back what was done together, and give back the comments that are as before, and those decided about since.

    Raises PermissionDenied, and Refused if there is nothing (left) to take back.
    """
    require(by, MODERATE)
    decisions = list(
        Decision.objects.filter(batch=batch, undone=None, undoes=None).select_related("report").order_by("pk")
    )
    if not decisions:
        raise Refused("There is nothing to undo.")
    if not all(reversible(decision) for decision in decisions):
        raise Refused("This can't be undone.")
    outcome = Outcome()
    rows = lock(decision.comment_id for decision in decisions if decision.comment_id)
    lines = []
    for decision in reversed(decisions):
        comment = rows.get(decision.comment_id or 0)
        if comment is None:
            restore_discussion(decision)
        elif comment.version != decision.version:
            outcome.missed.append(comment)
            continue
        else:
            restore(comment, decision.before)
            outcome.done.append(comment)
        lines.append(
            entry(
                decision.act,
                by=by,
                comment=comment,
                report=decision.report,
                batch=outcome.batch,
                before=decision.after,
                after=decision.before,
                why="Undone",
                undoes=decision,
            )
        )
    Comment.objects.bulk_update(outcome.done, RESTORED, batch_size=100)
    write(lines)
    Flag.objects.filter(settled__in=[line.undoes_id for line in lines]).update(settled=None)
    after_change(outcome.done)
    purge_issues({decision.report_id for decision in decisions if decision.report_id})
    return outcome


REVERSIBLE = {
    Act.APPROVE, Act.UNAPPROVE, Act.SPAM, Act.BIN, Act.EDIT, Act.REPLY, Act.PIN, Act.UNPIN, Act.CLOSE, Act.REOPEN
}  # fmt: skip


RESTORED = ["status", "version", "body", "name", "original", "edited_at", "pinned_at", "text_digest"]


def reversible(decision: Decision) -> bool:
    return decision.act in REVERSIBLE and decision.actor in {Decision.Actor.STAFF, Decision.Actor.OPERATOR}


def restore(comment: Comment, before: dict[str, Any]) -> None:
    comment.version += 1
    for name, value in before.items():
        if name == "pinned":
            comment.pinned_at = timezone.now() if value else None
        else:
            setattr(comment, name, value)
    if "body" in before:
        comment.text_digest = text_digest(comment.body)
        if comment.body == comment.original:
            comment.original, comment.edited_at = "", None


def last_batch(by: Any) -> uuid.UUID | None:
    """What `undo` takes back when this moderator says no more than "undo": the last thing done and not undone."""
    own = Decision.objects.filter(by=by, undoes=None, undone=None, act__in=REVERSIBLE).order_by("-at", "-pk")
    return own.values_list("batch", flat=True).first()


def seen(pk: int, version: int) -> Comment:
    """The comment, locked, if it is still as the moderator saw it. Raises Stale, and Refused if it is gone."""
    comment = lock([pk]).get(pk)
    if comment is None:
        raise Refused("There is no such comment.")
    if comment.version != version or comment.status == Status.WITHDRAWN:
        raise Stale(comment.decisions.first())
    return comment


@transaction.atomic
def edit(pk: int, version: int, *, body: str, name: str, by: Any, why: str = "") -> Comment:
    """
    Change the words of a comment; what the author wrote is kept in `original`.

    Raises PermissionDenied, Stale, and Refused if nothing would be left.
    """
    require(by, MODERATE)
    comment = seen(pk, version)
    if not body.strip() or not name.strip():
        raise Refused("A comment needs words and a name.")
    before = {"body": comment.body, "name": comment.name}
    if (body, name) == (comment.body, comment.name):
        return comment
    comment.original = comment.original or comment.body
    comment.body, comment.name = body, name
    comment.text_digest = text_digest(body)
    comment.edited_at = timezone.now()
    comment.version += 1
    comment.save()
    write([entry(Act.EDIT, by=by, comment=comment, before=before, after={"body": body, "name": name}, why=why)])
    purge_issues({comment.report_id})
    return comment


@transaction.atomic
def reply(pk: int, version: int, *, body: str, by: Any) -> tuple[Comment, Outcome]:
    """
    Answer a comment as the staff, with their mark; one that waits is approved with it.

    Raises PermissionDenied, Stale, and Refused where there is no room below the comment or nothing to say.
    """
    require(by, MODERATE)
    parent = seen(pk, version)
    if not body.strip():
        raise Refused("An answer needs words.")
    if parent.status in {Status.SPAM, Status.BIN}:
        raise Refused("Approve the comment before you answer it.")
    outcome = Outcome()
    if parent.status == Status.PENDING:
        outcome = decide([(pk, version)], Act.APPROVE, by=by)
    # Below the deepest level there is no other: the answer stands beside the comment it answers.
    above = parent if parent.depth < DEPTH else parent.parent
    now = timezone.now()
    comment = Comment.objects.create(
        report_id=parent.report_id,
        parent=above,
        name=(by.get_full_name() or by.get_username()) if by else "The editors",
        body=body,
        staff=by,
        status=Status.APPROVED,
        text_digest=text_digest(body),
        submitted_at=now,
        approved_at=now,
        decided_at=now,
        decided_by=by,
    )
    comment.place(above)
    comment.save(update_fields=["path"])
    write(
        [
            entry(
                Act.REPLY,
                by=by,
                comment=comment,
                batch=outcome.batch,
                before={"status": Status.BIN},
                after={"status": Status.APPROVED},
            )
        ]
    )
    after_change([comment])
    outcome.done.append(comment)
    return comment, outcome


@transaction.atomic
def pin(pk: int, version: int, *, pinned: bool, by: Any) -> Decision | None:
    """
    Put an approved comment at the head of its thread, or take it down; the line of the log, None if it is so already.

    Raises PermissionDenied, Stale, and Refused if readers don't see the comment.
    """
    require(by, MODERATE)
    comment = seen(pk, version)
    if comment.status != Status.APPROVED:
        raise Refused("Only a comment that readers see can be pinned.")
    if bool(comment.pinned_at) == pinned:
        return None
    comment.pinned_at = timezone.now() if pinned else None
    comment.version += 1
    comment.save(update_fields=["pinned_at", "version"])
    purge_issues({comment.report_id})
    act = Act.PIN if pinned else Act.UNPIN
    line = entry(act, by=by, comment=comment, before={"pinned": not pinned}, after={"pinned": pinned})
    return write([line])[0]


@transaction.atomic
def set_open(report: Report, is_open: bool | None, *, by: Any) -> Decision | None:
    """
    Open or close the comments on one issue, or (None) leave it to the house rules; None if it is so already.

    Raises PermissionDenied.
    """
    require(by, MODERATE)
    Discussion.objects.get_or_create(report=report)
    discussion = Discussion.objects.select_for_update().get(report=report)
    if discussion.is_open == is_open:
        return None
    before, discussion.is_open = discussion.is_open, is_open
    discussion.save()
    purge_issues({report.pk})
    act = Act.CLOSE if is_open is False else Act.REOPEN
    line = entry(act, by=by, report=report, before={"is_open": before}, after={"is_open": is_open})
    return write([line])[0]


def restore_discussion(decision: Decision) -> None:
    if "is_open" in decision.before:
        Discussion.objects.filter(report=decision.report_id).update(is_open=decision.before["is_open"])
