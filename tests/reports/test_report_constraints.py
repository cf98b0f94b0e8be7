"""What the database itself refuses, whoever writes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from reports.models import Edition, Image, Report, Revision, Source, Story
from tests.factories import (
    CreditFactory,
    EditionFactory,
    ImageFactory,
    ReportFactory,
    RevisionFactory,
    SourceFactory,
    StoryFactory,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 4, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def refused(constraint: str | None = None) -> pytest.RaisesExc[IntegrityError]:
    return pytest.raises(IntegrityError, match=constraint)


def test_two_issues_at_one_address() -> None:
    ReportFactory.create(slug="a")
    with refused("slug"):
        Report.objects.bulk_create([Report(title="Other", slug="a")])


def test_two_issues_with_one_number_but_many_with_none() -> None:
    ReportFactory.create_batch(2, number=None)
    ReportFactory.create(number=1)
    with refused("number"):
        ReportFactory.create(number=1)


def test_two_stories_at_one_rank() -> None:
    story = StoryFactory.create(section="china", rank=1)
    StoryFactory.create(report=story.report, section="international", rank=1)
    StoryFactory.create(section="china", rank=1)
    with refused("rank"):
        StoryFactory.create(report=story.report, section="china", rank=1)


def test_two_stories_at_one_address_of_an_issue() -> None:
    story = StoryFactory.create(slug="a")
    StoryFactory.create(slug="a")
    with refused("slug"):
        StoryFactory.create(report=story.report, section="international", slug="a")


def test_a_story_in_no_section() -> None:
    with refused("story_section_known"):
        StoryFactory.create(section="europe")


def test_ranks_are_unique_by_update_too() -> None:
    first = StoryFactory.create(section="china", rank=1)
    second = StoryFactory.create(report=first.report, section="china", rank=2)
    with refused("rank"):
        Story.objects.filter(pk=second.pk).update(rank=1)


def test_one_source_credited_twice() -> None:
    credit = CreditFactory.create()
    CreditFactory.create(report=credit.report)
    with refused():
        CreditFactory.create(report=credit.report, source=credit.source)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reuters", "REUTERS"),
        ("Émile", "éMILE"),
        ("E\u0301mile", "émile"),
        ("Ｘinhua", "xINHUA"),
        ("Der Spiegel", " der  spiegel "),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_two_sources_with_one_name(one: str, other: str) -> None:
    SourceFactory.create(name=one)
    with refused("key"):
        Source.objects.bulk_create([Source(name=other)])


def test_a_name_that_grows_when_it_is_folded_still_fits() -> None:
    assert SourceFactory.create(name="ß" * 250).key.startswith("ssss")


def test_a_picture_neither_described_nor_decorative() -> None:
    with refused("image_described_or_decorative"):
        Image.objects.bulk_create([Image(alt=" \n ")])


def test_a_picture_loses_its_description() -> None:
    picture = ImageFactory.create(alt="A robot")
    with refused("image_described_or_decorative"), transaction.atomic():
        Image.objects.filter(pk=picture.pk).update(alt="")
    Image.objects.filter(pk=picture.pk).update(alt="", decorative=True)


def test_two_revisions_with_one_number() -> None:
    revision = RevisionFactory.create(number=1)
    RevisionFactory.create(number=1)
    with refused("number"):
        Revision.objects.create(report=revision.report, number=1, content={}, digest="x", schema=1)


def test_an_edition_that_ends_before_it_begins() -> None:
    with refused("edition_span_forward"):
        EditionFactory.create(live_from=NOON, live_until=NOON - HOUR)


def test_two_editions_without_an_end() -> None:
    edition = EditionFactory.create(live_from=NOON)
    EditionFactory.create(live_from=NOON)
    # PostgreSQL may name the exclusion, which holds as well.
    with refused():
        EditionFactory.create(report=edition.report, live_from=NOON + HOUR)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("begins", "ends"),
    [(0, 4), (1, 2), (-1, 1), (3, 5), (-1, 5), (1, None), (-1, None)],
)
def test_editions_that_overlap(begins: int, ends: int | None) -> None:
    edition = EditionFactory.create(live_from=NOON, live_until=NOON + 4 * HOUR)
    with refused("edition_spans_never_overlap"):
        EditionFactory.create(
            report=edition.report,
            live_from=NOON + begins * HOUR,
            live_until=None if ends is None else NOON + ends * HOUR,
        )


@pytest.mark.postgres
def test_an_edition_made_longer_over_the_next() -> None:
    edition = EditionFactory.create(live_from=NOON, live_until=NOON + HOUR)
    EditionFactory.create(report=edition.report, live_from=NOON + HOUR)
    with refused("edition_spans_never_overlap"):
        Edition.objects.filter(pk=edition.pk).update(live_until=NOON + 2 * HOUR)


def test_editions_may_follow_each_other_without_a_gap() -> None:
    edition = EditionFactory.create(live_from=NOON, live_until=NOON + HOUR)
    # One that was replaced in the instant in which it began: an empty span.
    EditionFactory.create(report=edition.report, live_from=NOON + HOUR, live_until=NOON + HOUR)
    EditionFactory.create(report=edition.report, live_from=NOON + HOUR)
    EditionFactory.create(live_from=NOON)  # and another issue's at the same time
    for moment in (NOON, NOON + HOUR / 2, NOON + HOUR, NOON + 9 * HOUR):
        assert Edition.objects.current(moment).filter(report=edition.report).count() == 1


@pytest.mark.parametrize("keeper", ["revision", "author"])
def test_what_readers_had_is_never_deleted(keeper: str, django_user_model) -> None:
    edition = EditionFactory.create(live_from=NOON, published_by=django_user_model.objects.create(username="a"))
    gone = {"revision": edition.revision, "author": edition.published_by}[keeper]
    with pytest.raises(IntegrityError):
        gone.delete()
