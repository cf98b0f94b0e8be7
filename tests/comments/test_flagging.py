"""Readers' reports: one per network, comment and reason; each new reason brings a comment back once."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from comments.flagging import NotPublic, TooMany, flag
from comments.models import Comment, Flag
from comments.moderating import decide
from newsroom.publishing import withdraw
from tests.comments.posting import aged, report
from tests.factories import approved, commented, published
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment():
    return approved(published(title="Talked about").report)


def settle(comment, act="approve"):
    comment.refresh_from_db()
    return decide([(comment.pk, comment.version)], act, by=None)


def is_back(comment):
    return Comment.objects.reported().filter(pk=comment.pk).exists()


def test_a_report_comes_to_the_desk_and_changes_nothing_for_readers(client, comment):
    address = f"/comments/{comment.pk}/report/"
    assert "Report this comment" in client.get(address).content.decode()
    answer = report(client, comment, reason="abuse", note=" zz\x00note ")
    assert (answer.status_code, answer["Location"]) == (303, "/comments/reported/")
    thanks = client.get(answer["Location"]).content.decode()
    assert "A moderator will look at it." in thanks
    assert "zz" not in thanks
    (kept,) = Flag.objects.all()
    assert (kept.comment, kept.reason, kept.note, kept.known, len(kept.network)) == (
        comment,
        "abuse",
        "zznote",
        False,
        64,
    )
    assert is_back(comment)
    for path in (address, "/comments/on/talked-about/", "/"):
        assert "zznote" not in client.get(path).content.decode()
    assert Comment.objects.approved().filter(pk=comment.pk).exists()


def test_the_same_report_again_answers_the_same_and_writes_nothing(client, comment):
    first, again = report(client, comment, note="One"), report(client, comment, note="Two")
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert Flag.objects.get().note == "One"
    settle(comment)
    report(client, comment)
    assert Flag.objects.count() == 1
    assert not is_back(comment)


def test_a_comment_comes_back_once_for_each_new_reason(comment):
    flag(comment, "spam", "", "network 1")
    flag(comment, "spam", "", "network 2")
    assert is_back(comment)
    first = settle(comment)
    assert not is_back(comment)
    assert flag(comment, "spam", "", "network 3").known
    assert not is_back(comment)
    assert not flag(comment, "abuse", "", "network 3").known
    assert is_back(comment)
    settle(comment)
    flag(comment, "abuse", "", "network 4")
    assert not is_back(comment)
    assert {f.settled.batch for f in Flag.objects.filter(reason="spam", known=False)} == {first.batch}


def test_only_what_readers_see_is_reported(comment):
    waiting = commented(comment.report, body="Waits")
    assert report(Client(), waiting).status_code == 404
    with pytest.raises(NotPublic):
        flag(waiting, "spam", "", "n")
    settle(comment, "bin")
    assert report(Client(), comment).status_code == 404
    settle(comment)
    withdraw(comment.report, by=None, note="Why")
    assert report(Client(), comment).status_code == 404
    with pytest.raises(NotPublic):
        flag(comment, "spam", "", "n")
    assert not Flag.objects.exists()


@pytest.mark.parametrize(
    ("fields", "headers", "status", "sentence"),
    [
        ({"reason": ""}, {}, 422, "Please choose a reason."),
        ({"reason": "because"}, {}, 422, "Please choose one of the reasons."),
        ({"note": "n" * 1001}, {}, 422, "Your note is too long: 1000"),
        ({"stamp": "x"}, {}, 422, "was not made for this page"),
        ({"stamp": "old"}, {}, 422, "open for more than a day"),
        ({"stamp": "young"}, {}, 422, "That was very quick."),
        ({"stamp": "another's"}, {}, 422, "was not made for this page"),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403, "from a page of another site"),
    ],
)
def test_each_guard_has_its_sentence_keeps_the_note_and_writes_nothing(
    client, comment, fields, headers, status, sentence
):
    stamps = {
        "old": aged("flag", comment.pk, timedelta(hours=25)),
        "young": aged("flag", comment.pk, timedelta(seconds=1)),
        "another's": aged("flag", comment.pk + 1),
    }
    if "stamp" in fields:
        fields = {"stamp": stamps.get(fields["stamp"], fields["stamp"])}
    answer = report(client, comment, **{"note": "My note", **fields}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == status
    assert sentence in page
    assert fields.get("note", "My note") in page
    assert answer["Cache-Control"] == "private, no-store"
    assert not Flag.objects.exists()


def test_ten_reports_of_a_network_within_an_hour_and_no_more(client, comment):
    others = [approved(comment.report, body=f"{n}", email=f"{n}@example.org", network=f"{n}") for n in range(11)]
    for other in others[:10]:
        assert report(client, other).status_code == 303
    answer = report(client, others[10], note="My note")
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert "Many reports came from your network." in answer.content.decode()
    assert report(client, others[0]).status_code == 303, "a repeat is no new one"
    assert Flag.objects.count() == 10
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert report(client, others[10]).status_code == 303


@pytest.mark.django_db(transaction=True)
def test_the_limits_hold_when_all_come_at_once():
    comment = approved(published(title="Flooded").report)
    others = [approved(comment.report, body=f"{n}", email=f"{n}@example.org", network=f"{n}") for n in range(12)]
    refused = []

    def send(number):
        for other in (comment, others[2 * number], others[2 * number + 1]):
            try:
                flag(other, "spam", "", "one network")
            except TooMany:
                refused.append(other)

    at_once(send, 6)
    assert Flag.objects.count() == 10
    assert comment.flags.count() == 1
    assert len(refused) == 3
