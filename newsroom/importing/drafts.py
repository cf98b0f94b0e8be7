"""From an issue that was read to rows on the desk, through each app's own verbs."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from newsroom.audit import Did, record
from newsroom.importing.parsed import ParsedIssue
from newsroom.lib.fields import room
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from newsroom.lib.text import printable
from newsroom.revising import keep
from policies.models import Policy, Update
from policies.tracking import Line, track
from reports.drafting import BEGINNING, Draft, draft
from reports.models import Image, Report, Source, Story, Takeaway
from watchlist.models import Company, Note
from watchlist.noting import Entry, note


class Unimportable(Exception):
    """Why an issue can't become a draft; `reasons` are whole sentences."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


class AlreadyImported(Exception):
    """More issues were made of this text than its importer knows of; `report` is the first, `copies` their number."""

    def __init__(self, report: Report, copies: int) -> None:
        self.report, self.copies = report, copies
        super().__init__(_("This text was imported before: “%(title)s”.") % {"title": report.title})


def digest_of(text: str) -> str:
    """The fingerprint by which a text is known again, whatever its line ends and outer white space."""
    lines = (line.strip() for line in printable(text.removeprefix("\ufeff")).strip().split("\n"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def made_from(text: str) -> QuerySet[Report]:
    """The issues that were made from this text, the first one first."""
    return Report.objects.filter(source_digest=digest_of(text)).order_by("pk")


def earlier(text: str) -> Report | None:
    """The issue that was made from the same text before, if it is still there."""
    return made_from(text).first()


def save_draft(
    issue: ParsedIssue,
    *,
    by: Any,
    source: str = "",
    companies: Mapping[str, Company] | None = None,
    policies: Mapping[str, Policy] | None = None,
    copies: int | None = None,
) -> Report:
    """
    Save an issue as a draft: all of it or nothing.

    `source` is the text it was read from, by which the draft is found again. `companies` and `policies` say which
    registered ones printed names mean; others are known by name, or new. Ranks follow the printed order. `copies` is
    how many issues of this text the importer knows of (None: however many there are).

    Raises PermissionDenied, AlreadyImported if there are more copies by now, and Unimportable if the issue has errors
    or something does not fit.
    """
    require(by, "reports.add_report")
    errors = [problem.through(_) for problem in issue.problems if problem.level == "error"]
    if reasons := errors or list(too_long(issue)):
        raise Unimportable(reasons)
    try:
        return write(issue, by=by, source=source, companies=companies, policies=policies, copies=copies)
    except ValidationError as refused:
        raise Unimportable(refused.messages) from refused


@transaction.atomic
def write(
    issue: ParsedIssue,
    *,
    by: Any,
    source: str,
    companies: Mapping[str, Company] | None,
    policies: Mapping[str, Policy] | None,
    copies: int | None,
) -> Report:
    """The rows, each app's by its own verb. Raises ValidationError and AlreadyImported, having written nothing."""
    one_at_a_time(BEGINNING)  # from the look for copies to the end, as for the slug and the names of registries
    if source and copies is not None and len(there := list(made_from(source))) > copies:
        raise AlreadyImported(there[0], len(there))
    report = draft(
        title=issue.title,
        issued_on=issue.issued_on,
        intro=issue.intro,
        hero_alt=issue.hero_alt,
        headings={str(section): heading for section, heading in issue.headings.items()},
        stories=(Draft(story.section, story.headline, story.paragraphs) for story in issue.stories),
        takeaways=(takeaway.text for takeaway in issue.takeaways),
        credited=issue.credits,
        source_digest=digest_of(source) if source else "",
    )
    note(report, (Entry(line.company, line.country, line.note) for line in issue.watchlist), same=companies)
    track(report, (Line(line.name, line.detail or "") for line in issue.policies), same=policies)
    keep(report, by=by, note="Imported")
    record(Did.IMPORT, by=by, what=report)
    return report


def too_long(issue: ParsedIssue) -> Iterator[str]:
    """A sentence for each piece that has no room in its column."""

    pieces: list[tuple[str, str, int]] = [
        (_("The title"), issue.title, room(Report, "title")),
        (_("The picture's description"), issue.hero_alt, room(Image, "alt")),
        *((_("The section heading"), heading, room(Report, "china_heading")) for heading in issue.headings.values()),
        *(
            (_("Line %(number)d: the headline") % {"number": story.line}, story.headline, room(Story, "headline"))
            for story in issue.stories
        ),
        *(
            (_("Line %(number)d: the takeaway") % {"number": line.line}, line.text, room(Takeaway, "text"))
            for line in issue.takeaways
        ),
        *((_("The credit"), name, room(Source, "name")) for name in issue.credits),
        *(
            (_("Line %(number)d: the company") % {"number": line.line}, line.company, room(Company, "name"))
            for line in issue.watchlist
        ),
        *(
            (_("Line %(number)d: the country") % {"number": line.line}, line.country, room(Company, "country"))
            for line in issue.watchlist
        ),
        *(
            (_("Line %(number)d: the note") % {"number": line.line}, line.note, room(Note, "text"))
            for line in issue.watchlist
        ),
        *(
            (_("Line %(number)d: the policy") % {"number": line.line}, line.name, room(Policy, "title"))
            for line in issue.policies
        ),
        *(
            (_("Line %(number)d: the detail") % {"number": line.line}, line.detail or "", room(Update, "detail"))
            for line in issue.policies
        ),
    ]
    for what, text, most in pieces:
        if len(text) > most:
            said = _("%(what)s has %(number)d characters; %(most)d are the most: “%(beginning)s…”")
            yield said % {"what": what, "number": len(text), "most": most, "beginning": text[:40]}
