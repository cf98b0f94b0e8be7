"""Whatever is typed, pasted or forged: only a little safe HTML is stored, and no word is lost."""

import html
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import html5lib
import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from newsroom.lib.richtext import (
    ATTRIBUTES,
    SCHEMES,
    TAGS,
    Words,
    clean,
    clean_once,
    count_words,
    from_paragraphs,
    is_bare,
    plain,
    shift_headings,
    validate_markup,
)
from newsroom.lib.text import UNPRINTABLE, one_line

TARGETS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java&#10;script:alert(1)",
    "java&#1;script:alert(1)",
    "&#1;javascript:alert(1)",
    "&#106;avascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    " //evil.example",
    "&#1;//evil.example",
    "&#x1f;/&#9;/evil.example",
    "https:evil.example",
    "https://good.example/?a=1&b=2",
    "mailto:a@good.example",
    "/companies/",
    "#top",
    "../up",
    "",
]
PIECES = st.sampled_from(
    [
        *(f"<{closing}{tag}>" for tag in [*sorted(TAGS), "b", "i", "h1", "h6", "div", "DIV"] for closing in ("", "/")),
        "<script>alert(1)</script>",
        "<script",
        "<style>p{}</style>",
        "<style>",
        "<svg onload=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)>",
        "<math><mtext><table><mglyph><style>",
        "<img src=x onerror=alert(1)>",
        "<iframe src=//evil.example></iframe>",
        "<iframe srcdoc='<script>'>",
        "<form action=//evil.example><input>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<textarea>",
        "<template><p>",
        "<table><tr><td>",
        "<plaintext>",
        "<!-- a comment -->",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?php",
        "<p onclick='alert(1)' style='x' class=y id=z>",
        "<p/onclick=alert(1)>",
        "<a href='x' onmouseover=alert(1) target=_blank rel=opener>",
        '<a title="<b>&quot;><p></p>">',
        "<p> </p>",
        "<p>&nbsp;<br></p>",
        "&#0;",
        "&#1;",
        "&#x85;",
        "&#xFFFF;",
        "&#xD800;",
        "&nbsp;",
        "&lt;script&gt;",
        "&amp;lt;",
        "&",
        "<",
        ">",
        '"',
        "\x00",
        "\x0b",
        "\r\n",
        "\u3000",
        "中文",
        *(f"<a href=\"{target}\" title='t'>" for target in TARGETS),
    ]
)
MARKUP = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)


def tree(fragment: str) -> ET.Element:
    """The fragment as a browser reads it."""
    return html5lib.parseFragment(fragment, namespaceHTMLElements=False)


def leads_to(href: str) -> str:
    """The scheme of a link as browsers read it (WHATWG URL: trims controls, drops tabs and line ends)."""
    href = re.sub("[\t\n\r]", "", href.strip("".join(map(chr, range(33))))).replace("\\", "/")
    return "//" if href.startswith("//") else urlsplit(href).scheme


def assert_safe(fragment: str) -> None:
    for element in tree(fragment).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag in TAGS, f"{element.tag} in {fragment!r}"
        own = set(element.attrib) - {"rel"}
        assert own <= ATTRIBUTES.get(element.tag, set()), f"{own} in {fragment!r}"
        if "href" in element.attrib:
            assert element.attrib["rel"] == "noopener"
            assert leads_to(element.attrib["href"]) in {"", *SCHEMES}, f"{element.attrib['href']!r} in {fragment!r}"
    assert not UNPRINTABLE.search(fragment)


@given(MARKUP)
def test_only_safe_html_is_left(markup: str) -> None:
    assert_safe(clean(markup))


@given(MARKUP)
def test_cleaning_twice_changes_nothing(markup: str) -> None:
    cleaned = clean(markup)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("target", TARGETS)
def test_a_link_leads_only_where_links_may(target: str) -> None:
    cleaned = clean(f'<p><a href="{target}">word</a></p>')
    assert_safe(cleaned)
    assert plain(cleaned) == "word"
    kept = target.startswith(("https://good", "mailto:", "/companies/", "#", ".."))
    assert ("href=" in cleaned) >= kept


