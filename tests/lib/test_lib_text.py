"""Plain text: one line, printable, folded, cut."""

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsroom.lib.text import excerpt, folded, one_line, printable

ANYTHING = st.text(st.characters(codec=None))  # lone surrogates too


@given(ANYTHING)
def test_what_is_printable_fits_in_xml_and_in_a_database(text: str) -> None:
    kept = printable(text)
    assert ET.fromstring(f"<a>{kept.replace('&', '').replace('<', '').replace('>', '')}</a>") is not None
    assert "\x00" not in kept
    assert "\r" not in kept
    kept.encode()
    assert printable(kept) == kept


@pytest.mark.parametrize("sign", ["\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\x85"])
def test_what_is_no_character_is_left_out(sign: str) -> None:
    assert printable(f"a{sign}b") == "ab"


@pytest.mark.parametrize("text", ["\ufdcf\ufdf0\ufffd", "\U0001fffd", "\ue000", "\u0378", "a\n\tb", "\u200b\xa0"])
def test_any_other_is_kept(text: str) -> None:
    assert printable(text) == text


@given(ANYTHING)
def test_one_line_is_one_trimmed_line(text: str) -> None:
    line = one_line(text)
    assert line == line.strip() == one_line(line)
    assert len(line.splitlines()) <= 1
    assert "  " not in line


@given(ANYTHING)
@example("¨")
@example("x ¨ y")
@example("ΐ")
@example("ﷺ")
def test_folding_twice_changes_nothing(name: str) -> None:
    key = folded(name)
    assert folded(key) == key


@given(st.text())
def test_case_width_and_space_make_no_other_name(name: str) -> None:
    assert folded(f"  {name}\n") == folded(name)
    assert folded(unicodedata.normalize("NFD", name)) == folded(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NVIDIA", "nvidia"),
        ("École", "ÉCOLE"),
        ("E\u0301cole", "école"),
        ("Ａｎｔ", "ant"),
        ("ANT Group", "Ant\u00a0 Group"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_the_same_name(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("Ecole", "École"), ("Ant", "Ants"), ("华为", "華為")])
def test_another_name(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_an_excerpt_is_short_and_is_the_beginning(text: str, length: int) -> None:
    line, cut = one_line(text), excerpt(text, length)
    assert len(cut) <= length
    if len(line) <= length:
        assert cut == line
    else:
        assert cut.endswith("…")
        assert line.startswith(cut[:-1])


@given(st.lists(st.text("abcdefg", min_size=1, max_size=8), min_size=1, max_size=40).map(" ".join))
def test_an_excerpt_never_ends_within_a_word(text: str) -> None:
    cut = excerpt(text, 30)
    if cut != text:
        # Words of at most eight letters: there is always a space in the second half.
        assert set(cut[:-1].split()) <= set(text.split())
        assert text[len(cut) - 1] == " "


def test_an_excerpt_closes_without_stray_marks() -> None:
    assert excerpt("one two three, four", 15) == "one two three…"
    assert excerpt("一二三四五六七八九十", 5) == "一二三四…"
    assert excerpt("exact", 5) == "exact"
