"""Proposing the companies that stories name, and keeping what an editor decided."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.models import Story
from tests.factories import CompanyFactory, ReportFactory, StoryFactory
from watchlist.mentioning import propose_mentions
from watchlist.models import Alias, Mention

pytestmark = pytest.mark.django_db
PROPOSED, CONFIRMED, REFUSED = Mention.State.PROPOSED, Mention.State.CONFIRMED, Mention.State.REFUSED


def mentions(story: Story) -> set[tuple[str, str]]:
    return {(mention.company.name, mention.state) for mention in story.mentions.select_related("company")}


def test_headline_and_text_are_searched_for_names_and_aliases() -> None:
    huawei = CompanyFactory.create(name="Huawei")
    Alias.objects.create(company=huawei, name="华为")
    CompanyFactory.create(name="AT&T")
    CompanyFactory.create(name="Paragraph")
    story = StoryFactory.create(headline="今日华为公司发布", body="<p>With <b>AT&amp;T</b>, and Huawei again.</p>")
    other = StoryFactory.create(report=story.report, headline="Nobody", body='<p><a href="https://huawei">link</a></p>')
    propose_mentions(story.report)
    assert mentions(story) == {("Huawei", PROPOSED), ("AT&T", PROPOSED)}
    assert mentions(other) == set()


def test_a_name_comes_before_an_alias_of_another() -> None:
    meta = CompanyFactory.create(name="Meta")
    Alias.objects.create(company=CompanyFactory.create(name="Metal Works"), name="META")
    story = StoryFactory.create(headline="Meta grows")
    propose_mentions(story.report)
    assert story.mentions.get().company == meta


def test_what_an_editor_decided_stays() -> None:
    yes, no, gone = (CompanyFactory.create(name=name) for name in ("Yes", "No", "Gone"))
    story = StoryFactory.create(headline="No news: “Yes” it is", body="")
    Mention.objects.create(story=story, company=no, state=REFUSED)
    Mention.objects.create(story=story, company=gone, state=CONFIRMED)
    propose_mentions(story.report)
    assert mentions(story) == {("Yes", PROPOSED), ("No", REFUSED), ("Gone", CONFIRMED)}
    story.headline = "Nothing"
    story.save()
    propose_mentions(story.report)
    assert mentions(story) == {("No", REFUSED), ("Gone", CONFIRMED)}, "a proposal goes with its name"
    assert yes.mentions.count() == 0


def test_another_issue_is_left_alone() -> None:
    company = CompanyFactory.create(name="Apple")
    other = Mention.objects.create(story=StoryFactory.create(headline="No name"), company=company)
    propose_mentions(StoryFactory.create(headline="Apple").report)
    assert Mention.objects.filter(pk=other.pk).exists()
    assert company.mentions.count() == 2


@pytest.mark.parametrize("many", [1, 3])
def test_proposing_costs_the_same_however_much_there_is(many: int) -> None:
    report = ReportFactory.create()
    for number in range(many):
        CompanyFactory.create(name=f"Company{number}")
        StoryFactory.create(report=report, headline=" ".join(f"Company{n}" for n in range(many)))
    with CaptureQueriesContext(connection) as queries:
        propose_mentions(report)
    assert Mention.objects.count() == many * many
    changed = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "DELETE", "UPDATE"))]
    assert len(changed) == 1
    with CaptureQueriesContext(connection) as again:
        propose_mentions(report)
    assert len([query for query in again if query["sql"].startswith("SELECT")]) == 4
    assert not [query for query in again if query["sql"].startswith(("INSERT", "DELETE", "UPDATE"))]
