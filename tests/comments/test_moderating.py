"""Decisions about comments: one effect each, logged, undone; and only by those who may."""

import pytest
from django.core.exceptions import PermissionDenied

from comments.models import Comment, Decision, Flag
from comments.moderating import Refused, Stale, decide, edit, last_batch, pin, reply, set_open, undo
from tests.factories import approved, commented, person, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return published(title="Talked about").report


def seen(*comments: Comment) -> list[tuple[int, int]]:
    return [(comment.pk, comment.version) for comment in comments]


@pytest.mark.parametrize(
    ("act", "status"), [("approve", "approved"), ("spam", "spam"), ("bin", "bin"), ("unapprove", "pending")]
)
def test_a_decision_is_one_effect_and_one_line_of_the_log(report, act, status):
    comment, moderator = commented(report), person("Moderator")
    outcome = decide(seen(comment), act, by=moderator, why="Because")
    comment.refresh_from_db()
    assert (comment.status, comment.version, comment.decided_by) == (status, 1, moderator)
    line = comment.decisions.first()
    assert (line.act, line.by, line.why, line.batch) == (act, moderator, "Because", outcome.batch)
    assert line.after.get("status", "pending") == status


@pytest.mark.parametrize("act", ["approve", "unapprove", "spam", "bin", "edit", "reply", "pin"])
def test_undoing_brings_back_what_was(report, act):
    comment, moderator = commented(report, body="As written"), person("Moderator")
    if act in {"pin", "unapprove"}:
        decide(seen(comment), "approve", by=None)
        comment.refresh_from_db()
    before = (comment.status, comment.body, comment.pinned_at)
    if act == "edit":
        edit(*seen(comment)[0], body="Otherwise", name="Other", by=moderator)
    elif act == "reply":
        reply(*seen(comment)[0], body="Thank you.", by=moderator)
    elif act == "pin":
        pin(*seen(comment)[0], pinned=True, by=moderator)
    else:
        decide(seen(comment), act, by=moderator)
    comment.refresh_from_db()
    assert (comment.status, comment.body, comment.pinned_at) != before
    undo(last_batch(moderator), by=moderator)
    comment.refresh_from_db()
    assert (comment.status, comment.body, comment.pinned_at, comment.original) == (*before, "")
    assert not Comment.objects.approved().filter(staff__isnull=False).exists()
    with pytest.raises(Refused, match="nothing to undo"):
        undo(comment.decisions.filter(undone__isnull=False).first().batch, by=moderator)


def test_the_second_of_two_moderators_has_no_effect_and_sees_the_first(report):
    comment, first, second = commented(report), person("Moderator"), person("Moderator")
    versions = seen(comment)
    decide(versions, "approve", by=first)
    outcome = decide(versions, "spam", by=second)
    assert (outcome.done, outcome.missed) == ([], [comment])
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by) == ("approved", first)
    with pytest.raises(Stale) as stale:
        edit(*versions[0], body="Mine", name="Me", by=second)
    assert stale.value.decision.by == first


def test_answering_the_reports_of_a_comment_is_undone_too(report):
    comment = approved(report)
    Flag.objects.create(comment=comment, reason="abuse")
    assert list(Comment.objects.reported()) == [comment]
    outcome = decide(seen(comment), "approve", by=None)
    assert not Comment.objects.reported().exists()
    undo(outcome.batch, by=None)
    assert list(Comment.objects.reported()) == [comment]


def test_closing_and_leaving_it_to_the_house_rules_are_undone(report):
    line = set_open(report, False, by=None)
    report.discussion.refresh_from_db()
    assert report.discussion.is_open is False
    undo(line.batch, by=None)
    report.discussion.refresh_from_db()
    assert report.discussion.is_open is None


def test_five_hundred_are_decided_in_one_transaction_and_no_more(report, django_assert_max_num_queries):
    comments = Comment.objects.bulk_create(
        Comment(report=report, name="R", body=f"Text {n}", text_digest=f"{n}", path=f"{n:012}") for n in range(501)
    )
    with pytest.raises(Refused, match="500"):
        decide(seen(*comments), "spam", by=None)
    assert Comment.objects.pending().count() == 501
    with django_assert_max_num_queries(16):
        outcome = decide(seen(*comments[:500]), "spam", by=None)
    assert len(outcome.done) == Comment.objects.filter(status="spam").count() == 500
    with django_assert_max_num_queries(40):
        undo(outcome.batch, by=None)
    assert Comment.objects.pending().count() == 501


@pytest.mark.parametrize("role", ["", "Writer"])
def test_nobody_else_decides(report, role):
    comment, other = commented(report), person(role)
    for attempt in (
        lambda: decide(seen(comment), "approve", by=other),
        lambda: edit(comment.pk, 0, body="x", name="x", by=other),
        lambda: reply(comment.pk, 0, body="x", by=other),
        lambda: pin(comment.pk, 0, pinned=True, by=other),
        lambda: set_open(report, False, by=other),
        lambda: undo(Decision.objects.first().batch, by=other),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    comment.refresh_from_db()
    assert (comment.status, comment.version) == ("pending", 0)
