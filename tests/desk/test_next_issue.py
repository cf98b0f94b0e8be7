"""Beginning the next issue from the last: what is proposed, what is kept, and who may."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from newsroom.continuing.proposals import (
    Unstartable,
    begin_next,
    last_issue,
    later_than,
    propose,
    running_title,
    titled,
)
from newsroom.publishing import publish
from reports.models import Report
from tests.desk.browsing import Form, signed_in, words
from tests.factories import complete_issue, edit, person
from watchlist.models import Alias, Company

pytestmark = pytest.mark.django_db
NEXT = "/admin/reports/report/next/"


def page_after(report: Report) -> str:
    return f"/admin/reports/report/{report.pk}/next/"


class TestWhatIsProposed:
    @pytest.mark.parametrize(
        ("title", "moved"),
        [
            ("Report – April 12, 2025", "Report – May 3, 2025"),
            ("12 April 2025: Two worlds", "3 May 2025: Two worlds"),
            ("Issue of 2025-04-12", "Issue of 2025-05-03"),
            ("2025年4月12日 报告", "2025年5月3日 报告"),
            ("Two worlds — ¥300 billion", "Two worlds — ¥300 billion"),
            ("April 12, 2025 and April 11, 2025", "May 3, 2025 and May 3, 2025"),
        ],
    )
    def test_a_date_in_the_title_moves_on(self, title: str, moved: str) -> None:
        assert titled(title, date(2025, 5, 3)) == moved

    @given(st.text(max_size=80), st.dates())
    def test_any_title_stays_one(self, title: str, day: date) -> None:
        assert titled(titled(title, day), day) == titled(title, day)

    @pytest.mark.parametrize(
        ("title", "proposed"),
        [
            ("Report: Slow Spring vs. Fast Rules", "Report:"),
            ("Report – April 12, 2025: Two worlds", "Report – May 3, 2025: Two worlds"),
            ("Two Worlds", "Two Worlds"),
        ],
    )
    def test_what_runs_on_of_a_title_is_proposed(self, title: str, proposed: str) -> None:
        assert running_title(title, date(2025, 5, 3)) == proposed

    def test_the_date_follows_at_the_distance_of_the_last_two(self) -> None:
        complete_issue(title="One", issued_on=date(2025, 4, 2))
        last = complete_issue(title="Two", issued_on=date(2025, 4, 12))
        assert propose(last).issued_on == date(2025, 4, 22)

    def test_the_first_issue_is_followed_a_week_later(self) -> None:
        assert propose(complete_issue(issued_on=date(2025, 4, 12))).issued_on == date(2025, 4, 19)

    def test_the_number_goes_on_unless_it_is_taken_or_nobody_counts(self) -> None:
        last = complete_issue(title="Seven", number=7)
        assert propose(last).number == 8
        complete_issue(title="Eight", number=8, issued_on=date(2024, 1, 1))
        assert propose(last).number is None
        assert propose(complete_issue(title="None", issued_on=date(2026, 1, 1))).number is None

    def test_the_last_issue_is_the_one_with_the_latest_date(self) -> None:
        assert last_issue() is None
        complete_issue(title="Undated", issued_on=None)
        assert last_issue() is None
        newest = complete_issue(title="Newest", issued_on=date(2025, 4, 12))
        older = complete_issue(title="Older, begun later", issued_on=date(2025, 4, 1))
        assert last_issue() == newest
        assert list(later_than(older)) == [newest]

    def test_an_issue_that_was_begun_since_counts_as_later_though_it_has_no_date(self) -> None:
        last = complete_issue(title="Last")
        undated = complete_issue(title="Undated", issued_on=None)
        assert list(later_than(last)) == [undated]


class TestTheVerb:
    def test_keeps_what_was_kept_in_its_order_and_no_story(self) -> None:
        last = complete_issue(title="Last", companies=["Huawei", "Tesla", "ABB"], policies=["AI Act", "Chips Act"])
        edit(last, china_heading="Top China stories")
        proposal = propose(last)
        notes = [
            (line, f"{line.company.name} again — ¥, 中文") for line in proposal.notes if line.company.name != "Tesla"
        ]
        report = begin_next(
            last,
            title="Next",
            issued_on=date(2025, 4, 19),
            number=12,
            notes=notes,
            updates=[(proposal.updates[1], "")],
            by=None,
        )
        report.refresh_from_db()
        assert (report.title, report.issued_on, report.number) == ("Next", date(2025, 4, 19), 12)
        assert report.china_heading == "Top China stories"
        assert list(report.notes.values_list("company__name", "text")) == [
            ("Huawei", "Huawei again — ¥, 中文"),
            ("ABB", "ABB again — ¥, 中文"),
        ]
        assert list(report.updates.values_list("policy__title", "detail")) == [("Chips Act", "")]
        assert not report.stories.exists()
        assert not report.takeaways.exists()
        revision = report.revisions.get()
        assert revision.note == "Begun from “Last”"
        assert [line["name"] for line in revision.content["watchlist"]] == ["Huawei", "ABB"]

    def test_registers_nothing_new_and_changes_no_company(self) -> None:
        last = complete_issue(companies=["Huawei"], policies=[])
        company = Company.objects.get()
        company.country = "Somewhere"
        company.save()
        begin_next(last, title="Next", issued_on=None, notes=[(last.notes.get(), "x")], by=None)
        assert Company.objects.get().country == "Somewhere"
        assert not Alias.objects.exists()

    def test_refuses_a_number_that_is_taken_and_writes_nothing(self) -> None:
        last = complete_issue(number=7)
        with pytest.raises(Unstartable, match="Another issue has the number 7"):
            begin_next(last, title="Next", issued_on=None, number=7, by=None)
        assert Report.objects.count() == 1

    def test_needs_the_right_to_add_issues(self) -> None:
        last = complete_issue()
        with pytest.raises(PermissionDenied):
            begin_next(last, title="Next", issued_on=None, by=person("Moderator"))
        assert Report.objects.count() == 1


class TestThePage:
    def test_leads_from_the_desk_to_a_draft(self, desk: Client, editor: User) -> None:
        last = complete_issue(title="Last", companies=["Huawei", "Tesla"], policies=["AI Act"], number=3)
        page = desk.get(NEXT, follow=True)
        assert page.redirect_chain == [(page_after(last), 302)]
        form = Form(page, having="title")
        assert (form["title"], form["issued_on"], form["number"]) == ("Last", "19/04/2025", "4")
        huawei, tesla = last.notes.order_by("position")
        line = last.updates.get()
        assert form[f"note-{huawei.pk}-text"] == "What Last says of Huawei"
        del form[f"note-{tesla.pk}-kept"]
        form[f"update-{line.pk}-text"] = "In force"
        done = form.send(desk)
        report = Report.objects.exclude(pk=last.pk).get()
        assert done.url == f"/admin/reports/report/{report.pk}/change/"
        assert [str(note) for note in report.notes.all()] == ["Huawei: What Last says of Huawei"]
        assert [update.detail for update in report.updates.all()] == ["In force"]
        assert report.revisions.get().author == editor

    def test_keeps_all_that_was_typed_when_something_is_wrong(self, desk: Client) -> None:
        last = complete_issue(title="Last", companies=["Huawei"], policies=[], number=3)
        form = Form(desk.get(page_after(last)), having="title")
        prefix = f"note-{last.notes.get().pk}"
        form |= {"title": "Mine", "number": "3", f"{prefix}-text": "x" * 501}
        page = form.send(desk)
        assert page.status_code == 422
        assert "Another issue has this number." in words(page)
        assert "at most 500 characters (it has 501)" in words(page)
        again = Form(page, having="title")
        assert (again["title"], again[f"{prefix}-text"]) == ("Mine", "x" * 501)
        assert Report.objects.count() == 1

    def test_says_that_there_is_a_later_issue_already(self, desk: Client) -> None:
        last = complete_issue(title="Last")
        assert "already an issue" not in words(desk.get(page_after(last)))
        complete_issue(title="Begun by somebody", issued_on=date(2025, 4, 19))
        page = words(desk.get(page_after(last)))
        assert "There is already an issue after this one:" in page
        assert "Begun by somebody" in page

    def test_a_second_click_and_a_second_editor_are_told_of_the_first(self, desk: Client) -> None:
        last = complete_issue(title="Last")
        mine, theirs = (Form(desk.get(page_after(last)), having="title") for _ in range(2))
        assert mine.send(desk).status_code == 302
        theirs["title"] = "Theirs"
        page = theirs.send(desk)
        assert page.status_code == 409
        assert "Nothing is begun yet: meanwhile somebody began an issue after this one." in words(page)
        assert Report.objects.count() == 2
        again = Form(page, having="title")
        assert again["title"] == "Theirs"
        assert again.send(desk).status_code == 302  # now it is meant
        assert Report.objects.filter(title="Theirs").count() == 1

    def test_an_issue_that_is_not_out_yet_is_pointed_out(self, desk: Client) -> None:
        last = complete_issue(title="Last")
        assert "That issue is not out yet." in words(desk.get(page_after(last)))
        publish(last, by=None)
        assert "not out yet" not in words(desk.get(page_after(last)))

    def test_a_date_that_is_taken_is_said(self, desk: Client) -> None:
        last = complete_issue(title="Last", issued_on=date(2025, 4, 12))
        form = Form(desk.get(page_after(last)), having="title")
        form |= {"title": "Extra", "issued_on": "2025-04-12"}
        assert "“Last” has the same date of issue." in words(form.send(desk, follow=True))
        undated = Form(desk.get(page_after(last)), having="title")
        complete_issue(title="Undated", issued_on=None)
        undated |= {"issued_on": "", "known": "9"}
        assert "same date of issue" not in words(undated.send(desk, follow=True))

    def test_hundreds_of_lines_cost_no_more_queries_than_a_few(self, desk: Client) -> None:
        def queries(number: int) -> int:
            last = complete_issue(
                title=f"Of {number}",
                companies=[f"Firm {number} {n}" for n in range(number)],
                policies=[f"Policy {number} {n}" for n in range(number)],
            )
            form = Form(desk.get(page_after(last)), having="title")
            form["known"] = "9"
            with CaptureQueriesContext(connection) as found:
                assert form.send(desk).status_code == 302
            return len(found)

        few, many = queries(20), queries(120)
        assert many <= few + 4  # bulk writes go in batches

    def test_without_any_issue_it_says_how_to_begin(self, desk: Client) -> None:
        assert "There is no issue with a date yet." in words(desk.get(NEXT, follow=True))

    def test_an_issue_without_a_date_has_no_next(self, desk: Client) -> None:
        assert desk.get(page_after(complete_issue(issued_on=None))).status_code == 404

    @pytest.mark.parametrize(("role", "status"), [("Writer", 200), ("Editor", 200), ("Moderator", 403), ("", 403)])
    def test_is_for_those_who_may_add_issues(self, role: str, status: int) -> None:
        last = complete_issue(title="Secret last issue")
        browser = signed_in(person(role, username="somebody"))
        for method in (browser.get, browser.post):
            page: Any = method(page_after(last))
            assert page.status_code == (status if method == browser.get else {200: 422}.get(status, status))
            assert ("Secret last issue" in page.content.decode()) is (status == 200)

    def test_costs_the_same_with_one_line_and_with_three(self, desk: Client, django_assert_num_queries: Any) -> None:
        one = complete_issue(title="One", companies=1, policies=1, issued_on=date(2025, 1, 1))
        three = complete_issue(title="Three", companies=3, policies=3)
        for report in (one, three):
            desk.get(page_after(report))
            with django_assert_num_queries(12):
                desk.get(page_after(report))
