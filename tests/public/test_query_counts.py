"""What a page costs is a literal number, the same with one thing on it and with three."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comments.models import Comment
from comments.moderating import decide, pin
from newsroom.publishing import publish, withdraw
from reports.models import Edition, Report
from tests.factories import approved, edit, picture, published
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db

# Each page asks once when the next scheduled edition comes, for the caches' sake.
COUNTS = {
    "/": 14,
    "/reports/": 4,
    "/reports/issue-1/": 14,
    "/reports/issue-1/china-story-1-of-issue-1/": 7,
    "/feed/": 4,
    "/share/wechat/?of=/reports/issue-1/": 2,
    "/share/wechat/?of=/reports/issue-1/china-story-1-of-issue-1/": 2,
    "/share/mastodon/?of=/reports/issue-1/": 2,
    "/share/mastodon/?of=/reports/issue-1/&instance=mastodon.social": 2,
    "/companies/": 4,
    "/companies/company-1/": 13,
    "/policies/": 4,
    "/policies/policy-1/": 5,
    "/compare/": 9,
    "/corrections/": 4,
    "/tags/chips/": 4,
    "/tags/robots/": 4,
    "/sections/china/": 3,
    "/sections/international/": 3,
    "/comments/on/issue-1/": 9,
    "/comments/on/issue-1/?order=newest": 9,
    "/comments/on/issue-1/feed/": 3,
    "/comments/on/issue-1/new/": 4,
    "/comments/{pk}/": 7,
    "/comments/{pk}/reply/": 6,
    "/comments/{pk}/report/": 3,
    "/comments/reported/": 1,
    # What is not there, or no longer, or elsewhere
    "/reports/nothing/": 3,
    "/reports/nothing/story/": 3,
    "/reports/gone/": 4,
    "/reports/gone/story/": 4,
    "/reports/moves/": 4,
    "/reports/moves/story/": 4,
    "/reports/issue-1/nothing/": 5,
    "/companies/nothing/": 3,
    "/policies/nothing/": 3,
    "/tags/nothing/": 2,
    "/sections/nothing/": 1,
    "/share/wechat/?of=/reports/nothing/": 2,
    "/share/wechat/?of=https://elsewhere.example/": 1,
    "/comments/on/nothing/": 3,
    "/comments/on/moves/": 4,
    "/comments/on/gone/": 4,
    "/comments/99999/": 2,
}


@pytest.fixture(params=[1, 3], ids=["one of each", "three of each"])
def site(request: pytest.FixtureRequest) -> Comment:
    """
    As many issues, with as many stories, companies, policies, tags and comments each; a moved and a withdrawn one.

    Gives back one of the comments, of which as many are pinned, and as many answer one that was taken down.
    """
    many = request.param
    for number in range(1, many + 1):
        edition = published(
            title=f"Issue {number}",
            issued_on=date(2025, 1, number),
            stories=many,
            companies=many,
            policies=many,
            tags=["Chips", "AI", "EU"][:many],
            story_tags=["Robots", "Cars", "Law"][:many],
            hero=picture(64, 40),
        )
        comments = [thread_of(edition.report, n) for n in range(many)]
    report = published(title="Moves", issued_on=date(2024, 1, 1), stories=1, companies=1, policies=1).report
    for number in range(many):
        edit(report, slug=f"moved-{number}")
        story = report.stories.get(section="china").pk
        publish(report, by=None, kind=Edition.Kind.CORRECTION, note=f"It moved: {number}.", about=[story])
    withdraw(published(title="Gone", stories=1).report, by=None)
    return comments[0]


def thread_of(report: Report, number: int) -> Comment:
    """A comment; another that is pinned; and an answer to a third one that readers see no longer."""
    words = {"email": f"{report.pk}-{number}@example.org", "network": f"{report.pk} {number}"}
    pinned = approved(report, body="Pinned", **words)
    pin(pinned.pk, pinned.version, pinned=True, by=None)
    gone = approved(report, body="Gone", **words)
    approved(report, body="Answer", parent=gone, **words)
    decide([(gone.pk, gone.version)], "bin", by=None)
    return approved(report, body="Usual", **words)


def test_a_page_costs_the_same_however_much_is_on_it(site: Comment, client: Client) -> None:
    counts = {}
    for path in COUNTS:
        with CaptureQueriesContext(connection) as queries:
            ask(client, path.format(pk=site.pk))
        counts[path] = len(queries)
    assert counts == COUNTS


def test_a_picture_costs_two_queries_one_of_them_for_how_long_it_may_be_kept(client: Client) -> None:
    edition = published(hero=picture(64, 40))
    for path, status in ((f"/media/{edition.image}", 200), ("/media/images/none.jpg", 404)):
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, path).status == status
        assert len(queries) == 2
