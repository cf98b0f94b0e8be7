"""Decisions about comments: one effect each, logged, undone; and only by those who may."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from comments.models import Comment, Decision, Flag
from comments.moderating import Refused, Stale, decide, edit, last_batch, pin, reply, set_open, undo, undo_last
from comments.submitting import edit_own
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
    comment, moderator = (approved if act == "unapprove" else commented)(report), person("Moderator")
    before = comment.version
    outcome = decide(seen(comment), act, by=moderator, why="Because")
    comment.refresh_from_db()
    assert (comment.status, comment.version, comment.decided_by) == (status, before + 1, moderator)
    line = comment.decisions.first()
    assert (line.act, line.by, line.why, line.batch) == (act, moderator, "Because", outcome.batch)
    assert line.after == {"status": status}


def test_what_is_so_already_is_left_alone(report):
    comment, other = approved(report), commented(report, body="Waits", email="other@example.org")
    outcome = decide(seen(comment, other), "approve", by=None)
    assert (outcome.same, outcome.done, outcome.missed) == ([comment], [other], [])
    comment.refresh_from_db()
    assert comment.version == 1


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


def story(comment: Comment) -> tuple[object, ...]:
    comment.refresh_from_db()
    return (comment.status, comment.body, comment.name, comment.original, bool(comment.pinned_at), comment.decided_by)


def test_step_by_step_all_the_way_back(report):
    comment, ann, bob = commented(report, body="As written"), person("Moderator"), person("Moderator")
    steps = [
        lambda: decide(seen(comment), "spam", by=ann),
        lambda: decide(seen(comment), "approve", by=bob),
        lambda: edit(*seen(comment)[0], body="Once", name="Reader", by=ann),
        lambda: edit(*seen(comment)[0], body="Twice", name="Other", by=bob),
        lambda: pin(*seen(comment)[0], pinned=True, by=ann),
        lambda: decide(seen(comment), "bin", by=ann),
    ]
    states = [story(comment)]
    for step in steps:
        step()
        states.append(story(comment))
    approvals = Comment.objects.values_list("approved_at", flat=True)
    assert approvals.get() is not None
    while len(states) > 1:
        assert story(comment) == states.pop()
        (back,) = undo_last(seen(comment), by=ann).done
        assert back == comment
    assert story(comment) == states.pop() == ("pending", "As written", "Reader", "", False, None)
    assert approvals.get() is None
    assert undo_last(seen(comment), by=ann).same == [comment]
    assert comment.decisions.filter(undoes__isnull=False).count() == len(steps)


def test_undoing_goes_back_through_what_one_did_and_passes_over_what_others_built_upon(report):
    one, two, ann, bob = commented(report), commented(report, body="Two"), person("Moderator"), person("Moderator")
    decide(seen(one), "spam", by=ann)
    decide(seen(two), "spam", by=ann)
    set_open(report, False, by=ann)
    set_open(report, True, by=bob)
    two.refresh_from_db()
    decide(seen(two), "approve", by=bob)
    undo(last_batch(ann), by=ann)
    assert last_batch(ann) is None
    one.refresh_from_db()
    two.refresh_from_db()
    report.discussion.refresh_from_db()
    assert (one.status, two.status, report.discussion.is_open) == ("pending", "approved", True)


@pytest.mark.parametrize(("minutes", "found"), [(59, True), (61, False)])
def test_undoing_nothing_in_particular_reaches_back_an_hour(report, minutes, found):
    comment, ann = commented(report), person("Moderator")
    done = decide(seen(comment), "spam", by=ann)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert last_batch(ann) == (done.batch if found else None)
        assert undo(done.batch, by=ann).done == [comment]  # by its name, however old


@pytest.mark.parametrize("switch", ["comment", "issue"])
def test_what_somebody_did_since_stands(report, switch):
    comment, ann = commented(report), person("Moderator")
    if switch == "comment":
        batch = decide(seen(comment), "approve", by=ann).batch
        comment.refresh_from_db()
        edit_own(comment, body="The author has other words")
        assert undo(batch, by=ann).missed == [comment]
        comment.refresh_from_db()
        assert (comment.status, comment.body) == ("pending", "The author has other words")
    else:
        line = set_open(report, False, by=ann)
        set_open(report, True, by=None)
        with pytest.raises(Refused, match="since"):
            undo(line.batch, by=ann)
        report.discussion.refresh_from_db()
        assert report.discussion.is_open is True


def test_an_edit_cleans_and_keeps_the_first_words(report):
    comment = commented(report, body="First words")
    edit(*seen(comment)[0], body=" Second\r\nwords\x00 ", name=" A\nname ", by=None)
    comment.refresh_from_db()
    assert (comment.body, comment.name, comment.original) == ("Second\nwords", "A name", "First words")
    assert edit(*seen(comment)[0], body="Second\nwords", name="A name", by=None) is None
    edit(*seen(comment)[0], body="Third", name="A name", by=None)
    comment.refresh_from_db()
    assert (comment.body, comment.original) == ("Third", "First words")
    with pytest.raises(Refused):
        edit(*seen(comment)[0], body=" \x00 ", name="A name", by=None)


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
        lambda: undo_last(seen(comment), by=other),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    comment.refresh_from_db()
    assert (comment.status, comment.version) == ("pending", 0)
