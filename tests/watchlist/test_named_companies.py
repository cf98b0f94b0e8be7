"""The companies that a story names, on the story's own page."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.publishing import publish, withdraw
from reports.models import Edition, EditionStory, Report
from tests.factories import CompanyFactory, complete_issue, published
from watchlist.models import Company, Mention

pytestmark = pytest.mark.django_db


def naming(report: Report, *names: str, state: str = Mention.State.CONFIRMED) -> Report:
    """The issue's first China story names these companies."""
    story = report.stories.get(section="china", rank=1)
    for name in names:
        company = Company.objects.filter(name=name).first() or CompanyFactory.create(name=name, slug=name.lower())
        Mention.objects.create(story=story, company=company, state=state)
    return report


def first(edition: Edition) -> EditionStory:
    return edition.stories.get(section="china", rank=1)


def shown(story: EditionStory) -> str:
    return Template("{% load watchlist_tags %}{% named_companies story %}").render(Context({"story": story}))


def links(story: EditionStory) -> list[tuple[str, str]]:
    return re.findall(r'<a href="([^"]+)">([^<]+)</a>', shown(story))


def test_companies_that_have_a_page_are_linked_by_name() -> None:
    published(title="Before", issued_on=date(2024, 1, 1), companies=["Zeta", "AT&T", "Other"])
    edition = publish(naming(complete_issue(companies=0), "Zeta", "AT&T"), by=None)
    assert links(first(edition)) == [("/companies/att/", "AT&amp;T"), ("/companies/zeta/", "Zeta")]
    assert shown(edition.stories.get(section="china", rank=2)).strip() == ""


def test_a_company_that_no_live_watchlist_has_is_left_out() -> None:
    edition = publish(naming(complete_issue(companies=0), "Nowhere", "Drafted", "Scheduled", "Withdrawn"), by=None)
    complete_issue(title="Draft", companies=["Drafted"])
    published(title="Scheduled", companies=["Scheduled"], at=timezone.now() + timedelta(days=1))
    withdraw(published(title="Withdrawn", companies=["Withdrawn"]).report, by=None)
    assert links(first(edition)) == []
    published(title="Now", companies=["Nowhere"])
    assert links(first(edition)) == [("/companies/nowhere/", "Nowhere")]


def test_a_refused_mention_is_not_told() -> None:
    report = naming(complete_issue(companies=["Yes", "No"]), "Yes")
    naming(report, "No", state=Mention.State.REFUSED)
    assert [name for _, name in links(first(publish(report, by=None)))] == ["Yes"]


def test_the_name_is_the_edition_s_and_the_address_the_newest() -> None:
    edition = publish(naming(complete_issue(companies=["Meta"]), "Meta"), by=None)
    company = Company.objects.get()
    company.name, company.slug = "Meta Platforms", "meta-platforms"
    company.save()
    published(title="Later", issued_on=date(2026, 1, 1), companies=["Meta Platforms"])
    assert links(first(edition)) == [("/companies/meta-platforms/", "Meta")]


def test_the_text_links_no_company_within_the_name_of_another_that_has_no_page() -> None:
    report = naming(complete_issue(companies=["Huawei"]), "Huawei", "Huawei Cloud")
    story = report.stories.get(section="china", rank=1)
    story.body = "<p>Huawei Cloud grows, and Huawei too.</p>"
    story.save()
    page = Client().get(first(publish(report, by=None)).url).content.decode()
    assert '<p>Huawei Cloud grows, and <a href="/companies/huawei/">Huawei</a> too.</p>' in page


@pytest.mark.parametrize("many", [1, 3])
def test_it_costs_one_query(many: int) -> None:
    names = [f"C{n}" for n in range(many)]
    edition = publish(naming(complete_issue(companies=names), *names), by=None)
    story = first(edition)
    with CaptureQueriesContext(connection) as queries:
        assert len(links(story)) == many
    assert len(queries) == 1
