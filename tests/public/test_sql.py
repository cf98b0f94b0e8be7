"""Public pages read editions and their projections, and no other table. Held by reading every statement they send."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from newsroom.publishing import publish, withdraw
from reports.models import Report
from tests.factories import complete_issue, edit, picture, published
from tests.public.crawling import ask, crawl
from watchlist.models import Company

pytestmark = pytest.mark.django_db

# A new table that readers' pages may read is added here by hand, once somebody has thought about what is in it.
READABLE = {
    "reports_edition",
    "reports_editionstory",
    "reports_editiontag",
    "watchlist_appearance",
    "policies_appearance",
}
WORKING = {
    *("reports_report", "reports_story", "reports_takeaway", "reports_credit", "reports_source", "reports_image"),
    *("reports_revision", "watchlist_company", "watchlist_note", "watchlist_alias", "policies_policy"),
    *("policies_update", "policies_alias", "taggit_tag", "taggit_taggeditem", "auth_user", "django_session"),
}


class ReadOnlyEditions:
    """Fails on a statement that names another table, or that writes."""

    def __init__(self) -> None:
        self.tables = set(connection.introspection.table_names())
        self.statements: list[str] = []
        assert self.tables > READABLE | WORKING, "a table was renamed"

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(sql)
        named = self.tables & set(re.findall(r"\w+", sql))
        assert named <= READABLE, f"A public page reads {named - READABLE}: {sql}"
        assert sql.startswith("SELECT"), f"A public page writes: {sql}"
        return execute(sql, params, many, context)


@pytest.fixture
def site() -> None:
    """Something of everything that a public page can answer: pages, old addresses, a withdrawal, nothing."""
    for number in range(12):
        published(title=f"Issue {number}", stories=1)
    report = published(title="Moves", hero=picture(64, 40)).report
    story = report.stories.get(section="china", rank=1)
    story.slug = "renamed"
    story.save()
    Company.objects.filter(name="Company 1").update(slug="renamed-company")
    edit(report, slug="moved")
    publish(report, by=None)
    withdraw(published(title="Withdrawn").report, by=None, note="Why")
    complete_issue(title="Draft")


OTHERS = (
    *("/reports/moves/", "/reports/moves/china-story-1-of-moves/", "/reports/moved/china-story-1-of-moves/"),
    *(
        "/reports/withdrawn/",
        "/reports/withdrawn/x/",
        "/reports/draft/",
        "/reports/issue-1/x/",
        "/companies/company-1/",
    ),
    *("/companies/none/", "/policies/none/", "/tags/none/", "/sections/none/", "/none", "/reports/issue-1"),
    *("/media/images/none.jpg", "/reports/?before=2025-04-12.5", "/reports/?before=nonsense", "/?x=1"),
)


def test_no_public_page_reads_a_working_table(site: None, client: Client) -> None:
    guard = ReadOnlyEditions()
    with connection.execute_wrapper(guard):
        answers = crawl(client, ["/", *OTHERS])
    assert {answer.status for answer in answers.values()} == {200, 301, 404, 410}
    assert len(answers) > 70
    named = {word for sql in guard.statements for word in re.findall(r"\w+", sql)}
    assert named >= READABLE, "and the crawl came by all that there is to read"


def test_the_guard_sees_what_it_should(site: None, client: Client) -> None:
    client.cookies["sessionid"] = "x" * 32
    with connection.execute_wrapper(ReadOnlyEditions()):
        with pytest.raises(AssertionError, match=r"reads \{'reports_report'\}"):
            Report.objects.count()
        with pytest.raises(AssertionError, match="reports_report"):
            list(Company.objects.filter(notes__report__title="x"))
        with pytest.raises(AssertionError, match="django_session"):
            ask(client, "/admin/login/")
