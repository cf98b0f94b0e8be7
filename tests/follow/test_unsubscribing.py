"""Leaving: with one click of a mail program, by a page that asks, from every state, at any time, once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from follow.emails import out_link
from follow.models import Delivery, Follower, Growth, Knock, Suppression
from follow.subscribing import end, erase_own
from newsroom.lib.tokens import make
from tests.factories import announced, follower
from tests.follow.asking import EMAIL, STATES, asked, following, mailed, path, text
from tests.together import at_once

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}  # RFC 8058 §3.1


@pytest.fixture
def visitor():
    """A mail provider's machine: no cookie, no token, no Origin."""
    return Client(enforce_csrf_checks=True)


def out(person):
    return path(out_link(person))


def test_one_click_is_enough_and_two_are_too(visitor):
    person = following()
    for _ in range(2):
        answer = visitor.post(out(person), ONE_CLICK)
        assert answer.status_code == 200
        assert "You get no more mail from Newsroom." in text(answer)
        assert answer["Cache-Control"] == "private, no-store"
        assert not answer.cookies
        assert EMAIL not in answer.content.decode()
    person.refresh_from_db()
    assert person.state() == "ended"
    assert (Growth.objects.get().came, Growth.objects.get().left) == (1, 1)


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://mail.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}]
)
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_whoever_sends_it_and_however(visitor, headers, content_type):
    person = following()
    body = b"List-Unsubscribe=One-Click"
    if "multipart" in content_type:
        body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    assert visitor.post(out(person), body, content_type, headers=headers).status_code == 200
    assert Follower.objects.get().state() == "ended"


def test_a_look_changes_nothing(visitor):
    person = following()
    for method in ("get", "head"):
        answer = getattr(visitor, method)(out(person))
        assert answer.status_code == 200
    assert "No more mail from Newsroom?" in text(visitor.get(out(person)))
    assert visitor.put(out(person)).status_code == 405
    assert Follower.objects.get().state() == "active"


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("new", "suppressed")])
def test_it_works_from_every_state(visitor, state):
    STATES[state]()
    person = Follower.objects.get()
    before = Growth.objects.all()
    left = sum(day.left for day in before)
    followed = person.confirmed_at and not person.ended_at and not person.disabled_at
    assert visitor.post(out(person), ONE_CLICK).status_code == 200
    person.refresh_from_db()
    assert person.ended_at
    assert not Delivery.objects.unsent().exists()
    assert not Follower.objects.active().exists()
    assert sum(day.left for day in Growth.objects.all()) == left + bool(followed)


def test_the_same_answer_after_erasure_and_for_nobody(visitor):
    person = following()
    addresses = [out(person), path(out_link(987_654))]
    answers = [visitor.post(addresses[0], ONE_CLICK)]
    erase_own(person.pk)
    answers += [visitor.post(address, ONE_CLICK) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({re.sub(r"/out/[^/]+/", "", answer.content.decode()) for answer in answers}) == 1


def test_it_works_years_later(visitor, time_machine):
    here = out(following())
    time_machine.move_to(timezone.now() + timedelta(days=3000))
    assert visitor.post(here, ONE_CLICK).status_code == 200
    assert Follower.objects.get().ended_at


def test_nothing_that_was_due_is_sent(visitor):
    person, other = follower("leaves@example.org"), follower("stays@example.org")
    announced(title="News")
    asked("leaves@example.org")
    assert Delivery.objects.unsent().filter(follower=person).count() == 2
    visitor.post(out(person), ONE_CLICK)
    assert not Delivery.objects.unsent().filter(follower=person).exists()
    assert set(Delivery.objects.filter(follower=person).values_list("last_error", flat=True)) == {"wants no mail"}
    assert Delivery.objects.unsent().get().follower == other


def test_who_wants_to_be_left_alone_is(visitor, time_machine):
    asked()
    here = path(mailed().extra_headers["List-Unsubscribe"].strip("<>"))
    visitor.post(here, ONE_CLICK)
    for _ in range(3):
        time_machine.move_to(timezone.now() + timedelta(days=9))
        Knock.objects.all().delete()
        asked()
    assert not Delivery.objects.unsent().exists()
    assert not Growth.objects.exists()
    assert not Suppression.objects.exists(), "the way back stays open for its owner"


@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_links_and_links_of_another_kind_open_nothing(visitor, method):
    person = following()
    good = make("follow.out", person.pk)
    others = [make(kind, person.pk) for kind in ("follow.confirm", "follow.preferences", "comments.out", "")]
    for token in (good[:-1], good + "A", "x", "1:2:3", "é", *others):
        answer = getattr(visitor, method)(f"/follow/out/{token}/", ONE_CLICK)
        assert (answer.status_code, "This link leads nowhere" in text(answer)) == (404, True)
    assert Follower.objects.get().state() == "active"


@pytest.mark.django_db(transaction=True)
def test_eight_times_at_once_is_once():
    person = following()
    assert at_once(lambda _: end(person.pk), 8) == [True] * 8
    assert Growth.objects.get().left == 1


def test_nobody_is_told_so():
    assert end(987_654) is False
