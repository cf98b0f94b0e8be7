"""A real hub on this machine hears of each announced edition and feed once, whatever goes wrong on the way."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client

from newsroom.announcing import announce_due
from newsroom.lib.feeds import in_form
from newsroom.publishing import publish, withdraw
from newsroom.websub import BATCH, LEASE, PAUSES, ping_due
from reports.models import Edition, Ping
from tests.factories import complete_issue, edit, published
from tests.feeds.reading import FORMS, read
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)


class Hub:
    """What the server answers, and what it was told."""

    def __init__(self) -> None:
        self.status = 202
        self.refused: set[str] = set()
        self.told: list[str] = []
        self.headers: dict[str, str] = {}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def hub(settings: Any) -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            assert sent["hub.mode"] == ["publish"]
            (topic,) = sent["hub.url"]
            status = 400 if topic in hub.refused else hub.status
            if status == 202:
                hub.told.append(topic)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            hub.told.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.WEBSUB_HUB = f"http://127.0.0.1:{server.server_port}/"
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


def addresses(*paths: str) -> set[str]:
    return {django_settings.SITE_URL + in_form(path, form) for path in paths for form in FORMS}


def announced(**issue: Any) -> Edition:
    edition = published(stories=1, companies=1, policies=1, **issue)
    announce_due()
    return edition


EVERY = ("/feed/", "/feed/sections/china/", "/feed/sections/international/", "/feed/tags/chips/", "/feed/tags/robots/",
         "/feed/companies/company-1/", "/feed/policies/policy-1/")  # fmt: skip


def work() -> int:
    """All that is due."""
    return sum(iter(ping_due, 0))


def test_hears_of_every_feed_that_an_issue_is_in_once(hub: Hub) -> None:
    announced()
    assert hub.told == [], "publishing waits for no hub"
    assert work() == len(addresses(*EVERY))
    assert set(hub.told) == addresses(*EVERY)
    announce_due()
    assert work() == 0
    assert len(hub.told) == len(set(hub.told))


def test_hears_nothing_of_what_is_to_come_and_of_a_correction_in_its_own_feed_too(hub: Hub) -> None:
    report = announced().report
    work()
    hub.told.clear()
    publish(complete_issue(title="Soon"), by=None, at=NOW + timedelta(hours=1))
    edit(report, standfirst="Right")
    publish(report, by=None, kind=Edition.Kind.CORRECTION, note="A figure.")
    announce_due()
    work()
    assert set(hub.told) == addresses(*EVERY, "/feed/corrections/")


def test_hears_nothing_of_a_typo(hub: Hub) -> None:
    report = announced().report
    work()
    hub.told.clear()
    edit(report, standfirst="Rihgt")
    publish(report, by=None, kind=Edition.Kind.TYPO)
    assert announce_due() == 1
    assert work() == 0
    assert hub.told == []
    assert "Rihgt" in read("/feed/", "json").items[0].text + read("/feed/", "json").items[0].summary


@pytest.mark.django_db(transaction=True)
def test_the_job_tells_it(hub: Hub) -> None:
    published(stories=1, companies=1, policies=1)
    call_command("work", "--once")
    assert set(hub.told) == addresses(*EVERY)


def test_that_is_away_is_asked_again_later_and_later_by_one_ping_alone(
    hub: Hub, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    announced()
    hub.status = 503
    assert work() == 0
    assert Ping.objects.filter(attempts=1).count() == 1, "the others wait with it"
    assert "The hub did not take" in caplog.text
    assert ping_due() == 0
    assert Ping.objects.filter(attempts__gt=0).count() == 1
    clock.shift(PAUSES[0])
    hub.status = 202
    work()
    assert set(hub.told) == addresses(*EVERY)
    assert not Ping.objects.filter(sent_at=None).exists()


def test_that_is_not_there_breaks_nothing(settings: Any, clock: time_machine.Traveller) -> None:
    settings.WEBSUB_HUB = "http://127.0.0.1:1/"
    announced()
    for pause in (*PAUSES, timedelta()):
        assert ping_due() == 0
        clock.shift(pause)
    assert Edition.objects.live().count() == 1


def test_one_feed_that_it_refuses_keeps_no_other_and_is_given_up_at_last(
    hub: Hub, clock: time_machine.Traveller
) -> None:
    announced()
    bad = f"{django_settings.SITE_URL}/feed/atom/"
    hub.refused = {bad}
    work()
    assert set(hub.told) == addresses(*EVERY) - {bad}
    for pause in PAUSES:
        clock.shift(pause)
        work()
    ping = Ping.objects.get(topic=bad)
    assert (ping.attempts, ping.next_at, ping.sent_at) == (len(PAUSES) + 1, None, None)
    assert "400" in ping.last_error
    clock.shift(timedelta(days=1))
    assert work() == 0


def test_a_worker_that_died_leaves_its_ping_to_the_next(hub: Hub, clock: time_machine.Traveller) -> None:
    announced()
    Ping.objects.update(attempts=1, next_at=NOW + LEASE)  # as the claim of one that was killed leaves it
    assert work() == 0
    clock.shift(LEASE)
    work()
    assert set(hub.told) == addresses(*EVERY)


def test_is_followed_nowhere_else(hub: Hub) -> None:
    announced()
    hub.status = 302
    assert work() == 0
    assert hub.told == []


def test_is_told_in_small_batches_and_forgotten_in_time(hub: Hub, clock: time_machine.Traveller) -> None:
    announced()
    assert ping_due() == BATCH
    work()
    clock.shift(timedelta(days=31))
    work()
    assert not Ping.objects.exists()


def test_feeds_name_it_in_their_text_and_in_a_header(hub: Hub, settings: Any) -> None:
    announced()
    for form in FORMS:
        own = settings.SITE_URL + in_form("/feed/", form)
        assert read("/feed/", form).hubs == [settings.WEBSUB_HUB]
        header = ask(Client(), in_form("/feed/", form)).headers["Link"]
        assert header == f'<{settings.WEBSUB_HUB}>; rel="hub", <{own}>; rel="self"'


def test_without_one_nothing_is_written_and_nothing_is_named(settings: Any) -> None:
    report = announced().report
    withdraw(report, by=None)
    assert not Ping.objects.exists()
    assert ping_due() == 0
    assert "Link" not in ask(Client(), "/feed/").headers
