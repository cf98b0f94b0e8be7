"""Stamps, origins, networks and pseudonyms: what forms on cached pages are known and limited by."""

import re

import pytest
import time_machine
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib import stamps
from newsroom.lib.network import client_address, fingerprint
from newsroom.lib.origin import same_origin
from newsroom.lib.pseudonyms import pseudonym
from newsroom.lib.stamps import Age, age, stamp

AT = 1_800_000_000


class TestStamps:
    @pytest.mark.parametrize(
        ("seconds", "is_taken_as"),
        [(0, Age.EARLY), (2.99, Age.EARLY), (3, Age.FINE), (86_400, Age.FINE), (86_400.01, Age.LATE), (-60, Age.EARLY)],
    )
    def test_age(self, seconds, is_taken_as):
        with time_machine.travel(AT, tick=False):
            made = stamp("comment", 7)
        with time_machine.travel(AT + seconds, tick=False):
            assert age(made, "comment", 7) is is_taken_as

    def test_are_for_one_form_and_one_subject(self):
        with time_machine.travel(AT, tick=False):
            made = stamp("comment", 7)
        with time_machine.travel(AT + 60, tick=False):
            assert age(made, "comment", 7) is Age.FINE
            for wrong in (
                (made, "flag", 7),
                (made, "comment", 8),
                (made[:-1], "comment", 7),
                (made.lower(), "comment", 7),
            ):
                assert age(*wrong) is Age.FORGED

    @given(st.text())
    def test_no_text_breaks_them(self, text):
        assert age(text, "comment", 7) is Age.FORGED

    def test_of_another_key_are_forged(self, settings):
        made = stamp("comment", 7)
        settings.SECRET_KEY = "another"
        assert age(made, "comment", 7) is Age.FORGED

    def test_are_found_in_a_page(self):
        page = f'<input type="hidden" name="stamp" value="{stamp("comment", 7)}">'.encode()
        assert stamps.FIELD.sub(b"", page) == b'<input type="hidden" >'


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver:8000"}, False),
        ({"Origin": "http://testserver.elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://[broken"}, False),
    ],
)
def test_where_a_form_came_from(headers, ours):
    request = RequestFactory().post("/", headers=headers)
    assert same_origin(request) is ours
    if headers != {"Origin": "null"}:
        assert same_origin(request, unnamed=True) is ours


class TestNetworks:
    def request(self, address, forwarded=None):
        headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
        return RequestFactory(REMOTE_ADDR=address).get("/", headers=headers)

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "found"),
        [
            (0, "198.51.100.9", "192.0.2.1"),
            (1, "198.51.100.9", "198.51.100.9"),
            (1, "203.0.113.5, 198.51.100.9", "198.51.100.9"),
            (1, "nonsense, 198.51.100.9 ", "198.51.100.9"),
            (2, "203.0.113.5, 198.51.100.9, 192.0.2.7", "198.51.100.9"),
            (2, "198.51.100.9", "192.0.2.1"),
            (1, "nonsense", ""),
            (1, "", ""),
            (1, "fe80::1%eth0", "fe80::1"),
            (1, "198.51.100.9:4711", "198.51.100.9"),
            (1, "[2001:db8::1]:4711", "2001:db8::1"),
            (1, "[2001:db8::1]", "2001:db8::1"),
            (1, None, ""),
        ],
    )
    def test_the_address_is_the_one_our_own_proxies_saw(self, settings, proxies, forwarded, found):
        settings.TRUSTED_PROXIES = proxies
        assert client_address(self.request("192.0.2.1", forwarded)) == found

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("192.0.2.1", "192.0.2.254", True),
            ("192.0.2.1", "192.0.3.1", False),
            ("192.0.2.1", "::ffff:192.0.2.9", True),
            ("2001:db8:0:100::1", "2001:db8:0:1ff:ffff::1", True),
            ("2001:db8:0:100::1", "2001:db8:0:200::1", False),
            ("", "unix:", True),
            ("", "192.0.2.1", False),
        ],
    )
    def test_a_fingerprint_is_of_a_network(self, one, other, same):
        first, second = fingerprint(self.request(one)), fingerprint(self.request(other))
        assert (first == second) is same
        assert re.fullmatch("[0-9a-f]{64}", first)


class TestPseudonyms:
    def test_tell_one_value_of_one_kind_from_all_others(self):
        assert pseudonym("a", "x") == pseudonym("a", "x")
        assert len({pseudonym("a", "x"), pseudonym("b", "x"), pseudonym("a", "y"), pseudonym("ax", "")}) == 4

    def test_outlive_the_secret_key_and_not_their_own(self, settings):
        before = pseudonym("a", "x")
        settings.SECRET_KEY = "another"
        assert pseudonym("a", "x") == before
        settings.PSEUDONYM_KEY = "another"
        assert pseudonym("a", "x") != before
