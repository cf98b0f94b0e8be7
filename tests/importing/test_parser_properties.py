"""What holds for any text whatever: nothing is lost, nothing raises."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.importing import ParsedIssue, parse
from newsroom.importing.html_page import looks_like_html
from newsroom.importing.markup import read_line
from newsroom.importing.vocabulary import list_part, named_list_part

SAMPLE = (Path(__file__).parents[2] / "newsroom/sample/report-2025-04-12.txt").read_text(encoding="utf-8")
PIECES = [
    *(row[:90] for row in SAMPLE.split("\n")),
    *[
        "China",
        "国际要闻",
        "Top 5 European Stories",
        "## Global News",
        "### A headline",
        "1. One",
        "2) Two",
        "３．Three",
    ],
    *[
        "10. Downing Street",
        "3.5 million",
        "2026 was …",
        "Sources:",
        "Source: Reuters",
        "要点",
        "**Watchlist**",
        "Policy watch",
    ],
    *[
        "- item",
        "* Huawei（China）：note",
        "— Act (2025)",
        "![alt](x.png)",
        "---",
        "====",
        "* * *",
        "\u200b",
        "\u00a0",
        "1.",
    ],
    *[
        "February 30, 2025 — no",
        "2025-04-12",
        "Share this:",
        "Related posts",
        "wrapped\nin lower case",
        "“中文”, e\u0301 🤖",
    ],
]
TAGS = [
    *[
        "<p>",
        "</p>",
        "<h2>",
        "</h2>",
        "<li>",
        "<ul>",
        "<ol start=2>",
        "</ol>",
        "<br>",
        "<nav>",
        "</nav>",
        "<script>",
        "</script>",
    ],
    *[
        "<!--",
        "-->",
        "<!-- wp:p -->",
        '<img alt="A robot">',
        "<",
        ">",
        '"',
        "&amp;",
        "&#x4e2d;",
        "<a href='x",
        "</b>",
        "<title>x</title>",
    ],
]
SEPARATORS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", " ", "\n\u00a0\n", "\n\t"])


def joined(pieces: list[str]) -> st.SearchStrategy[str]:
    rows = st.lists(st.tuples(st.sampled_from(pieces) | st.text(max_size=12), SEPARATORS), max_size=60)
    return rows.map(lambda pairs: "".join(piece + separator for piece, separator in pairs))


any_text = st.text(st.characters()) | st.text(st.sampled_from("ab1.)#-*•(:—<>/p&;\n\r \u00a0\ufeff\x00\ud800|_[]!"))
issues = joined(PIECES)
pages = joined(PIECES + TAGS * 3)


def words(*texts: str) -> set[str]:
    found = (word for text in texts for word in re.findall(r"[^\W_]+", text.casefold()))
    return {word for word in found if not word.isdecimal()}  # numbers can be ranks


def rows_of(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def filled(text: str) -> set[int]:
    return {number for number, row in enumerate(rows_of(text), start=1) if row.strip()}


def check(text: str) -> ParsedIssue:
    issue = parse(text)
    ignored = {left.line for left in issue.ignored}
    printed = issue.as_dict()
    assert json.loads(json.dumps(printed)) == printed
    assert issue.used | ignored == filled(text)
    assert looks_like_html(text) or not issue.used & ignored
    assert all(0 <= problem.line <= len(rows_of(text)) for problem in issue.problems)
    assert all(problem.message and problem.level in ("error", "warning") for problem in issue.problems)
    assert issue.importable == (not any(problem.level == "error" for problem in issue.problems))
    assert [left.line for left in issue.ignored] == sorted(left.line for left in issue.ignored)
    assert list(issue.problems) == sorted(issue.problems, key=lambda problem: problem.line)
    return issue


@given(any_text)
def test_any_text(text):
    check(text)


@given(pages)
def test_any_soup(text):
    check(text)


@given(issues)
def test_any_order_of_pieces(text):
    issue = check(text)
    assert all(story.headline for story in issue.stories)


HEADING_WORDS = words("Sources Source Reporting contributed by and")


@given(issues)
def test_every_used_line_is_printed_somewhere(text):
    """Stronger than the book-keeping: the words of each used line are in what came out, or in its headings."""
    if looks_like_html(text):
        return
    issue = parse(text)
    shown = words(*strings([issue.as_dict(), issue.headings])) | HEADING_WORDS
    rows = rows_of(text)
    for row in (rows[number - 1] for number in issue.used):
        is_dated = re.search(r"\d{4}", row)
        assert is_dated or repeats_a_heading(row) or words(row) <= shown


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def repeats_a_heading(row: str) -> bool:
    """Only the first heading of a section is kept; one that is printed again is told of in a warning."""
    key = read_line(row, (1,), gap=True).key if row.strip() else ""
    return bool(list_part(key) or named_list_part(key)) or bool(
        re.search("chin|中|国|global|international|world|foreign|abroad|domestic|prc", row, re.IGNORECASE)
    )


@given(issues)
def test_line_ends_and_a_byte_order_mark_change_nothing(text):
    plain = "\n".join(rows_of(text))
    expected = parse(plain)
    assert parse(plain.replace("\n", "\r\n")) == expected
    assert parse("\ufeff" + plain) == expected or plain.startswith("\ufeff")


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="*_`~\\"), min_size=1, max_size=30),
        min_size=1,
        max_size=5,
    )
)
def test_paragraphs_come_back_as_they_were(paragraphs):
    paragraphs = [f"The {paragraph} end." for paragraph in paragraphs]
    body = "\n\n".join(paragraphs)
    issue = parse(f"Title\n\nApril 12, 2025 — {body}\n\nChina\n\n1. Alpha\n\n{body}\n\n2. Beta\n\nText.")
    if not looks_like_html(body):
        assert issue.intro == issue.stories[0].paragraphs == tuple(paragraphs)


@given(st.permutations(range(1, 11)), st.sets(st.integers(1, 10), max_size=4))
def test_ranks_that_are_missing_are_always_told(order, lost):
    kept = [rank for rank in order if rank not in lost]
    stories = "\n\n".join(f"{rank}. Headline {rank}\n\nText {rank}." for rank in kept)
    issue = parse(f"Title\n\nApril 12, 2025 — Intro.\n\nTop 10 China Stories\n\n{stories}")
    assert [story.rank for story in issue.stories] == kept
    if lost or kept != sorted(kept):
        assert any(problem.message.startswith("China:") for problem in issue.problems)


@pytest.mark.parametrize("text", ["\x00" * 10, "\ud800 China\n1. \udfff", "China\n1. \u202e\n", "\x1c\n\x85\n\u2028"])
def test_odd_characters(text):
    check(text)
