"""Writing what an issue says of companies."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from newsroom.lib.slugs import slug_for, unique_slug
from newsroom.lib.text import folded
from reports.models import Report
from reports.registry import Recognition
from reports.registry import recognise as recognise_in
from watchlist.models import Alias, Company, Note


class Entry(NamedTuple):
    """A line of a printed watchlist."""

    name: str
    country: str
    text: str


def recognise(names: Iterable[str]) -> dict[str, Recognition]:
    """Which companies of the registry the printed names are."""
    return recognise_in(names, registry=Company, aliases=Alias, of="company", label="name")


@transaction.atomic
def note(report: Report, entries: Iterable[Entry], *, same: Mapping[str, Company] | None = None) -> list[Note]:
    """
    Add the entries to the issue's watchlist, in their order, and give back the notes.

    `same` says which company a printed name means; its name becomes an alias, so that it is known next time. Other
    names are looked up, and registered if nobody has them. A company that is printed twice gets one note with both.

    Raises ValidationError if such a note gets too long.
    """
    entries = list(entries)
    found = recognise(entry.name for entry in entries)
    companies = {folded(name): company for name, company in (same or {}).items()}
    notes: dict[int, Note] = {}
    for entry in entries:
        key = folded(entry.name)
        if key not in companies:
            known = found[entry.name]
            companies[key] = known.row if known.kind == "known" else register(entry.name, entry.country)
        company = companies[key]
        if found[entry.name].kind != "known" and company.key != key:
            Alias.objects.get_or_create(key=key, defaults={"company": company, "name": entry.name})
        if company.pk in notes:
            notes[company.pk].text = joined(company, notes[company.pk].text, entry.text)
        else:
            notes[company.pk] = Note(report=report, company=company, position=len(notes), text=entry.text)
    return Note.objects.bulk_create(notes.values())


def joined(company: Company, *texts: str) -> str:
    """The texts of one company's lines as one note. Raises ValidationError."""
    text = "; ".join(filter(None, texts))
    most = Note._meta.get_field("text").max_length or 0
    if len(text) > most:
        raise ValidationError(
            f"{company} is printed more than once, and its notes together have {len(text)} characters; "
            f"{most} are the most."
        )
    return text


def register(name: str, country: str = "") -> Company:
    slugs = set(Company.objects.values_list("slug", flat=True))
    return Company.objects.create(name=name, country=country, slug=unique_slug(slug_for(name), slugs))
