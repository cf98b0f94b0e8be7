"""Plain text as HTML: every word survives, and nothing but paragraphs, line ends and links is made of it."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.prose import prose
from tests.comments.payloads import payloads


class Read(HTMLParser):
    """The elements of a piece of HTML, with their attributes, and its text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def links(text):
    return [attributes["href"] for tag, attributes in Read(prose(text)).elements if tag == "a"]


def test_paragraphs_and_lines():
    assert prose("One\ntwo\n\n \t\nThree & <four>\n") == (
        '<p dir="auto">One<br>\ntwo</p>\n<p dir="auto">Three &amp; &lt;four&gt;</p>'
    )
    assert prose(" \n \n") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://a.example.", ["https://a.example"]),
        ("(https://a.example/b)", ["https://a.example/b"]),
        ("https://en.example/wiki/Foo_(bar)", ["https://en.example/wiki/Foo_(bar)"]),
        ("(see https://en.example/wiki/Foo_(bar))!", ["https://en.example/wiki/Foo_(bar)"]),
        ("https://a.example/)(", ["https://a.example/"]),
        ("https://a.example/[1](2){3}", ["https://a.example/[1](2){3}"]),
        ("“https://a.example/b”, 'http://c.example/d'", ["https://a.example/b", "http://c.example/d"]),
        ("\"https://a.example/?a=1&b='2'\"", ["https://a.example/?a=1&b='2"]),
        ("<https://a.example/b>", ["https://a.example/b"]),
        ("参考：https://a.example/文章，谢谢。", ["https://a.example/文章"]),
        ("HTTPS://A.EXAMPLE/B", ["HTTPS://A.EXAMPLE/B"]),
        ("http://[::1]/x and http://a.example:80/", ["http://[::1]/x", "http://a.example:80/"]),
        ("https://a.example/\u202egpj.exe", ["https://a.example/"]),
        ("https://a.example/b?...", ["https://a.example/b"]),
        ("https:// http:///x http://[ https://) ftp://a.example javascript:alert(1) //a.example www.a.example", []),
    ],
)
def test_links(text, found):
    assert links(text) == found


def harmless(text):
    read = Read(prose(text))
    for tag, attributes in read.elements:
        if tag == "a":
            assert list(attributes) == ["href", "rel"]
            assert re.match(r"https?://[^\s]", attributes["href"], re.IGNORECASE)
            assert attributes["rel"] == "nofollow ugc noopener"
        else:
            assert (tag, attributes) in (("p", {"dir": "auto"}), ("br", {}))
    return read.text


PIECES = st.sampled_from(
    [
        *("https://", "http://", "a.example", "/", "(", ")", "[", "]", "{", "}", ".", ",", "!", "'", '"', "<", ">"),
        *("&", "&amp;", "&#60;", "<script>", "</p>", "<!--", "]]>", "javascript:", "\n", "\n\n", " ", "\t"),
        *("\u202e", "é", "中", "，", "\u0301"),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_every_word_survives_and_nothing_else_is_made(text):
    assert "".join(harmless(text).split()) == "".join(text.split())


def test_what_is_meant_to_run_is_text():
    for payload in payloads():
        assert "".join(harmless(payload).split()) == "".join(payload.split())


@pytest.mark.parametrize(
    "hostile",
    [
        *("https://a" + "(" * 65_000, "https://a" + ")" * 65_000, "https://a/" + "()" * 32_000, "http://[" * 8_000),
        *("\n " * 32_000, "a\n" * 32_000, "http://a " * 7_000, "https://" * 8_000, " " * 65_000, "<" * 65_000),
        "https://a" + ".,;" * 21_000,
    ],
    ids=lambda text: text[:12].strip() or "spaces",
)
def test_takes_no_longer_for_hostile_text(hostile):
    def seconds(text):
        started = time.perf_counter()
        prose(text)
        return time.perf_counter() - started

    seconds(hostile[:100])
    half, whole = (min(seconds(hostile[:length]) for _ in range(3)) for length in (16_000, 64_000))
    assert whole < 12 * half + 0.02, "four times the text is not sixteen times the work"
    assert whole < 2
