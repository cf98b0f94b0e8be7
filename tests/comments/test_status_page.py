"""The page of one comment for its author alone."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Comment, Commenter, HouseRules
from comments.moderating import decide, reply
from comments.privacy import erase
from comments.submitting import of_token
from newsroom.publishing import withdraw
from tests.comments.posting import post
from tests.factories import approved, person, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return published(title="Talked about")


@pytest.fixture
def address(edition):
    return post(Client(), edition, body="As written <b>", email="mine@example.org")["Location"]


def mine():
    return Comment.objects.get(name="Reader")


def read(address, status=200):
    answer = Client().get(address)
    assert answer.status_code == status
    private(answer)
    return unescape(answer.content.decode())


def private(answer):
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies


def later(minutes):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def decided(act, by=None):
    decide([(mine().pk, mine().version)], act, by=by)


def test_tells_what_became_of_it(edition, address):
    page = read(address)
    assert "Your comment is waiting" in page
    assert "As written <b>" in page
    assert "mine@example.org" not in page
    decided("approve")
    page = read(address)
    assert "Your comment is published" in page
    assert f'href="{mine().url}"' in page
    withdraw(edition.report, by=None, note="Why")
    page = read(address)
    assert "Your comment is approved" in page
    assert "not on the site at present" in page
    assert mine().url not in page
    assert "Talked about" not in page


def test_tells_a_decision_of_a_person_and_not_one_of_a_rule(address):
    for status in ("spam", "bin"):
        Comment.objects.update(status=status, decided_at=timezone.now())
        assert "Your comment is waiting" in read(address)
        assert "You can change or withdraw it" in read(address), "nor does anything else tell"
    Comment.objects.update(status="pending")
    decided("bin", by=person("Moderator"))
    page = read(address)
    assert "Your comment was not published" in page
    assert "You can change" not in page


def test_is_found_by_its_secret_alone(edition, address):
    token = address.rstrip("/").rpartition("/")[2]
    other = post(Client(), edition, email="other@example.org", name="Other", body="Other words")["Location"]
    assert "As written" not in read(other)
    for wrong in (token[:-1], token.swapcase(), mine().token_digest, str(mine().pk), "x" * 5000, "é", "%27"):
        for door in ("", "edit/", "withdraw/"):
            path = f"/comments/status/{wrong}/{door}"
            for answer in (Client().get(path), Client().post(path, {"body": "Changed"})):
                assert answer.status_code == 404
                private(answer)
    assert token not in Client().get("/").content.decode()
    assert not Comment.objects.filter(token_digest=token).exists(), "only its hash is kept"


def test_is_changed_for_fifteen_minutes(address):
    answer = Client().post(f"{address}edit/", {"body": "Otherwise"})
    assert (answer.status_code, answer["Location"]) == (303, f"{address}?saved")
    private(answer)
    assert "Your changes are saved." in read(answer["Location"])
    assert (mine().body, mine().status, mine().original) == ("Otherwise", "pending", "")
    decided("approve")
    assert "may wait for a moderator again" in read(address)
    Client().post(f"{address}edit/", {"body": "Otherwise again"})
    assert mine().status == "pending", "what was approved were other words"
    with later(15):
        answer = Client().post(f"{address}edit/", {"body": "Too late"})
        assert answer.status_code == 403
        private(answer)
        page = answer.content.decode()
        assert "The 15 minutes in which you could change this comment are over." in page
        assert ">Too late</textarea>" in page.replace("\n", "")
        assert "Save Changes" not in page
    assert mine().body == "Otherwise again"


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (" \x00", 422, "Please write a comment."),
        ("x" * 65_526, 422, "Your comment is too long"),
        ("Said before", 409, "You have already said that"),
        ("x" * (1024 * 1024), 413, "one megabyte"),
    ],
)
def test_is_not_changed_into_anything(edition, address, body, status, sentence):
    post(Client(), edition, body="Said before", email="mine@example.org", name="Also me")
    answer = Client().post(f"{address}edit/", {"body": body})
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    private(answer)
    assert mine().body == "As written <b>"


def test_is_withdrawn_by_a_button_and_not_by_a_link(edition, address):
    decided("approve")
    page = read(f"{address}withdraw/")
    assert "Withdraw your comment?" in page
    assert mine().status == "approved"
    parent = mine()
    approved(edition.report, body="Reply", email="o@example.org", name="Other", network="o", parent=parent)
    answer = Client().post(f"{address}withdraw/")
    assert (answer.status_code, answer["Location"]) == (303, address)
    assert mine().status == "withdrawn"
    page = read(address)
    assert "You withdrew your comment" in page
    assert "As written" not in page
    assert "As written" not in Client().get(edition.url).content.decode()
    assert Client().post(f"{address}edit/", {"body": "Again"}).status_code == 403
    assert Client().get(f"{address}withdraw/").status_code == 303


def test_is_not_withdrawn_later(address):
    with later(16):
        assert Client().get(f"{address}withdraw/").status_code == 303
        answer = Client().post(f"{address}withdraw/")
        assert answer.status_code == 403
        private(answer)
    assert mine().status == "pending"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "null"}, 303),
    ],
)
def test_takes_nothing_from_other_sites(address, headers, status):
    for door, fields in (("edit/", {"body": "Changed"}), ("withdraw/", {})):
        assert Client().post(f"{address}{door}", fields, headers=headers).status_code == status
    assert mine().status == ("withdrawn" if status == 303 else "pending")


def test_is_gone_with_its_author(address):
    erase("mine@example.org", by=None)
    for door in ("", "edit/", "withdraw/"):
        assert "As written" not in read(f"{address}{door}", 404)


def test_of_the_staff_has_none(edition, address):
    decided("approve")
    staff, _ = reply(mine().pk, mine().version, body="Answer", by=person("Moderator"))
    assert staff.token_digest is None
    assert Client().get("/comments/status/None/").status_code == 404


def test_asks_no_working_row_and_no_address(address):
    with CaptureQueriesContext(connection) as queries:
        read(address)
    for query in queries:
        assert "comments_address" not in query["sql"]
        assert "reports_report" not in query["sql"]
    assert len(queries) == 2


@pytest.mark.parametrize("status", ["spam", "bin"])
def test_an_edit_takes_nothing_out_of_where_a_rule_put_it(edition, status):
    trapped = post(Client(), edition, body="Buy", subject="filled in by a machine")["Location"]
    Comment.objects.update(status=status)
    post_edit = Client().post(f"{trapped}edit/", {"body": "Quite harmless"})
    assert post_edit.status_code == 303
    assert (mine().body, mine().status) == ("Quite harmless", status)
    assert "Your comment is waiting" in read(trapped)
    assert any("field that people don’t see" in reason for reason in mine().reasons), "why stays on the card"


def test_an_edit_publishes_nothing_that_a_person_took_back(edition, address):
    HouseRules.objects.create(pk=1, approve_after=1)
    approved(edition.report, name="Reader", email="mine@example.org", body="Before")
    Commenter.objects.update(confirmed_at=timezone.now())
    Client().post(f"{address}edit/", {"body": "By the rule"})
    assert mine_at(address).status == "approved"
    decide([(mine_at(address).pk, mine_at(address).version)], "unapprove", by=person("Moderator"))
    Client().post(f"{address}edit/", {"body": "By the rule!"})
    assert mine_at(address).status == "pending"


def test_is_changed_five_times_at_most(address):
    for number in range(5):
        assert Client().post(f"{address}edit/", {"body": f"Version {number}"}).status_code == 303
    answer = Client().post(f"{address}edit/", {"body": "One more"})
    assert answer.status_code == 429
    assert "5 times" in answer.content.decode()
    assert ">One more</textarea>" in answer.content.decode().replace("\n", "")
    assert mine().body == "Version 4"


def mine_at(address):
    return of_token(address.rstrip("/").rpartition("/")[2])
