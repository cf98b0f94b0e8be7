"""Why something was found: the stretch of its text where that stands, with marks."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from newsroom.lib.terms import Reading, Term, prepared, read
from newsroom.search.query import Clause, Phrase

Span = tuple[int, int]

LONGEST = 240  # characters
LEAD = 60  # of them before the first mark
MOST_READ = 60_000  # characters of a text that are looked through
EDGE = re.compile(r"[\s，。；、：！？]")


def spans(text: str, clauses: Iterable[Clause]) -> list[Span]:
    """Where in a prepared text something that was looked for stands; in order, none within another."""
    reading = read(text)
    places: dict[str, list[int]] = {}
    for place, term in enumerate(reading.row):
        places.setdefault(term.text, []).append(place)
    found = [where for clause in clauses for phrase in clause for where in spans_of(phrase, reading, places)]
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def spans_of(phrase: Phrase, reading: Reading, places: dict[str, list[int]]) -> Iterable[Span]:
    row, terms = reading.row, phrase.terms
    first = terms[0]
    if len(terms) == 1:
        yield from ((term.start, term.end) for term in reading.others if term.text == first)
    if len(terms) == 1 and phrase.is_open:
        starts: Sequence[int] = [place for place, term in enumerate(row) if term.text.startswith(first)]
    else:
        starts = places.get(first, ())
    for start in starts:
        stretch = row[start : start + len(terms)]
        if len(stretch) == len(terms) and fits(phrase, stretch):
            # Of a pair that only begins with the character that was looked for, the character alone is marked.
            last = stretch[-1]
            end = last.start + len(terms[-1]) if phrase.is_open and last.text != terms[-1] else last.end
            yield stretch[0].start, end


def fits(phrase: Phrase, stretch: Sequence[Term]) -> bool:
    *firsts, last = (term.text for term in stretch)
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
