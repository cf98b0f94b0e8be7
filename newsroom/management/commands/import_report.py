"""Import an issue from a text file, through the importer that the desk uses."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from follow.mailing import cover_of, prepare
from newsroom.importing import ParsedIssue, parse
from newsroom.importing.decoding import MAX_BYTES, UnreadableText, decode
from newsroom.importing.drafts import AlreadyImported, Unimportable, earlier, save_draft, too_long
from newsroom.lib.mailed import absolute
from newsroom.lib.slugs import slug_for
from newsroom.publishing import Unpublishable, publish
from reports.models import Report


class Command(BaseCommand):
    help = (
        "Read an issue from FILE (plain text, Markdown or HTML; - for standard input) and save it as a draft. "
        "The same text is imported once: a second time, its draft is named. Exit status: 0 if it can be imported, "
        "1 if not, 2 for a wrong call."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file to read, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="only say what was understood; save nothing")
        parser.add_argument("--publish", action="store_true", help="publish the issue at once; no mail is sent")
        parser.add_argument("--mail", action="store_true", help="with --publish: send it to the followers too")
        parser.add_argument(
            "--override", metavar="REASON", default="", help="with --publish: publish in spite of what the checks find"
        )
        parser.add_argument("--format", choices=("text", "json"), default="text", help="how to say it")

    override = ""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["override"] and not options["publish"]:
            raise CommandError("--override goes with --publish: nothing else is stopped by checks.", returncode=2)
        if options["mail"] and not options["publish"]:
            raise CommandError("--mail goes with --publish: what readers don't have is sent to nobody.", returncode=2)
        text = self.read(options["file"])
        issue = parse(text)
        report = earlier(text) if issue.importable else None
        reasons = list(too_long(issue)) if issue.importable else ["This can't be imported; its problems say why."]
        if not reasons and not options["dry_run"]:
            self.override = options["override"]
            report, reasons = self.save(issue, text, report, publishing=options["publish"], mailing=options["mail"])
        if options["format"] == "json":
            facts = issue.as_dict()
            slug = report.slug if report else slug_for(issue.title)
            self.stdout.write(
                json.dumps({"title": facts.pop("title"), "slug": slug, **facts}, ensure_ascii=False, indent=2)
            )
        else:
            self.describe(issue, report, dry_run=options["dry_run"])
        if reasons:
            raise CommandError(" ".join(reasons))

    def read(self, name: str) -> str:
        try:
            with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)  # one byte more tells that it is too large, even if it never ends
        except OSError as fault:
            raise CommandError(f"{name} can't be read: {fault.strerror}.") from None
        if len(data) > MAX_BYTES:
            raise CommandError(f"{name} has more than {MAX_BYTES // 1024 // 1024} MB, the most the importer reads.")
        try:
            return decode(data)
        except UnreadableText as fault:
            raise CommandError(str(fault)) from None

    def save(
        self, issue: ParsedIssue, text: str, report: Report | None, *, publishing: bool, mailing: bool
    ) -> tuple[Report | None, list[str]]:
        """The issue's draft, and why not all that was asked could be done."""
        try:
            report = report or self.draft(issue, text)
            if publishing:
                self.publish(report, mailing=mailing)
        except Unimportable as refused:
            return None, refused.reasons
        except Unpublishable as refused:
            return report, ["It is saved as a draft, but can't be published.", *refused.reasons]
        return report, []

    @transaction.atomic
    def publish(self, report: Report, *, mailing: bool) -> None:
        """Whoever imports a hundred old issues means to fill the archive, and nobody's mailbox, unless he says so."""
        if not report.editions.filter(announced_at__isnull=False).exists():
            cover = cover_of(report)
            prepare(report, subject=cover.subject, preheader=cover.preheader, is_silent=not mailing, by=None)
        publish(report, by=None, override=self.override)

    def draft(self, issue: ParsedIssue, text: str) -> Report:
        try:
            return save_draft(issue, by=None, source=text, copies=0)
        except AlreadyImported as found:  # by somebody else in this very moment
            return found.report

    def describe(self, issue: ParsedIssue, report: Report | None, *, dry_run: bool) -> None:
        for problem in issue.problems:
            style = self.style.ERROR if problem.level == "error" else self.style.WARNING
            place = f"line {problem.line}: " if problem.line else ""
            self.stdout.write(style(f"{place}{problem.level}: {problem.message}"))
        counts = [
            f"{sum(story.section == 'china' for story in issue.stories)} China stories",
            f"{sum(story.section == 'international' for story in issue.stories)} International stories",
            f"{len(issue.takeaways)} takeaways",
            f"{len(issue.credits)} credits",
            f"{len(issue.watchlist)} companies",
            f"{len(issue.policies)} policies",
            f"{len(issue.ignored)} lines left out",
        ]
        self.stdout.write(f"{issue.title or 'No title'} ({issue.issued_on or 'no date'})")
        self.stdout.write(", ".join(counts))
        if report:
            self.stdout.write(f"{'There already is' if dry_run else 'On the desk'}: {report.slug}")
            if live := report.editions.live().without_article().first():
                self.stdout.write(f"Readers have it: {absolute(live.url)}")
