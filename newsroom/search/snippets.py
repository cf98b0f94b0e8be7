"""Why something was found: the stretch of its text where that stands, with marks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from newsroom.lib.terms import Place, Reading, prepared, read
from newsroom.search.query import Clause, Phrase

Span = tuple[int, int]

LONGEST = 240  # characters
LEAD = 60  # of them before the first mark
MOST_READ = 60_000  # characters of a text that are looked through
EDGE = re.compile(r"[\s，。；、：！？]")


def spans(text: str, clauses: Iterable[Clause]) -> list[Span]:
    """Where in a prepared text something that was looked for stands; in order, none within another."""
    reading = read(text)
    terms = [place[0] for place in reading.row]
    found = [where for clause in clauses for phrase in clause for where in spans_of(phrase, reading, terms)]
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def spans_of(phrase: Phrase, reading: Reading, terms: list[str]) -> Iterator[Span]:
    first, *others = phrase.terms
    if not others:
        yield from ((start, end) for term, start, end in reading.others if term == first)
    if not others and phrase.is_open:
        starts = [place for place, term in enumerate(terms) if term.startswith(first)]
    else:
        starts = [place for place, term in enumerate(terms) if term == first] if first in terms else []
    for start in starts:
        stretch = reading.row[start : start + len(phrase.terms)]
        if len(stretch) == len(phrase.terms) and fits(phrase, stretch):
            term, begins, ends = stretch[-1]
            # Of a pair that only begins with the character that was looked for, the character alone is marked.
            is_part = phrase.is_open and term != phrase.terms[-1]
            yield stretch[0][1], begins + len(phrase.terms[-1]) if is_part else ends


def fits(phrase: Phrase, stretch: Sequence[Place]) -> bool:
    *firsts, last = (term for term, _, _ in stretch)
    if tuple(firsts) != phrase.terms[:-1]:
        return False
    return last.startswith(phrase.terms[-1]) if phrase.is_open else last == phrase.terms[-1]


def marked(text: str, clauses: Iterable[Clause]) -> SafeString:
    """The whole text as HTML, with marks."""
    text = prepared(text)
    return with_marks(text, spans(text, clauses))


def snippet(texts: Iterable[str], clauses: Sequence[Clause]) -> SafeString:
    """
    Of the first text in which something that was looked for stands, the stretch where most of it does; as HTML.

    Without such a text, the beginning of the first that says anything.
    """
    fallback = ""
    for raw in texts:
        text = " ".join(prepared(raw[:MOST_READ]).split())
        if found := spans(text, clauses):
            start, end = window(text, found)
            inside = [(max(a, start) - start, min(b, end) - start) for a, b in found if a < end and b > start]
            return framed(text, start, end, inside)
        fallback = fallback or text
    start, end = window(fallback, [])
    return framed(fallback, start, end, [])


def window(text: str, found: list[Span]) -> Span:
    """The stretch of at most LONGEST characters with most different marks; between words where that can be."""
    if len(text) <= LONGEST:
        return 0, len(text)
    best, most = 0, -1
    for number, (first, _) in enumerate(found[:50]):
        within = [text[a:b].casefold() for a, b in found[number : number + 20] if b <= first + LONGEST - LEAD]
        if (score := 10 * len(set(within)) + len(within)) > most:
            best, most = first, score
    start = max(0, min(best - LEAD, len(text) - LONGEST))
    end = start + LONGEST
    if start and (edge := EDGE.search(text, start, max(start, best))):
        start = edge.end()
    if end < len(text):
        edges = [edge.start() for edge in EDGE.finditer(text, end - LEAD, end)]
        end = edges[-1] if edges else end
    return start, end


def framed(text: str, start: int, end: int, found: list[Span]) -> SafeString:
    """A stretch of the text with marks, and with an ellipsis where it is cut."""
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return mark_safe(f"{before}{with_marks(text[start:end], found)}{after}")  # noqa: S308 - escaped below


def with_marks(text: str, found: Iterable[Span]) -> SafeString:
    parts, done = [], 0
    for start, end in found:
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return mark_safe("".join([*parts, escape(text[done:])]))  # noqa: S308 - every part is escaped
