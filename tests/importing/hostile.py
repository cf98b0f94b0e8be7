"""Texts of five megabytes, each made to hurt one part of the parser."""

from collections.abc import Callable
from functools import partial

from newsroom.importing import MAX_CHARACTERS, MAX_LINES

SIZE = MAX_CHARACTERS
HEAD = "Title\n\nApril 12, 2025 — Intro.\n\nTop 10 China Stories\n\n1. Alpha\n\n"
HTML = "<p></p><p></p>"


def fill(piece: str, head: str = "") -> str:
    return (head + piece * (SIZE // len(piece) + 1))[:SIZE]


def lines(piece: str, head: str = HEAD) -> str:
    """As many lines as are allowed, as long as fits."""
    count = MAX_LINES - 100
    length = (SIZE - len(head)) // count - 1
    return head + "\n".join([(piece * length)[:length]] * count)


WATCHLIST, POLICIES, SOURCES = (
    f"{HEAD}a\n\n{heading}\n\n" for heading in ("Company Watchlist", "Policy Tracker", "Sources:")
)

# Made when they are needed: together they would fill the memory.
HOSTILE: dict[str, Callable[[], str]] = {
    **{
        f"only {piece!r}": partial(fill, piece)
        for piece in ["a", "\n", "\r", "7", " ", "\u00a0", "(", "()", "![[", "*", "# ", "- ", "1. a\n", "中", "<div>"]
    },
    **{f"one paragraph of {piece!r}": partial(fill, piece, HEAD) for piece in ["word ", "(", "1", "* ", "<", "&amp;"]},
    **{f"one note of {p!r}": partial(fill, p, WATCHLIST + "• A ") for p in ["(a)", "() ", ":*", " -", " "]},
    **{f"one policy of {p!r}": partial(fill, p, POLICIES + "• A ") for p in [")", "()", " "]},
    **{
        f"marks of {p!r}": partial(lines, p)
        for p in ["*a ", "_a", "**a*", "`", "[a](b", "[](", "[a](b.c)(", "\\*", "> ", "|-"]
    },
    **{f"rows of {p!r}": partial(lines, p, WATCHLIST) for p in ["a|", "|", "a\t", "A — "]},
    "lists in stories": partial(lines, "1. a\n2. b\n9. c\n"),
    "headings in lists": lambda: WATCHLIST + "• A\n\nJobs\n" * 9_000,
    "dates of places": partial(fill, "Ab ", "Title\n\n"),
    "nested brackets": lambda: (POLICIES + "• A " + "(" * (SIZE // 2 - 100) + ")" * SIZE)[:SIZE],
    "many credits": partial(fill, "Ab, ", SOURCES[:-2] + " "),
    "many names": partial(lines, "Ab, ", SOURCES),
    "many wrapped lines": partial(lines, "abc def ghi "),
    "many headlines": partial(lines, "2. Beta "),
    "many notes": partial(lines, "• A (b): c ", WATCHLIST),
    "many headings": partial(lines, "Top 10 China Stories "),
    "many pictures over many titles": lambda: "![a](b)\n" * 9_000 + "Global News\n" * 9_000,
    "many underlines": lambda: HEAD + "Alpha\n" + "=====\n" * 19_000,
    "a date that never ends": lambda: fill(" ", "Title\n\nApril")[:-1] + "x",
    **{
        f"soup of {piece!r}": partial(lambda piece: (HTML + piece * 50_000).ljust(SIZE, "x")[:SIZE], piece)
        for piece in ["<", "<a ", '<a "', "<a b='>", "<!--", "<![", "<?", "</", "&amp", "<div>", "<li>", "<nav>"]
    },
    "soup of scripts": lambda: HTML + "<script>" * 50_000 + "</scrip" * 9_000,
    "one giant paragraph": lambda: "<p>" + fill("word ")[:-20] + "</p><p></p>",
    "one giant tag": lambda: HTML + '<img alt="' + "a" * (SIZE - 100) + '">',
    "many attributes": lambda: HTML + "<img " + fill("alt= ")[:-100] + ">",
    "a page of lines": lambda: f"<p>{'word ' * 40}</p>\n" * 19_000,
}
