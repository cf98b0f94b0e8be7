"""One's sessions: where one is logged in, and ending that."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from newsroom.lib.devices import browser_and_system
from newsroom.models import Act, DeskSession
from newsroom.staff import sessions
from tests.desk.browsing import words
from tests.factories import person
from tests.staff.entering import is_in, log_in, save_person, with_password

LIST = "/admin/account/sessions/"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)
FOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.django_db
class TestTheList:
    def test_it_names_devices_and_keeps_no_address(self, client: Client, ann: Any) -> None:
        phone = Client(headers={"User-Agent": PHONE}, REMOTE_ADDR="203.0.113.77")
        log_in(phone, ann)
        log_in(client, ann, headers={"User-Agent": FOX}, REMOTE_ADDR="203.0.113.78")
        page = client.get(LIST)
        said = words(page)
        assert "Firefox on Linux this one" in said
        assert "Safari on iPhone" in said
        assert said.index("Firefox") < said.index("Safari")
        kept = str(list(DeskSession.objects.values()) + list(Act.objects.values()))
        assert "203.0.113" not in kept
        assert "Mozilla" not in kept

    def test_others_sessions_are_not_on_it_and_can_t_be_ended(self, client: Client, ann: Any) -> None:
        other = with_password(person("Editor", username="bea"))
        theirs = Client(headers={"User-Agent": PHONE})
        log_in(theirs, other)
        log_in(client, ann)
        row = DeskSession.objects.get(user=other)
        assert "iPhone" not in words(client.get(LIST))
        assert client.post(f"{LIST}{row.pk}/end/").status_code == 404
        assert is_in(theirs)

    def test_an_expired_one_is_gone_from_it(self, client: Client, ann: Any) -> None:
        log_in(Client(headers={"User-Agent": PHONE}), ann)
        Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
        log_in(client, ann)
        assert "iPhone" not in words(client.get(LIST))

    def test_it_takes_the_same_queries_with_one_and_with_three(
        self, client: Client, ann: Any, django_assert_num_queries: Any
    ) -> None:
        log_in(client, ann)
        client.get(LIST)
        with django_assert_num_queries(6):
            client.get(LIST)
        for _ in range(2):
            log_in(Client(), ann)
        with django_assert_num_queries(6):
            client.get(LIST)


@pytest.mark.django_db
class TestEnding:
    def test_one_really_ends(self, client: Client, ann: Any) -> None:
        phone = Client(headers={"User-Agent": PHONE})
        log_in(phone, ann)
        log_in(client, ann)
        row = DeskSession.objects.get(browser="Safari")
        assert is_in(phone)
        assert client.get(f"{LIST}{row.pk}/end/").status_code == 405
        assert "Ended: Safari on iPhone" in words(client.post(f"{LIST}{row.pk}/end/", follow=True))
        assert not is_in(phone)
        assert is_in(client)
        act = Act.objects.get(did=Act.Did.END_SESSION)
        assert (act.by, act.detail) == (ann, {"browser": "Safari", "system": "iPhone"})

    def test_a_request_under_way_can_t_bring_it_back(self, ann: Any) -> None:
        phone = Client()
        log_in(phone, ann)
        under_way = phone.session
        assert dict(under_way.items())
        sessions.end(sessions.of(ann).get(), by=ann)
        under_way["late"] = True
        with pytest.raises(UpdateError):
            under_way.save()
        assert not Session.objects.exists()

    def test_all_others_at_once(self, client: Client, ann: Any) -> None:
        others = [Client() for _ in range(3)]
        for other in others:
            log_in(other, ann)
        log_in(client, ann)
        assert "Ended 3 other sessions" in words(client.post(f"{LIST}end/", follow=True))
        assert is_in(client)
        assert not any(is_in(other) for other in others)

    def test_nobody_ends_somebody_elses_by_the_verb(self, ann: Any, boss: Any) -> None:
        log_in(Client(), ann)
        with pytest.raises(Exception, match="somebody else"):
            sessions.end(sessions.of(ann).get(), by=boss)

    def test_opening_an_account_again_brings_none_back(self, client: Client, ann: Any, boss: Any) -> None:
        log_in(client, ann)
        desk = Client()
        desk.force_login(boss)
        for is_active in (False, True):
            save_person(desk, ann, is_active=is_active)
        ann.refresh_from_db()
        assert ann.is_active
        assert not is_in(client)


@pytest.mark.django_db
class TestWhenItWasSeen:
    def test_it_is_written_every_few_minutes_and_not_at_every_request(
        self, client: Client, ann: Any, django_assert_num_queries: Any
    ) -> None:
        with time_machine.travel("2026-11-26 10:00:00Z", tick=False) as clock:
            log_in(client, ann)
            row = DeskSession.objects.get()
            clock.shift(240)
            client.get(LIST)
            row.refresh_from_db()
            assert row.seen_at == row.began_at
            clock.shift(120)
            client.get(LIST)
            row.refresh_from_db()
            assert (row.seen_at - row.began_at).total_seconds() == 360

    def test_notes_of_ended_sessions_are_forgotten(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        log_in(Client(), ann)
        Session.objects.exclude(pk=client.cookies["sessionid"].value).delete()
        assert sessions.forget_expired() == 1
        assert is_in(client)


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        (PHONE, ("Safari", "iPhone")),
        (FOX, ("Firefox", "Linux")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0.0.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", ("Safari", "macOS")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
        ("\x00<script>", ("", "")),
    ],
)
def test_a_browser_is_told_by_few_honest_words(agent: str, found: tuple[str, str]) -> None:
    assert browser_and_system(agent) == found
