"""Making a new issue from what a text or a person gives for it."""

from collections.abc import Container, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from newsroom.lib.locks import one_at_a_time
from newsroom.lib.richtext import from_paragraphs
from newsroom.lib.slugs import slug_for, unique_slug
from reports.models import Credit, Image, Report, Section, Source, Story, Takeaway
from reports.ranking import rank

BEGINNING = "reports.drafting"


class Draft(NamedTuple):
    """A story to be, as plain text."""

    section: str
    headline: str
    paragraphs: Iterable[str]


@transaction.atomic
def draft(
    *,
    title: str,
    issued_on: date | None = None,
    intro: Iterable[str] = (),
    hero_alt: str = "",
    headings: Mapping[str, str] | None = None,
    stories: Iterable[Draft] = (),
    takeaways: Iterable[str] = (),
    credited: Iterable[str] = (),
    source_digest: str = "",
) -> Report:
    """
    Write a new issue's rows, and give it back. Stories are ranked in their order, section by section.

    Issues are begun one at a time, so that two of one title never choose the same slug. `hero_alt` describes a picture
    whose file is still to come. Sources that are new are registered.
    """
    one_at_a_time(BEGINNING)
    report = Report.objects.create(
        title=title,
        slug=free_slug(title, issued_on),
        issued_on=issued_on,
        intro=from_paragraphs(list(intro)),
        hero=Image.objects.create(alt=hero_alt) if hero_alt else None,
        china_heading=(headings or {}).get(Section.CHINA, ""),
        international_heading=(headings or {}).get(Section.INTERNATIONAL, ""),
        source_digest=source_digest,
    )
    stories = list(stories)
    for section in Section.values:
        rank(
            report,
            section,
            [
                Story(headline=story.headline, body=from_paragraphs(list(story.paragraphs)))
                for story in stories
                if story.section == section
            ],
        )
    Takeaway.objects.bulk_create(
        Takeaway(report=report, position=position, text=text) for position, text in enumerate(takeaways)
    )
    credit(report, credited)
    return report


def free_slug(title: str, issued_on: date | None = None) -> str:
    """A slug from the title that no issue has. A periodical's titles repeat; then the date tells them apart."""
    return free_among(set(Report.objects.values_list("slug", flat=True)), title, issued_on)


def free_among(taken: Container[str], title: str, issued_on: date | None = None) -> str:
    slug = slug_for(title)
    if slug in taken and issued_on:
        slug = f"{slug_for(title, length=69)}-{issued_on.isoformat()}"
    return unique_slug(slug, taken)


def credit(report: Report, names: Iterable[str]) -> None:
    """Credit the sources of these names, each once, in their order."""
    column: Any = Source._meta.get_field("key")
    unique: dict[str, str] = {}
    for name in names:
        unique.setdefault(column.key(name), name)
    for position, (key, name) in enumerate(unique.items()):
        source, _ = Source.objects.get_or_create(key=key, defaults={"name": name})
        Credit.objects.create(report=report, source=source, position=position)
