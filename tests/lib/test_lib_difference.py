"""Comparing texts word by word: nothing is lost or made up, and what is shown is whole and safe whatever came in."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib import richtext
from newsroom.lib.difference import Text, blocks_of, compare_html, compare_lines, line_blocks

WORDS = st.sampled_from(
    ["China", "chips", "¥300", "billion", " ", " ", "中", "国", "’s", ".", "<", "&", "\u0301", "👩‍🔬"]
)
TAGS = (
    "<p>{}</p>",
    "<h3>{}</h3>",
    "<ul><li>{}</li><li>x</li></ul>",
    "<ol><li>{}</li></ol>",
    "<p><strong>{}</strong></p>",
)
TEXTS = st.lists(st.tuples(st.sampled_from(TAGS), st.lists(WORDS, max_size=8)), max_size=5).map(
    lambda blocks: "".join(
        tag.format("".join(words).replace("&", "&amp;").replace("<", "&lt;")) for tag, words in blocks
    )
)
ANYTHING = st.text(alphabet='<>/"= abp中\u0301&;', max_size=80)
VOID = {"br"}


class Read(HTMLParser):
    """What a page shows without what one of the two tags holds; fails where tags are not balanced."""

    def __init__(self, without: str) -> None:
        super().__init__(convert_charrefs=True)
        self.without, self.open, self.words, self.tags = without, [], [], set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if not any(tag == self.without or name for tag, name in self.open):
            self.words.append(data)


def read(text: str, without: str) -> str:
    reader = Read(without)
    reader.feed(text)
    reader.close()
    assert not reader.open, "a tag is left open"
    assert reader.tags <= richtext.TAGS | {"ins", "del", "span"}
    return "".join(reader.words)


def accepted(text: Text) -> list[str]:
    return [read(row.inline, without="del") for row in text.rows if row.new]


def rejected(text: Text) -> list[str]:
    return [read(row.inline, without="ins") for row in text.rows if row.old]


class TestNothingIsLost:
    @given(TEXTS, TEXTS)
    def test_accepting_gives_the_new_text_and_rejecting_the_old(self, old: str, new: str) -> None:
        text = compare_html(old, new)
        assert accepted(text) == [block.words for block in blocks_of(new)]
        assert rejected(text) == [block.words for block in blocks_of(old)]
        assert [row.new for row in text.rows if row.new] == blocks_of(new)
        assert [row.old for row in text.rows if row.old] == blocks_of(old)

    @given(TEXTS, TEXTS)
    def test_side_by_side_too(self, old: str, new: str) -> None:
        text = compare_html(old, new)
        assert [read(row.before, "ins") for row in text.rows if row.old] == [b.words for b in blocks_of(old)]
        assert [read(row.after, "del") for row in text.rows if row.new] == [b.words for b in blocks_of(new)]

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_lines(self, old: str, new: str) -> None:
        text = compare_lines(old, new)
        assert "\n".join(b.words for b in line_blocks(new)) == new
        assert [row.new for row in text.rows if row.new] == line_blocks(new)
        assert [row.old for row in text.rows if row.old] == line_blocks(old)
        for row in text.rows:
            assert "".join(t.text for p in row.pieces if p.kind != "gone" for t in p.tokens) == (
                row.new.words if row.new else ""
            )

    @given(ANYTHING, ANYTHING)
    def test_whatever_comes_in_is_shown_whole_and_safe(self, old: str, new: str) -> None:
        for row in compare_html(old, new).rows:
            for shown in (row.inline, row.before, row.after):
                read(shown, "")

    @given(TEXTS)
    def test_a_text_is_the_same_as_itself(self, text: str) -> None:
        assert compare_html(text, text).is_same

    def test_no_script_comes_through(self) -> None:
        old = '<p onclick="x()">A<script>alert(1)</script> <a href="javascript:x()">b</a></p>'
        shown = compare_html(old, '<p>A <a href="https://example.org/?a=1&amp;b=%22" title="&quot;>">c</a></p>')
        page = "".join(row.inline + row.before + row.after for row in shown.rows)
        assert "script" not in page
        assert "onclick" not in page
        assert 'title="&quot;&gt;"' in page


def changed(text: Text) -> list[tuple[str, str]]:
    return [
        (piece.kind, "".join(token.text for token in piece.tokens))
        for row in text.rows
        for piece in row.pieces
        if piece.kind != "same"
    ]


class TestWords:
    @pytest.mark.parametrize(
        ("old", "new", "found"),
        [
            ("Chips are cheap", "Chips are dear", [("gone", "cheap"), ("new", "dear")]),
            ("It cost $41.5 billion", "It cost $41.7 billion", [("gone", "41.5"), ("new", "41.7")]),
            ("China’s chips", "Japan’s chips", [("gone", "China’s"), ("new", "Japan’s")]),
            ("中国的芯片很便宜", "中国的芯片很贵", [("gone", "便宜"), ("new", "贵")]),
            ("百度和华为", "百度与华为", [("gone", "和"), ("new", "与")]),
            ("one two three four", "one 2 3 four", [("gone", "two three"), ("new", "2 3")]),
            ("same", "same", []),
            ("", "new", [("new", "new")]),
            ("café", "cafe", [("gone", "café"), ("new", "cafe")]),
            ("cafe\u0301 au lait", "cafe au lait", [("gone", "cafe\u0301"), ("new", "cafe")]),
        ],
    )
    def test_only_what_changed_is_marked(self, old: str, new: str, found: list[tuple[str, str]]) -> None:
        assert changed(compare_lines(old, new)) == found

    def test_a_word_that_becomes_bold_is_marked_and_others_are_not(self) -> None:
        text = compare_html("<p>Very <em>good</em> chips</p>", "<p>Very <strong>good</strong> chips</p>")
        assert changed(text) == [("gone", "good"), ("new", "good")]
        assert "<em>good</em>" in text.rows[0].inline
        assert "<strong>good</strong>" in text.rows[0].inline

    def test_an_address_that_changed_is_named(self) -> None:
        text = compare_html('<p><a href="https://a.example/">it</a></p>', '<p><a href="https://b.example/">it</a></p>')
        assert "(https://a.example/)" in text.rows[0].inline
        assert "(https://b.example/)" in text.rows[0].inline

    def test_a_new_paragraph_leaves_the_others_alone(self) -> None:
        text = compare_html("<p>First one.</p><p>Second one.</p>", "<p>First one.</p><p>中文</p><p>Second one.</p>")
        assert [row.is_same for row in text.rows] == [True, False, True]

    def test_an_item_that_only_got_another_number_did_not_change(self) -> None:
        text = compare_html("<ol><li>a</li><li>b</li></ol>", "<ol><li>new</li><li>a</li><li>b</li></ol>")
        assert [row.is_same for row in text.rows] == [False, True, True]
        assert text.rows[2].inline == '<ol start="3"><li>b</li></ol>'

    def test_it_is_told_in_words_too(self) -> None:
        shown = compare_lines("old", "old and new").rows[0].inline
        assert shown == (
            'old<ins><span class="redline__aside">[new: </span> and new<span class="redline__aside">]</span></ins>'
        )


class TestLongTexts:
    @pytest.mark.parametrize("word", ["word", "中"])
    def test_are_compared_in_little_time(self, word: str) -> None:
        glue = "" if word == "中" else " "
        long = [glue.join(f"{word}{(n * m) % 97}" for n in range(400)) + "." for m in range(1, 60)]
        old = "".join(f"<p>{line}</p>" for line in long)
        new = "".join(f"<p>{line.replace('13', '31')}</p>" for line in reversed(long[5:]))
        begun = time.perf_counter()
        text = compare_html(old, new)
        assert time.perf_counter() - begun < 5
        assert accepted(text) == [block.words for block in blocks_of(new)]

    def test_one_endless_paragraph(self) -> None:
        old, new = "<p>" + "a b " * 8_000 + "</p>", "<p>" + "b c " * 8_000 + "</p>"
        begun = time.perf_counter()
        text = compare_html(old, new)
        assert time.perf_counter() - begun < 2
        assert accepted(text) == [block.words for block in blocks_of(new)]
