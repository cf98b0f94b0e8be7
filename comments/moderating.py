"""
What the desk does with comments: deciding, undoing, editing, answering, closing.

Every act is one transaction, is written to the log, and purges the pages of the issues it touches. An act names the
version of the comment that the moderator saw; of two who saw the same one, one has an effect, and the other is shown
what the first decided.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import DEPTH, Comment, Decision, Discussion, Flag, text_digest
from comments.notices import announce
from comments.record import entry, write
from newsroom.lib.rights import require
from newsroom.lib.text import one_line, printable
from reports.caching import purge
from reports.models import Report

MODERATE = "comments.moderate_comment"
MOST = 500  # comments in one transaction
LOOKS_BACK = timedelta(hours=1)  # how far "undo", said of nothing in particular, reaches
NAME_LENGTH = 245  # of Comment.name; first and last names together may be longer

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
        super().__init__(_("Somebody decided about this comment after you saw it."))


@dataclass
class Outcome:
    """
    What became of an act on many comments.

    `done` were changed, `missed` somebody else had decided about, `same` were so already.
    """

    batch: uuid.UUID = field(default_factory=uuid.uuid4)
    done: list[Comment] = field(default_factory=list)
    missed: list[Comment] = field(default_factory=list)
    same: list[Comment] = field(default_factory=list)


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
        raise Refused(_("There is no such decision."))
    if len(chosen) > MOST:
        said = ngettext(
            "At most %(number)d comment can be decided at once.",
            "At most %(number)d comments can be decided at once.",
            MOST,
        )
        raise Refused(said % {"number": MOST})
    outcome = Outcome()
    rows = lock(pk for pk, _ in chosen)
    reported = set(Flag.objects.open().filter(comment__in=rows).values_list("comment", flat=True))
    before: dict[int, str] = {}
    for pk, version in dict(chosen).items():
        comment = rows.get(pk)
        if comment is None:
            continue
        if comment.version != version or comment.status == Status.WITHDRAWN:
            outcome.missed.append(comment)
        elif comment.status == BECOMES[act] and pk not in reported:
            outcome.same.append(comment)
        else:
            before[pk] = comment.status
            comment.status, comment.version = BECOMES[act], comment.version + 1
            outcome.done.append(comment)
    save_decision(outcome.done, act, by)
    write(
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
    answer = Decision.objects.filter(batch=outcome.batch, comment=OuterRef("comment"))
    Flag.objects.open().filter(comment__in=reported & before.keys()).update(settled=Subquery(answer.values("pk")[:1]))
    after_change([comment for comment in outcome.done if before[comment.pk] != comment.status])
    return outcome


def save_decision(comments: Sequence[Comment], act: str, by: Any) -> None:
    """Write the decision into the comments' rows, in one statement."""
    now = timezone.now()
    changes: dict[str, Any] = {"status": BECOMES[act], "version": F("version") + 1, "decided_at": now, "decided_by": by}
    if act == Act.APPROVE:
        changes["approved_at"] = Coalesce("approved_at", Value(now))
    Comment.objects.filter(pk__in=[comment.pk for comment in comments]).update(**changes)


def after_change(comments: Sequence[Comment]) -> None:
    """Notices for what is approved now, and pages made anew for what readers see otherwise from now on."""
    announce([comment for comment in comments if comment.status == Status.APPROVED])
    purge_issues({comment.report_id for comment in comments})


def purge_issues(report_ids: Iterable[int]) -> None:
    """Once the transaction is committed, have caches forget these issues' pages, and no others."""
    purge([f"issue-{pk}" for pk in sorted(report_ids)])


REVERSIBLE = {
    Act.APPROVE, Act.UNAPPROVE, Act.SPAM, Act.BIN, Act.EDIT, Act.REPLY, Act.PIN, Act.UNPIN, Act.CLOSE, Act.REOPEN
}  # fmt: skip
RESTORED = [
    *("status", "version", "approved_at", "decided_at", "decided_by", "body", "name", "original", "edited_at"),
    *("pinned_at", "text_digest"),
]
# What stands: neither taken back nor itself a taking back.
STANDS = Q(undone=None, undoes=None)


def reversible(decision: Decision) -> bool:
    return decision.act in REVERSIBLE and decision.actor in {Decision.Actor.STAFF, Decision.Actor.OPERATOR}


