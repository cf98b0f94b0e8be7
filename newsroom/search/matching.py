"""
Asking the database which entries match: the same answer from FTS5 and from tsvector.

Hits come in tiers: companies and policies of whose name all words are (0), issues and stories of whose title they are
(1), and the rest (2); in each the newest first. Nothing is weighed, so that both databases agree, and a reader can
tell why one hit is before another. Each tier ends once there are enough, so that a common word costs no more than a
rare one.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from newsroom.models import DAY_BITS, Entry
from newsroom.search.entries import SPANS, facet, span
from newsroom.search.query import Clause, Phrase

NAMES, TITLES, REST = 0, 1, 2
TIERS = (NAMES, TITLES, REST)


class Match(NamedTuple):
    """What is looked for: clauses, facets (each must be there), and places from `low` up to before `high`."""

    wanted: tuple[Clause, ...] = ()
    unwanted: tuple[Clause, ...] = ()
    facets: tuple[str, ...] = ()
    low: int = 0
    high: int = (1 << 63) - 1

    def within(self, year: int) -> "Match":
        """The same in one year alone."""
        low, high = (day.toordinal() << DAY_BITS for day in (date(year, 1, 1), date(year, 12, 31)))
        return self._replace(facets=(*self.facets, facet("year", year)), low=low, high=high + (1 << DAY_BITS))


class Cursor(NamedTuple):
    """The hit after which to go on."""

    tier: int
    place: int


class Found(NamedTuple):
    """An entry that matches, and where it stands."""

    tier: int
    place: int
    kind: str
    edition: int
    ref: int

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.tier, self.place)


def find(match: Match, limit: int, after: Cursor | None = None, tiers: Iterable[int] = TIERS) -> list[Found]:
    """The first hits in their order, at most `limit`, live or not; those `after` one."""
    tiers = tiers if match.wanted else (REST,)  # without words, nothing has them in its title
    sought = [tier for tier in tiers if not after or tier >= after.tier]
    if not sought:
        return []
    matching, parameters = statement(match, sought, limit, after)
    columns = "tier, place, kind, edition_id, ref"
    sql = f"SELECT {columns} FROM ({matching}) AS matching JOIN newsroom_entry USING (place)"  # noqa: S608 - our words
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = [Found(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda hit: (hit.tier, -hit.place))[:limit]


def statement(match: Match, tiers: list[int], limit: int, after: Cursor | None) -> tuple[str, list[Any]]:
    spans = [
        (tier, match.low, min(match.high, after.place) if after and tier == after.tier else match.high)
        for tier in tiers
    ]
    ask = on_postgresql if connection.vendor == "postgresql" else on_sqlite
    return ask(match, spans, limit)


Tiers = list[tuple[int, int, int]]
KINDS = {
    NAMES: tuple(Phrase((facet("kind", kind),)) for kind in Entry.REGISTERED),
    TITLES: tuple(Phrase((facet("kind", kind),)) for kind in (Entry.Kind.STORY, Entry.Kind.ISSUE)),
}


def clauses_of(match: Match, tier: int) -> list[Clause]:
    """What must be there: words first, then what it is filtered by."""
    kinds = [KINDS[tier]] if tier in KINDS else []
    return [*match.wanted, *((Phrase((term,)),) for term in match.facets), *kinds]


# --- SQLite ------------------------------------------------------------------------------------------------------


def on_sqlite(match: Match, tiers: Tiers, limit: int) -> tuple[str, list[Any]]:
    """FTS5 walks from the newest on and stops at the limit; a later part is not begun if the first gave enough."""
    parts: list[str] = []
    parameters: list[Any] = []
    for tier, low, high in tiers:
        # Only the table with both columns can tell what is nowhere in an entry.
        table = "newsroom_entrytitle" if tier in KINDS and not match.unwanted else "newsroom_entrywords"
        parts.append(
            f"SELECT * FROM (SELECT {tier} AS tier, rowid AS place FROM {table} WHERE {table} MATCH %s "  # noqa: S608
            "AND rowid >= %s AND rowid < %s ORDER BY rowid DESC LIMIT %s)"
        )
        parameters += [fts5(match, tier), low, high, limit]
    return f"{' UNION ALL '.join(parts)} LIMIT %s", [*parameters, limit]


def fts5(match: Match, tier: int) -> str:
    all_of = " AND ".join(map(fts5_clause, clauses_of(match, tier)))
    expression = f"{'title' if tier in KINDS else 'words'} : ({all_of})"
    for clause in match.unwanted:
        expression = f"({expression}) NOT words : {fts5_clause(clause)}"
    if tier == REST and match.wanted:
        expression = f"({expression}) NOT title : ({' AND '.join(map(fts5_clause, match.wanted))})"
    return expression


def fts5_clause(clause: Clause) -> str:
    phrases = (f'"{" ".join(phrase.terms)}"{" *" if phrase.is_open else ""}' for phrase in clause)
    return f"({' OR '.join(phrases)})"


# --- PostgreSQL --------------------------------------------------------------------------------------------------


def on_postgresql(match: Match, tiers: Tiers, limit: int) -> tuple[str, list[Any]]:
    """
    GIN knows no order: all that match are fetched and sorted. So a tier is looked for in spans of time, the newest
    first, each found by a term of its own; and a span only if those before it had not enough.

    "+ 0" keeps the planner from walking along the primary key instead. It would wherever it takes a word for common,
    and for one that is not, or not in these years, that walk is as long as the table and takes seconds.
    """
    parts: list[str] = []
    parameters: list[Any] = []
    newest = newest_day() if any(tier != NAMES for tier, _, _ in tiers) else None
    number = 0
    for tier, low, high in tiers:
        for terms, start, end in spans_of(tier, newest, low, high):
            wanted = [*clauses_of(match, tier), *([terms] if terms else [])]
            conditions = [f"{'title' if tier in KINDS else 'words'} @@ %s::tsquery"]
            parameters.append(tsquery(wanted, match.unwanted if tier not in KINDS else ()))
            if tier in KINDS and match.unwanted:
                conditions.append("NOT words @@ %s::tsquery")
                parameters.append(" | ".join(map(tsquery_clause, match.unwanted)))
            if tier == REST and match.wanted:
                conditions.append("NOT title @@ %s::tsquery")
                parameters.append(tsquery(match.wanted))
            conditions.append("place + 0 >= %s AND place + 0 < %s")
            parameters += [start, end, limit]
            before = ""
            if number:
                conditions.append(f"(SELECT n FROM enough{number - 1}) < {limit}")  # noqa: S608 - our words
                before = f"(SELECT n FROM enough{number - 1}) + "  # noqa: S608
            parts.append(
                f"part{number} AS MATERIALIZED (SELECT {tier} AS tier, place FROM newsroom_entry "  # noqa: S608
                f"WHERE {' AND '.join(conditions)} ORDER BY place + 0 DESC LIMIT %s), "
                f"enough{number} AS MATERIALIZED (SELECT {before}count(*) AS n FROM part{number})"
            )
            number += 1
    everything = " UNION ALL ".join(f"SELECT tier, place FROM part{nth}" for nth in range(number))  # noqa: S608
    return f"WITH {', '.join(parts)} {everything}", parameters


def newest_day() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(place) FROM newsroom_entry")
        newest = cursor.fetchone()[0]
    return (newest or 0) >> DAY_BITS


def spans_of(tier: int, newest: int | None, low: int, high: int) -> Iterator[tuple[Clause, int, int]]:
    """Spans of time, the newest first: a clause that finds them, and their places. The last goes back to the first."""
    if newest is not None and tier != NAMES:
        day = min(newest, high >> DAY_BITS)
        for bits in SPANS:
            number = day >> bits
            start = max(low, (number - 1 << bits) << DAY_BITS)
            if number < 1 or start >= high:
                break
            yield tuple(Phrase((span(bits, n),)) for n in (number, number - 1)), start, high
            high = start
    if high > low:
        yield (), low, high


def tsquery(wanted: Iterable[Clause], unwanted: Iterable[Clause] = ()) -> str:
    return " & ".join([*map(tsquery_clause, wanted), *(f"!{tsquery_clause(clause)}" for clause in unwanted)])


def tsquery_clause(clause: Clause) -> str:
    return f"({' | '.join(map(tsquery_phrase, clause))})"


def tsquery_phrase(phrase: Phrase) -> str:
    terms = [f"'{term}'" for term in phrase.terms]
    return f"({' <-> '.join(terms)}{':*' if phrase.is_open else ''})"
