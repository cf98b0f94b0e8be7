"""The panel above an issue's form: what is saved, what is typed, and the way to each field."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from reports.models import Report
from tests.desk.browsing import Form, change_url, open_issue, signed_in, words
from tests.factories import complete_issue, person

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def report() -> Report:
    return complete_issue()


@pytest.fixture
def desk() -> Client:
    return signed_in(person("Writer"))


def check_url(report: Report) -> str:
    return f"/admin/reports/report/{report.pk}/check/"


class TestWhatIsSaved:
    def test_it_is_there_when_the_form_is_opened(self, desk, report):
        report.stories.filter(section="china", rank=2).update(headline="A headline with TK in it")
        page = desk.get(change_url(report))
        said = words(page)
        assert "1 stops publishing" in said
        assert "Of what is saved." in said
        assert "China 2 A headline with TK in it stops publishing “TK” was left behind." in said
        assert 'href="#id_stories-1-headline" data-field="id_stories-1-headline"' in page.content.decode()
        assert 'id="id_stories-1-headline"' in page.content.decode()

    def test_an_issue_without_stories_has_one_calm_line_until_somebody_asks(self, desk):
        report = complete_issue(stories=0, companies=["Huawei"])
        Report.objects.update(china_heading="Top 10 of China")
        said = words(desk.get(change_url(report)))
        assert "The stories are still to come. They are checked once the first is there." in said
        assert "stop publishing" not in said
        assert "No story names Huawei." not in said
        asked = words(desk.post(check_url(report), {**open_issue(desk, report)}, headers=FETCH))
        assert "2 stop publishing" in asked
        assert "The heading promises 10, the section has 0 stories." in asked
        assert "No story names Huawei." in asked

    def test_the_list_is_open_where_a_mistake_stops_publishing_not_for_what_is_still_to_come(self, desk, report):
        Report.objects.update(china_heading="Top 10 of China")
        page = desk.get(change_url(report))
        assert "1 stops publishing" in words(page)
        assert '<details class="desk-checks__list" >' in page.content.decode()
        report.stories.filter(section="china", rank=2).update(headline="A headline with TK in it")
        assert '<details class="desk-checks__list" open>' in desk.get(change_url(report)).content.decode()

    def test_what_stops_publishing_stands_first_and_each_line_says_what_it_is_about(self, desk):
        report = complete_issue(companies=["Huawei", "Tesla"], policies=["AI Act"])
        report.stories.filter(section="china", rank=2).update(headline="A headline, 77% of it", body="<p>Nothing.</p>")
        report.notes.filter(company__name="Tesla").update(text="TK")
        said = words(desk.get(change_url(report)))
        assert "Watchlist 2 Tesla stops publishing “TK” was left behind. TK" in said
        assert "Policy 1 AI Act good to know" in said
        assert said.index("Watchlist 2 Tesla") < said.index("China 2 A headline, 77% of it look at this")

    def test_each_finding_leads_to_a_field_that_is_there(self, desk, report):
        report.stories.update(body="<p>TK</p>")
        report.takeaways.update(text="TK and 99%")
        report.notes.update(text="TK")
        report.updates.update(detail="TK")
        Report.objects.update(standfirst="TK", china_heading="Top 99 TK", intro="<p>TK</p>", search_title="TK")
        page = desk.get(change_url(report)).content.decode()
        anchors = [part.partition('"')[0] for part in page.split('data-field="')[1:]]
        assert len(set(anchors)) > 15
        assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []

    def test_after_a_save_it_is_of_what_was_saved(self, desk, report):
        form = open_issue(desk, report)
        form["standfirst"] = "TK"
        page = form.send(desk, follow=True, _continue="1")
        assert "“TK” was left behind." in words(page)
        assert "Of what is saved." in words(page)

    def test_after_a_save_that_failed_it_is_of_what_was_typed(self, desk, report):
        form = open_issue(desk, report)
        form.update({"title": "", "standfirst": "TK"})
        said = words(form.send(desk))
        assert "“TK” was left behind." in said
        assert "Of what is typed, saved or not." in said

    def test_who_may_only_look_sees_it_without_links_and_button(self, report):
        report.stories.update(headline="A headline with TK in it")
        user = User.objects.create_user("reader", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_report"))
        page = signed_in(user).get(change_url(report))
        assert "“TK” was left behind." in words(page)
        assert "Check now" not in words(page)
        assert "data-field" not in page.content.decode()

    def test_a_new_issue_has_none_yet(self, desk):
        assert "Check now" not in words(desk.get("/admin/reports/report/add/"))


class TestWhatIsTyped:
    def check(self, desk: Client, report: Report, form: Any, **headers: str) -> Any:
        return desk.post(check_url(report), {**form}, headers=headers or FETCH)

    def test_it_is_checked_and_not_saved(self, desk, report):
        form = open_issue(desk, report)
        form.update({"stories-0-headline": "A headline with TK in it", "standfirst": "Lorem ipsum"})
        before = (Report.objects.values().get(), list(report.stories.values()), report.revisions.count())
        said = words(self.check(desk, report, form))
        assert "2 stop publishing" in said
        assert "China 1 A headline with TK in it" in said
        assert "“Lorem ipsum” was left behind." in said
        assert (Report.objects.values().get(), list(report.stories.values()), report.revisions.count()) == before

    def test_only_the_panel_comes_back_to_the_script(self, desk, report):
        answer = self.check(desk, report, open_issue(desk, report)).content.decode()
        assert answer.strip().startswith('<section class="desk-checks"')
        assert "<form" not in answer

    def test_stories_are_found_in_their_typed_order_and_lead_to_their_rows(self, desk, report):
        form = open_issue(desk, report)
        form["stories-2-headline"] = "The third, with TK in it"
        for number, rank in enumerate((2, 3, 1)):
            form[f"stories-{number}-rank"] = str(rank)
        answer = self.check(desk, report, form)
        assert "China 1 The third, with TK in it" in words(answer)
        assert 'href="#id_stories-2-headline"' in answer.content.decode()

    def test_new_rows_and_rows_to_be_deleted(self, desk, report):
        form = open_issue(desk, report)
        number = form.add_row("stories", headline="A new one with TK", body="<p>Told.</p>", rank="4")
        form["stories-0-DELETE"] = "on"
        form["stories-0-headline"] = "TODO, but it goes"
        answer = self.check(desk, report, form)
        said = words(answer)
        assert "China 3 A new one with TK" in said
        assert f'href="#id_stories-{number}-headline"' in answer.content.decode()
        assert "TODO" not in said

    def test_a_story_given_to_the_other_section(self, desk, report):
        form = open_issue(desk, report)
        form.update({"stories-0-section": "international", "stories-0-headline": "Moved with TK"})
        answer = self.check(desk, report, form)
        assert "International 4 Moved with TK" in words(answer)
        assert 'href="#id_stories-0-headline"' in answer.content.decode()

    def test_what_can_not_be_saved_is_checked_too(self, desk, report):
        form = open_issue(desk, report)
        form.update({"title": "", "issued_on": "soon", "stories-0-headline": "", "takeaways-0-text": "TK " * 300})
        said = words(self.check(desk, report, form))
        assert "This story has no headline." in said
        assert "“TK” was left behind." in said
        assert "could not run" not in said

    def test_rows_that_do_not_say_yet_what_they_are_about(self, desk, report):
        form = open_issue(desk, report)
        form.add_row("notes", text="TK", position="9")
        form.update({"updates-0-policy": "", "credits-0-source": "999999"})
        answer = self.check(desk, report, form)
        assert answer.status_code == 200
        assert "could not run" not in words(answer)

    def test_markup_is_cleaned_as_a_save_would(self, desk, report):
        form = open_issue(desk, report)
        form["stories-0-body"] = "<p>Fine.</p><script>TK</script>"
        assert "“TK”" not in words(self.check(desk, report, form))

    def test_without_the_script_the_whole_form_comes_back(self, desk, report):
        form = open_issue(desk, report)
        form.update({"title": "Typed & kept", "stories-1-headline": "Typed TK"})
        answer = desk.post(check_url(report), {**form})
        assert "“TK” was left behind." in words(answer)
        again = Form(answer, "title")
        assert (again["title"], again["stories-1-headline"]) == ("Typed & kept", "Typed TK")
        assert again.address == change_url(report)
        assert Report.objects.get().title != "Typed & kept"
        again["stories-1-headline"] = "Typed, and put right"
        assert again.send(desk).status_code == 302
        report.refresh_from_db()
        assert report.title == "Typed & kept"
        assert report.stories.get(section="china", rank=2).headline == "Typed, and put right"

    def test_only_who_may_change_it(self, report):
        user = User.objects.create_user("reader", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_report"))
        assert signed_in(user).post(check_url(report), {}, headers=FETCH).status_code == 403
        assert Client().post(check_url(report), {}).status_code == 302
        assert signed_in(person("Moderator")).post(check_url(report), {}, headers=FETCH).status_code in (403, 404)

    def test_a_link_to_it_opens_the_form(self, desk, report):
        assert desk.get(check_url(report))["Location"] == change_url(report)
        assert desk.post(check_url(report).replace(str(report.pk), "999"), {}).status_code == 404
