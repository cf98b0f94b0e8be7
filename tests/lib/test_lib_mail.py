"""Drawing a mail and handing it to a server that may refuse, stall or vanish."""

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.core import mail as outbox

from newsroom.lib import mail as mail_module
from newsroom.lib.mail import Post, Unsent, compose
from tests.mailbox import open_mailbox

ADDRESS = "reader.with.a.long.name@example.org"


@pytest.fixture
def mailbox(settings):
    with open_mailbox(settings) as box:
        yield box


def message(to=ADDRESS, **context):
    context = {"issue": "AI & <Robotics>", "url": "https://newsroom.example/c/1/?a=1&b=2", "out": "-", **context}
    return compose("published", to, context, identity="test-1", unsubscribe="https://newsroom.example/out/x/")


def test_a_mail_is_two_texts_and_says_whose_it_is(mailbox, settings):
    settings.SITE_HOST = "newsroom.example"
    with Post() as post:
        post.send(message())
        post.send(message())
    got, _ = mailbox.mails
    assert mailbox.connections == 1
    assert got["Message-ID"] == "<test-1@newsroom.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] == "<https://newsroom.example/out/x/>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Subject"].strip() == "Your comment on “AI & <Robotics>” is published"
    text, html = (got.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert "AI & <Robotics>" in text
    assert "https://newsroom.example/c/1/?a=1&b=2" in text
    assert "AI &amp; &lt;Robotics&gt;" in html
    assert "<Robotics>" not in html


def test_a_mail_loads_nothing(mailbox):
    """No image, no script, no style sheet, no font: opening it tells nobody."""
    html = message().alternatives[0][0]
    for loads in ("<img", "<script", "<link", "url(", "@import", "background="):
        assert loads not in html


@pytest.mark.parametrize(
    "injected", ["a\r\nBcc: victim@example.org", "a\nBcc: victim@example.org", "a\x0bBcc: v", "a\u2028b"]
)
def test_no_header_is_smuggled_in(mailbox, settings, injected):
    settings.SITE_NAME = injected
    with Post() as post:
        post.send(message(issue=injected))
    (got,) = mailbox.mails
    assert got["Bcc"] is None
    assert got["Subject"].count("\n") == 0
    for to in (f"{ADDRESS}\r\nBcc: victim@example.org", f"{ADDRESS}, victim@example.org", injected, "nobody", ""):
        with pytest.raises(Unsent) as refused:
            message(to=to)
        assert refused.value.for_good
        assert "example.org" not in refused.value.reason
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    ("answer", "reason", "for_good", "server_away"),
    [
        ("550 no such user", "550 refused", True, False),
        ("550 5.1.1 no such user", "550 5.1.1 refused", True, False),
        ("451 greylisted", "451 refused", False, False),
        ("421 too busy", "421 refused", False, True),
        ("DATA 554 looks like spam", "554 refused after the text", True, False),
        ("DATA 452 full", "452 refused after the text", False, False),
        ("lost", "no answer (SMTPServerDisconnected)", False, True),
    ],
)
def test_what_a_server_answers_is_told_without_the_address(mailbox, answer, reason, for_good, server_away):
    mailbox.answer = lambda to: answer if to == ADDRESS else "250 OK"
    with Post() as post:
        with pytest.raises(Unsent) as failure:
            post.send(message())
        post.send(message(to="other@example.org"))  # which is none the worse for it
    told = failure.value
    assert (told.reason, told.for_good, told.server_away) == (reason, for_good, server_away)
    assert told.__cause__ is None
    assert len(mailbox.to("other@example.org")) == 1


@pytest.mark.parametrize(
    ("answer", "no_mailbox"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.2.1 closed", True),
        ("550 No such user here", True),
        ("550 User unknown", True),
        ("550 Requested action not taken: mailbox unavailable", False),
        ("551 moved", False),
        ("550", False),
        ("550 rejected because 192.0.2.1 is in a black list", False),
        ("550 sender unknown to us", False),
        ("550 5.7.1 we don’t like you", False),
        ("552 5.2.2 full", False),
        ("554 no", False),
        ("451 4.1.1 later", False),
        ("DATA 550 5.1.1 looks like spam", False),
    ],
)
def test_only_what_says_so_means_that_there_is_no_mailbox(mailbox, answer, no_mailbox):
    mailbox.answer = lambda to: answer
    with Post() as post, pytest.raises(Unsent) as failure:
        post.send(message())
    assert (failure.value.no_mailbox, failure.value.is_blamed) == (no_mailbox, True)


def test_no_server_at_all(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with Post() as post, pytest.raises(Unsent) as failure:
        post.send(message())
    assert (failure.value.reason, failure.value.server_away) == ("no answer (ConnectionRefusedError)", True)
    assert not failure.value.is_blamed
    assert outbox.outbox == []


class Provider:
    """A provider's client: takes every mail, and answers as told."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.taken = []

    def open(self):
        return True

    def close(self):
        pass

    def send_messages(self, messages):
        self.taken += [message.to[0] for message in messages]
        failure = self.failures.pop(0) if self.failures else None
        if failure:
            raise failure


def failed(status=None, cause=None):
    error = AnymailRequestsAPIError("it is away")
    error.status_code = status
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("failure", "is_blamed", "server_away"),
    [
        (failed(cause=requests.ReadTimeout()), True, True),
        (failed(500), True, True),
        (failed(cause=requests.ConnectionError()), False, True),
        (failed(401), False, True),
        (failed(429), False, True),
        (failed(422), True, False),
    ],
)
def test_what_a_provider_may_have_taken_is_not_sent_again_at_once(monkeypatch, failure, is_blamed, server_away):
    provider = Provider(None, failure)
    monkeypatch.setattr(mail_module, "get_connection", lambda: provider)
    with Post() as post:
        post.send(message(to="first@example.org"))
        with pytest.raises(Unsent) as told:
            post.send(message(to="second@example.org"))
    assert provider.taken == ["first@example.org", "second@example.org"]
    assert (told.value.is_blamed, told.value.server_away) == (is_blamed, server_away)
