"""The desk's first page: how the last issues compare."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from newsroom.overview import lately, planned, waiting_for
from newsroom.reviewing import approve, ask_for_changes, submit
from reports.models import Story
from tests.desk.browsing import signed_in, words
from tests.factories import complete_issue, edit, person, published
from watchlist.models import Company

pytestmark = pytest.mark.django_db


def told(title: str, day: date, *bodies: tuple[str, str]) -> Any:
    """A live issue whose stories are these: section and text."""
    report = complete_issue(title=title, issued_on=day, stories=1, companies=0, policies=0)
    report.stories.all().delete()
    for rank, (section, body) in enumerate(bodies, start=1):
        Story.objects.create(
            report=report, section=section, rank=rank, headline=f"Story {rank}", slug=f"story-{rank}", body=body
        )
    edit(report)
    return published(report)


def test_words_and_companies_by_section_the_oldest_issue_first() -> None:
    for name in ("Huawei", "Tesla", "ABB"):
        Company.objects.create(name=name, slug=name.lower())
    told("Two", date(2025, 4, 12), ("china", "<p>Huawei and Huawei.</p>"), ("china", "<p>Huawei, Tesla.</p>"))
    told("One", date(2025, 4, 5), ("international", "<p>ABB, Tesla and Huawei do five things.</p>"))
    found = lately()
    assert [(bar.issue.title, bar.number) for bar in found.words] == [("One", 7), ("Two", 5)]
    assert [(column.china, column.international) for column in found.companies.columns] == [(0, 3), (2, 0)]
    assert [(bar.issue.title, column.china) for bar, column in found.rows] == [("Two", 2), ("One", 0)]
    assert found.most == 7


def test_the_longest_bar_is_the_whole_scale() -> None:
    told("One", date(2025, 4, 5), ("china", "<p>One two three four.</p>"))
    told("Two", date(2025, 4, 12), ("china", "<p>One two.</p>"))
    assert [(bar.y, bar.height) for bar in lately().words] == [("2", "66"), ("35", "33")]


def test_only_what_readers_have_counts() -> None:
    told("Live", date(2025, 4, 5), ("china", "<p>One.</p>"))
    complete_issue(title="Draft", issued_on=date(2025, 4, 12))
    published(complete_issue(title="Later", issued_on=date(2025, 4, 19)), at=timezone.now() + timedelta(days=1))
    assert [bar.issue.title for bar in lately().words] == ["Live"]


def test_no_more_than_twelve_in_the_same_queries(django_assert_num_queries: Any) -> None:
    for number in range(1, 14):
        published(title=f"Issue {number}", issued_on=date(2025, 1, number), stories=1)
        if number in (1, 3, 13):
            with django_assert_num_queries(3):
                found = lately()
    assert [bar.issue.title for bar in found.words] == [f"Issue {number}" for number in range(2, 14)]


def test_the_page_shows_it_with_its_table(desk: Client) -> None:
    assert "Words in their stories" not in words(desk.get("/admin/"))
    told("Shown", date(2025, 4, 5), ("china", "<p>One two three.</p>"))
    page = words(desk.get("/admin/"))
    assert "Words in their stories" in page
    assert "Shown 5 April 2025 3 0 0" in page


def test_a_moderator_sees_nothing_of_issues() -> None:
    told("Shown", date(2025, 4, 5), ("china", "<p>One two three.</p>"))
    page = words(signed_in(person("Moderator", username="moderator")).get("/admin/"))
    assert "Shown" not in page
    assert "Words in their stories" not in page


class TestWhatWaits:
    def told(self, user: Any) -> dict[str, list[str]]:
        return {kind.what: [report.title for report in kind.reports] for kind in waiting_for(user)}

    def test_for_whom_and_for_what(self) -> None:
        writer, other = (person("Writer", username=name) for name in ("writer", "another"))
        editor, moderator = person("Editor", username="editor"), person("Moderator", username="moderator")
        reports = {
            title: complete_issue(title=title, by=writer) for title in ("Draft", "Sent in", "Sent back", "Ready")
        }
        for title in ("Sent in", "Sent back", "Ready"):
            submit(reports[title], by=writer)
        ask_for_changes(reports["Sent back"], by=editor, note="More, please.")
        approve(reports["Ready"], by=editor)
        assert self.told(editor) == {"To be reviewed": ["Sent in"], "Approved, to be published": ["Ready"]}
        assert self.told(writer) == {"Changes asked for": ["Sent back"]}
        assert self.told(other) == self.told(moderator) == {}

    def test_what_is_scheduled_waits_for_nobody_and_is_planned(self) -> None:
        editor = person("Editor", username="editor")
        published(complete_issue(title="Later"), at=timezone.now() + timedelta(days=2), by=editor)
        published(complete_issue(title="Sooner"), at=timezone.now() + timedelta(days=1), by=editor)
        published(complete_issue(title="Live"))
        assert self.told(editor) == {}
        assert [edition.title for edition in planned()] == ["Sooner", "Later"]

    def test_the_page_shows_both(self, desk: Client, writer: Any) -> None:
        submit(complete_issue(title="Sent in", by=writer), by=writer)
        published(complete_issue(title="Later"), at=timezone.now() + timedelta(days=2))
        page = words(desk.get("/admin/"))
        assert "To be reviewed 1 12 Apr 2025 Sent in" in page
        assert "Later The calendar" in page
        other = words(signed_in(person("Moderator", username="moderator")).get("/admin/"))
        assert "Sent in" not in other
        assert "Later" not in other

    def test_it_costs_the_same_with_one_issue_and_with_three(self, django_assert_num_queries: Any) -> None:
        writer, editor = person("Writer", username="writer"), person("Editor", username="editor")
        for number in range(1, 4):
            submit(complete_issue(title=f"Issue {number}", by=writer), by=writer)
            published(complete_issue(title=f"Later {number}"), at=timezone.now() + timedelta(days=number))
            if number in (1, 3):
                waiting_for(editor)  # its permissions are read once
                with django_assert_num_queries(4):
                    assert [len(kind.reports) for kind in waiting_for(editor)] == [number]
                    assert len(planned()) == number
