"""The second factor: setting it up, logging in with it, losing it; and the desk that opens to nobody without one."""

import re
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from newsroom.models import Act
from newsroom.staff import factors
from tests.desk.browsing import Form, words
from tests.factories import complete_issue, person, picture
from tests.staff.entering import (
    ACCOUNT,
    DESK,
    SECOND,
    add_app,
    code_at,
    codes_on,
    give_code,
    give_next_code,
    is_in,
    log_in,
    prove_again,
    with_password,
)

pytestmark = pytest.mark.django_db
Did = Act.Did
CODES = "/admin/account/codes/"


@pytest.fixture
def secret(ann: Any) -> str:
    """Ann has an authenticator app, which keeps this."""
    client = Client()
    log_in(client, ann)
    return add_app(client)


class TestTheApp:
    def test_it_is_set_up_with_a_picture_a_key_and_a_code(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        page = prove_again(client, "/admin/account/app/")
        assert "<svg" in page.content.decode()
        assert "data:image" not in page.content.decode()
        form = Form(page, "code")
        form["code"] = "000000"
        refused = form.send(client)
        assert "Incorrect code" in words(refused)
        assert not factors.has_factor(ann)

    def test_after_that_the_password_alone_opens_nothing(self, client: Client, ann: Any, secret: str) -> None:
        answer = log_in(client, ann)
        assert answer["Location"] == SECOND
        assert not is_in(client)
        assert give_next_code(client, secret)["Location"] == DESK
        assert is_in(client)

    def test_it_still_leads_to_where_somebody_wanted(self, client: Client, ann: Any, secret: str) -> None:
        log_in(client, ann, to="/admin/reports/report/")
        assert give_next_code(client, secret)["Location"] == "/admin/reports/report/"

    def test_a_code_opens_once(self, client: Client, ann: Any, secret: str) -> None:
        with time_machine.travel(time.time() + 60, tick=False):
            code = code_at(secret, time.time())
            log_in(client, ann)
            assert give_code(client, code)["Location"] == DESK
            thief = Client()
            log_in(thief, ann)
            assert "Incorrect code" in words(give_code(thief, code))
            assert not is_in(thief)

    def test_a_wrong_one_and_an_old_one_open_nothing(self, client: Client, ann: Any, secret: str) -> None:
        log_in(client, ann)
        for code in ("000000", "", "١٢٣٤٥٦", code_at(secret, time.time() - 300)):
            assert give_code(client, code).status_code == 200
        assert not is_in(client)

    def test_guessing_codes_is_stopped(self, client: Client, ann: Any, secret: str) -> None:
        log_in(client, ann)
        for _ in range(6):
            answer = give_code(client, "000000")
        assert "Too many failed" in words(answer)
        assert "Too many failed" in words(give_next_code(client, secret))

    def test_its_secret_is_sealed_in_the_database(self, ann: Any, secret: str) -> None:
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in kept
        assert Authenticator.objects.get(type="totp").wrap().validate_code(code_at(secret))

    def test_removing_it_asks_and_takes_the_codes_along(self, client: Client, ann: Any, secret: str) -> None:
        log_in(client, ann)
        give_next_code(client, secret)
        page = prove_again(client, "/admin/account/app/remove/")
        assert factors.has_factor(ann)
        client.post(page.wsgi_request.path)
        assert not Authenticator.objects.exists()
        assert Act.objects.filter(did=Did.REMOVE_FACTOR, by=ann, detail={"factor": "totp"}).count() == 1

    def test_sessions_from_before_it_end(self, client: Client, ann: Any) -> None:
        earlier = Client()
        log_in(earlier, ann)
        log_in(client, ann)
        add_app(client)
        assert is_in(client)
        assert not is_in(earlier)


class TestRecoveryCodes:
    def test_each_opens_once(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        add_app(client)
        codes = codes_on(client.get(CODES))
        assert len(set(codes)) == 10
        other = Client()
        log_in(other, ann)
        assert give_code(other, codes[0])["Location"] == DESK
        third = Client()
        log_in(third, ann)
        assert "Incorrect code" in words(give_code(third, codes[0]))
        assert codes[0] not in codes_on(client.get(CODES))
        assert Act.objects.filter(did=Did.USE_CODE, by=ann).count() == 1

    def test_they_are_shown_again_only_to_who_proves_to_be_it(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        secret = add_app(client)
        later = Client()
        log_in(later, ann)
        give_next_code(later, secret)
        assert codes_on(later.get(CODES)) == []
        assert later.get(f"{CODES}download/")["Location"].startswith("/admin/account/again/")
        text = client.get(f"{CODES}download/")
        assert text["Content-Type"].startswith("text/plain")
        assert text.content.decode().split() == codes_on(client.get(CODES))
        assert "no-store" in text["Cache-Control"]

    def test_new_ones_end_the_old_ones(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        add_app(client)
        old = codes_on(client.get(CODES))
        new = codes_on(client.post(f"{CODES}new/", follow=True))
        assert len(new) == 10
        assert not set(old) & set(new)
        other = Client()
        log_in(other, ann)
        assert "Incorrect code" in words(give_code(other, old[1]))


# Half-way in


def test_half_logged_in_opens_nothing(client: Client, ann: Any, secret: str) -> None:
    report = complete_issue()
    hidden = picture(alt="not for readers yet")
    log_in(client, ann)
    for path in (
        *(DESK, "/zh-hans/admin/", "/admin/reports/report/", f"/admin/reports/report/{report.pk}/change/"),
        *(f"/admin/reports/report/{report.pk}/preview/", "/admin/reports/report/import/", "/admin/comments/comment/"),
        *("/admin/comments/decision/csv/", "/admin/jsi18n/", ACCOUNT, CODES, "/admin/account/sessions/"),
        *("/admin/account/app/", "/admin/account/passkeys/add/", "/admin/password_change/"),
    ):
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert "/admin/login/" in answer["Location"], path
        assert report.title not in answer.content.decode()
    assert client.get(hidden.file.url).status_code == 404
    assert client.post(f"/admin/reports/report/{report.pk}/publish/now/", {"version": 0}).status_code == 302
    assert not report.editions.exists()


class TestWhereItIsRequired:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.SECOND_FACTOR_REQUIRED = True

    def test_without_one_every_page_leads_to_getting_one(self, client: Client, ann: Any) -> None:
        report = complete_issue()
        hidden = picture(alt="not for readers yet")
        log_in(client, ann)
        for path in (
            *(DESK, "/admin/reports/report/", f"/admin/reports/report/{report.pk}/preview/"),
            *("/admin/comments/decision/csv/", "/admin/account/sessions/", "/admin/newsroom/act/", "/admin/nothing/"),
        ):
            answer = client.get(path)
            assert (answer.status_code, answer["Location"]) == (302, ACCOUNT), path
        assert client.get(hidden.file.url).status_code == 404
        assert client.post(f"/admin/reports/report/{report.pk}/publish/now/", {"version": 0})["Location"] == ACCOUNT
        assert not report.editions.exists()
        page = client.get(ACCOUNT)
        assert "opens only with a second factor" in words(page)
        ways = re.findall(r'account__button[^>]*href="([^"]+)"', page.content.decode())
        assert ways == ["/admin/account/passkeys/add/", "/admin/account/app/"], "and no button that leads back here"

    def test_with_one_everything_is_open(self, client: Client, ann: Any) -> None:
        hidden = picture(alt="not for readers yet")
        log_in(client, ann)
        add_app(client)
        assert is_in(client)
        shown = client.get(hidden.file.url)
        shown.close()
        assert shown.status_code == 200

    def test_the_chinese_desk_is_no_way_round(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        assert client.get("/zh-hans/admin/")["Location"] == "/zh-hans/admin/account/"

    def test_removing_the_last_one_closes_the_desk(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        add_app(client)
        client.post("/admin/account/app/remove/")
        assert client.get(DESK)["Location"] == ACCOUNT

    def test_readers_notice_nothing(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        page = client.get("/")
        assert page.status_code == 200
        assert "Cookie" not in page.get("Vary", "")
        assert not page.cookies


def test_where_it_is_not_required_the_password_is_enough(client: Client, ann: Any, settings: Any) -> None:
    assert settings.SECOND_FACTOR_REQUIRED is False
    log_in(client, ann)
    assert is_in(client)


# Losing the phone


class TestResetting:
    def reset_page(self, user: Any) -> str:
        return f"/admin/auth/user/{user.pk}/second-factors/"

    def test_the_list_of_people_shows_who_has_none(self, client: Client, ann: Any, boss: Any, secret: str) -> None:
        client.force_login(boss)
        person("Writer", username="zoe")
        page = client.get("/admin/auth/user/")
        assert "Second factor" in words(page)
        assert {row.username: row.has_factor for row in page.context["cl"].result_list} == {
            "ann": True,
            "boss": False,
            "zoe": False,
        }

    def test_an_administrator_does_it_after_a_question(self, client: Client, ann: Any, boss: Any, secret: str) -> None:
        lost = Client()
        log_in(lost, ann)
        give_next_code(lost, secret)
        assert is_in(lost)
        client.force_login(boss)
        page = client.get(f"/admin/auth/user/{ann.pk}/change/")
        assert "authenticator app" in words(page)
        assert self.reset_page(ann) in page.content.decode()
        assert "Reset the second factors?" in words(client.get(self.reset_page(ann)))
        assert factors.has_factor(ann)
        client.post(self.reset_page(ann))
        assert not Authenticator.objects.filter(user=ann).exists()
        assert not is_in(lost)
        act = Act.objects.get(did=Did.RESET_FACTORS)
        assert (act.by, act.what_name, act.what_id) == (boss, "ann", str(ann.pk))
        assert log_in(Client(), ann)["Location"] == DESK

    @pytest.mark.parametrize("role", ["Writer", "Editor", "Moderator", ""])
    def test_nobody_else_does(self, client: Client, ann: Any, secret: str, role: str) -> None:
        client.force_login(person(role))
        assert client.get(self.reset_page(ann)).status_code == 403
        assert client.post(self.reset_page(ann)).status_code == 403
        assert factors.has_factor(ann)

    def test_that_of_a_superuser_takes_a_superuser(self, client: Client, boss: Any) -> None:
        chief = with_password(person(username="chief", is_superuser=True))
        browser = Client()
        log_in(browser, chief)
        add_app(browser)
        client.force_login(boss)
        assert client.post(self.reset_page(chief)).status_code == 403
        assert factors.has_factor(chief)
        browser.post(self.reset_page(chief))
        assert not factors.has_factor(chief)

    def test_the_command_does_it_without_anybody(self, ann: Any, secret: str, capsys: Any) -> None:
        call_command("reset_second_factor", "ann")
        assert "taken from ann: 1" in capsys.readouterr().out
        assert not factors.has_factor(ann)
        act = Act.objects.get(did=Did.RESET_FACTORS)
        assert (act.by, act.by_name, act.what_name) == (None, "", "ann")

    def test_the_command_says_when_there_is_nobody(self, db: None) -> None:
        with pytest.raises(CommandError, match="no account"):
            call_command("reset_second_factor", "nobody")
