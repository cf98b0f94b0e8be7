"""Asking a spam service: what is sent, what its answers mean, and that nothing is sent unless it is set up."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from comments import akismet
from comments.akismet import thinks_spam

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
