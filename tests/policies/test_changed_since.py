"""Marks on the page of an old issue: what a newer one says of its policies."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.publishing import publish, withdraw
from policies.models import Milestone, Policy, Status
from policies.templatetags.policies_tags import with_changes
from reports.models import Edition
from tests.factories import complete_issue, edit

pytestmark = pytest.mark.django_db


def article_of(edition: Edition) -> str:
    """A page as it is stored: with a place for a mark at the end of each policy's line."""
    lines = (f"<li>{line.title}<!--policy:{line.policy_id}--></li>" for line in edition.policies.all())
    return f"<ul>{''.join(lines)}</ul>"


def marked(edition: Edition) -> str:
    return with_changes(article_of(edition), edition)


def issue(month: int, details: dict[str, str], *, at: timedelta | None = None, live: bool = True) -> Edition:
    report = complete_issue(title=f"Issue {month}", issued_on=date(2025, month, 1), policies=list(details))
    for update in report.updates.select_related("policy"):
        report.updates.filter(pk=update.pk).update(detail=details[update.policy.title])
    return publish(report, by=None, at=at and timezone.now() + at)


def test_a_line_that_a_newer_issue_words_differently_is_marked_and_no_other() -> None:
    old = issue(1, {"A <b>": "Draft", "B": "Same"})
    new = issue(5, {"A <b>": "<i>In force</i> & more", "B": "Same"})
    text = marked(old)
    assert text.count("Changed since") == 1
    assert "<li>A &lt;b&gt;" not in text, "the article is taken as it is"
    assert '<p class="ledger__note ledger__changed"><a href="/policies/a-b/">Changed since: ' in text
    assert '&lt;i&gt;In force&lt;/i&gt; &amp; more, <time datetime="2025-05-01">1 May 2025</time></a></p></li>' in text
    assert "<li>B</li>" in text
    assert "<!--" not in text + marked(new)
    assert "Changed" not in marked(new), "what was said before is no change since"


def test_the_newest_counts_not_the_next() -> None:
    old = issue(1, {"A": "one"})
    issue(2, {"A": "two"})
    issue(3, {"A": "one"})
    assert "Changed" not in marked(old)


def test_a_status_is_named_before_a_detail() -> None:
    old = issue(2, {"A": "same", "B": "was"})
    for policy in Policy.objects.all():
        Milestone.objects.create(policy=policy, status=Status.IN_FORCE, dated_on=date(2025, 3, 1))
    issue(4, {"A": "same", "B": "is"})
    text = marked(old)
    assert text.count('Changed since: In force, <time datetime="2025-04-01">1 April 2025</time>') == 2


def test_a_status_that_both_have_is_no_change() -> None:
    policy = Policy.objects.create(title="A", slug="a")
    Milestone.objects.create(policy=policy, status=Status.DRAFT, dated_on=date(2024, 1, 1))
    old = issue(2, {"A": "was"})
    issue(4, {"A": "is"})
    assert "Changed since: is, " in marked(old)
    issue(5, {"A": ""})
    assert "Changed since, <time" in marked(old)


def test_what_is_not_live_changes_nothing() -> None:
    old = issue(1, {"A": "one"})
    issue(6, {"A": "scheduled"}, at=timedelta(days=1))
    withdraw(issue(7, {"A": "withdrawn"}).report, by=None)
    complete_issue(title="Draft", issued_on=date(2025, 8, 1), policies=["A"])
    replaced = issue(9, {"A": "replaced"}).report
    replaced.updates.update(detail="one")
    edit(replaced)
    publish(replaced, by=None)
    Milestone.objects.create(policy=Policy.objects.get(), status=Status.REPEALED, dated_on=date(2024, 1, 1))
    assert "Changed" not in marked(old)


def test_the_address_is_the_one_that_the_policy_has_now() -> None:
    old = issue(1, {"A": "one"})
    Policy.objects.update(slug="moved")
    issue(2, {"A": "two"})
    assert 'href="/policies/moved/"' in marked(old)


def test_a_page_without_places_or_without_an_edition_is_left_alone() -> None:
    edition = issue(1, {"A": "one"})
    issue(2, {"A": "two"})
    assert with_changes("<p>As it was</p>", edition) == "<p>As it was</p>"
    assert with_changes("<p>As it was<!--policy:1--></p>", {"title": "A preview"}) == "<p>As it was</p>"
    assert with_changes(f"<p><!--policy:{'9' * 18}--></p>", edition) == "<p></p>"


@pytest.mark.parametrize("many", [1, 3])
def test_marks_cost_one_query(many: int) -> None:
    titles = [f"P{n}" for n in range(many)]
    old = issue(1, dict.fromkeys(titles, "one"))
    for month in range(2, 2 + many):
        issue(month, dict.fromkeys(titles, f"in {month}"))
    page = article_of(old)
    with CaptureQueriesContext(connection) as queries:
        assert with_changes(page, old).count("Changed since") == many
    assert len(queries) == 1


def test_in_a_template() -> None:
    old = issue(1, {"A": "one"})
    issue(2, {"A": "two"})
    page = Template("{% load policies_tags %}{% with_changes article edition %}")
    assert "Changed since: two" in page.render(Context({"article": article_of(old), "edition": old}))
