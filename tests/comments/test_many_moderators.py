"""Many moderators decide in the same second. Real threads, a real database: one effect, one line, one mail."""

from collections.abc import Callable
from typing import Any

import pytest

from comments.models import Comment, Decision, Discussion, Notice
from comments.moderating import Refused, Stale, decide, edit, pin, reply, set_open, undo
from tests.factories import approved, commented, person, published
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50


@pytest.fixture
def report() -> Any:
    return published(title="Talked about", stories=1).report


def test_fifty_moderators_decide_about_one_comment(report: Any) -> None:
    comment = commented(report, wants_mail=True)
    moderators = [person("Moderator") for _ in range(MANY)]
    acts = ["approve", "spam", "bin"]

    def act(number: int) -> str:
        outcome = decide([(comment.pk, 0)], acts[number % 3], by=moderators[number])
        return "done" if outcome.done else f"missed {len(outcome.missed)}"

    assert sorted(at_once(act, MANY)) == ["done", *["missed 1"] * (MANY - 1)]
    comment.refresh_from_db()
    (line,) = comment.decisions.filter(actor="staff")
    assert (comment.version, comment.decided_by, comment.status) == (1, line.by, line.after["status"])


def test_fifty_approve_one_comment_and_one_mail_is_due(report: Any) -> None:
    parent = approved(report, wants_mail=True, email="parent@example.org")
    comment = commented(report, wants_mail=True, parent=parent, body="I agree.")
    Notice.objects.all().delete()
    at_once(lambda number: str(len(decide([(comment.pk, 0)], "approve", by=None).done)), MANY)
    assert sorted(Notice.objects.values_list("kind", "commenter")) == [
        ("published", comment.commenter_id),
        ("reply", parent.commenter_id),
    ]
    assert comment.decisions.filter(act="approve").count() == 1


def test_overlapping_bulk_acts_end_and_each_comment_has_one_decision(report: Any) -> None:
    comments = Comment.objects.bulk_create(
        Comment(report=report, name="R", body=f"Text {n}", text_digest=f"{n}", path=f"{n:012}") for n in range(60)
    )
    acts = ["approve", "spam", "bin"]

    def act(number: int) -> str:
        # Each takes forty of sixty, in an order of its own.
        mine = [comments[(number * 7 + step * (1 if number % 2 else -1)) % 60] for step in range(40)]
        outcome = decide([(comment.pk, 0) for comment in mine], acts[number % 3], by=None)
        assert len(outcome.done) + len(outcome.missed) == 40
        return str(len(outcome.done))

    done = at_once(act, 12)
    assert sum(map(int, done)) == 60 == Decision.objects.filter(comment__in=comments).count()
    assert set(Comment.objects.values_list("version", flat=True)) == {1}


def test_one_of_all_who_edit_answer_or_pin_the_same_version(report: Any) -> None:
    comment = approved(report)
    verbs: list[Callable[[], object]] = [
        lambda: edit(comment.pk, comment.version, body="Theirs", name="They", by=None),
        lambda: pin(comment.pk, comment.version, pinned=True, by=None),
        lambda: decide([(comment.pk, comment.version)], "spam", by=None).done or stale(),
    ]

    def stale() -> None:
        raise Stale(None)

    def act(number: int) -> str:
        try:
            verbs[number % 3]()
        except Stale:
            return "stale"
        return "done"

    assert sorted(at_once(act, 24)) == ["done", *["stale"] * 23]
    assert Comment.objects.get(pk=comment.pk).version == comment.version + 1


def test_an_undo_is_done_once(report: Any) -> None:
    comment = commented(report)
    batch = decide([(comment.pk, 0)], "approve", by=None).batch
    switch = set_open(report, False, by=None)
    assert switch

    def act(number: int) -> str:
        try:
            outcome = undo(switch.batch if number % 2 else batch, by=None)
        except Refused:
            return "refused"
        return "missed" if outcome.missed else "done"

    answers = at_once(act, 20)
    assert answers.count("done") == 2
    assert Decision.objects.filter(undoes__isnull=False).count() == 2
    assert Comment.objects.get().status == "pending"
    assert Discussion.objects.get().is_open is None


def test_all_answer_one_comment_that_waits_and_it_is_approved_once(report: Any) -> None:
    comment = commented(report)

    def act(number: int) -> str:
        try:
            reply(comment.pk, 0, body=f"Answer {number}", by=None)
        except Stale:
            return "stale"
        return "done"

    assert sorted(at_once(act, 12)) == ["done", *["stale"] * 11]
    assert comment.replies.count() == 1
