"""The history of an issue at the desk: who may open it, what it shows, comparing, going back."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from newsroom.history.desk import PAGE
from newsroom.publishing import cancel, publish
from newsroom.revising import keep
from reports.models import Report
from tests.desk.browsing import Form, open_issue, signed_in, words
from tests.factories import complete_issue, edit, person, picture, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    return complete_issue()


@pytest.fixture
def desk() -> Client:
    return signed_in(person("Writer", username="writer"))


def pages(report: Report) -> dict[str, str]:
    here = f"/admin/reports/report/{report.pk}/history/"
    return {
        "history": here,
        "compare": f"{here}compare/",
        "two": f"{here}compare/?old=1&new=now",
        "restore": f"{here}1/restore/",
    }


class TestRights:
    SECRET = "Taken back, as it was libel"

    @pytest.fixture
    def report(self) -> Report:
        report = complete_issue(standfirst=self.SECRET)
        edit(report, standfirst="Harmless")
        return report

    @pytest.mark.parametrize("role", ["Writer", "Editor", "Administrator"])
    def test_who_may_change_issues_may_look_back(self, report: Report, role: str) -> None:
        client = signed_in(person(role))
        for page in pages(report).values():
            assert client.get(page).status_code == 200, page

    @pytest.mark.parametrize("role", ["", "Moderator"])
    def test_nobody_else_of_the_staff(self, report: Report, role: str) -> None:
        client = signed_in(person(role))
        for page in pages(report).values():
            answer = client.get(page)
            assert answer.status_code == 403, page
            assert self.SECRET not in answer.content.decode()
        assert client.post(pages(report)["restore"], {"version": "0"}).status_code == 403
        assert Report.objects.get().standfirst == "Harmless"

    def test_looking_at_issues_is_not_enough(self, report: Report) -> None:
        reader = person()
        reader.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        client = signed_in(reader)
        for page in pages(report).values():
            assert client.get(page).status_code == 403, page

    def test_nobody_without_an_account(self, report: Report) -> None:
        for page in pages(report).values():
            answer = Client().get(page)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/admin/login/")

    def test_a_person_who_was_let_go(self, report: Report) -> None:
        for page in pages(report).values():
            assert signed_in(person("Editor", is_staff=False)).get(page).status_code == 302


class TestTheList:
    def test_tells_who_when_what_and_which_was_published(self, desk: Client, report: Report) -> None:
        published(report)
        edit(report, title="Sharper", by=person("Editor", username="ed", first_name="Edda", last_name="Ito"))
        page = words(desk.get(pages(report)["history"]))
        assert "2 Edda Ito" in page
        assert "Changed: the title" in page
        assert "1 The operator" in page
        assert "First publication" in page
        assert "The first that was kept" in page

    def test_says_of_what_is_scheduled_that_it_is_to_come(self, desk: Client, report: Report) -> None:
        publish(report, by=None, at=timezone.now() + timedelta(days=1))
        assert "Planned: First publication" in words(desk.get(pages(report)["history"]))
        cancel(report, by=None)
        publish(report, by=None)
        assert "Planned:" not in words(desk.get(pages(report)["history"]))

    def test_is_where_the_desk_leads_to(self, desk: Client, report: Report) -> None:
        form = desk.get(f"/admin/reports/report/{report.pk}/change/").content.decode()
        assert f'href="{pages(report)["history"]}"' in form

    def test_of_an_issue_that_is_not_there(self, desk: Client) -> None:
        for number in ("999", "x", "9" * 30, "0"):
            assert desk.get(f"/admin/reports/report/{number}/history/").status_code == 404

    def test_reads_a_page_of_revisions_and_no_more(
        self, desk: Client, report: Report, django_assert_num_queries: Any
    ) -> None:
        desk.get(pages(report)["history"])
        for number in (2, PAGE + 10):
            while report.revisions.count() < number:
                edit(report, title=f"Title {report.revisions.count()}")
                published(report, by=person("Editor"))
            with django_assert_num_queries(8):
                page = desk.get(pages(report)["history"])
            assert len(page.context["entries"]) == min(number, PAGE)
        older = desk.get(pages(report)["history"], {"before": page.context["older"]})
        assert [entry["revision"].number for entry in older.context["entries"]] == list(range(10, 0, -1))
        assert older.context["older"] is None

    def test_before_what_is_no_number(self, desk: Client, report: Report) -> None:
        for before in ("x", "-1", "9" * 30, "\u0661"):
            assert len(desk.get(pages(report)["history"], {"before": before}).context["entries"]) == 1


class TestComparing:
    def test_what_readers_see_and_what_the_desk_has_by_default(self, desk: Client, report: Report) -> None:
        published(report)
        edit(report, standfirst="Not out yet")
        edit(report, title="Sharper")
        page = desk.get(pages(report)["compare"])
        assert (page.context["old"].name, page.context["new"].name) == ("live", "now")
        assert "Readers see | you have" in words(page)
        assert "Not out yet" in words(page)
        assert "Sharper" in words(page)

    def test_the_last_two_revisions_of_a_draft(self, desk: Client, report: Report) -> None:
        for title in ("Two", "Three"):
            edit(report, title=title)
        page = desk.get(pages(report)["compare"])
        assert (page.context["old"].name, page.context["new"].name) == ("2", "3")

    def test_any_two_by_the_form(self, desk: Client, report: Report) -> None:
        for title in ("Two", "Three"):
            edit(report, title=title)
        form = Form(desk.get(pages(report)["history"]), "old")
        assert (form["old"], form["new"]) == ("2", "3")
        page = desk.get(form.address, {"old": "1", "new": "3"})
        assert [entry.anchor for entry in page.context["redline"].entries] == ["issue"]
        assert "Revision 1 and Revision 3" in words(page)
        form = Form(page, "old")
        assert (form["old"], form["new"]) == ("1", "3")

    def test_one_alone(self, desk: Client, report: Report) -> None:
        assert "Nothing differs." in words(desk.get(pages(report)["compare"]))

    def test_rows_that_were_never_kept(self, desk: Client) -> None:
        bare = Report.objects.create(title="Bare", slug="bare")
        assert "Nothing differs." in words(desk.get(pages(bare)["compare"]))
        assert desk.get(pages(bare)["history"]).status_code == 200

    @pytest.mark.parametrize("name", ["live", "99", "x", "-1", "9" * 30, "<b>"])
    def test_what_there_is_not(self, desk: Client, report: Report, name: str) -> None:
        assert desk.get(pages(report)["compare"], {"old": name, "new": "1"}).status_code == 404

    def test_a_revision_of_another_issue(self, desk: Client, report: Report) -> None:
        other = complete_issue(title="Other", standfirst="Of the other")
        edit(other, title="Other 2")
        answer = desk.get(pages(report)["compare"], {"old": "1", "new": "2"})
        assert answer.status_code == 404

    def test_markup_is_shown_as_it_was_typed_and_does_nothing(self, desk: Client, report: Report) -> None:
        edit(report, title="<script>alert(1)</script>", standfirst="<ins>&amp;")
        page = desk.get(pages(report)["compare"]).content.decode()
        assert "<script>alert" not in page
        assert "&lt;" in page

    def test_pictures(self, desk: Client, report: Report) -> None:
        edit(report, hero=picture(alt="A robot"))
        page = desk.get(pages(report)["compare"]).content.decode()
        assert 'alt="A robot"' in page
        assert "No picture" in page

    def test_costs_the_same_for_many_stories(self, desk: Client, django_assert_num_queries: Any) -> None:
        desk.get("/admin/")
        for stories in (1, 5):
            report = complete_issue(title=f"With {stories}", stories=stories)
            for story in report.stories.all():
                report.stories.filter(pk=story.pk).update(body="<p>Else</p>")
            keep(report, by=None)
            with django_assert_num_queries(12):
                page = desk.get(pages(report)["compare"])
            assert len(page.context["redline"].entries) == 2 * stories


class TestGoingBack:
    def test_asks_with_all_that_would_change_and_then_does_it(self, desk: Client, report: Report) -> None:
        edit(report, title="Else")
        page = desk.get(pages(report)["restore"])
        assert "Go back to revision 1?" in words(page)
        assert [entry.anchor for entry in page.context["redline"].entries] == ["issue"]
        assert Report.objects.get().title == "Else"
        done = Form(page, "version").send(desk, follow=True)
        assert "Restored: the issue is as it was in revision 1, kept as revision 3." in words(done)
        assert Report.objects.get().title == "AI & Robotics"
        assert report.revisions.first().author.username == "writer"

    def test_changes_nothing_for_readers(self, desk: Client, report: Report) -> None:
        edit(report, title="Once")
        published(report)
        edit(report, title="Now")
        published(report)
        assert report.revisions.get(number=2).content["title"] == "Once"
        Form(desk.get(pages(report)["restore"].replace("history/1/", "history/2/")), "version").send(desk)
        assert Report.objects.get().title == "Once"
        assert "Now" in Client().get("/").content.decode()
        assert "Live, changes wait" in words(desk.get(f"/admin/reports/report/{report.pk}/change/"))

    def test_what_somebody_saved_meanwhile_stays(self, desk: Client, report: Report) -> None:
        edit(report, title="Else")
        page = desk.get(pages(report)["restore"])
        form = open_issue(desk, report)
        form.update(title="Meanwhile")
        form.send(desk)
        answer = Form(page, "version").send(desk)
        assert answer.status_code == 409
        assert "Somebody saved this issue after you opened this page" in words(answer)
        assert Report.objects.get().title == "Meanwhile"
        assert Form(answer, "version").send(desk).status_code == 302
        assert Report.objects.get().title == "AI & Robotics"

    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "\u0661"])
    def test_a_version_that_is_none(self, desk: Client, report: Report, version: str) -> None:
        edit(report, title="Else")
        assert desk.post(pages(report)["restore"], {"version": version}).status_code == 409
        assert Report.objects.get().title == "Else"

    def test_nothing_to_restore(self, desk: Client, report: Report) -> None:
        page = desk.get(pages(report)["restore"])
        assert "there is nothing to restore" in words(page)

    def test_what_is_not_there(self, desk: Client, report: Report) -> None:
        assert desk.get(pages(report)["restore"].replace("history/1/", "history/9/")).status_code == 404

    def test_no_form_of_another_site(self, report: Report) -> None:
        edit(report, title="Else")
        client = Client(enforce_csrf_checks=True)
        client.force_login(person("Editor"))
        assert client.post(pages(report)["restore"], {"version": "0"}).status_code == 403
        assert Report.objects.get().title == "Else"
