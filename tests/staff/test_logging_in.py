"""Logging in with a password: who gets in, where to, and what happens to those who guess."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from newsroom.models import Act
from tests.desk.browsing import Form, words
from tests.factories import person
from tests.staff.entering import LOGIN, PASSWORD, is_in, log_in, with_password

pytestmark = pytest.mark.django_db
Did = Act.Did
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son\w+=|\sstyle=")


def test_the_password_opens_the_desk(client: Client, ann: Any) -> None:
    answer = log_in(client, ann)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert is_in(client)


def test_somebody_gets_to_where_he_wanted(client: Client, ann: Any) -> None:
    sent = client.get("/admin/reports/report/?q=chips")
    assert sent["Location"] == "/admin/login/?next=/admin/reports/report/%3Fq%3Dchips"
    page = client.get(sent["Location"])
    form = Form(page, "login")
    form.update(login="ann", password=PASSWORD)
    assert form.send(client)["Location"] == "/admin/reports/report/?q=chips"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/admin/", "/", "/reports/x/", "/administrator/", "javascript:alert(1)"],
)
def test_nobody_is_sent_from_the_log_in_to_other_places(client: Client, ann: Any, elsewhere: str) -> None:
    assert log_in(client, ann, to=elsewhere)["Location"] == "/admin/"


def test_the_chinese_desk_has_a_log_in_of_its_own(client: Client, ann: Any) -> None:
    sent = client.get("/zh-hans/admin/")
    assert sent["Location"].startswith("/zh-hans/admin/login/")
    form = Form(client.get(sent["Location"]), "login")
    form.update(login="ann", password=PASSWORD)
    assert form.send(client)["Location"] == "/zh-hans/admin/"


def test_a_wrong_password_and_an_unknown_name_look_the_same(client: Client, ann: Any) -> None:
    answers = []
    for name in ("ann", "nobody-of-this-name"):
        form = Form(client.get(LOGIN), "login")
        form.update(login=name, password="wrong wrong wrong")
        answer = form.send(client)
        text = re.sub(r'value="[^"]*"', "", answer.content.decode())
        answers.append((answer.status_code, text))
    assert answers[0] == answers[1]
    assert not is_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_only_the_staff_get_in_and_others_learn_nothing(client: Client, change: dict[str, bool]) -> None:
    gone = with_password(person("Editor", username="gone", **change))
    right, wrong = log_in(client, gone), log_in(client, gone, "wrong wrong wrong")
    assert right.status_code == wrong.status_code == 200
    assert words(right) == words(wrong)
    assert not is_in(client)


def test_who_is_deactivated_is_out_at_once(client: Client, ann: Any) -> None:
    log_in(client, ann)
    type(ann).objects.filter(pk=ann.pk).update(is_active=False)
    assert not is_in(client)


@pytest.mark.parametrize(
    "path",
    [
        *("/admin/signup/", "/admin/account/email/", "/admin/account/signup/", "/accounts/login/", "/accounts/signup/"),
        *("/admin/account/account/emailaddress/", "/admin/mfa/authenticator/", "/admin/account/emailaddress/"),
    ],
)
def test_of_allauth_nothing_else_is_there(client: Client, boss: Any, path: str) -> None:
    boss.is_superuser = True
    boss.save()
    client.force_login(boss)
    assert client.get(path).status_code == 404


def test_pages_of_the_log_in_are_kept_by_nobody_and_run_under_the_strict_policy(client: Client, ann: Any) -> None:
    for path in (LOGIN, "/admin/login/forgotten/", "/admin/login/forgotten/sent/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert "private" in page["Cache-Control"]
        assert "noindex" in page["X-Robots-Tag"]
        assert "unsafe" not in page["Content-Security-Policy"]
        assert not INLINE.search(page.content.decode())
    client.force_login(ann)
    for path in ("/admin/account/", "/admin/account/sessions/", "/admin/password_change/", "/admin/account/passkeys/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert "noindex" in page["X-Robots-Tag"]


# Guessing


def guess(client: Client, name: str, times: int, **extra: Any) -> Any:
    for _ in range(times):
        answer = client.post(LOGIN, {"login": name, "password": "wrong wrong wrong"}, **extra)
    return answer


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client, ann: Any) -> None:
    guess(client, "ann", 5)
    answer = log_in(client, ann)
    assert "Too many failed" in words(answer)
    assert not is_in(client)


def test_a_stranger_elsewhere_locks_nobody_out(client: Client, ann: Any) -> None:
    guess(client, "ann", 30, REMOTE_ADDR="203.0.113.9")
    assert log_in(Client(), ann, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_behind_a_proxy_the_visitors_address_counts_and_no_forged_one(client: Client, ann: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(6):
        guess(client, "ann", 1, headers={"X-Forwarded-For": f"198.51.{number}.1, 203.0.113.9"})
    inside = log_in(client, ann, headers={"X-Forwarded-For": "192.0.2.200, 203.0.113.9"})
    assert "Too many failed" in words(inside)
    assert log_in(client, ann, headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}).status_code == 302


def test_who_tries_too_often_gets_a_page_that_says_so(client: Client, ann: Any) -> None:
    answer = guess(client, "ann", 31)
    assert answer.status_code == 429
    assert "Nothing is locked" in words(answer)
    assert "no-store" in answer["Cache-Control"]
    assert int(answer["Retry-After"]) > 0


# A forgotten password


def ask_for_password(client: Client, address: str) -> Any:
    form = Form(client.get("/admin/login/forgotten/"), "email")
    form["email"] = address
    return form.send(client, follow=True)


def test_a_forgotten_password_is_replaced_by_mail(client: Client, ann: Any, settings: Any) -> None:
    ann.email = "ann@newsroom.example"
    ann.save()
    elsewhere = Client()
    log_in(elsewhere, ann)
    told = ask_for_password(client, "Ann@newsroom.example")
    (letter,) = mail.outbox
    assert letter.to == ["ann@newsroom.example"]
    link = re.search(rf"{settings.SITE_URL}(/admin/login/forgotten/\S+)", letter.body)
    assert link
    page = client.get(link[1], follow=True)
    assert link[1] not in page.wsgi_request.path, "the secret is no longer in the address"
    assert page["Referrer-Policy"] == "same-origin"
    form = Form(page, "password1")
    form.update(password1="another horse battery", password2="another horse battery")
    assert form.send(client, follow=True).wsgi_request.path == "/admin/login/forgotten/done/"
    assert not is_in(client), "it logs nobody in"
    assert not is_in(elsewhere), "other sessions end with the old password"
    assert log_in(client, ann, "another horse battery").status_code == 302
    again = Client().get(link[1], follow=True)
    assert "used before" in words(again)
    assert "on its way" in words(told)


def test_an_unknown_address_gets_no_mail_and_the_same_page(client: Client, ann: Any) -> None:
    ann.email = "ann@newsroom.example"
    ann.save()
    known, unknown = (ask_for_password(client, f"{name}@newsroom.example") for name in ("ann", "eve"))
    assert words(known) == words(unknown)
    assert [letter.to for letter in mail.outbox] == [["ann@newsroom.example"]]


# Changing it


def test_changing_the_password_ends_all_other_sessions(client: Client, ann: Any) -> None:
    elsewhere = Client()
    log_in(elsewhere, ann)
    log_in(client, ann)
    form = Form(client.get("/admin/password_change/"), "oldpassword")
    form.update(oldpassword=PASSWORD, password1="another horse battery", password2="another horse battery")
    assert form.send(client)["Location"] == "/admin/account/"
    assert is_in(client)
    assert not is_in(elsewhere)
    assert Act.objects.get(did=Did.CHANGE_PASSWORD).detail == {"sessions": 1}
    assert [row.user for row in ann.desk_sessions.all()] == [ann]


def test_a_weak_password_is_refused_with_a_reason(client: Client, ann: Any) -> None:
    log_in(client, ann)
    form = Form(client.get("/admin/password_change/"), "oldpassword")
    form.update(oldpassword=PASSWORD, password1="short", password2="short")
    answer = form.send(client)
    assert "at least 12" in words(answer)
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


def test_logging_out_asks_first_and_ends_the_session(client: Client, ann: Any) -> None:
    log_in(client, ann)
    assert "Log out?" in words(client.get("/admin/logout/"))
    assert is_in(client)
    key = client.cookies["sessionid"].value
    assert client.post("/admin/logout/")["Location"] == LOGIN
    client.cookies["sessionid"] = key
    assert not is_in(client)
