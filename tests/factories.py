"""
Rows for tests.

The factories make single rows, for tests of one record. What a test needs of a whole issue comes from
`complete_issue`, `edit` and `published`, which go through the same verbs as the desk, the importer and the commands.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import factory
from django.contrib.auth.models import Group, User
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image as Pillow

from comments.models import Comment
from comments.moderating import decide
from comments.submitting import Words, submit
from follow.models import Choice, Follower
from newsroom.announcing import announce_due
from newsroom.publishing import publish
from newsroom.revising import keep
from newsroom.roles import make_missing_roles
from policies.models import Policy, Update
from policies.tracking import Line, track
from reports.drafting import Draft, draft
from reports.images import attach
from reports.models import Credit, Edition, Image, Report, Revision, Section, Source, Story, Takeaway, place_of
from watchlist.models import Company, Note
from watchlist.noting import Entry, note

ISSUED_ON = date(2025, 4, 12)


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    title = factory.Sequence(lambda n: f"Issue {n}")
    slug = factory.Sequence(lambda n: f"factory-issue-{n}")
    issued_on = ISSUED_ON


class StoryFactory(DjangoModelFactory):
    class Meta:
        model = Story

    report = factory.SubFactory(ReportFactory)
    section = Section.CHINA.value
    rank = factory.LazyAttribute(lambda story: story.report.stories.filter(section=story.section).count() + 1)
    headline = factory.Sequence(lambda n: f"Story {n}")
    slug = factory.Sequence(lambda n: f"story-{n}")
    body = "<p>What happened.</p>"


class TakeawayFactory(DjangoModelFactory):
    class Meta:
        model = Takeaway

    report = factory.SubFactory(ReportFactory)
    text = factory.Sequence(lambda n: f"Takeaway {n}")


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"Source {n}")


class CreditFactory(DjangoModelFactory):
    class Meta:
        model = Credit

    report = factory.SubFactory(ReportFactory)
    source = factory.SubFactory(SourceFactory)


class ImageFactory(DjangoModelFactory):
    """A picture without a file; `picture()` makes one with."""

    class Meta:
        model = Image

    alt = factory.Sequence(lambda n: f"Picture {n}")


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")
    slug = factory.Sequence(lambda n: f"factory-company-{n}")
    country = "China"


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = Note

    report = factory.SubFactory(ReportFactory)
    company = factory.SubFactory(CompanyFactory)
    text = factory.Sequence(lambda n: f"Note {n}")


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = Policy

    title = factory.Sequence(lambda n: f"Policy {n}")
    slug = factory.Sequence(lambda n: f"factory-policy-{n}")
    jurisdiction = "EU"


class UpdateFactory(DjangoModelFactory):
    class Meta:
        model = Update

    report = factory.SubFactory(ReportFactory)
    policy = factory.SubFactory(PolicyFactory)
    detail = factory.Sequence(lambda n: f"Detail {n}")


class RevisionFactory(DjangoModelFactory):
    """A bare row; a real one comes from `newsroom.revising.keep`."""

    class Meta:
        model = Revision

    report = factory.SubFactory(ReportFactory)
    number = factory.Sequence(lambda n: n + 1)
    content = factory.LazyFunction(dict)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    schema = 2


class EditionFactory(DjangoModelFactory):
    """A bare row, for tests of the database alone; a real one comes from `published`."""

    class Meta:
        model = Edition

    report = factory.SubFactory(ReportFactory)
    revision = factory.SubFactory(RevisionFactory, report=factory.SelfAttribute("..report"))
    kind = Edition.Kind.FIRST
    slug = factory.SelfAttribute("report.slug")
    title = factory.SelfAttribute("report.title")
    issued_on = ISSUED_ON
    place = factory.LazyAttribute(lambda edition: place_of(edition.issued_on, edition.report.pk))


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person-{n}")
    is_staff = True


def person(role: str = "", **fields: Any) -> User:
    """Somebody of the staff with a role of newsroom.roles ("Writer", "Editor"), or with none."""
    user = UserFactory.create(**fields)
    if role:
        make_missing_roles()
        user.groups.add(Group.objects.get(name=role))
    return user


def picture_bytes(width: int = 640, height: int = 400, colour: str = "teal", kind: str = "JPEG") -> BytesIO:
    """A file with a picture, at its beginning."""
    out = BytesIO()
    Pillow.new("RGB", (width, height), colour).save(out, kind)
    out.seek(0)
    return out


def picture(width: int = 640, height: int = 400, *, colour: str = "teal", **fields: Any) -> Image:
    """A picture with its file and all its renditions, as the desk stores it."""
    return attach(ImageFactory.create(**fields), picture_bytes(width, height, colour))


def complete_issue(
    *,
    title: str = "AI & Robotics",
    issued_on: date | None = ISSUED_ON,
    stories: int = 3,
    companies: Sequence[str] | int = 3,
    policies: Sequence[str] | int = 3,
    tags: Iterable[str] = ("Chips",),
    story_tags: Iterable[str] = ("Robots",),
    hero: Image | None = None,
    by: User | None = None,
    **fields: Any,
) -> Report:
    """
    A whole issue that could be published: `stories` in each section, and everything else that an issue may have.

    Companies and policies are names, or how many; the names are the same for every issue, so issues share them.
    `fields` are set on the report itself. Its first revision is kept, as at the desk.
    """
    report = draft(
        title=title,
        issued_on=issued_on,
        intro=[f"What {title} is about.", "And a second paragraph."],
        stories=[
            Draft(section.value, f"{section.label} story {n} of {title}", [f"Body of {section} {n}.", "More of it."])
            for section in Section
            for n in range(1, stories + 1)
        ],
        takeaways=[f"Takeaway {n} of {title}" for n in (1, 2, 3)],
        credited=["Reuters", "Xinhua"],
    )
    if isinstance(companies, int):
        companies = [f"Company {n}" for n in range(1, companies + 1)]
    if isinstance(policies, int):
        policies = [f"Policy {n}" for n in range(1, policies + 1)]
    note(report, [Entry(name, "China", f"What {title} says of {name}") for name in companies])
    track(report, [Line(name, f"Where {title} sees {name}") for name in policies])
    report.tags.set(list(tags))
    for story in report.stories.all():
        story.tags.set(list(story_tags))
    edit(report, by=by, hero=hero, **fields)
    return report


def edit(report: Report, *, by: User | None = None, **fields: Any) -> Revision:
    """Set fields of the issue and keep a revision, as a save at the desk does."""
    for name, value in fields.items():
        setattr(report, name, value)
    report.refresh_from_db(fields=["stage"])
    report.save()
    return keep(report, by=by)


def published(
    report: Report | None = None, *, by: User | None = None, at: datetime | None = None, **issue: Any
) -> Edition:
    """The edition of an issue that is published now, or scheduled `at`; without one, of a new `complete_issue`."""
    return publish(report or complete_issue(by=by, **issue), by=by, at=at)


def commented(
    report: Report,
    *,
    name: str = "Reader",
    email: str = "reader@example.org",
    body: str = "Well said.",
    site: str = "",
    wants_mail: bool = False,
    parent: Comment | None = None,
    network: str = "a network",
) -> Comment:
    """A reader's comment on a live issue, as the form takes it in: held, as nobody has set other rules."""
    words = Words(name=name, email=email, body=body, site=site, wants_mail=wants_mail)
    edition = report.editions.live().get()
    comment, _ = submit(edition, words, parent_pk=parent.pk if parent else None, network=network)
    return comment


def approved(report: Report, **words: Any) -> Comment:
    """A comment that a moderator has approved, so that readers see it."""
    comment = commented(report, **words)
    decide([(comment.pk, comment.version)], "approve", by=None)
    comment.refresh_from_db()
    return comment


def follower(email: str = "follower@example.org", *choices: str | tuple[str, int], **fields: Any) -> Follower:
    """Somebody who confirmed to follow these, each by its kind or with the number of a row; every issue by default."""
    row = Follower(**{"confirmed_at": timezone.now(), "consent_text": "I want this.", "source": "/follow/", **fields})
    row.set_email(email)
    row.save()
    pairs = [choice if isinstance(choice, tuple) else (choice, 0) for choice in choices or ("issues",)]
    Choice.objects.bulk_create(Choice(follower=row, kind=kind, ref=ref) for kind, ref in pairs)
    return row


def announced(report: Report | None = None, **issue: Any) -> Edition:
    """An edition that is published and announced, so that mail about it is due."""
    edition = published(report, **issue)
    announce_due()
    return edition
