"""Whatever somebody writes, every form of a feed can be read again and says the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from newsroom.crawling import marked
from newsroom.lib.feeds import Channel, Item, stable_id, told_apart, write
from newsroom.lib.text import printable
from tests.feeds.reading import ATOM, CONTENT, FORMS, parse
from tests.public.crawling import Answer

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
SIGNS = [*"<>&\"'“”‘’]]>\x00\x08\x0b\x1b\x7f\x85\ufffe\uffff\r\n\t中🤖\u202e", "\ud800"]
HOSTILE = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(SIGNS)), max_size=60)
PIECES = st.lists(st.one_of(HOSTILE, st.sampled_from(["]]>", "<![CDATA[", "<?xml", "<!--", "&lt;", "&#0;", "</item>"])))
WORDS = PIECES.map("".join)


def channel(words: str) -> Channel:
    item = Item(
        id=stable_id("story/1"),
        title=f"t{words}",
        url="https://news.example/1/",
        text=f"<p>{escape(words)}</p>",
        published_at=NOW,
        updated_at=NOW,
        summary=words,
        author=words,
        tags=(f"a{words}", f"b{words}"),
    )
    return Channel(stable_id("x"), f"c{words}", f"d{words}", "https://news.example/", "/feed/", (item,))


def without_line_ends(text: str) -> str:
    """As readers' programs see a line."""
    return " ".join(text.split())


@pytest.mark.parametrize("form", FORMS)
@given(words=WORDS)
def test_any_text_survives(form: str, words: str) -> None:
    feed = parse(Answer(200, {}, write(channel(words), form).encode()), form)
    kept = without_line_ends(printable(words))
    (item,) = feed.items
    assert without_line_ends(feed.title) == without_line_ends(f"c{printable(words)}")
    assert without_line_ends(item.title) == without_line_ends(f"t{printable(words)}")
    assert without_line_ends(item.author) == kept
    assert without_line_ends(item.text) == without_line_ends(f"<p>{escape(printable(words))}</p>")
    assert without_line_ends(item.summary) == kept


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_no_two_items_have_the_same_time_and_the_order_stays(pairs: list[tuple[int, int]]) -> None:
    items = [
        Item(str(n), "t", "u", "x", NOW + timedelta(seconds=first), NOW + timedelta(seconds=first + more))
        for n, (first, more) in enumerate(pairs)
    ]
    told = list(told_apart(items))
    assert [item.id for item in told] == [item.id for item in items]
    assert len({item.updated_at for item in told}) == len(told)
    assert all(item.published_at <= item.updated_at for item in told)
    assert all(new.updated_at <= old.updated_at for new, old in zip(told, items, strict=True)), "never in the future"


def test_a_name_for_what_has_another_script_is_an_address_all_the_same() -> None:
    assert stable_id("tag/芯片") == "tag:127.0.0.1,2025:tag/%E8%8A%AF%E7%89%87"


@given(WORDS)
def test_in_markdown_plain_text_means_nothing(words: str) -> None:
    line = marked(words)
    assert "\n" not in line
    bare = line.replace("\\\\", "")
    for sign in "`*_[]<>":
        assert bare.count(sign) == bare.count(f"\\{sign}")


def test_without_a_summary_an_rss_item_is_described_by_its_whole_text() -> None:
    written = write(replace(channel("x"), items=(replace(channel("x").items[0], summary=""),)), "rss")
    (item,) = ET.fromstring(written).iter("item")
    assert item.findtext("description") == "<p>x</p>"
    assert item.find(CONTENT) is None


@pytest.mark.parametrize(("form", "tag"), [("rss", "lastBuildDate"), ("atom", f"{ATOM}updated")])
def test_nobody_says_that_an_empty_feed_is_as_old_as_computers(form: str, tag: str) -> None:
    (changed,) = ET.fromstring(write(replace(channel("x"), items=()), form)).iter(tag)
    assert "2025" in (changed.text or "")
    told = replace(channel("x"), items=(), changed_at=datetime(1999, 5, 1, tzinfo=UTC))
    (changed,) = ET.fromstring(write(told, form)).iter(tag)
    assert "1999" in (changed.text or "")


def test_a_style_sheet_is_named_before_the_feed_and_the_feed_near_its_beginning() -> None:
    for form, root in (("rss", "<rss"), ("atom", "<feed")):
        text = write(channel("x"), form)
        assert text.index("<?xml-stylesheet") < text.index(root) < 512, "where programs look for what it is"
        ET.fromstring(text)
    assert "stylesheet" not in write(channel("x"), "json")
