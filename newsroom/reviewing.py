"""
The way of an issue's text to its readers: who may move it where, and the moves between writers and reviewers.

MOVES is the one table of what is allowed. What changes what readers get is in newsroom/publishing.py, which asks this
table and this module too. An approval is of one text, whoever changes that and however: it holds as long as the newest
revision has the digest of the one that was approved (`Report.standing`).

Whoever may approve may also publish what nobody has approved yet: that is an approval, and recorded as one. Where
`settings.FOUR_EYES` is on, nobody approves a text that he was the last to save.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from newsroom.lib.rights import require
from newsroom.revising import StaleVersion, keep, lock
from reports.models import Edition, Report, Review, Revision

DRAFT, REVIEW, APPROVED = Report.Stage
ANY_STAGE = frozenset(Report.Stage)
APPROVE = "reports.approve_report"


@dataclass(frozen=True)
class Move:
    """
    One allowed move: the permission that it takes, from which stages of the text, and what there has to be for it.

    `to` is the stage it leads to, `verdict` how it is recorded; both empty for what changes what readers get.
    """

    permission: str
    stages: frozenset[Report.Stage] = ANY_STAGE
    needs: str = ""  # a key of NEEDS
    to: Report.Stage | None = None
    verdict: str = ""
    needs_note: bool = False

    def fits(self, report: Report, *, is_new: bool = False) -> bool:
        """
        Whether the move makes sense for an issue as it is; `report` comes from `with_state()`.

        `is_new`: the text is known to be another than the one that was kept last, or is to be, once it is saved.
        """
        return report.standing in self.stages and (not self.needs or NEEDS[self.needs](report, is_new))


NEEDS: dict[str, Callable[[Any, bool], bool]] = {
    "a new text": lambda report, is_new: is_new or not report.is_settled,  # for readers, whatever is scheduled
    "an unread text": lambda report, is_new: is_new or report.state != "live",
    "a planned edition": lambda report, is_new: report.scheduled_for is not None,
    "readers": lambda report, is_new: report.live_from is not None,
}
MOVES: dict[str, Move] = {
    "submit": Move("reports.change_report", frozenset({DRAFT}), "a new text", REVIEW, Review.Verdict.SUBMITTED),
    "take_back": Move("reports.change_report", frozenset({REVIEW}), "", DRAFT, Review.Verdict.TAKEN_BACK),
    "approve": Move(APPROVE, frozenset({REVIEW}), "a new text", APPROVED, Review.Verdict.APPROVED),
    "ask_for_changes": Move(
        APPROVE, frozenset({REVIEW, APPROVED}), "a new text", DRAFT, Review.Verdict.CHANGES, needs_note=True
    ),
    # What readers get. Of a text that nobody approved, publish and schedule take the right to approve as well.
    "publish": Move("reports.publish_report", needs="an unread text"),
    "schedule": Move("reports.publish_report", needs="a new text"),
    "reschedule": Move("reports.publish_report", needs="a planned edition"),
    "cancel": Move("reports.publish_report", needs="a planned edition"),
    "withdraw": Move("reports.publish_report", needs="readers"),
}


class OutOfTurn(Exception):
    """Why a text can't be moved that way as it is now; `reasons` are whole sentences."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


def submit(report: Report, *, by: Any, note: str = "", seen: int | None = None) -> Review:
    """Hand the issue to the reviewers as it is saved. As `move`."""
    return move(report, "submit", by=by, note=note, seen=seen)


def take_back(report: Report, *, by: Any, note: str = "", seen: int | None = None) -> Review:
    """Make a draft again of what nobody has reviewed yet. As `move`."""
    return move(report, "take_back", by=by, note=note, seen=seen)


def approve(report: Report, *, by: Any, note: str = "", seen: int | None = None) -> Review:
    """Approve the issue as it is saved, this text and no later one. As `move`."""
    return move(report, "approve", by=by, note=note, seen=seen)


def ask_for_changes(report: Report, *, by: Any, note: str, seen: int | None = None) -> Review:
    """Give the issue back to its writers with a note of what is to be changed. As `move`."""
    return move(report, "ask_for_changes", by=by, note=note, seen=seen)


