"""The list of issues, and that every page of the desk opens for those who work there."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from policies.models import Policy
from reports.models import Image, Report, Source
from tests.desk.browsing import Form, words
from tests.desk.test_deciding import into
from tests.factories import complete_issue, edit, picture, published
from watchlist.models import Alias, Company

LIST = "/admin/reports/report/"
LABELS = {
    "draft": "Draft",
    "scheduled": "Scheduled",
    "live": "Live",
    "changed": "Live, changes wait",
    "withdrawn": "Withdrawn",
}


def titles(page: Any) -> list[str]:
    return [report.title for report in page.context["cl"].result_list]


class TestTheList:
    @pytest.fixture
    def issues(self, desk: Client) -> dict[str, Report]:
        """An issue in each state, titled after it."""
        made = {}
        for day, state in enumerate(LABELS, start=1):
            made[state] = complete_issue(title=f"An issue: {state}", issued_on=date(2025, 5, day))
            into(desk, made[state], state)
        return made

    def test_tells_the_state_of_each(self, desk: Client, issues: dict[str, Report]) -> None:
        page = desk.get(LIST)
        model_admin = page.context["cl"].model_admin
        shown = {report.pk: model_admin.state(report) for report in page.context["cl"].result_list}
        assert shown == {issues[state].pk: (state, label) for state, label in LABELS.items()}
        for label in LABELS.values():
            assert label in words(page)

    @pytest.mark.parametrize("state", LABELS)
    def test_can_be_narrowed_to_a_state(self, desk: Client, issues: dict[str, Report], state: str) -> None:
        page = desk.get(LIST, {"state": state})
        assert [report.pk for report in page.context["cl"].result_list] == [issues[state].pk]

    def test_an_unknown_state_narrows_nothing(self, desk: Client, issues: dict[str, Report]) -> None:
        assert len(titles(desk.get(LIST, {"state": "moon"}))) == 5

    def test_a_live_issue_with_a_scheduled_change(self, desk: Client) -> None:
        report = complete_issue()
        published(report)
        edit(report, title="Next")
        published(report, at=timezone.now() + timedelta(days=1))
        assert "Live, changes wait" in words(desk.get(LIST, {"state": "changed"}))

    def test_counts_what_each_holds(self, desk: Client) -> None:
        complete_issue(title="Full", stories=4, companies=2, policies=1)
        Report.objects.create(title="Bare", slug="bare")
        bare, full = desk.get(LIST).context["cl"].result_list
        counts = [
            (row.china_count, row.international_count, row.company_count, row.policy_count) for row in (bare, full)
        ]
        assert counts == [(0, 0, 0, 0), (4, 4, 2, 1)]

    def test_newest_issue_first_and_undated_ones_above(self, desk: Client) -> None:
        for title, day in (("Old", date(2024, 1, 1)), ("New", date(2025, 1, 1)), ("Undated", None)):
            complete_issue(title=title, issued_on=day)
        assert titles(desk.get(LIST)) == ["Undated", "New", "Old"]

    def test_is_searched_by_title_and_headline(self, desk: Client) -> None:
        complete_issue(title="Robots")
        complete_issue(title="Chips")
        assert titles(desk.get(LIST, {"q": "robot"})) == ["Robots"]
        assert titles(desk.get(LIST, {"q": "China story 2 of Chips"})) == ["Chips"]
        assert titles(desk.get(LIST, {"q": "story"})) == ["Chips", "Robots"]
        assert titles(desk.get(LIST, {"q": "nothing at all"})) == []

    @pytest.mark.parametrize("column", range(1, 9))
    def test_every_column_sorts(self, desk: Client, issues: dict[str, Report], column: int) -> None:
        for sign in ("", "-"):
            assert len(titles(desk.get(LIST, {"o": f"{sign}{column}"}))) == 5

    def test_asks_as_much_for_one_issue_as_for_three(self, desk: Client) -> None:
        published(title="One")
        desk.get(LIST)
        with CaptureQueriesContext(connection) as one:
            desk.get(LIST)
        published(title="Two")
        complete_issue(title="Three", stories=10, companies=9)
        with CaptureQueriesContext(connection) as three:
            desk.get(LIST)
        assert (len(one), len(three)) == (10, 10)


class TestDeleting:
    def test_an_issue_that_readers_had_is_refused_with_a_page(self, desk: Client) -> None:
        edition = published()
        address = f"{LIST}{edition.report_id}/delete/"
        page = desk.get(address)
        assert page.status_code == 200
        assert "would require deleting the following protected related objects" in words(page)
        desk.post(address, {"post": "yes"})
        assert Report.objects.exists()
        data = {"action": "delete_selected", "_selected_action": [edition.report_id], "post": "yes"}
        assert desk.post(LIST, data, follow=True).status_code == 200
        assert Report.objects.exists()

    def test_a_draft_may_go(self, desk: Client) -> None:
        report = complete_issue()
        assert desk.post(f"{LIST}{report.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not Report.objects.exists()
        assert Company.objects.count() == Policy.objects.count() == 3

    def test_a_writer_may_delete_none(self, writers_desk: Client) -> None:
        report = complete_issue()
        assert writers_desk.post(f"{LIST}{report.pk}/delete/", {"post": "yes"}).status_code == 403
        writers_desk.post(LIST, {"action": "delete_selected", "_selected_action": [report.pk], "post": "yes"})
        assert Report.objects.exists()

    def test_what_issues_name_is_protected(self, desk: Client) -> None:
        complete_issue()
        for model, path in ((Company, "watchlist/company"), (Policy, "policies/policy"), (Source, "reports/source")):
            row = model.objects.first()
            page = desk.get(f"/admin/{path}/{row.pk}/delete/")
            assert "is used, so it can’t be deleted" in words(page)
            desk.post(f"/admin/{path}/{row.pk}/delete/", {"post": "yes"})
            assert model.objects.filter(pk=row.pk).exists()

    def test_a_picture_that_an_issue_shows_is_protected(self, desk: Client) -> None:
        image = picture()
        edition = published(hero=image)
        page = desk.get(f"/admin/reports/image/{image.pk}/delete/")
        assert "is used, so it can’t be deleted" in words(page)
        assert edition.title in words(page)
        desk.post(f"/admin/reports/image/{image.pk}/delete/", {"post": "yes"})
        assert type(image).objects.filter(pk=image.pk).exists()
        shown = Client().get(image.file.webp_400)
        assert shown.status_code == 200
        assert b"".join(shown.streaming_content)  # read to its end, which closes it


class TestEveryPage:
    def pages(self, user: User) -> list[str]:
        """Every page of the desk's models that this person may open, by what each says of itself."""
        asking = RequestFactory().get("/admin/")
        asking.user = user
        found = ["/admin/", "/admin/password_change/"]
        for model, model_admin in admin.site._registry.items():
            meta = model._meta
            base = f"/admin/{meta.app_label}/{meta.model_name}/"
            if model_admin.has_view_permission(asking):
                found.append(base)
                named = f"{meta.app_label}_{meta.model_name}_change"
                if any(url.name == named for url in model_admin.get_urls()):
                    found += [f"{base}{row.pk}/change/" for row in model.objects.all()[:1]]
                if model_admin.search_fields:
                    found.append(f"{base}?q=a")
            if model_admin.has_add_permission(asking):
                found.append(f"{base}add/")
            if model_admin.has_delete_permission(asking):
                found += [f"{base}{row.pk}/delete/" for row in model.objects.all()[:1]]
        return found

    @pytest.mark.parametrize("who", ["editor", "writer", "admin_user"])
    def test_opens(self, db: None, request: Any, client: Client, who: str) -> None:
        published(complete_issue(hero=picture()))
        user = request.getfixturevalue(who)
        client.force_login(user)
        pages = self.pages(user)
        assert len(pages) > 20
        opened = {page: client.get(page).status_code for page in pages}
        assert set(opened.values()) == {200}, opened

    def test_autocomplete_finds_what_the_form_needs(self, desk: Client) -> None:
        complete_issue(companies=["Huawei"], policies=["AI Act"], hero=picture(alt="A robot"))
        Alias.objects.create(company=Company.objects.get(), name="华为")
        for app, model, field, term, text in (
            ("watchlist", "note", "company", "华为", "Huawei"),
            ("policies", "update", "policy", "ai act", "AI Act"),
            ("reports", "credit", "source", "reut", "Reuters"),
            ("reports", "report", "hero", "robot", "A robot"),
        ):
            query = {"app_label": app, "model_name": model, "field_name": field, "term": term}
            assert [row["text"] for row in desk.get("/admin/autocomplete/", query).json()["results"]] == [text]

    def test_a_writer_may_use_what_the_form_needs(self, writers_desk: Client) -> None:
        for path in ("watchlist/company", "policies/policy", "reports/source", "reports/image"):
            assert writers_desk.get(f"/admin/{path}/add/?_popup=1").status_code == 200

    def test_the_pages_are_kept_by_no_cache(self, desk: Client) -> None:
        for page in ("/admin/", LIST, "/admin/reports/report/import/"):
            assert "no-store" in desk.get(page)["Cache-Control"]