@given(st.text())
def test_plain_words_survive(text: str) -> None:
    assert plain(clean(f"<p>{html.escape(text)}</p>")) == one_line(text)
    assert plain(clean(html.escape(text))) == one_line(text)


@given(st.lists(st.text(), max_size=4))
def test_paragraphs_come_back_as_their_words(paragraphs: list[str]) -> None:
    stored = clean(from_paragraphs(paragraphs))
    assert_safe(stored)
    assert plain(stored) == one_line(" ".join(paragraphs))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("<h1>A</h1><h2>B</h2><h5>C</h5><h6>D</h6>", "<h3>A</h3><h3>B</h3><h4>C</h4><h4>D</h4>"),
        ("<div><b>a</b> <i>b</i></div>", "<p><strong>a</strong> <em>b</em></p>"),
        ("<p>a</p><p>&nbsp;</p><p><br></p><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<p>a<style>p{}</style>b</p>", "<p>ab</p>"),
        ('<p class="x" style="color:red" onclick="x()">a</p>', "<p>a</p>"),
        ("<p><span>a</span><font>b</font><u>c</u></p>", "<p>abc</p>"),
        ("<p>a &lt; b &amp; c</p>", "<p>a &lt; b &amp; c</p>"),
        ("<p>open", "<p>open</p>"),
        ("<bold>a</bold>", "a"),
        ("line one\r\nline two", "line one\nline two"),
        ("", ""),
    ],
)
def test_what_is_typed_and_what_is_stored(typed: str, stored: str) -> None:
    assert clean(typed) == stored


def test_blocks_are_separate_words_and_marks_within_a_word_are_not() -> None:
    assert plain("<p>one</p><p>two</p><ul><li>three</li><li>fo<strong>u</strong>r</li></ul>a<br>b") == (
        "one two three four a b"
    )
    assert plain("<p>a &amp; b&nbsp;c</p>") == "a & b c"


@given(MARKUP)
def test_plain_has_neither_tags_nor_line_ends(markup: str) -> None:
    words = plain(clean(markup))
    assert words == one_line(words)
    # What looks like a tag in the words was text before: it is escaped in the HTML.
    assert html.escape(words, quote=False).count("<") == 0


@pytest.mark.parametrize(("text", "words"), [("", 0), ("It’s AI-driven, 3.5 times.", 4), ("全球报告 AI", 5), ("—", 0)])
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    assert count_words(text) == words


PARAGRAPHS = st.lists(st.text(st.characters() | st.sampled_from(" \t\r\n\0\xa0\ufdd0/pb<>&;"), max_size=8), max_size=4)


@given(PARAGRAPHS.map(lambda texts: "\n".join(f"<p>{text}</p>" for text in texts)))
@example("<p>a</p>\n<p>中文 “b” — ¥1</p>")
@example("<p>a</p><p>b</p>")
@example("<p> </p>")
@example("<p>a</p>\n")
@example("<p>a\xa0b</p>")
@example("<p>a\x85b</p>")
@example("<p>a&lt;b</p>")
@example("<p>a>b</p>")
@example("<p>" + "a" * 200_000 + "</p>")
@example("<p>a</p>\n" * 1_999 + "<p>a</p>")
def test_what_is_taken_for_bare_words_is_what_cleaning_and_reading_would_leave(text: str) -> None:
    if is_bare(text):
        words = Words()
        words.feed(text)
        words.close()
        assert clean_once(text) == text == clean(text)
        assert plain(text) == one_line("".join(words.parts))


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("<p>The “first”, 全球 — ¥1.</p>", True),
        ("<p>One.</p>\n<p>Two.</p>", True),
        ("", False),
        ("words", False),
        ("<p>One.</p>\n", False),
        ("<p></p>", False),
        ("<p> </p>", False),
        ("<p>a & b</p>", False),
        ("<p>a <em>b</em></p>", False),
        ("<p onclick=x>a</p>", False),
        ("<p>a\u200bb</p>", False),
    ],
)
def test_bare_words(text: str, is_so: bool) -> None:
    assert is_bare(text) == is_so


@given(MARKUP)
def test_headings_go_down_and_up_again(markup: str) -> None:
    cleaned = clean(markup)
    deeper = shift_headings(cleaned, 1)
    assert not re.search("</?h3>", deeper)
    assert plain(deeper) == plain(cleaned)


