"""Several who merge at once, in real threads: nothing is lost, nobody waits for ever."""

import pytest

from newsroom.publishing import publish
from reports.registry import Unmergeable
from tests.factories import CompanyFactory, NoteFactory, complete_issue
from tests.together import at_once
from watchlist.merging import merge
from watchlist.models import Company, Mention, MergedCompany, Note, StoryAppearance

pytestmark = pytest.mark.django_db(transaction=True)


def merged(one: Company, other: Company) -> bool:
    try:
        merge(one, into=other, by=None)
    except Unmergeable:
        return False
    return True


def test_each_into_the_other_leaves_one_with_everything() -> None:
    one, other = CompanyFactory.create(name="One"), CompanyFactory.create(name="Other")
    report = NoteFactory.create(company=one, text="Of one").report
    NoteFactory.create(company=other, text="Of other", report=report)
    for company in (one, other, one, other):
        NoteFactory.create(company=company)
    pairs = [(one, other), (other, one)]
    assert sorted(at_once(lambda number: merged(*pairs[number]), 2)) == [False, True]
    left = Company.objects.get()
    assert Note.objects.filter(company=left).count() == 5
    assert sorted(report.notes.get().text.split("; ")) == ["Of one", "Of other"]
    assert MergedCompany.objects.get().into == left
    assert left.aliases.count() == 1


def test_the_same_button_pressed_by_several_merges_once() -> None:
    one, other = CompanyFactory.create(), CompanyFactory.create()
    NoteFactory.create(company=one)
    assert sorted(at_once(lambda number: merged(one, other), 4)) == [False, False, False, True]
    assert Note.objects.get().company == other


def test_round_and_round_leaves_one() -> None:
    rows = [CompanyFactory.create() for _ in range(3)]
    for row in rows:
        NoteFactory.create(company=row)
    at_once(lambda number: merged(rows[number], rows[(number + 1) % 3]), 3)
    assert Note.objects.count() == 3
    left = set(Company.objects.values_list("pk", flat=True))
    assert {row.into_id for row in MergedCompany.objects.all()} <= left, "nothing leads to what is gone"
    assert len(left) + MergedCompany.objects.count() == 3


@pytest.mark.parametrize("again", range(3))
def test_an_issue_that_names_one_in_a_story_alone_is_published_meanwhile(again: int) -> None:
    report = complete_issue(companies=["Other"])
    other, one = Company.objects.get(name="Other"), CompanyFactory.create(name="One")
    story = report.stories.get(section="china", rank=1)
    story.headline = "One grows"
    story.save()
    acts = [lambda: merge(one, into=other, by=None), lambda: publish(report, by=None)]
    at_once(lambda number: acts[number]() and None, 2)
    assert {row.company_id for row in StoryAppearance.objects.all()} == {other.pk}
    assert {mention.company_id for mention in Mention.objects.all()} == {other.pk}
    assert {row.slug for row in report.editions.get().stories.get(section="china", rank=1).companies.all()} == {"other"}
