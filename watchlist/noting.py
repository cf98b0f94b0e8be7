"""Writing what an issue says of companies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.lib.fields import room
from newsroom.lib.text import folded
from reports.models import Report
from reports.registry import Registry, joined
from reports.using import LISTED, Use, dated
from watchlist.models import Alias, Appearance, Company, Mention, MergedCompany, Note


def stories_naming(company: Company) -> list[Use]:
    """The stories that name a company, as far as no editor refused it, with the page where that is decided."""
    named = Mention.objects.told().filter(company=company).select_related("story__report")
    named = named.order_by(F("story__report__issued_on").desc(nulls_first=True), "-story__report__pk", "story__pk")
    found = [
        Use(
            dated(_("Story “%(headline)s”") % {"headline": mention.story.headline}, mention.story.report.issued_on),
            reverse("admin:reports_report_mentions", args=[mention.story.report_id]),
        )
        for mention in named[:LISTED]
    ]
    more = named.count() - LISTED
    said = ngettext("%(number)d more story", "%(number)d more stories", more)
    return [*found, Use(said % {"number": more})] if more > 0 else found


def issues_naming(companies: Sequence[int]) -> Iterable[int]:
    """The issues with a story that names any of these companies, decided or not."""
    return Mention.objects.filter(company__in=companies).values_list("story__report", flat=True)


COMPANIES = Registry(
    Company,
    Alias,
    label="name",
    of="company",
    lines=Note,
    text="text",
    appearances=Appearance,
    merged=MergedCompany,
    used=stories_naming,
    issues=issues_naming,
)
recognise = COMPANIES.recognise


class Entry(NamedTuple):
    """A line of a printed watchlist. The country and the text may be empty."""

    name: str
    country: str
    text: str


@transaction.atomic
def note(report: Report, entries: Iterable[Entry], *, same: Mapping[str, Company] | None = None) -> list[Note]:
    """
    Add the entries to the issue's watchlist, in their order, and give back the notes.

    `same` says which company a printed name means; its name becomes an alias, so that it is known next time. Other
    names are looked up, and registered if nobody has them. A company that is printed twice gets one note with both.
    A country that is printed is the company's from now on, also if the registry had another; what is published
    keeps the one it had.

    Raises ValidationError if such a note gets too long.
    """
    printed = COMPANIES.settle(entries, same=same)
    for company, lines in printed.items():
        for line in lines:
            place(company, line.country)
    most = room(Note, "text")
    return Note.objects.bulk_create(
        Note(
            report=report,
            company=company,
            position=position,
            text=joined(company, _("notes"), (line.text for line in lines), most=most),
        )
        for position, (company, lines) in enumerate(printed.items())
    )


def place(company: Company, country: str) -> None:
    """Keep the country that is printed, unless it is empty or the same but for its case."""
    if country and folded(country) != folded(company.country):
        company.country = country
        company.save(update_fields=["country"])
