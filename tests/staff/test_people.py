"""People on the desk: names and roles, what an administrator may not do, and one's own name and address."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.test import Client

from newsroom.models import Act
from tests.desk.browsing import Form, signed_in, words
from tests.factories import person
from tests.staff.entering import AGAIN, PASSWORD, log_in, prove_again, save_person

pytestmark = pytest.mark.django_db
Did = Act.Did
ABOUT = "/admin/account/about/"


@pytest.fixture
def office(boss: Any) -> Client:
    """An administrator's browser."""
    return signed_in(boss)


@pytest.fixture
def root() -> User:
    return person(username="root", is_superuser=True)


def page_of(somebody: User) -> str:
    return f"/admin/auth/user/{somebody.pk}/change/"


class TestPeople:
    def test_somebody_new_has_a_name_and_a_role_at_once(self, office: Client, client: Client) -> None:
        form = Form(office.get("/admin/auth/user/add/"), "username")
        form.update(username="mo", first_name="Mo", last_name="Derator", email="mo@example.org")
        form.update(password1=PASSWORD, password2=PASSWORD, groups=str(Group.objects.get(name="Moderator").pk))
        assert form.send(office).status_code == 302
        mo = User.objects.get(username="mo")
        assert (mo.get_full_name(), mo.email, mo.is_staff, mo.is_superuser) == (
            "Mo Derator",
            "mo@example.org",
            True,
            False,
        )
        assert [role.name for role in mo.groups.all()] == ["Moderator"]
        assert Act.objects.get(did=Did.ADD_PERSON).detail == {"roles": {"added": ["Moderator"], "removed": []}}
        assert log_in(client, mo)["Location"] == "/admin/"
        assert "Mo Derator Moderator mo@example.org" in words(office.get("/admin/auth/user/"))

    def test_single_permissions_are_not_offered(self, office: Client, ann: Any) -> None:
        form = Form(office.get(page_of(ann)), "username")
        assert not {"user_permissions", "is_superuser", "is_staff", "password"} & set(form)

    def test_nor_taken(self, office: Client, ann: Any) -> None:
        save_person(office, ann, is_superuser=True, user_permissions=str(Permission.objects.all()[0].pk))
        ann.refresh_from_db()
        assert not ann.is_superuser
        assert not ann.user_permissions.exists()

    def test_nobody_makes_himself_a_superuser(self, office: Client, boss: Any) -> None:
        save_person(office, boss, is_superuser=True)
        boss.refresh_from_db()
        assert not boss.is_superuser

    def test_a_superuser_has_the_rest(self, root: User, ann: Any) -> None:
        save_person(signed_in(root), ann, is_superuser=True)
        ann.refresh_from_db()
        assert ann.is_superuser

    def test_an_administrator_does_nothing_to_a_superuser(self, office: Client, root: User) -> None:
        assert office.post(page_of(root), {"username": "taken"}).status_code == 403
        assert office.get(f"/admin/auth/user/{root.pk}/password/").status_code == 403
        assert office.post(f"/admin/auth/user/{root.pk}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
        office.post("/admin/auth/user/", chosen)
        root.refresh_from_db()
        assert root.username == "root"

    def test_the_list_takes_the_same_queries_for_one_and_for_three(
        self, office: Client, django_assert_max_num_queries: Any
    ) -> None:
        office.get("/admin/auth/user/")
        for _ in range(2):
            with django_assert_max_num_queries(11):
                office.get("/admin/auth/user/")
            for name in ("a", "b", "c"):
                person("Editor", username=f"{name}{User.objects.count()}")


class TestAboutYou:
    def test_one_gives_oneself_a_name_and_an_address(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        form = Form(prove_again(client, ABOUT), "email")
        form.update(first_name="Ann", last_name="Editor", email="ann@EXAMPLE.org")
        done = form.send(client, follow=True)
        assert "Ann Editor · ann@example.org" in words(done)
        ann.refresh_from_db()
        assert (ann.first_name, ann.last_name, ann.email) == ("Ann", "Editor", "ann@example.org")
        act = Act.objects.get(did=Did.CHANGE_PERSON)
        assert (act.by, act.detail) == (ann, {"email": "changed"})

    def test_new_passwords_go_there_and_no_longer_to_the_old_one(self, client: Client, ann: Any) -> None:
        User.objects.filter(pk=ann.pk).update(email="old@example.org")
        log_in(client, ann)
        form = Form(prove_again(client, ABOUT), "email")
        form["email"] = "new@example.org"
        form.send(client)
        for address in ("old@example.org", "new@example.org"):
            forgotten = Client()
            asking = Form(forgotten.get("/admin/login/forgotten/"), "email")
            asking["email"] = address
            asking.send(forgotten)
        assert [message.to for message in mail.outbox] == [["new@example.org"]]

    def test_who_logged_in_long_ago_proves_it_first(self, client: Client, ann: Any) -> None:
        client.force_login(ann)
        sent = client.post(ABOUT, {"email": "thief@example.org"})
        assert AGAIN in sent["Location"]
        ann.refresh_from_db()
        assert ann.email != "thief@example.org"
        assert "Your name and address" in words(prove_again(client, ABOUT))

    def test_an_address_that_is_none(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        form = Form(prove_again(client, ABOUT), "email")
        form["email"] = "ann at example"
        answer = form.send(client)
        assert answer.status_code == 422
        assert "Please enter an email address such as name@example.net." in words(answer)

    def test_nobody_who_is_not_logged_in(self, client: Client) -> None:
        assert client.get(ABOUT)["Location"].startswith("/admin/login/")
