"""Asking a spam service: what is sent, what its answers mean, and that nothing is sent unless it is set up."""

import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from comments import akismet
from comments.akismet import thinks_spam
from comments.models import Comment, Commenter, HouseRules
from comments.submitting import ADDRESS_LIMITS
from newsroom.lib.stamps import stamp
from reports.models import Edition
from tests.factories import published

WORDS = {
    "name": "Telling Name",
    "email": "telling@example.org",
    "site": "https://telling.example",
    "body": "Telling text 中文 & more",
    "permalink": "/issues/may/",
    "address": "203.0.113.77",
    "user_agent": "Browser/1.0",
}


class Service(BaseHTTPRequestHandler):
    answer, status, pause = b"false", 200, 0.0
    asked: list[dict[str, list[str]]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.asked.append(parse_qs(self.rfile.read(length).decode(), keep_blank_values=True))
        time.sleep(self.pause)
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def service(settings):
    """A spam service on this machine; gives the class that answers, to be told what."""
    handler = type("Answering", (Service,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *args: None  # whoever is slow finds nobody there to hear the answer
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.AKISMET_KEY = "a-key"
    settings.AKISMET_URL = f"http://127.0.0.1:{server.server_port}/1.1/comment-check"
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("answer", "opinion"), [(b"true", True), (b"false", False), (b"true\n", True)])
def test_the_services_answer_is_taken(service, answer, opinion):
    service.answer = answer
    assert thinks_spam(**WORDS) is opinion


def test_what_is_sent_is_what_the_notes_say_and_no_more(service, settings):
    thinks_spam(**WORDS)
    [sent] = service.asked
    assert {name: values for name, [values] in sent.items()} == {
        "api_key": "a-key",
        "blog": settings.SITE_URL,
        "user_ip": "203.0.113.77",
        "user_agent": "Browser/1.0",
        "permalink": f"{settings.SITE_URL}/issues/may/",
        "comment_type": "comment",
        "comment_author": "Telling Name",
        "comment_author_email": "telling@example.org",
        "comment_author_url": "https://telling.example",
        "comment_content": "Telling text 中文 & more",
        "blog_charset": "UTF-8",
    }


@pytest.mark.parametrize(
    ("answer", "status", "pause"),
    [(b"invalid", 200, 0), (b"<html>true</html>", 200, 0), (b"", 200, 0), (b"true", 500, 0), (b"true", 200, 1.0)],
    ids=["invalid", "a page", "empty", "broken", "slow"],
)
def test_a_service_that_gives_no_answer_is_no_answer_and_one_line_of_the_log(
    service, caplog, monkeypatch, answer, status, pause
):
    monkeypatch.setattr(akismet, "PATIENCE", 0.3)
    service.answer, service.status, service.pause = answer, status, pause
    assert thinks_spam(**WORDS) is None
    assert len(caplog.records) == 1
    assert not any(telling in caplog.text for telling in ("elling", "203.0.113", "a-key", "Browser"))


def test_a_service_that_is_down_is_no_answer(settings, caplog):
    settings.AKISMET_KEY, settings.AKISMET_URL = "a-key", "http://127.0.0.1:9/"
    assert thinks_spam(**WORDS) is None
    assert "could not be asked" in caplog.text


def test_nothing_is_sent_unless_there_is_a_key(settings, monkeypatch):
    def no_socket(*args, **kwargs):
        raise AssertionError("A socket was opened.")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)
    assert settings.AKISMET_KEY == ""
    assert thinks_spam(**WORDS) is False


# On a comment's way in


@pytest.fixture
def edition():
    return published(title="Talked about")


def post(client: Client, edition: Edition, **fields):
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        stamped = stamp("comment", edition.report_id)
    words = {"name": "Reader", "email": "telling@example.org", "body": "Well said.", "stamp": stamped, **fields}
    return client.post(
        f"/comments/on/{edition.slug}/new/", words, REMOTE_ADDR="203.0.113.77", headers={"User-Agent": "Browser/1.0"}
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (b"true", "spam", "The spam service takes it for spam"),
        (b"false", "pending", "Every comment waits for a person"),
        (b"no idea", "pending", "The spam service could not be asked"),
    ],
)
def test_the_services_opinion_decides_where_a_comment_lands(service, client, edition, answer, status, reason):
    service.answer = answer
    assert post(client, edition).status_code == 303
    comment = Comment.objects.get()
    assert (comment.status, comment.reasons) == (status, [reason])
    [sent] = service.asked
    assert (sent["user_ip"], sent["comment_author_email"]) == (["203.0.113.77"], ["telling@example.org"])
    assert sent["permalink"][0].endswith(edition.url)


@pytest.mark.django_db(transaction=True)
def test_a_trusted_author_waits_when_the_service_is_down(service, client, edition):
    HouseRules.objects.create(pk=1, approve_after=1)
    assert post(client, edition).status_code == 303
    Comment.objects.update(status="approved")
    Commenter.objects.update(confirmed_at=timezone.now())
    assert post(client, edition, body="Well said again.").status_code == 303
    service.status = 503
    assert post(client, edition, body="And a third time.").status_code == 303
    assert list(Comment.objects.order_by("pk").values_list("status", flat=True)) == ["approved", "approved", "pending"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_about_what_is_refused_anyway(service, client, edition):
    assert post(client, edition, body="").status_code == 422
    assert post(client, edition, stamp="forged").status_code == 422
    assert not service.asked
    assert post(client, edition).status_code == 303
    assert post(client, edition).status_code == 409
    for number in range(ADDRESS_LIMITS[0][0]):
        last = post(client, edition, body=f"More {number}")
    assert last.status_code == 429
    assert len(service.asked) == ADDRESS_LIMITS[0][0]


@pytest.mark.django_db(transaction=True)
def test_other_words_for_an_own_comment_are_asked_about_without_the_address(service, client, edition):
    status_page = post(client, edition)["Location"]
    service.answer = b"true"
    client.post(f"{status_page}edit/", {"body": "Well said."})
    client.post(f"{status_page}edit/", {"body": "Buy this."})
    assert Comment.objects.get().status == "spam"
    assert [sent["comment_content"] for sent in service.asked] == [["Well said."], ["Buy this."]]
    assert service.asked[1]["comment_author_email"] == [""]
    Comment.objects.update(submitted_at=timezone.now() - timedelta(minutes=16))
    assert client.post(f"{status_page}edit/", {"body": "Too late."}).status_code == 403
    assert len(service.asked) == 2
