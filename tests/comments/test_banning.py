"""Bans: who is hit, for how long, what is kept of it, and who may."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.banning import Refused, ban, ban_author, comments_of, lift, staff_with_name
from comments.models import Ban, Comment, Decision, address_digest
from newsroom.lib.network import fingerprint_of
from tests.factories import commented, person, published

pytestmark = pytest.mark.django_db
IP = "203.0.113.77"


@pytest.fixture
def report():
    return published(title="Talked about").report


@pytest.fixture
def comment(report):
    return commented(
        report, name="Bad Guy", email="bad@evil.example", site="https://www.Shop.example/x", network=fingerprint_of(IP)
    )


HITS = {
    "address": {"email": "BAD@evil.example", "name": "Other", "network": "m"},
    "name": {"email": "new@fine.example", "name": "bad\u200b GUY", "network": "m"},
    "domain": {"email": "new@fine.example", "site": "http://sub.www.shop.example", "network": "m"},
    "network": {"email": "new@fine.example", "name": "Other", "network": fingerprint_of("203.0.113.4")},
}


@pytest.mark.parametrize("kind", HITS)
def test_what_the_author_of_a_comment_sends_from_then_on_lands_in_spam(report, comment, kind):
    ban_author(comment, kind, by=person("Moderator"), reason="Insults")
    body = "Something else to say."
    assert commented(report, body=body, **HITS[kind]).status == "spam"
    others = {name: fields for name, fields in HITS.items() if name != kind}
    for number, (name, fields) in enumerate(others.items()):
        if {kind, name} != {"address", "domain"}:
            assert commented(report, body=f"{body} {number}", **fields).status == "pending"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("address", " Bad@EVIL.example"), ("name", "Bad  Guy"), ("domain", "https://shop.example/y"), ("network", IP)],
)
def test_a_ban_typed_by_hand_hits_the_same(report, kind, typed):
    ban(kind, typed, by=None, reason="Advertising")
    fields = {"name": "Bad Guy", "email": "bad@evil.example", "network": "m", **HITS[kind]}
    assert commented(report, body="Other words.", **fields).status == "spam"


@pytest.mark.parametrize(("kind", "typed"), [("address", "bad@evil.example"), ("network", IP)])
def test_an_address_or_a_network_that_is_typed_is_stored_nowhere(kind, typed):
    with CaptureQueriesContext(connection) as queries:
        row = ban(kind, typed, by=None, reason="Because")
    line = Decision.objects.get()
    for text in (row.value, row.label, row.reason, str(line.before), str(line.after), line.why, *queries_of(queries)):
        assert typed not in text
        assert "evil" not in text


def queries_of(queries):
    return [query["sql"] for query in queries]


def test_a_ban_ends_by_time_alone_and_its_history_stays(report, comment):
    now = timezone.now()
    row = ban_author(comment, "name", by=None, reason="An hour off", until=now + timedelta(hours=1))
    assert list(Ban.objects.active()) == [row]
    assert not Ban.objects.active(now + timedelta(hours=1, seconds=1)).exists()
    assert not Ban.objects.active(now - timedelta(seconds=1)).exists()
    Ban.objects.update(until=now)
    assert commented(report, name="Bad Guy", email="other@example.org", body="Back again.").status == "pending"
    again = ban_author(comment, "name", by=None, reason="A day off", until=now + timedelta(days=1))
    assert [ban.reason for ban in Ban.objects.all()] == ["A day off", "An hour off"]
    assert Ban.objects.active().get() == again


def test_lifting_ends_it_now_and_is_logged(report, comment):
    moderator = person("Moderator")
    row = lift(ban_author(comment, "name", by=moderator, reason="Rude"), by=moderator, why="Said sorry")
    assert not Ban.objects.active().exists()
    assert (row.lifted_by, row.reason) == (moderator, "Rude")
    lifted, banned = Decision.objects.filter(act__in=("ban", "lift"))
    assert (lifted.why, lifted.by, lifted.before["whom"]) == ("Said sorry", moderator, "Bad Guy")
    assert (banned.why, banned.comment, banned.after["until"]) == ("Rude", comment, "for good")
    with pytest.raises(Refused, match="not in force"):
        lift(row, by=moderator)
    assert commented(report, name="Bad Guy", email="other@example.org", body="Back again.").status == "pending"


def test_a_network_is_banned_no_longer_than_its_fingerprint_is_kept(report, comment):
    seen = timezone.now() - timedelta(days=10)
    Comment.objects.update(submitted_at=seen)
    comment.refresh_from_db()
    assert ban_author(comment, "network", by=None, reason="Flood").until == seen + timedelta(days=30)
    assert ban("network", "198.51.100.1", by=None, reason="x").until < timezone.now() + timedelta(days=30, seconds=5)
    Comment.objects.update(submitted_at=timezone.now() - timedelta(days=31))
    comment.refresh_from_db()
    with pytest.raises(Refused, match="known"):
        ban_author(comment, "network", by=None, reason="Flood")


def test_labels_tell_moderators_neither_address_nor_network(comment):
    for kind in ("address", "network"):
        row = ban_author(comment, kind, by=None, reason="Rude")
        assert f"comment {comment.pk}" in row.label
        assert "evil" not in row.label
        assert comments_of([row]) == {row.pk: comment}


@pytest.mark.parametrize(
    ("kind", "typed", "reason", "sentence"),
    [
        ("address", "no address", "x", "an address, such as"),
        ("name", "\u200b", "x", "a name"),
        ("domain", "localhost", "x", "a domain, such as"),
        ("network", "203.0.113", "x", "an IP address"),
        ("name", "Somebody", " \n", "needs a reason"),
        ("name", "Taken", "x", "banned already"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(kind, typed, reason, sentence):
    ban("name", "taken", by=None, reason="First")
    with pytest.raises(Refused, match=sentence):
        ban(kind, typed, by=None, reason=reason)
    assert Ban.objects.count() == Decision.objects.count() == 1


@pytest.mark.parametrize(("kind", "typed"), [("address", "vera@example.org"), ("network", "203.0.113.7")])
def test_no_answer_tells_whether_an_address_or_a_network_is_banned(kind, typed):
    ban(kind, typed, by=None, reason="First")
    again = ban(kind, typed, by=None, reason="A guess")
    other = ban(kind, f"x{typed}" if kind == "address" else "198.51.100.7", by=None, reason="A guess")
    assert again.label == other.label
    assert Ban.objects.active().count() == 3


def test_a_ban_in_the_past_is_refused():
    with pytest.raises(Refused, match="later than now"):
        ban("name", "X Y", by=None, reason="x", until=timezone.now())


@pytest.mark.parametrize("role", ["", "Writer"])
def test_nobody_else_bans_or_lifts(comment, role):
    other, row = person(role), ban("name", "Taken", by=None, reason="First")
    for attempt in (
        lambda: ban("name", "Somebody", by=other, reason="x"),
        lambda: ban_author(comment, "address", by=other, reason="x"),
        lambda: lift(row, by=other),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert Ban.objects.active().get() == row


def test_names_of_the_staff_are_noticed_and_their_answers_can_not_be_banned(report, comment):
    ann = person("Moderator", first_name="Ann", last_name="Weber")
    assert staff_with_name("Аnn  wеber") == "Ann Weber"
    assert staff_with_name("Anna Weber") == ""
    answer = Comment.objects.create(report=report, name="Ann Weber", body="Thanks", staff=ann, text_digest="t")
    for kind in Ban.Kind.values:
        with pytest.raises(Refused):
            ban_author(answer, kind, by=None, reason="x")


def test_an_address_is_known_by_its_hash():
    assert ban("address", "Bad@evil.example", by=None, reason="x").value == address_digest("bad@EVIL.example")
