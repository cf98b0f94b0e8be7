"""Bytes to text: what files editors really send, and what they send by mistake."""

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.importing.decoding import MAX_BYTES, UnreadableText, decode

TEXT = "Top 10 China “AI+” Stories\r\n\r\n1. ¥300 billion — €40B, naïve café\r\n"
CHINESE = "中国要闻 🤖 e\u0301\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_of_every_usual_encoding(encoding):
    assert decode(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_chinese_and_emoji(encoding):
    assert decode(CHINESE.encode(encoding)) == CHINESE


def test_big_endian_with_its_mark():
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")) == TEXT


def test_bytes_that_windows_1252_leaves_open_cost_nothing_else():
    assert decode(b"\x93a\x81b\x94") == "“a\x81b”"


def test_a_damaged_character_in_marked_text_is_shown():
    assert decode(codecs.BOM_UTF8 + b"a\xffb") == "a\ufffdb"


def test_nothing():
    assert decode(b"") == ""


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml word/document.xml", "Word document (.docx)"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text", "OpenDocument"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old Office"),
        (b"{\\rtf1\\ansi", "Rich Text"),
        (b"\x89PNG\r\n\x1a\n\x00", "PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
        (b"\x00\x00\x00\x18ftypheic", "picture"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x00" * 100, "no text has"),
        (bytes(range(256)) * 8, "no text has"),
        (bytes(range(1, 9)) * 8, "no text has"),
    ],
)
def test_other_files_are_named_in_one_sentence(data, name):
    with pytest.raises(UnreadableText, match="paste it here") as refused:
        decode(data)
    assert name in str(refused.value)
    assert str(refused.value).count(". ") == 0


def test_too_large():
    assert len(decode(b"a" * MAX_BYTES)) == MAX_BYTES
    with pytest.raises(UnreadableText, match=r"5\.1 MB.*at most 5 MB"):
        decode(b"a" * (MAX_BYTES + 100_000))


@given(st.text())
def test_utf8_comes_back(text):
    data = text.encode()
    try:
        decoded = decode(data)
    except UnreadableText:
        return
    assert b"\x00" in data or decoded == text.removeprefix("\ufeff")


@given(st.binary())
def test_never_anything_but_text_or_the_one_exception(data):
    with suppress(UnreadableText):
        decode(data).encode("utf-8", errors="surrogatepass")
