"""Whoever guesses an address learns nothing, whichever way he asks; and one mailbox is one commenter."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from comments.models import Address, Comment, Commenter, HouseRules, Notice, address_digest
from comments.notices import mute
from newsroom.lib.addresses import one_spelling
from tests.comments.posting import post
from tests.factories import approved, commented, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return published(title="Talked about")


@pytest.mark.parametrize("guess", ["vera@example.org", "other@example.org"])
def test_a_copied_comment_with_a_guessed_address_is_taken_in_like_any_other(edition, guess):
    approved(edition.report, name="Vera", email="vera@example.org", body="My words.", network="Vera’s own")
    answer = post(Client(), edition, name="Vera", email=guess, body="My words.")
    assert answer.status_code == 303
    copy = Comment.objects.get(status="pending")
    assert copy.reasons == ["The same text was sent before"]


def test_whoever_sends_it_twice_himself_is_told(edition):
    assert post(Client(), edition).status_code == 303
    assert post(Client(), edition).status_code == 409
    assert post(Client(), edition, body="Well\u200b said.").status_code == 409, "unseen characters make no other text"


SPELLINGS = [
    "vic@example.org",
    "VIC@Example.ORG",
    "vic@example.org\u200b",
    "vic\u200d@example.org",
    "vic@exa\u00admple.org",
    "vic@example.org\ufe0f",
    " vic@example.org\u2060",
    "vic@ｅxample.org",
]


def test_one_mailbox_is_one_commenter_and_gets_one_question(edition):
    for number, email in enumerate(SPELLINGS[:5]):
        answer = post(Client(), edition, email=email, body=f"Text {number}", wants_mail="on")
        assert answer.status_code == 303, email
    assert Commenter.objects.count() == 1
    assert Address.objects.get().email == "vic@example.org"
    assert Notice.objects.filter(kind="confirm").count() == 1
    assert {address_digest(email) for email in SPELLINGS} == {address_digest("vic@example.org")}
    assert address_digest("a@bücher.example") == address_digest("a@xn--bcher-kva.example")
    assert one_spelling("No address at all") == "No address at all"


@pytest.mark.parametrize(
    "email", ["vi\u212a@example.org", "\u017fam@example.org", "víc@example.org", "\u2800@example.org"]
)
def test_letters_that_pass_for_others_are_in_no_address(edition, email):
    answer = post(Client(), edition, email=email)
    assert answer.status_code == 422
    assert answer.content.decode().count("Please enter an email address") == 2
    assert not Commenter.objects.exists()


def test_nobody_is_asked_again_and_again(edition):
    comment = commented(edition.report, wants_mail=True, network="0")
    asked = 0
    for day in range(1, 20):
        Notice.objects.filter(sent_at=None).update(sent_at=timezone.now() - timedelta(hours=2))
        with time_machine.travel(timezone.now() + timedelta(minutes=day)):
            commented(
                edition.report, wants_mail=True, body=f"Text {day}", network=str(day), email=f"x{day}@example.org"
            )
        commented_again(edition, comment, day)
        asked = Notice.objects.filter(commenter=comment.commenter, kind="confirm").count()
    assert asked == 3


def commented_again(edition, comment, day):
    from comments.notices import ask_to_confirm

    again = Comment.objects.create(
        report=edition.report, name="R", body=f"Again {day}", text_digest=str(day), commenter=comment.commenter
    )
    ask_to_confirm(again)


def test_whoever_stopped_our_mail_is_left_alone_for_a_month(edition):
    comment = commented(edition.report, wants_mail=True)
    Notice.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    mute(comment.commenter_id)
    commented_again(edition, Comment.objects.select_related("commenter").get(), 1)
    assert Notice.objects.count() == 1
    Notice.objects.update(sent_at=timezone.now() - timedelta(days=31))
    commented_again(edition, Comment.objects.select_related("commenter").first(), 2)
    assert Notice.objects.count() == 2


def test_links_count_as_readers_would_see_them(edition):
    HouseRules.objects.create(pk=1, max_links=4, hold_repeats=False)
    comment = commented(
        edition.report, body="https://a.example/，https://b.example/。https://c.example/“https://d.example/"
    )
    assert comment.reasons == ["4 links in the text"]


@pytest.mark.parametrize("cookie", ["csrftoken=x", "sessionid=abc", 'csrftoken="; sessionid=', "messages=nonsense"])
def test_no_cookie_of_a_visitors_gets_another_from_a_page_for_everybody(edition, cookie):
    for path, status in (("/", 200), (edition.url, 200), ("/nothing/", 404), (f"/comments/on/{edition.slug}/", 200)):
        answer = Client().get(path, headers={"Cookie": cookie})
        assert answer.status_code == status
        assert "public" in answer["Cache-Control"]
        assert not answer.cookies
        assert "cookie" not in answer.get("Vary", "").lower()


def test_that_a_held_comment_is_not_there_is_kept_by_no_cache(edition):
    held = commented(edition.report)
    for door in ("", "reply/", "report/"):
        answer = Client().get(f"/comments/{held.pk}/{door}")
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
