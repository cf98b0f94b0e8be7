"""Copies of pages: confirmed while they are right, and purged when what is on them changes, those and no others."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from comments.models import Comment, Decision
from comments.moderating import decide, edit, pin, reply, set_open, undo
from comments.submitting import edit_own, withdraw_own
from newsroom.lib import stamps
from reports.caching import entity_tag, purge
from reports.models import Edition
from tests.factories import approved, commented, published

pytestmark = pytest.mark.django_db

NOW = datetime(2099, 4, 12, 12, 1, tzinfo=UTC)


@pytest.fixture
def edition() -> Edition:
    return published(title="Talked about")


def pages(edition: Edition, comment: Comment) -> list[str]:
    """All pages on which something of an issue stands."""
    story = edition.stories.first()
    assert story
    thread = f"/comments/on/{edition.slug}/"
    own = ["", "reply/", "report/"]
    return [
        "/",
        edition.url,
        story.url,
        thread,
        f"{thread}new/",
        f"{thread}feed/",
        *(comment.url + door for door in own),
    ]


def test_every_page_of_an_issue_bears_its_mark_and_no_other(edition: Edition, client: Client) -> None:
    comment = approved(edition.report)
    published(title="Earlier", issued_on="2020-01-01")
    for path in pages(edition, comment):
        answer = client.get(path)
        assert answer["Cache-Tag"] == answer["Surrogate-Key"] == f"issue-{edition.report_id}", path
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60", path
    for path in ("/reports/", "/companies/", "/comments/reported/", "/reports/nothing/"):
        assert "Cache-Tag" not in client.get(path)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_page_with_a_form_is_confirmed_though_its_stamp_is_another(edition: Edition, encoding: str) -> None:
    comment = approved(edition.report)
    for path in pages(edition, comment):
        with time_machine.travel(NOW, tick=False):
            first = Client().get(path, headers={"Accept-Encoding": encoding})
        if first.status_code == 302:
            continue
        headers = {"Accept-Encoding": encoding, "If-None-Match": first["ETag"]}
        with time_machine.travel(NOW + timedelta(hours=3), tick=False):
            assert Client().get(path, headers=headers).status_code == 304, path
            assert Client().get(path, headers={**headers, "If-None-Match": '"x"'}).content != first.content or (
                b"stamp" not in first.content
            )
    commented(edition.report, body="Waits")
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert (
            Client().get(edition.url, headers={"If-None-Match": Client().get(edition.url)["ETag"]}).status_code == 304
        )


def test_no_copy_is_confirmed_until_its_stamp_is_too_old(edition: Edition) -> None:
    for hours in range(24):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            first = Client().get(edition.url)
        with time_machine.travel(NOW + timedelta(hours=hours + 7), tick=False):
            assert Client().get(edition.url, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_an_approved_comment_shows_at_once_to_who_has_a_copy(edition: Edition) -> None:
    comment = commented(edition.report)
    first = Client().get(edition.url)
    decide([(comment.pk, 0)], "approve", by=None)
    again = Client().get(edition.url, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert b"Well said." in again.content


def test_a_tag_is_of_the_page_and_not_of_its_stamp() -> None:
    def page(words: str) -> bytes:
        return f'<p>{words}</p><input name="stamp" value="{stamps.stamp("comment", 1)}">'.encode()

    with time_machine.travel(NOW, tick=False) as clock:
        first = page("One")
        clock.shift(1)
        assert first != page("One")
        assert entity_tag(first) == entity_tag(page("One")) != entity_tag(page("Two"))


# Purging, with a server that listens


class Cache(HTTPServer):
    """A cache in front of the site, that notes what it is told to forget."""

    def __init__(self) -> None:
        self.told: list[dict[str, str | None]] = []
        super().__init__(("127.0.0.1", 0), Told)
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def tags(self) -> set[str | None]:
        return {request["Cache-Tag"] for request in self.told}

    def stop(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Told(BaseHTTPRequestHandler):
    server: Cache

    def do_PURGE(self) -> None:
        names = ("Cache-Tag", "Surrogate-Key", "Authorization")
        self.server.told.append({name: self.headers.get(name) for name in names})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing: tests read what the site logs."""


@pytest.fixture
def cache(settings: Any) -> Iterator[Cache]:
    cache = Cache()
    settings.PURGE_URL = f"http://127.0.0.1:{cache.server_port}/"
    yield cache
    cache.stop()


Commit = Callable[..., Any]


def test_a_purge_names_its_tags_and_who_may(
    cache: Cache, settings: Any, django_capture_on_commit_callbacks: Commit
) -> None:
    settings.PURGE_TOKEN = "secret"
    with django_capture_on_commit_callbacks(execute=True):
        purge(["issue-1", "issue-2"])
        purge([])
        assert cache.told == [], "nothing before the transaction ends"
    assert cache.told == [
        {"Cache-Tag": "issue-1,issue-2", "Surrogate-Key": "issue-1 issue-2", "Authorization": "Bearer secret"}
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_purges_nothing(cache: Cache) -> None:
    with transaction.atomic():
        purge(["issue-1"])
        transaction.set_rollback(True)
    assert cache.told == []


@pytest.mark.django_db(transaction=True)
def test_a_cache_that_is_down_is_logged_and_breaks_nothing(
    cache: Cache, edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    comment = commented(edition.report)
    cache.stop()
    with caplog.at_level(logging.WARNING):
        decide([(comment.pk, 0)], "approve", by=None)
    comment.refresh_from_db()
    assert comment.status == "approved"
    assert f"Could not purge issue-{edition.report_id}" in caplog.text


def act_on(comment: Comment) -> dict[str, Callable[[], Any]]:
    pk, version = comment.pk, comment.version
    return {
        "approve": lambda: decide([(pk, version)], "approve", by=None),
        "unapprove": lambda: decide([(pk, version)], "unapprove", by=None),
        "spam": lambda: decide([(pk, version)], "spam", by=None),
        "edit": lambda: edit(pk, version, body="Other", name="Other", by=None),
        "reply": lambda: reply(pk, version, body="Answer", by=None),
        "pin": lambda: pin(pk, version, pinned=True, by=None),
        "undo": lambda: undo(Decision.objects.filter(comment=pk, act="approve").first().batch, by=None),  # type: ignore[union-attr]
        "close": lambda: set_open(comment.report, False, by=None),
        "the author's edit": lambda: edit_own(comment, body="Other"),
        "the author's withdrawal": lambda: withdraw_own(comment),
    }


@pytest.mark.parametrize(
    "act",
    [
        *("unapprove", "spam", "edit", "reply", "pin", "undo", "close"),
        *("the author's edit", "the author's withdrawal"),
    ],
)
def test_what_readers_see_otherwise_from_now_on_is_purged_and_no_other_issue(
    cache: Cache, edition: Edition, act: str, django_capture_on_commit_callbacks: Commit
) -> None:
    approved(published(title="Other").report, email="o@example.org")
    comment = approved(edition.report)
    with django_capture_on_commit_callbacks(execute=True):
        act_on(comment)[act]()
    assert cache.tags == {f"issue-{edition.report_id}"}


def test_approving_purges_and_waiting_does_not(
    cache: Cache, edition: Edition, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        comment = commented(edition.report)
        edit(comment.pk, comment.version, body="Edited while it waits", name="R", by=None)
    assert cache.told == []
    comment.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        act_on(comment)["approve"]()
    assert cache.tags == {f"issue-{edition.report_id}"}