@transaction.atomic
def undo(batch: uuid.UUID, *, by: Any) -> Outcome:
    """
    Take back what was done together; what somebody did to one of its comments since stands, and that one is missed.

    Effects: log, notices, purge of the issues' pages, and the readers' reports that the decision answered are open
    again. Raises PermissionDenied, and Refused if there is nothing (left) to take back.
    """
    require(by, MODERATE)
    decisions = list(Decision.objects.filter(STANDS, batch=batch).select_related("report").order_by("pk"))
    if not decisions:
        raise Refused(_("There is nothing to undo."))
    if not all(reversible(decision) for decision in decisions):
        raise Refused(_("This can’t be undone."))
    rows = lock(decision.comment_id for decision in decisions if decision.comment_id)
    outcome = Outcome()
    lines = [reopen_or_close_again(decision, outcome, by) for decision in decisions if decision.report_id]
    return take_back(decisions, rows, outcome, lines, by)


@transaction.atomic
def undo_last(chosen: Sequence[tuple[int, int]], *, by: Any) -> Outcome:
    """
    Take back the last thing that the staff did to each of some comments, given as (pk, version seen), at most 500.

    Those to which nobody of the staff did anything stay the `same`. Effects as those of `undo`. Raises
    PermissionDenied, and Refused for too many.
    """
    require(by, MODERATE)
    if len(chosen) > MOST:
        said = ngettext(
            "At most %(number)d comment can be changed at once.",
            "At most %(number)d comments can be changed at once.",
            MOST,
        )
        raise Refused(said % {"number": MOST})
    rows = lock(pk for pk, _ in chosen)
    outcome = Outcome()
    decisions = []
    history = standing(rows)
    for pk, version in dict(chosen).items():
        if pk not in rows:
            continue
        if rows[pk].version != version:
            outcome.missed.append(rows[pk])
        elif history[pk] and reversible(history[pk][0]):
            decisions.append(history[pk][0])
        else:
            outcome.same.append(rows[pk])
    return take_back(decisions, rows, outcome, [], by)


def standing(comments: Iterable[int]) -> dict[int, list[Decision]]:
    """What was done to comments and stands, the last first."""
    found: dict[int, list[Decision]] = {pk: [] for pk in comments}
    for decision in Decision.objects.filter(STANDS, comment__in=list(found)).order_by("-version", "-pk"):
        found[decision.comment_id or 0].append(decision)
    return found


def take_back(
    decisions: Sequence[Decision], rows: dict[int, Comment], outcome: Outcome, lines: list[Decision], by: Any
) -> Outcome:
    """Restore locked comments to what they were before these decisions, each where it is the last that stands."""
    history = standing(rows)
    for decision in decisions:
        comment = rows.get(decision.comment_id or 0)
        if comment is None:
            continue
        told = history[comment.pk]
        if not told or told[0] != decision:
            outcome.missed.append(comment)
            continue
        restore(comment, decision.before, earlier=told[1:])
        outcome.done.append(comment)
        lines.append(undoing(decision, outcome, by, comment))
    Comment.objects.bulk_update(outcome.done, RESTORED, batch_size=100)
    write(lines)
    Flag.objects.filter(settled__in=[line.undoes_id for line in lines]).update(settled=None)
    after_change(outcome.done)
    return outcome


