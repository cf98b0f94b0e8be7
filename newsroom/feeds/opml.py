"""A list of feeds as a file that readers' programs take in (OPML 2.0)."""

from collections.abc import Iterable
from io import StringIO

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from newsroom.lib.feeds import titled
from newsroom.lib.mailed import absolute
from newsroom.lib.text import printable
from policies.models import Appearance as PolicyAppearance
from reports.models import Edition, ProjectionQuerySet, Section
from watchlist.models import Appearance as CompanyAppearance

Feed = tuple[str, str, str]  # its name, its path, that of its page
MOST_ISSUES = 10  # whose companies and policies are named


def always() -> list[Feed]:
    """The feeds that are there from the first day on."""
    return [
        (_("Issues"), reverse("feed"), reverse("home")),
        *(
            (
                _(str(section.label)),
                reverse("section-feed", args=[section.value]),
                reverse("reports:section", args=[section.value]),
            )
            for section in Section
        ),
        (_("Corrections"), reverse("corrections-feed"), reverse("corrections")),
    ]


def registered(appearances: ProjectionQuerySet, editions: list[Edition], *, of: str, name: str) -> list[Feed]:
    """Of each company or policy that these editions have, by name; `of` and `name` are the fields that tell them."""
    rows = appearances.filter(edition__in=editions).order_by("-place", "position")
    newest = {getattr(row, f"{of}_id"): row for row in reversed(rows)}
    named = sorted(((getattr(row, name), row) for row in newest.values()), key=lambda pair: pair[0].casefold())
    return [(called, reverse(f"{of}-feed", args=[row.slug]), row.url) for called, row in named]


def write() -> str:
    """All that is there from the first day on, and the companies and policies of the newest issues. Three queries."""
    editions = list(Edition.objects.live().newest_first().only("pk")[:MOST_ISSUES])
    out = StringIO()
    xml = SimplerXMLGenerator(out, "utf-8")
    xml.startDocument()
    xml.startElement("opml", {"version": "2.0"})  # type: ignore[arg-type]
    xml.startElement("head", {})  # type: ignore[arg-type]
    xml.addQuickElement("title", printable(settings.SITE_NAME))
    xml.endElement("head")
    xml.startElement("body", {})  # type: ignore[arg-type]
    outlines(xml, always())
    companies = registered(CompanyAppearance.objects.all(), editions, of="company", name="name")
    policies = registered(PolicyAppearance.objects.all(), editions, of="policy", name="title")
    for group, feeds in ((_("Companies"), companies), (_("Policies"), policies)):
        if feeds:
            xml.startElement("outline", {"text": group})  # type: ignore[arg-type]
            outlines(xml, feeds)
            xml.endElement("outline")
    xml.endElement("body")
    xml.endElement("opml")
    return out.getvalue()


def outlines(xml: SimplerXMLGenerator, feeds: Iterable[Feed]) -> None:
    for name, path, page in feeds:
        told = {"type": "rss", "text": printable(titled(name)), "title": printable(titled(name))}
        xml.addQuickElement("outline", None, {**told, "xmlUrl": absolute(path), "htmlUrl": absolute(page)})
