"""Public pages read editions and their projections, and no other table. Held by reading every statement they send."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from comments.models import Comment
from comments.moderating import decide, pin
from newsroom.lib.feeds import WRITERS, in_form
from newsroom.publishing import publish, withdraw
from reports.models import Report
from tests.factories import approved, commented, complete_issue, edit, picture, published
from tests.public.crawling import ask, crawl
from watchlist.models import Company

pytestmark = pytest.mark.django_db

# A new table that readers' pages may read is added here by hand, once somebody has thought about what is in it.
READABLE = {
    "reports_edition",
    "reports_editionstory",
    "reports_editiontag",
    "reports_editionpicture",
    "watchlist_appearance",
    "watchlist_storyappearance",
    "policies_appearance",
    # Addresses that editions had for what was merged into another since: of those that have begun alone.
    *("watchlist_formeraddress", "policies_formeraddress"),
    # What readers wrote, of which `Comment.objects.approved()` alone is for readers (tests/comments/test_reading.py)
    "comments_comment",
    "comments_discussion",
    "comments_houserules",
    "follow_widget",
    # What is found: entries of live editions alone, and names under which readers have something (tests/search)
    "newsroom_entry",
    "newsroom_name",
    *({"newsroom_entrytitle", "newsroom_entrywords"} if connection.vendor == "sqlite" else ()),
}
# The feeds of issues, and of tags, which issues may have, alone read the whole text of an issue as its revision has it:
# of live editions, and of no others (tests/follow/test_issue_feed.py).
FEED, FEED_READS = "/feed/", {"reports_revision"}


class WholeTexts:
    """The addresses of feeds with the whole texts of issues."""

    def __contains__(self, address: object) -> bool:
        return bool(re.fullmatch(r"/feed/(tags/[^/]+/)?(atom/|json/)?", str(address)))


WORKING = {
    *("reports_report", "reports_story", "reports_takeaway", "reports_credit", "reports_source", "reports_image"),
    *("reports_revision", "watchlist_company", "watchlist_note", "watchlist_alias", "policies_policy"),
    *("policies_update", "policies_alias", "taggit_tag", "taggit_taggeditem", "auth_user", "django_session"),
    *("comments_commenter", "comments_address", "comments_flag", "comments_decision", "comments_ban", "comments_rule"),
    *("comments_notice", "comments_digest"),
    *("follow_follower", "follow_choice", "follow_wish", "follow_knock", "follow_suppression", "follow_bounce"),
    *("follow_cover", "follow_mailing", "follow_delivery", "follow_throttle", "follow_pace", "follow_tally"),
    *("follow_growth",),
}


class ReadOnlyEditions:
    """Fails on a statement that names another table, or that writes."""

    def __init__(self, readable: set[str] = READABLE) -> None:
        self.readable = readable
        self.tables = set(connection.introspection.table_names())
        self.statements: list[str] = []
        assert self.tables > READABLE | WORKING, "a table was renamed"

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(sql)
        named = self.tables & set(re.findall(r"\w+", sql))
        assert named <= self.readable, f"A public page reads {named - self.readable}: {sql}"
        assert sql.lstrip("(").startswith("SELECT"), f"A public page writes: {sql}"
        return execute(sql, params, many, context)


def thread_of(report: Report) -> None:
    """More than a page of comments: replies, one pinned, one without the comment it answers."""
    for number in range(51):
        approved(report, email=f"{number}@example.org", network=f"{number}", body=f"Remark {number}")
    first, second = Comment.objects.order_by("pk")[:2]
    pin(first.pk, first.version, pinned=True, by=None)
    approved(report, email="x@example.org", network="x", body="Reply", parent=second)
    decide([(second.pk, second.version)], "bin", by=None)
    commented(report, email="y@example.org", network="y", body="Waits")


@pytest.fixture
def site() -> None:
    """Something of everything that a public page can answer: pages, old addresses, a withdrawal, nothing."""
    for number in range(12):
        edition = published(title=f"Issue {number}", stories=1)
    thread_of(edition.report)
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
    *("/comments/on/withdrawn/", "/comments/on/moves/", "/comments/on/issue-1/?order=newest", "/comments/on/draft/"),
    *("/comments/on/issue-1/new/", "/comments/99999/", "/comments/99999/reply/", "/comments/reported/"),
    *("/share/wechat/", "/share/wechat/?of=/reports/draft/", "/share/mastodon/?of=/reports/issue-1/&instance=x.org"),
    *("/feed/opml/", "/sitemap.xml", "/sitemap-news.xml", "/sitemap-tags-1.xml", "/sitemap-pages-1.xml"),
    *("/sitemap-issues-1.xml", "/sitemap-stories-1.xml", "/sitemap-companies-1.xml", "/sitemap-policies-1.xml"),
    *("/robots.txt", "/llms.txt", "/feed/companies/company-1/", "/feed/policies/none/", "/feed/tags/none/"),
    *("/search/?q=company", "/search/?q=sory", "/search/?q=story&company=company-2&tag=x", "/search/suggest/?q=comp"),
    *("/media/images/none.jpg", "/reports/?before=2025-04-12.5", "/reports/?before=nonsense", "/?x=1"),
)


def test_no_public_page_reads_a_working_table(site: None, client: Client) -> None:
    guard = ReadOnlyEditions()
    with connection.execute_wrapper(guard):
        answers = crawl(client, ["/", *OTHERS], passing_by=WholeTexts())
    assert {answer.status for answer in answers.values()} == {200, 301, 302, 404, 410}
    assert len(answers) > 250
    named = {word for sql in guard.statements for word in re.findall(r"\w+", sql)}
    assert named >= READABLE, "and the crawl came by all that there is to read"


def test_the_feed_reads_what_it_is_made_of_and_nothing_else(site: None, client: Client) -> None:
    with connection.execute_wrapper(ReadOnlyEditions({"reports_edition", *FEED_READS})):
        for form in WRITERS:
            assert ask(client, in_form(FEED, form)).status == 200
    with connection.execute_wrapper(ReadOnlyEditions(READABLE | FEED_READS)):
        for tag in ("chips", "robots"):
            assert ask(client, f"/feed/tags/{tag}/").status == 200
    with connection.execute_wrapper(ReadOnlyEditions()), pytest.raises(AssertionError, match="reports_revision"):
        ask(client, FEED)


def test_the_guard_sees_what_it_should(site: None, client: Client) -> None:
    client.cookies["sessionid"] = "x" * 32
    with connection.execute_wrapper(ReadOnlyEditions()):
        with pytest.raises(AssertionError, match=r"reads \{'reports_report'\}"):
            Report.objects.count()
        with pytest.raises(AssertionError, match="reports_report"):
            list(Company.objects.filter(notes__report__title="x"))
        with pytest.raises(AssertionError, match="django_session"):
            ask(client, "/admin/login/")
