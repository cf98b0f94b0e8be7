"""Rows that are written without instances are the same rows, and no less checked."""

from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from newsroom.lib.rows import insert
from reports.models import Edition, EditionTag
from tests.factories import CompanyFactory, complete_issue, published
from watchlist.models import StoryAppearance

pytestmark = pytest.mark.django_db
TAG = ("edition_id", "place", "story_id", "name", "slug")


@pytest.fixture
def edition() -> Edition:
    edition = published(complete_issue())
    EditionTag.objects.all().delete()
    StoryAppearance.objects.all().delete()
    return edition


def test_every_kind_of_value_comes_back_as_it_went_in(edition: Edition, django_assert_num_queries: Any) -> None:
    story, company = edition.stories.first(), CompanyFactory()
    named: dict[str, Any] = {
        "edition_id": edition.pk,
        "place": edition.place,
        "story_id": story.pk,
        "company_id": company.pk,
        "name": "L’Oréal, “the” O'Neill \\ {%s} 华为 😀",
        "slug": "华为",
        "spellings": ["Huawei", "华'为\"", ""],
        "section": "china",
        "rank": 3,
    }
    with django_assert_num_queries(1):
        insert(StoryAppearance, tuple(named), [tuple(named.values())])
    (stored,) = StoryAppearance.objects.values(*named)
    assert stored == named
    StoryAppearance.objects.all().delete()
    StoryAppearance.objects.bulk_create([StoryAppearance(**named)])
    assert StoryAppearance.objects.values(*named).get() == stored


def test_nothing_is_not_zero_or_blank(edition: Edition) -> None:
    story = edition.stories.first()
    insert(EditionTag, TAG, [(edition.pk, 1, None, "Chips", "chips"), (edition.pk, 2, story.pk, "", "")])
    assert list(EditionTag.objects.order_by("place").values_list("story", "name")) == [(None, "Chips"), (story.pk, "")]


def test_any_number_is_one_statement_and_none_is_none(edition: Edition, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        insert(EditionTag, TAG, ((edition.pk, place, None, "Chips", "chips") for place in range(3000)))
    assert list(EditionTag.objects.order_by("pk").values_list("place", flat=True)) == list(range(3000))
    with django_assert_num_queries(0):
        insert(EditionTag, TAG, [])


def test_what_the_table_does_not_allow_is_refused(edition: Edition) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(EditionTag, TAG, [(edition.pk, None, None, "Chips", "chips")])
    with transaction.atomic():
        insert(EditionTag, TAG, [(edition.pk + 1, 1, None, "Chips", "chips")])
        with pytest.raises(IntegrityError):
            connection.check_constraints()  # as at the end of a transaction
        transaction.set_rollback(True)
    if connection.vendor == "postgresql":  # which alone knows how long a text may be
        with pytest.raises(DataError), transaction.atomic():
            insert(EditionTag, TAG, [(edition.pk, 1, None, "C" * 101, "chips")])
    with pytest.raises(ValueError, match="shorter"):
        insert(EditionTag, TAG, [(edition.pk, 1, None, "Chips", "chips"), (edition.pk,)])
    assert not EditionTag.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NULL",
        "null",
        "{}",
        "{a,b}",
        'a"b',
        "a\\b",
        '\\"',
        "\\\\",
        "a,b",
        "line\nfeed\ttab\r",
        "'",
        "%s %%",
        "中文 😀 é",
    ],
)
def test_no_text_is_taken_for_a_sign(edition: Edition, text: str) -> None:
    insert(EditionTag, TAG, [(edition.pk, 1, None, text, "a"), (edition.pk, 2, None, "after", text)])
    assert list(EditionTag.objects.order_by("place").values_list("name", "slug")) == [(text, "a"), ("after", text)]