def test_headings_fit_below_another() -> None:
    assert shift_headings("<h3>a</h3><p>h3</p><h4>b</h4>", 1) == "<h4>a</h4><p>h3</p><h5>b</h5>"
    assert shift_headings("<h3>a</h3><h4>b</h4>", -1) == "<h2>a</h2><h3>b</h3>"


MULTIPLYING = st.sampled_from(
    [
        *("<em title=%d>", "<a href=%d>", "<strong>", "<blockquote>", "<ul>", "<li>", "<p>", "<div>", "<button>"),
        *("<table>", "<td>", "<h3>", "<p title='</em></strong>'>", "<!--</em>-->", "<script></em></script>", "x"),
        *(f"</{tag}>" for tag in ("em", "a", "strong", "blockquote", "ul", "li", "p", "div", "table")),
    ]
)


@given(st.lists(st.tuples(st.lists(MULTIPLYING, min_size=1, max_size=6), st.integers(1, 300)), max_size=4))
def test_little_never_becomes_much(parts: list[tuple[list[str], int]]) -> None:
    markup = "".join("".join(pieces).replace("%d", str(n)) for pieces, times in parts for n in range(times))
    cleaned = clean(markup)
    assert len(cleaned) <= 20 * len(markup) + 20_000
    assert clean(cleaned) == cleaned


TOO_MUCH = [
    "<p>" + "".join(f"<em title={n}>" for n in range(600)) + "<p>x" * 600,
    "".join(f"<em title={n}><!--</em>-->" for n in range(600)) + "<p>x" * 600,
    "".join(f"<em title={n}><p title='</em>'>" for n in range(600)) + "<p>x" * 600,
    f"<a href=/ title={'y' * 5000}>" + "<p>x" * 600,
    "<ul><li>" * 100_000 + "x",
    "<blockquote>" * 4000 + "x",
    "<p>x</p>" * 4001,
    f"<p>{'x ' * 100_000}</p>",
    "&" * 199_999,  # which is longer once it is written out
]


@pytest.mark.parametrize("markup", TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_of_too_much_markup_the_words_are_kept_and_a_form_says_so(markup: str) -> None:
    cleaned = clean(markup)
    assert set(re.findall("<[^>]*>", cleaned)) == {"<p>", "</p>"}
    assert re.sub(r"\s", "", plain(cleaned)).count("x" if "x" in markup else "&") == max(
        markup.count("x"), markup.count("&")
    )
    assert len(cleaned) <= 6 * len(markup)
    assert clean(cleaned) == cleaned
    with pytest.raises(ValidationError, match="without its formatting"):
        validate_markup(markup)


def test_words_of_too_much_markup_stay_words() -> None:
    much = "<blockquote>" * 31
    markup = f"{much}a&lt;b&gt; <b>c</b>d<br>e &#1;<script>alert('</p>')</script>f<style>p{{}}</style>&#{'9' * 5000};"
    assert clean(markup) == f"<p>a&lt;b&gt; cd</p>\n<p>e</p>\n<p>f</p>\n<p>&amp;#{'9' * 5000};</p>"


@given(MARKUP)
def test_of_too_much_markup_nothing_but_paragraphs_is_left(markup: str) -> None:
    cleaned = clean("<blockquote>" * 31 + markup)
    assert set(re.findall("<[^>]*>", cleaned)) <= {"<p>", "</p>"}
    assert_safe(cleaned)
    assert clean(cleaned) == cleaned


def test_a_long_ordinary_text_is_untouched() -> None:
    paragraph = (
        '<p>It <strong>costs</strong> <a href="https://x.example/y" rel="noopener">much</a>, and <em>more</em>.</p>'
    )
    body = (paragraph + "<ul><li>one</li><li><p>two</p></li></ul><blockquote><p>said</p></blockquote>") * 180
    assert len(body) > 30_000
    validate_markup(body)
    assert clean(body) == body


def test_a_letter_that_only_looks_like_an_i_is_no_tag() -> None:
    assert clean("<p><İ >a</p>") == "<p>&lt;İ &gt;a</p>"
