"""What somebody may be typing: names and titles that begin so."""

from newsroom.lib.terms import chunks, prepared, read_word
from newsroom.search import matching, names
from newsroom.search.finding import Hit, hits_of, shown_hits
from newsroom.search.matching import Match
from newsroom.search.query import LONGEST, Clause, Phrase, one_by_one

MOST = 8
MOST_NAMES = 5
SHORTEST_WORD = 2  # letters of a word that titles are asked for; one alone begins too many


def suggest(typed: str) -> list[dict[str, str]]:
    """At most eight names and titles, live ones: each its text, kind and address."""
    text = " ".join(prepared(typed[:LONGEST]).split())
    found = names.beginning(text, MOST_NAMES)
    if clauses := unfinished(text):
        found += [{"text": hit.title, "kind": hit.kind, "url": hit.url} for hit in titled(clauses, MOST - len(found))]
    return found


def unfinished(text: str) -> list[Clause]:
    """The words of a text, of which the last may go on. None if that is too short to say much."""
    clauses = one_by_one(text)
    pieces = list(chunks(text))
    if not clauses or not pieces:
        return []
    is_run, last, at = pieces[-1]
    if is_run or at + len(last) < len(text):
        return clauses
    parts = read_word(last).terms
    if len(parts) != 1:
        return clauses
    if len(last) < SHORTEST_WORD:
        return clauses[:-1]
    typed = last.casefold() if last.isascii() else parts[0]
    return [*clauses[:-1], (*clauses[-1], Phrase((typed,), is_open=True))]


def titled(clauses: list[Clause], limit: int) -> list[Hit]:
    """The newest stories and issues with these words in their titles."""
    found = shown_hits(Match(tuple(clauses)), None, limit, (matching.TITLES,))
    return hits_of(found)
