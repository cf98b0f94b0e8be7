"""Five megabytes are read in two seconds or refused with a reason, however they were made to hurt."""

import re
import time

import pytest

from newsroom.importing import MAX_CHARACTERS, MAX_LINES, parse

SIZE = MAX_CHARACTERS
HEAD = "Title\n\nApril 12, 2025 — Intro.\n\nTop 10 China Stories\n\n1. Alpha\n\n"
HTML = "<p></p><p></p>"


def fill(piece: str, head: str = "") -> str:
    return (head + piece * (SIZE // len(piece) + 1))[:SIZE]


def lines(piece: str, head: str = HEAD, separator: str = "\n") -> str:
    count = MAX_LINES - 100
    length = (SIZE - len(head)) // count - len(separator)
    return head + separator.join([(piece * (length // len(piece) + 1))[:length]] * count)


HOSTILE = {
    **{
        f"only {piece!r}": fill(piece)
        for piece in ["a", "\n", "\r", "7", " ", "\u00a0", "(", "()", "![[", "*", "# ", "- ", "1. a\n", "中"]
    },
    **{f"one paragraph of {piece!r}": fill(piece, HEAD) for piece in ["word ", "(", "1", "* ", "<", "&amp;"]},
    **{
        f"one entry of {piece!r}": fill(piece, HEAD + "a\n\nCompany Watchlist\n\n• A ")
        for piece in ["(a)", "() ", ":*", " -", " "]
    },
    **{f"one policy of {piece!r}": fill(piece, HEAD + "a\n\nPolicy Tracker\n\n• A ") for piece in [")", "()", " "]},
    "nested brackets": (HEAD + "a\n\nPolicy Tracker\n\n• A " + "(" * (SIZE // 2 - 100) + ")" * (SIZE // 2))[:SIZE],
    "many credits": fill("Ab, ", HEAD + "a\n\nSources: "),
    "many wrapped lines": lines("abc def ghi "),
    "many headlines": lines("2. Beta "),
    "many headlines apart": lines("2. Beta ")[: SIZE // 2].replace("\n2.", "\n\n2."),
    "many notes": lines("• A (b): c ", HEAD + "a\n\nCompany Watchlist\n\n"),
    "many names": lines("Ab, ", HEAD + "a\n\nSources:\n\n"),
    "many headings": lines("Top 10 China Stories " * 9),
    "many pictures over many titles": "![a](b)\n" * 9_000 + "Global News\n" * 9_000,
    "many underlines": HEAD + "Alpha\n" + "=====\n" * 19_000,
    "a date that never ends": fill(" ", "Title\n\nApril")[:-1] + "x",
    "a page of divs": fill("<div>"),
    **{
        f"soup of {piece!r}": (HTML + piece * 50_000).ljust(SIZE, "x")
        for piece in [
            "<",
            "<a ",
            '<a "',
            "<a b='>",
            "<!--",
            "<![",
            "<?",
            "</",
            "&amp",
            "<div>",
            "<li>",
            "<nav>",
            "<script>",
            "<p>\n",
        ]
    },
    "one giant paragraph": "<p>" + fill("word ")[:-20] + "</p><p></p>",
    "one giant tag": HTML + '<img alt="' + "a" * (SIZE - 100) + '">',
    "many attributes": HTML + "<img " + fill("alt= ")[:-100] + ">",
    "a page of lines": "".join(f"<p>{'word ' * 40}</p>\n" for _ in range(19_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_five_megabytes_in_two_seconds(name):
    assert len(HOSTILE[name]) <= SIZE
    started = time.process_time()
    issue = parse(HOSTILE[name])
    assert time.process_time() - started < 2
    assert issue.title or issue.problems


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * (SIZE + 1), r"5,242,881 characters; the importer reads at most 5,242,880"),
        ("China\n1. a\n" * MAX_LINES, r"40,000 lines, .* at most 20,000"),
        ("a" + "\n" * 300_000, r"300,001 with the empty ones"),
        ("<p>a</p>" * 50_000, r"more than 60,000 tags"),
    ],
)
def test_refusals_have_a_reason(text, reason):
    issue = parse(text)
    assert [(p.line, p.level) for p in issue.problems] == [(1, "error")]
    assert re.search(reason, issue.problems[0].message)
    assert not issue.importable
