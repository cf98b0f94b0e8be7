"""
The search index: what readers find, and the names that they may have meant.

An Entry is a story, an issue, a company or a policy as one edition has it. Entries are written with the edition
(newsroom/search/index.py) and may be of one that is still to come, so whoever reads them asks for `live()` ones.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from reports.models import Edition, ProjectionQuerySet

Terms = list[str | None]

if TYPE_CHECKING:
    BaseField = models.Field[Any, Any]
else:
    BaseField = models.Field

# PostgreSQL keeps 256 places of a term, up to place 16,383, and a megabyte of terms. Both databases get no more than
# fits, so that both find the same.
MOST_PLACES, MOST_REPEATS, MOST_BYTES = 16_000, 250, 500_000


class TermsField(BaseField):
    """
    Terms in a row (newsroom/lib/terms.py), None where a phrase is not to go on; for writing and matching only.

    PostgreSQL: a tsvector, made of our terms and not parsed by it. SQLite: the terms with spaces between, as the
    FTS5 tables beside the model's take them.
    """

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, str):
            return value
        return as_vector(value) if connection.vendor == "postgresql" else as_words(value)


def fitting(terms: Terms) -> Terms:
    """The terms that there is room for; a gap for each repeat that is too many."""
    if len(terms) <= MOST_REPEATS:
        return terms  # as most are
    kept: Terms = []
    repeats: dict[str, int] = {}
    room = MOST_BYTES
    for term in terms[:MOST_PLACES]:
        if term is not None:
            if term not in repeats:
                room -= len(term.encode())
                if room < 0:
                    break
            repeats[term] = repeats.get(term, 0) + 1
        kept.append(term if term is not None and repeats[term] <= MOST_REPEATS else None)
    return kept


def as_words(terms: Terms) -> str:
    """A gap is a word that nobody can look for."""
    return " ".join(term or "=" for term in terms)


def as_vector(terms: Terms) -> str:
    places: dict[str, str] = {}
    for place, term in enumerate(terms, start=1):
        if term is not None:
            places[term] = f"{places[term]},{place}" if term in places else f"'{term}':{place}"
    return " ".join(places.values())


# An entry's primary key is its place among all: by the day of its issue, the edition, and the position in it, so that
# "newest first, by rank in each issue" is the order of the primary key, and a year is a span of it.
DAY_BITS, EDITION_BITS = 41, 12
LAST_POSITION = (1 << EDITION_BITS) - 1
FIRST_STORY, FIRST_COMPANY, FIRST_POLICY = 1, 2000, 3000


def place_at(day: date, edition: int = 0, position: int = LAST_POSITION) -> int:
    return day.toordinal() << DAY_BITS | edition << EDITION_BITS | LAST_POSITION - position


class EntryQuerySet(ProjectionQuerySet):
    def shown(self, now: datetime | None = None) -> ProjectionQuerySet:
        """The live ones, and of a company or a policy its newest alone."""
        live = Edition.objects.live(now).filter(pk=OuterRef("edition"))
        newer = Entry.objects.filter(
            Exists(live),  # and no join or list: few rows are asked about, each by the index of its kind and number
            kind__in=Entry.REGISTERED,
            kind=OuterRef("kind"),
            ref=OuterRef("ref"),
            place__gt=OuterRef("place"),
        )
        return self.live(now).exclude(Q(kind__in=Entry.REGISTERED) & Exists(newer))


class Entry(models.Model):
    """
    Something to be found. `ref` is the number of the story, issue, company or policy (the working row's).

    `title` holds the terms of its name, `words` those of all it says, its name too; both begin with what can be
    filtered by (`newsroom.search.entries.facet`).
    """

    class Kind(models.TextChoices):
        STORY = "story", "Story"
        ISSUE = "issue", "Issue"
        COMPANY = "company", "Company"
        POLICY = "policy", "Policy"

    REGISTERED = (Kind.COMPANY.value, Kind.POLICY.value)

    place = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries")
    ref = models.BigIntegerField()
    title = TermsField()
    words = TermsField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-place",)
        verbose_name_plural = "entries"
        indexes = (models.Index(fields=["kind", "ref", "-place"], name="entry_newest_first"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref} in edition {self.edition_id}"


class Indexed(models.Model):
    """That the entries of an edition are written, and by which version of the index."""

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, primary_key=True, related_name="indexed")
    version = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"Edition {self.edition_id}, version {self.version}"


class Name(models.Model):
    """
    What a company, a policy or a tag is called, or was or will be, in some edition; for "did you mean".

    `ref` is the number of the company or policy, `tag` the slug of the tag. Nobody is shown one before it was found to
    be live (`newsroom.search.names`).
    """

    TAG = "tag"

    kind = models.CharField(max_length=10)
    ref = models.BigIntegerField(default=0)
    tag = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=250)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "ref", "tag", "name"], name="name_once"),)

    def __str__(self) -> str:
        return self.name
