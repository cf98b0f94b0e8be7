"""
Writing the index: in the transaction that publishes, and again by `rebuild_search`.

The index holds what readers have, and what is scheduled: of each such edition its issue and its stories; of each
company and policy the appearances newest first, up to one that readers have until further notice. So whatever time
it is, the one that readers see is among them.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from newsroom.lib.rows import insert
from newsroom.models import FIRST_COMPANY, FIRST_POLICY, Entry, Indexed, Name, place_at
from newsroom.search import entries
from newsroom.search.names import CACHE_KEY
from policies.models import Appearance as PolicyAppearance
from policies.models import MergedPolicy, Policy
from reports.models import Edition, EditionQuerySet, Report, is_live_or_to_come
from watchlist.models import Appearance as CompanyAppearance
from watchlist.models import Company, MergedCompany

COLUMNS = entries.EntryRow._fields
AT_ONCE = 200  # rows of a registry that one statement asks for


class Register(NamedTuple):
    """Rows that run on across issues, and how an appearance of theirs becomes an entry."""

    rows: Any
    appearances: Any
    of: str
    first: int
    most: int
    entry: Callable[[Any], entries.EntryRow]
    merged: Any


REGISTERS = {
    Entry.Kind.COMPANY.value: Register(
        Company, CompanyAppearance, "company", FIRST_COMPANY, entries.MOST_COMPANIES, entries.of_company, MergedCompany
    ),
    Entry.Kind.POLICY.value: Register(
        Policy, PolicyAppearance, "policy", FIRST_POLICY, entries.MOST_POLICIES, entries.of_policy, MergedPolicy
    ),
}


def indexable(now: datetime) -> EditionQuerySet:
    """The editions that readers have, or will get."""
    return Edition.objects.filter(is_live_or_to_come(now))


@transaction.atomic
def project(editions: Sequence[Edition], now: datetime | None = None) -> None:
    """
    Write the entries of editions with their revisions, replacing those that were there; for one or for many at once.

    Their other projections are written already. Of their issues, what readers had and have no longer is dropped; an
    edition that is such itself, or a withdrawal, gets no entries.
    """
    now = now or timezone.now()
    issues = {edition.report_id for edition in editions}
    drop_what_is_past(Edition.objects.filter(report__in=issues), now)
    numbers = set(indexable(now).filter(pk__in=[edition.pk for edition in editions]).values_list("pk", flat=True))
    found = [edition for edition in editions if edition.pk in numbers]
    Entry.objects.filter(edition__in=numbers).exclude(kind__in=Entry.REGISTERED).delete()
    merged = merges()
    insert(Entry, COLUMNS, (row for edition in found for row in entries.of_edition(edition, merged)))
    Indexed.objects.filter(edition__in=numbers).delete()
    Indexed.objects.bulk_create(Indexed(edition_id=number, version=entries.VERSION) for number in sorted(numbers))
    register_names(found)
    for kind, register in REGISTERS.items():
        named = register.appearances.objects.filter(edition__report__in=issues)
        settle(kind, set(named.values_list(register.of, flat=True)), now, anew=numbers)


@transaction.atomic
def refresh(report: Report) -> None:
    """Have the index hold what readers have of an issue or will get, after something of it was called off."""
    now = timezone.now()
    drop_what_is_past(report.editions.all(), now)
    for kind, register in REGISTERS.items():
        named = register.appearances.objects.filter(edition__report=report)
        settle(kind, set(named.values_list(register.of, flat=True)), now)


def merges() -> entries.Merges:
    """What was merged into another, of each kind."""
    return {kind: register.merged.objects.in_bulk() for kind, register in REGISTERS.items()}


@transaction.atomic
def forget_merged(kind: str, old: int, editions: Sequence[int], **signal: Any) -> None:
    """
    Let nothing be found any more under the number of a row that was merged into another (hears `registry_merged`).

    `editions` are those that named it; their other projections are written anew already.
    """
    Entry.objects.filter(kind=kind, ref=old).delete()  # first: what takes their place stands at the same places
    Name.objects.filter(kind=kind, ref=old).delete()
    for start in range(0, len(editions), AT_ONCE):
        some = Edition.objects.without_article().select_related("revision").in_bulk(editions[start : start + AT_ONCE])
        project(list(some.values()))


def register_names(editions: Iterable[Edition]) -> None:
    merged = merges()
    named = {called for edition in editions for called in entries.names_of(edition.revision.content, merged)}
    # In one order for everybody, so that two who publish at once wait for each other and never in a circle.
    Name.objects.bulk_create((Name(**called._asdict()) for called in sorted(named)), ignore_conflicts=True)
    transaction.on_commit(lambda: cache.delete(CACHE_KEY))


def without_entries(editions: EditionQuerySet) -> EditionQuerySet:
    """Those whose entries are missing, or are of another version."""
    return editions.exclude(Exists(Indexed.objects.filter(edition=OuterRef("pk"), version=entries.VERSION)))


def drop_what_is_past(editions: EditionQuerySet, now: datetime) -> None:
    past = editions.exclude(is_live_or_to_come(now)).values("pk")
    Entry.objects.filter(edition__in=past).delete()
    Indexed.objects.filter(edition__in=past).delete()


def settle(kind: str, refs: set[int], now: datetime, *, anew: Iterable[int] = ()) -> None:
    """
    Write and drop entries of these companies or policies, until the index has those that it is to have.

    Whoever decides about the same rows waits here: two that publish at once would each count on what the other ends.
    Those of the editions `anew` are written even if they are there.
    """
    ordered = sorted(refs)
    for start in range(0, len(ordered), AT_ONCE):
        settle_some(kind, ordered[start : start + AT_ONCE], now, set(anew))


def settle_some(kind: str, refs: list[int], now: datetime, anew: set[int]) -> None:
    register = REGISTERS[kind]
    rows = register.rows.objects.filter(pk__in=refs)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    wanted = {place: row for row in those_to_have(register, rows, now) if (place := place_of(register, row))}
    there = Entry.objects.filter(kind=kind, ref__in=refs).values_list("place", "edition_id")
    kept = {place for place, edition in there if place in wanted and edition not in anew}
    Entry.objects.filter(place__in=[place for place, _ in there if place not in kept]).delete()
    insert(Entry, COLUMNS, (register.entry(row) for place, row in wanted.items() if place not in kept))


def those_to_have(register: Register, rows: Any, now: datetime) -> list[Any]:
    """Of each row of a registry its appearances that readers have or will get, up to one until further notice."""
    its_live = register.appearances.objects.live_few(now).filter(**{register.of: OuterRef("pk")})
    latest = its_live.filter(edition__live_until=None).newest_first()
    bounds = rows.annotate(bound=Subquery(latest.values("place")[:1])).values_list("pk", "bound")
    sought = Q(pk__in=[])
    for row, bound in bounds:
        sought |= Q(**{register.of: row}, place__gte=bound or 0)
    found = register.appearances.objects.filter(sought, is_live_or_to_come(now, of="edition__"))
    return list(found.with_edition())


def place_of(register: Register, appearance: Any) -> int:
    """Where its entry stands; 0 if there is no place for it."""
    edition, position = appearance.edition, appearance.position
    return place_at(edition.issued_on, edition.pk, register.first + position) if position < register.most else 0


def tidy() -> None:
    """After much was written: let the database see how it is, and put it in order."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Cleaning up is not for within a transaction; then PostgreSQL does it when it likes.
            cursor.execute("ANALYZE newsroom_entry" if connection.in_atomic_block else "VACUUM ANALYZE newsroom_entry")
        return
    with connection.cursor() as cursor:
        for table in ("newsroom_entrytitle", "newsroom_entrywords"):
            cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 - names of this file
