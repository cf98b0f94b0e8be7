"""Addresses: those that moved lead on, those that are gone say so, and no address breaks the site."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from newsroom.publishing import publish, withdraw
from policies.models import Policy
from reports.models import Report
from reports.ranking import rank
from tests.factories import complete_issue, edit, published
from watchlist.models import Company

pytestmark = pytest.mark.django_db


def where(path: str) -> tuple[int, str]:
    """The status at an address, and where it leads."""
    response = Client().get(path)
    return response.status_code, response.get("Location", "")


def again(report: Report) -> None:
    publish(Report.objects.get(pk=report.pk), by=None)


# Issues


def test_an_issue_that_moved() -> None:
    report = published(title="One").report
    edit(report, slug="two")
    assert where("/reports/one/") == (200, "")
    assert where("/reports/two/") == (404, "")
    again(report)
    assert where("/reports/one/") == (301, "/reports/two/")
    assert where("/reports/one/china-story-1-of-one/") == (301, "/reports/two/china-story-1-of-one/")
    edit(report, slug="three")
    again(report)
    assert where("/reports/one/") == (301, "/reports/three/"), "in one step"
    edit(report, slug="one")
    again(report)
    assert where("/reports/one/") == (200, "")
    assert where("/reports/three/") == (301, "/reports/one/")


def test_an_issue_that_moved_and_was_withdrawn() -> None:
    report = published(title="One").report
    edit(report, slug="two")
    again(report)
    withdraw(report, by=None)
    assert where("/reports/one/") == where("/reports/two/") == where("/reports/one/x/") == (410, "")


def test_an_address_that_only_the_desk_knew() -> None:
    report = complete_issue(title="Working title")
    edit(report, slug="final")
    again(report)
    assert where("/reports/working-title/") == (404, "")


def test_an_address_that_another_issue_took_over() -> None:
    report = published(title="One").report
    edit(report, slug="two")
    again(report)
    other = published(title="Another", slug="one")
    assert where("/reports/one/") == (200, "")
    withdraw(other.report, by=None)
    assert where("/reports/one/") == (410, "")


# Stories


def test_a_story_that_moved() -> None:
    report = published(title="One").report
    report.stories.filter(slug="china-story-1-of-one").update(slug="renamed")
    assert where("/reports/one/renamed/") == (404, "")
    again(report)
    assert where("/reports/one/renamed/") == (200, "")
    assert where("/reports/one/china-story-1-of-one/") == (301, "/reports/one/renamed/")
    edit(Report.objects.get(), slug="two")
    again(report)
    assert where("/reports/one/china-story-1-of-one/")[0] == 301
    assert where("/reports/two/china-story-1-of-one/") == (301, "/reports/two/renamed/")
    report.stories.get(slug="renamed").delete()
    rank(report, "china", [])
    again(report)
    assert where("/reports/two/renamed/") == (404, "")


def test_two_stories_that_change_places() -> None:
    report = published(title="One", stories=2).report
    first, second = report.stories.filter(section="china").order_by("rank")
    report.stories.filter(pk=first.pk).update(slug="tmp")
    report.stories.filter(pk=second.pk).update(slug=first.slug)
    report.stories.filter(pk=first.pk).update(slug=second.slug)
    again(report)
    for slug in (first.slug, second.slug):
        assert where(f"/reports/one/{slug}/") == (200, "")


# Companies and policies


@pytest.mark.parametrize(
    ("registry", "root", "slug"), [(Company, "companies", "company-1"), (Policy, "policies", "policy-1")]
)
def test_a_company_or_policy_that_moved(registry, root: str, slug: str) -> None:
    report = published(title="One").report
    registry.objects.filter(slug=slug).update(slug="renamed")
    assert where(f"/{root}/{slug}/") == (200, "")
    assert where(f"/{root}/renamed/") == (404, "")
    again(report)
    assert where(f"/{root}/renamed/") == (200, "")
    assert where(f"/{root}/{slug}/") == (301, f"/{root}/renamed/")
    withdraw(report, by=None)
    assert where(f"/{root}/{slug}/") == where(f"/{root}/renamed/") == (404, "")


@pytest.mark.parametrize(
    ("registry", "root", "slug"), [(Company, "companies", "company-1"), (Policy, "policies", "policy-1")]
)
def test_an_older_issue_has_the_old_address(registry, root: str, slug: str) -> None:
    published(title="Old", issued_on=date(2025, 1, 1))
    registry.objects.filter(slug=slug).update(slug="renamed")
    published(title="New", issued_on=date(2025, 2, 1))
    assert where(f"/{root}/{slug}/") == (301, f"/{root}/renamed/")
    page = Client().get(f"/{root}/renamed/").content.decode()
    assert 'In <a href="/reports/old/">' in page
    assert 'In <a href="/reports/new/">' in page


@pytest.mark.parametrize(
    ("registry", "root", "slug"), [(Company, "companies", "company-1"), (Policy, "policies", "policy-1")]
)
def test_an_old_address_belongs_to_who_has_it_now(registry, root: str, slug: str) -> None:
    published(title="Old", issued_on=date(2025, 1, 1), companies=["Company 1"], policies=["Policy 1"])
    registry.objects.filter(slug=slug).update(slug="renamed")
    published(title="New", issued_on=date(2025, 2, 1), companies=["Company 1 ", "Company, 1"], policies=["Policy, 1"])
    assert registry.objects.filter(slug=slug).exists()
    assert where(f"/{root}/{slug}/") == (200, "")


def test_addresses_of_a_scheduled_change_lead_nowhere_yet() -> None:
    report = published(title="One").report
    report.stories.filter(slug="china-story-1-of-one").update(slug="renamed")
    Company.objects.filter(slug="company-1").update(slug="renamed")
    Policy.objects.filter(slug="policy-1").update(slug="renamed")
    edit(report, slug="two")
    publish(report, by=None, at=timezone.now() + timedelta(days=1))
    for path in ("/reports/two/", "/reports/one/renamed/", "/companies/renamed/", "/policies/renamed/"):
        assert where(path) == (404, ""), path
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert where("/reports/one/china-story-1-of-one/")[0] == 301
        assert where("/reports/two/china-story-1-of-one/") == (301, "/reports/two/renamed/")
        assert where("/companies/company-1/") == (301, "/companies/renamed/")
        assert where("/policies/policy-1/") == (301, "/policies/renamed/")


# Any script, any query


@pytest.mark.parametrize("title", ["全球报告", "Отчёт о мире", "グローバル・レポート", "세계 보고서"])
def test_addresses_in_any_script(title: str) -> None:
    edition = published(
        title=title, companies=[f"{title} 公司"], policies=[f"{title} 法"], tags=[title], story_tags=[title]
    )
    assert edition.url == quote(f"/reports/{edition.slug}/")
    assert not edition.slug.isascii()
    assert where(edition.url) == where(f"/reports/{edition.slug}/") == (200, "")
    rows: list[Any] = [*edition.stories.all(), *edition.companies.all(), *edition.policies.all(), *edition.tags.all()]
    for row in rows:
        assert where(row.url) == (200, ""), row.url


HOSTILE = [
    "before=",
    "before=2025-04-12",
    "before=2025-04-12.",
    "before=.5",
    "before=2025-13-45.1",
    "before=nonsense.1",
    "before=2025-04-12.x",
    "before=2025-04-12.1.2",
    "before=2025-04-12.-1",
    "before=2025-04-12.1e5",
    "before=2025-04-12." + "9" * 400,
    "before=" + "9" * 4000,
    "before=0001-01-01.0",
    "before=9999-12-31.999999999999999999",
    "before=99999-12-31.1",
    "before=-2025-04-12.1",
    "before=２０２５-04-12.1",
    "before=2025-04-12.１",
    "before=%00",
    "before=2025-04-12.%00",
    "before=%ff%fe",
    "before=%ED%A0%80",
    "before=2025-04-12.1'--",
    "before=<script>",
    "before[]=1",
    "before=2025-04-12.1&before=x",
    "x=%00&y=%ff",
    "&&&===",
    "%",
    "a" * 8000,
]
WALKED = {"/reports/", "/sections/china/", "/tags/chips/", "/companies/company-1/", "/policies/policy-1/"}


@pytest.mark.parametrize("query", HOSTILE)
def test_no_query_breaks_a_page(query: str) -> None:
    edition = published()
    for path in (*WALKED, "/", edition.url, "/companies/", "/policies/"):
        status, location = where(f"{path}?{query}")
        if "%00" in query:
            assert status == 400, path
        else:
            assert status in ((200, 404) if path in WALKED else (200,)), path
        assert location == ""


@pytest.mark.parametrize(
    "query", ["before=x", "before=2025-04-12", "before=2025-13-01.1", "before=2025-04-12.x", "before=.5"]
)
def test_what_is_no_place_is_no_page(query: str) -> None:
    published()
    for path in WALKED:
        assert where(f"{path}?{query}") == (404, "")


@pytest.mark.parametrize(
    "path",
    [
        *("/reports/%ff/", "/reports/a%2Fb/", "/reports/a b/", "/reports/" + "a" * 5000 + "/"),
        *("/reports/ai-robotics/../../x/", "/reports//", "/reports/../admin/x/"),
        *("/companies/%ED%A0%80/", "/policies/'--/", "/tags/<x>/", "/sections/China/", "/sections/europe/"),
        *("/tags/" + "é" * 2000 + "/", "/\\evil.example/", "/reports/AI-ROBOTICS/"),
    ],
)
def test_no_address_breaks_the_site(path: str) -> None:
    published()
    assert where(path)[0] == 404


@pytest.mark.parametrize(
    "path", ["/reports/ai-robotics", "/companies", "/companies/company-1", "/tags/chips", "/sections/china"]
)
def test_a_missing_slash_is_added(path: str) -> None:
    published()
    assert where(f"{path}?x=1") == (301, f"{path}/?x=1")