class TestRegistries:
    @pytest.mark.parametrize(
        ("path", "field", "name"),
        [
            ("watchlist/company", "name", "Huawei"),
            ("policies/policy", "title", "AI Act"),
            ("reports/source", "name", "Reuters"),
        ],
    )
    def test_a_name_that_is_taken_whatever_its_case(self, desk: Client, path: str, field: str, name: str) -> None:
        add = f"/admin/{path}/add/"
        form = Form(desk.get(add), field)
        form[field] = name
        if "slug" in form:
            form["slug"] = "one"
        assert form.send(desk).status_code == 302
        form[field] = f" {name.upper()} "
        if "slug" in form:
            form["slug"] = "two"
        answer = form.send(desk)
        assert answer.status_code == 200
        assert "is there already." in words(answer)

    def test_a_row_may_keep_its_name_or_change_its_case(self, desk: Client) -> None:
        complete_issue(companies=["Huawei"])
        company = Company.objects.get()
        form = Form(desk.get(f"/admin/watchlist/company/{company.pk}/change/"), "name")
        form["name"] = "HUAWEI"
        assert form.send(desk).status_code == 302
        company.refresh_from_db()
        assert (company.name, company.key) == ("HUAWEI", "huawei")

    @pytest.mark.parametrize("path", ["watchlist/company", "policies/policy"])
    def test_the_same_alias_twice(self, desk: Client, path: str) -> None:
        form = Form(desk.get(f"/admin/{path}/add/"), "slug")
        form["name" if "name" in form else "title"] = "Alphabet"
        form["slug"] = "alphabet"
        form.add_row("aliases", name="Google")
        form.add_row("aliases", name="GOOGLE")
        answer = form.send(desk)
        assert answer.status_code == 200
        assert "“GOOGLE” is there already." in words(answer)
        assert not Company.objects.exists()
        assert not Policy.objects.exists()

    def test_an_alias_that_another_company_has(self, desk: Client) -> None:
        complete_issue(companies=["Alphabet"])
        Alias.objects.create(company=Company.objects.get(), name="Google")
        form = Form(desk.get("/admin/watchlist/company/add/"), "name")
        form.update(name="Other", slug="other")
        form.add_row("aliases", name="google")
        answer = form.send(desk)
        assert answer.status_code == 200
        assert "“google” is there already." in words(answer)

    @pytest.mark.parametrize("path", ["watchlist/company", "policies/policy"])
    def test_a_slug_that_is_taken(self, desk: Client, path: str) -> None:
        for name, status in (("One", 302), ("Two", 200)):
            form = Form(desk.get(f"/admin/{path}/add/"), "slug")
            form["name" if "name" in form else "title"] = name
            form["slug"] = "same"
            assert form.send(desk).status_code == status

    def test_tags_that_differ_in_case_alone(self, desk: Client) -> None:
        form = Form(desk.get("/admin/taggit/tag/add/"), "name")
        form.update(name="Chips", slug="")
        first = form.send(desk)
        form.update(name="Chips", slug="")
        assert first.status_code in (200, 302)
        assert form.send(desk).status_code == 200


class TestImages:
    def test_a_picture_without_file_is_listed_as_to_come(self, desk: Client) -> None:
        Image.objects.create(alt="To come")
        assert "File to come" in words(desk.get("/admin/reports/image/"))