@transaction.atomic
def move(report: Report, key: str, *, by: Any, note: str = "", seen: int | None = None) -> Review:
    """
    Make one of the moves between writers and reviewers, and record it with the revision that it is about.

    `seen` is the version that the actor looked at; without one the text is taken as it is. Effects: the stage, a
    Review, and a revision if the rows changed since the last one. Raises PermissionDenied, StaleVersion if somebody
    saved meanwhile, and OutOfTurn if the table doesn't allow the move now, or a note is missing.
    """
    allowed = MOVES[key]
    require(by, allowed.permission)
    report = lock(report)
    check_seen(report, seen)
    writer = last_writer(report)
    revision = keep(report, by=by)
    if allowed.to is None or not allowed.fits(Report.objects.with_state().get(pk=report.pk)):
        raise OutOfTurn([_("That can’t be done with this issue as it is now. Look at it again.")])
    if allowed.needs_note and not note.strip():
        raise OutOfTurn([_("Say what is to be changed, so that its writer knows.")])
    if allowed.to == APPROVED and is_own(writer, by):
        raise OutOfTurn([own_work()])
    Report.objects.filter(pk=report.pk, stage=report.stage).update(stage=allowed.to)
    return Review.objects.create(report=report, revision=revision, verdict=allowed.verdict, by=by, note=note.strip())


def check_seen(report: Report, seen: int | None) -> None:
    """Raise StaleVersion unless the locked report is still the version that the actor looked at."""
    if seen is not None and report.version != seen:
        raise StaleVersion


def last_writer(report: Report) -> int | None:
    """Who saved the text last, by number; None for the operator's shell. Ask before keeping another revision."""
    return report.revisions.values_list("author", flat=True).first()


def is_own(writer: int | None, by: Any) -> bool:
    """Whether the actor would approve what he wrote, where that takes another pair of eyes."""
    return settings.FOUR_EYES and by is not None and writer == by.pk


def own_work() -> str:
    return _("You saved this text last, so somebody else must approve it.")


# For publishing


def is_approved(report: Report, revision: Revision) -> bool:
    """Whether the text of a revision, the newest, is approved."""
    last = report.reviews.filter(verdict=Review.Verdict.APPROVED).select_related("revision").first()
    return report.stage == APPROVED and last is not None and last.revision.digest == revision.digest


def unapproved(report: Report, revision: Revision, *, by: Any, writer: int | None) -> list[str]:
    """Why the actor may not publish this text yet, in sentences; nothing if it is approved or he may approve it."""
    if by is None or is_approved(report, revision):
        return []
    if not by.has_perm(APPROVE):
        return [_("Nobody has approved this text. Submit it for review; once it is approved, you can publish it.")]
    return [own_work()] if is_own(writer, by) else []


def approve_by_publishing(report: Report, revision: Revision, *, by: Any) -> None:
    """Record that publishing a text which nobody had approved was its approval, and begin with a draft again."""
    if not is_approved(report, revision):
        Review.objects.create(report=report, revision=revision, verdict=Review.Verdict.APPROVED, by=by)
    Report.objects.filter(pk=report.pk).update(stage=DRAFT)


def stand_as_before(report: Report) -> None:
    """After what was scheduled is called off: its text is still approved, if nothing was said or changed since."""
    last = report.reviews.select_related("revision").first()
    newest = report.revisions.first()
    if last and newest and last.verdict == Review.Verdict.APPROVED and last.revision.digest == newest.digest:
        Report.objects.filter(pk=report.pk, stage=DRAFT).update(stage=APPROVED)


# What became of it


@dataclass(frozen=True)
class Event:
    """Something that was done to an issue: when, by whom (None: the operator's shell), what, and the words with it."""

    at: datetime
    by: Any
    what: str
    note: str = ""
    starts_at: datetime | None = None  # of an edition that readers get, or got, later than it was decided
    is_ahead: bool = False


def timeline(report: Report, now: datetime) -> list[Event]:
    """The moves of an issue and what was published of it, newest first. Two queries."""
    moves = [
        Event(review.at, review.by, review.get_verdict_display(), review.note)
        for review in report.reviews.select_related("by")
    ]
    editions: Iterable[Edition] = report.editions.without_article().select_related("published_by")
    published = [
        Event(
            *(edition.created_at, edition.published_by, edition.get_kind_display(), edition.note),
            starts_at=edition.live_from if edition.live_from > edition.created_at else None,
            is_ahead=edition.live_from > now,
        )
        for edition in editions
    ]
    return sorted(published + moves, key=lambda event: event.at, reverse=True)