def undoing(decision: Decision, outcome: Outcome, by: Any, comment: Comment | None) -> Decision:
    return entry(
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


def restore(comment: Comment, before: dict[str, Any], earlier: Sequence[Decision]) -> None:
    """Give a comment the fields it had, and of its story what the earlier decisions, which still stand, tell."""
    comment.version += 1
    for name, value in before.items():
        if name == "pinned":
            comment.pinned_at = timezone.now() if value else None
        else:
            setattr(comment, name, value)
    comment.text_digest = text_digest(comment.body)
    if not any(line.act == Act.EDIT for line in earlier):
        comment.original, comment.edited_at = "", None
    decided = next((line for line in earlier if line.act in BECOMES or "status" in line.after), None)
    known = decided is not None and decided.act != Act.HOLD
    comment.decided_at = decided.at if decided and known else None
    comment.decided_by_id = decided.by_id if decided and known else None
    was_approved = any(line.after.get("status") == Status.APPROVED for line in earlier)
    if comment.status != Status.APPROVED and not was_approved:
        comment.approved_at = None


def last_batch(by: Any) -> uuid.UUID | None:
    """
    What is taken back when this moderator says no more than "undo": the last thing he did in this hour that
    can still be.

    Something that others built upon since is passed over. What is older is no longer "the last thing" to anybody who
    presses a key; it is taken back from its card.
    """
    since = Decision.objects.filter(STANDS)
    built_upon = Exists(since.filter(comment=OuterRef("comment"), version__gt=OuterRef("version")))
    switched = Exists(since.filter(comment=None, report=OuterRef("report"), pk__gt=OuterRef("pk")))
    own = Decision.objects.filter(
        STANDS,
        by=by,
        act__in=REVERSIBLE,
        actor__in=(Decision.Actor.STAFF, Decision.Actor.OPERATOR),
        at__gte=timezone.now() - LOOKS_BACK,
    )
    newest = own.exclude(built_upon).exclude(switched).order_by("-at", "-pk")
    return newest.values_list("batch", flat=True).first()


def seen(pk: int, version: int) -> Comment:
    """The comment, locked, if it is still as the moderator saw it. Raises Stale, and Refused if it is gone."""
    comment = lock([pk]).get(pk)
    if comment is None:
        raise Refused(_("There is no such comment."))
    if comment.version != version or comment.status == Status.WITHDRAWN:
        raise Stale(comment.decisions.first())
    return comment


@transaction.atomic
def edit(pk: int, version: int, *, body: str, name: str, by: Any, why: str = "") -> Decision | None:
    """
    Change the words of a comment; what its author wrote is kept in `original`. The line of the log, None if they are
    the same.

    Raises PermissionDenied, Stale, and Refused if nothing would be left.
    """
    require(by, MODERATE)
    comment = seen(pk, version)
    body, name = printable(body).strip(), one_line(name)
    if not body or not name:
        raise Refused(_("A comment needs words and a name."))
    before = {"body": comment.body, "name": comment.name}
    if before == {"body": body, "name": name}:
        return None
    comment.original = comment.original or comment.body
    comment.body, comment.name = body, name
    comment.text_digest = text_digest(body)
    comment.edited_at = timezone.now()
    comment.version += 1
    comment.save(update_fields=["original", "body", "name", "text_digest", "edited_at", "version"])
    if comment.status == Status.APPROVED:
        purge_issues({comment.report_id})
    line = entry(Act.EDIT, by=by, comment=comment, before=before, after={"body": body, "name": name}, why=why)
    return write([line])[0]


@transaction.atomic
def reply(pk: int, version: int, *, body: str, by: Any) -> tuple[Comment, Outcome]:
    """
    Answer a comment as the staff, with their mark and full name; one that waits is approved with it.

    Raises PermissionDenied, Stale, and Refused where there is no room below the comment or nothing to say.
    """
    require(by, MODERATE)
    parent = seen(pk, version)
    if not body.strip():
        raise Refused(_("An answer needs words."))
    if parent.status in {Status.SPAM, Status.BIN}:
        raise Refused(_("Approve the comment before you answer it."))
    outcome = Outcome()
    if parent.status == Status.PENDING:
        outcome = decide([(pk, version)], Act.APPROVE, by=by)
    # Below the deepest level there is no other: the answer stands beside the comment it answers.
    above = parent if parent.depth < DEPTH else parent.parent
    now = timezone.now()
    comment = Comment.objects.create(
        report_id=parent.report_id,
        parent=above,
        name=(by.get_full_name() if by else "")[:NAME_LENGTH] or "The editors",
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
        raise Refused(_("Only a comment that readers see can be pinned."))
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


def reopen_or_close_again(decision: Decision, outcome: Outcome, by: Any) -> Decision:
    """
    Take back what `set_open` did, and give back the line of the log.

    Raises Refused if somebody opened or closed the comments since.
    """
    discussion = Discussion.objects.select_for_update().get(report=decision.report_id)
    lines = Decision.objects.filter(STANDS, report=decision.report_id, comment=None, act__in=(Act.CLOSE, Act.REOPEN))
    if lines.order_by("-pk").first() != decision:
        raise Refused(_("Somebody opened or closed these comments since. Nothing was changed."))
    discussion.is_open = decision.before.get("is_open")
    discussion.save()
    purge_issues({discussion.report_id})
    return undoing(decision, outcome, by, None)
