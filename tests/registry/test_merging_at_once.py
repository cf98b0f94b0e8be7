"""Several who merge at once, in real threads: nothing is lost, nobody waits for ever."""

from threading import Event

import pytest
from django.db import transaction

from newsroom.publishing import publish
from newsroom.revising import lock
from reports.models import Edition, Report
from reports.registry import Unmergeable
from tests.factories import CompanyFactory, NoteFactory, complete_issue, edit
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


def issue_naming(*companies: Company) -> Report:
    """One that readers have, whose first story names these; nothing else of it does."""
    report = complete_issue(stories=1, companies=0)
    story = report.stories.get(section="china")
    story.body = "".join(f"<p>{company.name} grows.</p>" for company in companies)
    story.save()
    publish(report, by=None)
    return report


@pytest.mark.parametrize("which", ["the one that goes", "the one that stays"])
def test_a_merge_waits_for_whoever_publishes_an_issue_whose_stories_name(which: str) -> None:
    one, other = CompanyFactory.create(name="One Chips"), CompanyFactory.create(name="Other Chips")
    report = issue_naming(one if which == "the one that goes" else other)
    is_begun, is_merged = Event(), Event()

    def publishing() -> bool:
        with transaction.atomic():
            lock(report)
            is_begun.set()
            has_waited = not is_merged.wait(1)
            Report.objects.filter(pk=report.pk).update(standfirst="More")
            publish(report, by=None)
            return has_waited

    def merging() -> bool:
        is_begun.wait(20)
        merge(one, into=other, by=None)
        is_merged.set()
        return True

    acts = (publishing, merging)
    assert at_once(lambda number: acts[number](), 2) == [True, True]
    assert report.editions.live().get().standfirst == "More"


@pytest.mark.parametrize("turn", range(3))
def test_publishing_saving_and_merging_at_once_end_and_agree(turn: int) -> None:
    one, other = CompanyFactory.create(name="Great Chips"), CompanyFactory.create(name="Small Chips")
    reports = [issue_naming(one, other), issue_naming(other), issue_naming(one)]
    Report.objects.update(standfirst="More")
    acts = [
        lambda: merged(one, other),
        *(lambda report=report: publish(report, by=None) for report in reports),
        lambda: edit(Report.objects.get(pk=reports[0].pk), title="Other words"),
    ]
    at_once(lambda number: acts[number](), len(acts))
    assert list(Company.objects.all()) == [other]
    assert set(StoryAppearance.objects.values_list("company", flat=True)) == {other.pk}
    assert Edition.objects.live().filter(standfirst="More").count() == 3


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
