"""A synthetic archive as editors would publish it: issue by issue, by the verbs, each when its time had come."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import time_machine
from django.db.models import F
from django.utils import timezone

from newsroom.archiving import HOUR, mark_of, register
from newsroom.lib.richtext import from_paragraphs
from newsroom.publishing import publish, withdraw
from newsroom.revising import keep
from newsroom.synthetic import Archive, Change, Issue, address_of, corrected
from policies.tracking import Line, track
from reports.drafting import Draft, draft
from reports.models import Edition, Report
from tests.factories import edit
from watchlist.noting import Entry, note


def publish_one_by_one(archive: Archive, places: Iterable[int]) -> None:
    registered = register(archive.cast)
    for place in places:
        issue = archive.issue(place)
        moment = timezone.make_aware(datetime.combine(issue.issued_on, HOUR))
        with time_machine.travel(moment, tick=False):
            report = drafted(issue, registered.companies, mark_of(archive, place))
            publish(report, by=None)
        for change in issue.changes:
            with time_machine.travel(moment + timedelta(hours=change.hours), tick=False):
                become(issue, report, change)
            issue = corrected(issue, change) if change.paragraphs else issue
    Edition.objects.update(announced_at=F("live_from"))


def drafted(issue: Issue, companies: dict, mark: str) -> Report:
    report = draft(
        title=issue.title,
        issued_on=issue.issued_on,
        intro=issue.intro,
        headings={"china": issue.headings[0], "international": issue.headings[1]},
        stories=[Draft(story.section, story.headline, story.paragraphs) for story in issue.stories],
        takeaways=issue.takeaways,
        credited=issue.credits,
        source_digest=mark,
    )
    note(report, [Entry(name, companies[name].country, text) for name, text in issue.watchlist])
    track(report, [Line(title, detail) for title, detail in issue.policies])
    report.tags.set(issue.tags)
    for row, story in zip(report.stories.order_by("section", "rank"), issue.stories, strict=True):
        row.tags.set(story.tags)
    report.number, report.standfirst = issue.number, issue.standfirst
    report.save()
    keep(report, by=None)
    return report


def become(issue: Issue, report: Report, change: Change) -> None:
    if change.kind == "withdrawal":
        withdraw(report, by=None, note=change.note)
        return
    if change.paragraphs:
        story = report.stories.get(section=issue.stories[0].section, rank=1)
        story.body = from_paragraphs(list(corrected(issue, change).stories[0].paragraphs))  # type: ignore[assignment]
        story.save()
    if change.slug:
        report.slug = address_of(issue.number)
    edit(report)
    publish(report, by=None, kind=change.kind, note=change.note)
