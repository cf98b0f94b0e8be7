"""Suppressed addresses on the desk: a list without addresses, looking one up, adding, lifting; always by POST."""

import pytest
from django.contrib.auth.models import Permission

from follow.bouncing import bounce, is_suppressed, suppress
from follow.models import Follower, Growth, Suppression
from tests.desk.browsing import Form, signed_in, words
from tests.factories import person
from tests.follow.following import followers

pytestmark = pytest.mark.django_db

HERE = "/admin/follow/suppression/"
ADDRESS = f"{HERE}address/"


@pytest.fixture
def client():
    return signed_in(person("Administrator", username="ada"))


def test_the_list_says_why_since_when_and_by_whom_but_never_whom(client):
    (ann,) = followers("ann@secret.example")
    bounce(ann, "hard", said="550 no such user")
    suppress("ben@secret.example", by=person("Administrator", username="adam"), note="Asked by letter")
    response = client.get(HERE)
    page = words(response)
    for said in ("The mailbox does not exist", "Stopped by the desk", "adam", "Asked by letter", "only a hash is kept"):
        assert said in page
    assert b"secret.example" not in response.content
    only = words(client.get(f"{HERE}?reason=desk"))
    assert "Asked by letter" in only
    assert len(client.get(f"{HERE}?reason=hard").context["page"].rows) == 1
    assert len(client.get(f"{HERE}?reason=nonsense").context["page"].rows) == 2


def test_an_address_is_looked_up_added_and_lifted_in_forms_alone(client):
    (ann,) = followers("ann@secret.example")
    form = Form(client.get(HERE), "email")
    assert form.address == ADDRESS
    looked = form.send(client, email=" ANN@Secret.example ")
    assert "Not suppressed It follows, or was asked whether it wants to" in words(looked)
    assert f'href="/admin/follow/follower/{ann.pk}/"' in looked.content.decode()
    assert not is_suppressed("ann@secret.example")
    done = Form(looked, "email").send(client, follow=True, _add="", note="By letter")
    assert "Nothing is written to this address any more" in words(done)
    assert b"secret.example" not in done.content
    assert is_suppressed("ann@secret.example")
    assert Suppression.objects.get().note == "By letter"
    assert not Follower.objects.active().exists()

    looked = form.send(client, email="ann@secret.example")
    assert "Suppressed Stopped by the desk" in words(looked)
    assert "by ada" in words(looked)
    done = Form(looked, "email").send(client, follow=True, _lift="")
    assert "gets mail again" in words(done)
    assert not is_suppressed("ann@secret.example")
    assert Follower.objects.active().get() == ann
    assert Growth.objects.get().left == 1


def test_an_address_that_nobody_knows_can_be_suppressed_too(client):
    Form(client.post(ADDRESS, {"email": "nobody@example.org"}), "email").send(client, _add="")
    assert is_suppressed("NOBODY@example.org")
    assert not Follower.objects.exists()


def test_what_is_typed_wrong_is_said_and_a_note_bears_no_address(client):
    response = client.post(ADDRESS, {"email": "nobody"})
    assert response.status_code == 422
    assert "Please enter an email address" in words(response)
    response = client.post(ADDRESS, {"email": "ann@example.org", "note": "Asked from ben@example.org", "_add": ""})
    assert response.status_code == 422
    assert "without an address" in words(response)
    assert not Suppression.objects.exists()


def test_asking_for_the_page_of_an_address_leads_back_and_shows_nothing(client):
    suppress("ann@example.org", by=None)
    for page in (ADDRESS, f"{ADDRESS}?email=ann@example.org&_lift="):
        response = client.get(page)
        assert (response.status_code, response["Location"]) == (302, HERE)
    assert is_suppressed("ann@example.org")
    assert "no-store" in client.post(ADDRESS, {"email": "ann@example.org"})["Cache-Control"]


@pytest.mark.parametrize("role", ["", "Writer", "Moderator", "Editor"])
def test_the_list_is_for_administrators(role):
    suppress("ann@example.org", by=None)
    somebody = signed_in(person(role))
    for page in (HERE, ADDRESS):
        assert somebody.get(page).status_code == 403
    for act in ("", "_add", "_lift"):
        assert somebody.post(ADDRESS, {"email": "ann@example.org", act: ""}).status_code == 403
    assert is_suppressed("ann@example.org")


def test_who_may_only_look_gets_no_buttons_and_no_further():
    somebody = person()
    somebody.user_permissions.add(Permission.objects.get(codename="view_suppression"))
    client = signed_in(somebody)
    suppress("ann@example.org", by=None)
    followers("ben@example.org")
    for email in ("ann@example.org", "ben@example.org"):
        looked = client.post(ADDRESS, {"email": email})
        assert b'name="_lift"' not in looked.content
        assert b'name="_add"' not in looked.content
        assert b"/admin/follow/follower/" not in looked.content
        for act in ("_add", "_lift"):
            assert client.post(ADDRESS, {"email": email, act: ""}).status_code == 403
    assert is_suppressed("ann@example.org")
    assert not is_suppressed("ben@example.org")


def test_the_list_costs_the_same_with_one_and_with_three(client, django_assert_num_queries):
    for emails in (["a@example.org"], ["b@example.org", "c@example.org"]):
        for email in emails:
            suppress(email, by=person("Administrator"))
        client.get(HERE)
        with django_assert_num_queries(6):
            client.get(HERE)
