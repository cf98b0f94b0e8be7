"""Pages of the archive, of sections and of tags cost the same however far back, and miss no issue."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.archiving import publish_all
from newsroom.publishing import publish, withdraw
from newsroom.synthetic import Archive
from reports.models import Edition, EditionTag, Report
from tests.factories import edit, published

pytestmark = pytest.mark.django_db

OLDER = re.compile(r'<a href="([^"]*)" rel="next">')


def walked(client: Client, address: str) -> Iterator[str]:
    """A page and all older ones, as long as one leads to the next."""
    while address:
        page = client.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        yield text
        older = OLDER.search(text)
        address = older[1] if older else ""


def titles(pages: list[str]) -> list[str]:
    """The titles of issues that stand as headings of finds, in their order."""
    return [title for page in pages for title in re.findall(r">(Issue \d+)</a>\s*</h2>", page)]


@pytest.fixture
def issues() -> list[Edition]:
    """23 issues on two days, all with a tag, and every third with stories that bear it too."""
    return [
        published(
            title=f"Issue {n}",
            issued_on=date(2024, 1, 1 + n % 2),
            stories=1,
            companies=0,
            policies=0,
            tags=["Chips"],
            story_tags=["Chips"] if n % 3 == 0 else [],
        )
        for n in range(23)
    ]


def test_a_tag_leads_to_every_issue_once(issues: list[Edition], client: Client) -> None:
    pages = list(walked(client, "/tags/chips/"))
    assert [len(titles([page])) for page in pages] == [20, 3]
    newest_first = sorted(issues, key=lambda edition: edition.place, reverse=True)
    assert titles(pages) == [edition.title for edition in newest_first]
    stories = [headline for page in pages for headline in re.findall(r">(\w+ story \d of Issue \d+)</a>", page)]
    expected = [
        f"{section} story 1 of {edition.title}"
        for edition in newest_first
        if int(edition.title.split()[1]) % 3 == 0
        for section in ("China", "International")
    ]
    assert stories == expected


def test_a_tag_leads_to_nothing_that_readers_do_not_have(client: Client) -> None:
    def tagged(title: str, **how: Any) -> Edition:
        return published(title=title, tags=["Chips"], story_tags=["Chips"], stories=1, **how)

    tagged("Live")
    withdraw(tagged("Withdrawn").report, by=None)
    tagged("Scheduled", at=timezone.now() + timedelta(days=1))
    changed = tagged("Before").report
    changed.tags.clear()
    for story in changed.stories.all():
        story.tags.clear()
    edit(changed, title="Untagged now")
    publish(changed, by=None)
    kept = tagged("Old title").report
    for story in kept.stories.all():
        story.headline = "New headline"
        story.save()
    edit(kept, title="New title")
    publish(kept, by=None)
    page = client.get("/tags/chips/").content.decode()
    assert EditionTag.objects.count() > 10
    assert "Live" in page
    assert "New title" in page
    for title in ("Withdrawn", "Scheduled", "Before", "Untagged now", "Old title"):
        assert f">{title}" not in page
        assert f"of {title}<" not in page


def test_a_section_leads_to_every_issue_that_has_it(issues: list[Edition], client: Client) -> None:
    bare = Report.objects.get(title="Issue 20")
    bare.stories.filter(section="china").delete()
    publish(bare, by=None)
    pages = list(walked(client, "/sections/china/"))
    assert [len(titles([page])) for page in pages] == [10, 10, 2]
    assert set(titles(pages)) == {f"Issue {n}" for n in range(23)} - {"Issue 20"}


def test_no_place_is_answered_with_nothing(issues: list[Edition], client: Client) -> None:
    for path in ("/reports/", "/sections/china/", "/tags/chips/"):
        assert client.get(f"{path}?before=nonsense").status_code == 404
        assert client.get(f"{path}?before=0001-01-01.1").status_code == 200


ADDRESSES = ("/reports/", "/sections/china/", "/tags/synthetic-archive/", "/tags/ai-policy/")


@pytest.fixture
def archive() -> str:
    """A synthetic archive; gives what leads a page far back."""
    list(publish_all(Archive(1), range(6), by=None))
    deep = Edition.objects.live().newest_first()[2]
    return f"?before={deep.issued_on.isoformat()}.{deep.report_id}"


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_deep_page_costs_as_many_queries_as_the_first(archive: str, client: Client, path: str) -> None:
    counts = []
    for address in (path, path + archive):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.sqlite
@pytest.mark.parametrize("path", [*ADDRESSES, "/"])
def test_no_page_sorts_or_lists_all_issues(archive: str, client: Client, path: str) -> None:
    """Without statistics, as the embedded site has none: each statement that asks for a few goes by an index."""
    plans = []

    def plan(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if " LIMIT " in sql and '"reports_edition"' in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%s", "?"), params)
                # The steps of the statement itself; what it asks of each row it finds may sort that row's few stories.
                plans.append((sql, [step for _, within, _, step in cursor.fetchall() if not within]))
        return execute(sql, params, many, context)

    for address in (path, path + archive if path != "/" else path):
        with connection.execute_wrapper(plan):
            assert client.get(address).status_code == 200
    assert plans
    for sql, steps in plans:
        orders = '"place" DESC' in sql
        assert not [
            step for step in steps if "LIST SUBQUERY" in step or (orders and step == "USE TEMP B-TREE FOR ORDER BY")
        ], (sql, steps)
