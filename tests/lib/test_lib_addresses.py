"""Addresses that people type: of mailboxes, one spelling each; of the web, what can be read; in the log, no secret."""

import logging
import sys

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.addresses import LONGEST, one_spelling
from newsroom.lib.forms import AsciiMailbox
from newsroom.lib.links import is_address, joined
from newsroom.lib.logs import Masked
from newsroom.lib.mail import Unsent, compose
from newsroom.lib.richtext import clean

mailbox = AsciiMailbox()


@pytest.mark.parametrize(
    "address",
    ["a@example.org", "a.b+c@example.org", "o'brien@example.co", "x_y-z@xn--bcher-kva.example", "a=b@example.org"],
)
def test_a_mailbox(address):
    mailbox(address)


@pytest.mark.parametrize(
    "address",
    [
        '"victim"@example.org',
        '"v\\ictim"@example.org',
        "=?utf-8?q?=76ictim?=@example.org",
        "=?x?q??=@example.org",
        "a=?b@example.org",
        "a@[127.0.0.1]",
        "a@[::1]",
        "a@localhost",
        "a@intranet",
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "a b@example.org",
        ".a@example.org",
        "a..b@example.org",
        "ſ@example.org",
        "",
    ],
)
def test_no_mailbox_or_another_spelling_of_one(address):
    with pytest.raises(ValidationError):
        mailbox(address)
    with pytest.raises(Unsent) as refused:
        compose("published", address, {"issue": "x", "url": "-", "out": "-"}, identity="test")
    assert refused.value.for_good


def test_what_is_too_long_for_an_address_is_not_encoded():
    long = "a@" + "ﷺ" * 200_000  # minutes of encoding
    assert one_spelling(long) == long
    assert one_spelling(f"{'a' * (LONGEST - 12)}@Bücher.org").endswith("@xn--bcher-kva.org")


@pytest.mark.parametrize(
    "odd", ["https://a[1@example.org/", "http://u\u2100er@host/", "https://[a@example.org/", "http://example.org\\[1]"]
)
def test_what_only_looks_like_an_address_is_no_link(odd):
    assert not is_address(odd)
    assert joined("https://newsroom.example/x/", odd) == odd
    assert "href" not in clean(f'<p><a href="{odd}">Odd</a></p>')


@given(st.text())
def test_joining_never_fails(text):
    assert isinstance(joined("https://newsroom.example/reports/x/", text), str)


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("Not Found: /follow/preferences/NA:1x:sEcReT/", "Not Found: /follow/preferences/…/"),
        ("/follow/preferences/NA:1x:sEcReT/erase/", "/follow/preferences/…/erase/"),
        ("(PUT): /follow/out/NA:1x:sEcReT", "(PUT): /follow/out/…"),
        (
            "/comments/status/sEcReT/edit/ and /comments/decide/sEcReT/",
            "/comments/status/…/edit/ and /comments/decide/…/",
        ),
        ("/follow/email/ /comments/7/reply/ 100%", "/follow/email/ /comments/7/reply/ 100%"),
    ],
)
def test_the_log_holds_no_key_to_a_door(line, masked):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (line,), None)
    assert Masked("{message}", style="{").format(record) == masked


def test_a_traceback_holds_none_either():
    try:
        raise ValueError("/follow/out/sEcReT/ failed")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "Oh", (), sys.exc_info())
    assert "sEcReT" not in Masked().format(record)
    assert "/follow/out/…/ failed" in Masked().format(record)
