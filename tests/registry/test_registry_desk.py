"""The desk of the registries: their lists, deleting, and the page that merges."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from policies.models import Policy
from policies.tracking import POLICIES
from reports.models import Source
from reports.registry import SOURCES
from reports.using import InUse
from tests.desk.browsing import Form, signed_in, words
from tests.factories import (
    CompanyFactory,
    CreditFactory,
    NoteFactory,
    PolicyFactory,
    SourceFactory,
    StoryFactory,
    UpdateFactory,
    complete_issue,
    follower,
    person,
    published,
)
from watchlist.models import Alias, Company, Mention, Note
from watchlist.noting import COMPANIES

pytestmark = pytest.mark.django_db
LIST = "/admin/watchlist/company/"


@pytest.fixture
def desk() -> Client:
    return signed_in(person("Editor"))


def company(name: str) -> Company:
    return Company.objects.get(name=name)


def page_of(row: Any, what: str = "merge") -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{what}/"


class TestUses:
    def test_of_a_company(self) -> None:
        edition = published(title="Live", companies=["Huawei"])
        draft = complete_issue(title="Draft", companies=["Huawei"])
        huawei = company("Huawei")
        named = StoryFactory.create(headline="Named")
        Mention.objects.create(story=named, company=huawei)
        Mention.objects.create(story=StoryFactory.create(headline="Not"), company=huawei, state="refused")
        follower("one@example.org", ("company", huawei.pk))
        follower("two@example.org", ("company", huawei.pk + 1))
        found = {use.text: use.url for use in COMPANIES.uses(huawei)}
        assert found == {
            "Issue “Live” · 12 April 2025": f"/admin/reports/report/{edition.report_id}/change/",
            "Issue “Draft” · 12 April 2025": f"/admin/reports/report/{draft.pk}/change/",
            "Readers have it in “Live” · 12 April 2025": "/reports/live/",
            "Story “Named” · 12 April 2025": f"/admin/reports/report/{named.report_id}/mentions/",
            "Followed by 1 reader": "",
        }

    def test_drafts_without_a_date_come_first_then_the_newest(self) -> None:
        huawei = CompanyFactory.create()
        for title, day in (("Old", date(2024, 1, 1)), ("Undated", None), ("New", date(2025, 1, 1))):
            NoteFactory.create(company=huawei, report__title=title, report__issued_on=day)
        assert [use.text for use in COMPANIES.uses(huawei)] == [
            "Issue “Undated”",
            "Issue “New” · 1 January 2025",
            "Issue “Old” · 1 January 2024",
        ]

    def test_more_than_are_listed_are_counted(self) -> None:
        huawei = CompanyFactory.create()
        for _ in range(53):
            NoteFactory.create(company=huawei)
        found = COMPANIES.uses(huawei)
        assert (len(found), found[-1].text) == (51, "3 more issues")

    @pytest.mark.parametrize("state", ["proposed", "confirmed"])
    def test_what_is_used_stays_whoever_asks(self, state: str) -> None:
        used = CompanyFactory.create()
        Mention.objects.create(story=StoryFactory.create(), company=used, state=state)
        tracked = UpdateFactory.create().policy
        credited = CreditFactory.create().source
        with pytest.raises(InUse, match="is used, so it can’t be deleted: Story"):
            COMPANIES.remove(used, by=None)
        with pytest.raises(InUse):
            POLICIES.remove(tracked, by=None)
        with pytest.raises(InUse):
            SOURCES.remove(credited, by=None)
        assert (Company.objects.count(), Policy.objects.count(), Source.objects.count()) == (1, 1, 1)

    def test_what_nothing_uses_goes_with_its_names(self) -> None:
        by = person("Writer")
        unused = CompanyFactory.create()
        Alias.objects.create(company=unused, name="Other")
        Mention.objects.create(story=StoryFactory.create(), company=unused, state="refused")
        COMPANIES.remove(unused, by=by)
        POLICIES.remove(PolicyFactory.create(), by=by)
        SOURCES.remove(SourceFactory.create(), by=by)
        assert (Company.objects.count(), Policy.objects.count(), Source.objects.count()) == (0, 0, 0)

    def test_not_by_whoever_may_not(self) -> None:
        by = person("Moderator")
        with pytest.raises(PermissionDenied):
            COMPANIES.remove(CompanyFactory.create(), by=by)
        with pytest.raises(PermissionDenied):
            SOURCES.remove(SourceFactory.create(), by=by)


class TestDeleting:
    def test_the_page_lists_what_uses_it_with_links_and_has_no_button(self, desk: Client) -> None:
        edition = published(title="Live & <well>", companies=["Huawei"], policies=["Act"])
        for row in (company("Huawei"), Policy.objects.get(), Source.objects.get(name="Reuters")):
            page = desk.get(page_of(row, "delete"))
            assert f"“{row}” is used, so it can’t be deleted" in words(page)
            assert f'href="/admin/reports/report/{edition.report_id}/change/"' in page.content.decode()
            assert "Issue “Live & <well>” · 12 April 2025" in words(page)
            assert desk.post(page_of(row, "delete"), {"post": "yes"}).status_code == 200
            assert type(row).objects.filter(pk=row.pk).exists()

    def test_it_leads_to_merging_whoever_may(self, desk: Client) -> None:
        huawei = NoteFactory.create().company
        link = f'href="{page_of(huawei)}"'
        assert link in desk.get(page_of(huawei, "delete")).content.decode()
        page = signed_in(person("Writer")).get(page_of(huawei, "delete"))
        assert link not in page.content.decode()
        assert "Take it out of what uses it first:" in words(page)

    def test_what_nothing_uses_is_deleted(self, desk: Client) -> None:
        for row in (CompanyFactory.create(), PolicyFactory.create(), SourceFactory.create()):
            assert desk.post(page_of(row, "delete"), {"post": "yes"}).status_code == 302
            assert not type(row).objects.exists()

    def test_many_at_once(self, desk: Client) -> None:
        used, unused = NoteFactory.create().company, CompanyFactory.create(name="Unused")
        asked = {"action": "delete_selected", "_selected_action": [used.pk, unused.pk]}
        page = desk.post(LIST, asked)
        assert "Some of these are used, so nothing was deleted" in words(page)
        assert f"{used}: Issue" in words(page)
        desk.post(LIST, {**asked, "post": "yes"})
        assert Company.objects.count() == 2
        desk.post(LIST, {**asked, "_selected_action": [unused.pk], "post": "yes"})
        assert Company.objects.get() == used


class TestTheList:
    def test_tells_how_often_each_is_used_and_where_last(self, desk: Client) -> None:
        complete_issue(title="Older", issued_on=date(2025, 1, 1), companies=["Huawei"], policies=["Act"])
        newer = complete_issue(title="Newer", issued_on=date(2025, 2, 1), companies=["Huawei"], policies=["Act"])
        huawei = company("Huawei")
        Alias.objects.create(company=huawei, name="华为")
        for story in newer.stories.all()[:2]:
            Mention.objects.create(story=story, company=huawei)
        Mention.objects.create(story=newer.stories.last(), company=huawei, state="refused")
        page = desk.get(LIST)
        row = page.context["cl"].result_list[0]
        assert (row.issue_count, row.story_count, row.last_title) == (2, 2, "Newer")
        assert all(word in words(page) for word in ("Huawei", "华为", "Newer"))
        row = desk.get("/admin/policies/policy/").context["cl"].result_list[0]
        assert (row.issue_count, row.last_title) == (2, "Newer")

    def test_is_in_the_order_of_names_whatever_their_case(self, desk: Client) -> None:
        for name in ("Tesla", "iFLYTEK", "Huawei"):
            CompanyFactory.create(name=name)
        assert [row.name for row in desk.get(LIST).context["cl"].result_list] == ["Huawei", "iFLYTEK", "Tesla"]

    def test_says_whether_it_is_empty_or_nothing_is_like_that(self, desk: Client) -> None:
        assert "Nothing here yet. Add company" in words(desk.get(LIST))
        CompanyFactory.create()
        assert "Nothing here is like that. Show all" in words(desk.get(LIST, {"q": "nothing"}))
        assert "Nothing here is like that." in words(desk.get("/admin/policies/policy/", {"used": "never"}))

    def test_can_be_narrowed_to_what_nothing_uses(self, desk: Client) -> None:
        NoteFactory.create()
        Mention.objects.create(story=StoryFactory.create(), company=CompanyFactory.create(name="Named"))
        CompanyFactory.create(name="Never")
        published(companies=["Once"], policies=["Once Act"])
        Note.objects.filter(company__name="Once").delete()
        PolicyFactory.create(title="Never Act")
        assert [row.name for row in desk.get(LIST, {"used": "never"}).context["cl"].result_list] == ["Never"]
        found = desk.get("/admin/policies/policy/", {"used": "never"}).context["cl"].result_list
        assert [row.title for row in found] == ["Never Act"]

    def test_finds_other_names(self, desk: Client) -> None:
        Alias.objects.create(company=CompanyFactory.create(name="Huawei"), name="华为")
        CompanyFactory.create(name="ZTE")
        assert [row.name for row in desk.get(LIST, {"q": "华为"}).context["cl"].result_list] == ["Huawei"]

    def test_costs_the_same_for_one_and_for_three(self, desk: Client) -> None:
        counts = []
        for number in (1, 2):
            for _ in range(number):
                note = NoteFactory.create()
                Alias.objects.create(company=note.company, name=f"Other {note.pk}")
            with CaptureQueriesContext(connection) as asked:
                desk.get(LIST)
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestMerging:
    def test_asks_into_which_then_says_what_moves_then_does_it(self, desk: Client) -> None:
        edition = published(title="Both", companies=["Huawei Tech", "Huawei"])
        old, new = company("Huawei Tech"), company("Huawei")
        follower("one@example.org", ("company", old.pk))
        assert "into" in Form(desk.get(page_of(old)), "into")
        page = desk.get(page_of(old), {"into": new.pk})
        told = words(page)
        for said in (
            *("Issue “Both”", "Readers have it in “Both”", "Followed by 1 reader"),
            "What Both says of Huawei Tech; What Both says of Huawei",
            "There is no way back.",
        ):
            assert said in told
        assert "Merge “Huawei Tech” into “Huawei”?" in told
        assert Company.objects.filter(pk=old.pk).exists(), "looking changes nothing"
        answer = Form(page, "seen").send(desk)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/watchlist/company/{new.pk}/change/")
        assert list(new.aliases.values_list("name", flat=True)) == ["Huawei Tech"]
        assert edition.report.notes.get().company == new
        assert "Merged “Huawei Tech” into it." in words(desk.get(page_of(new, "history")))

    def test_the_most_likely_other_is_chosen_already(self, desk: Client) -> None:
        old, new = CompanyFactory.create(name="Huawei Technologies"), CompanyFactory.create(name="Huawei")
        CompanyFactory.create(name="Alibaba")
        assert Form(desk.get(page_of(old)), "into")["into"] == str(new.pk)
        alone = CompanyFactory.create(name="Tesla")
        assert Form(desk.get(page_of(alone)), "into")["into"] == "", "nothing is chosen where nothing is like it"

    def test_of_policies(self, desk: Client) -> None:
        published(title="Both", policies=["Old Act", "New Act"])
        old, new = Policy.objects.get(title="Old Act"), Policy.objects.get(title="New Act")
        Form(desk.get(page_of(old), {"into": new.pk}), "seen").send(desk)
        assert list(new.aliases.values_list("name", flat=True)) == ["Old Act"]

    def test_a_second_press_tells_what_the_first_did(self, desk: Client) -> None:
        old, new = CompanyFactory.create(name="Huawei Tech"), CompanyFactory.create(name="Huawei")
        page = page_of(old)
        form = Form(desk.get(page, {"into": new.pk}), "seen")
        assert form.send(desk).status_code == 302
        answer = form.send(desk)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/watchlist/company/{new.pk}/change/")
        assert "“Huawei Tech” is merged into “Huawei”." in words(desk.get(page, follow=True))
        assert Company.objects.get() == new

    @pytest.mark.parametrize("number", ["999999", "x", "99999999999999999999"])
    def test_what_never_was_leads_to_the_list(self, desk: Client, number: str) -> None:
        for path in (LIST, "/admin/reports/source/"):
            page = desk.get(f"{path}{number}/merge/", follow=True)
            assert page.redirect_chain[-1][0] == path
            assert "That row is not there any more." in words(page)

    def test_of_sources(self, desk: Client) -> None:
        old, new = SourceFactory.create(name="Reuters News"), SourceFactory.create(name="Reuters")
        both = CreditFactory.create(source=old, report__title="Both").report
        CreditFactory.create(source=new, report=both)
        asked = desk.get(page_of(old))
        assert Form(asked, "into")["into"] == str(new.pk)
        page = desk.get(page_of(old), {"into": new.pk})
        assert "Issue “Both” · 12 April 2025" in words(page)
        assert "Names that" not in words(page)
        assert "address" not in words(asked) + words(page)
        assert Form(page, "seen").send(desk).status_code == 302
        assert both.credits.get().source == new
        assert page_of(new) in desk.get(page_of(new, "delete")).content.decode()
        assert signed_in(person("Moderator")).get(page_of(new)).status_code == 403

    def test_what_was_changed_meanwhile_is_shown_first(self, desk: Client) -> None:
        old, new = CompanyFactory.create(), CompanyFactory.create()
        form = Form(desk.get(page_of(old), {"into": new.pk}), "seen")
        NoteFactory.create(company=old, report__title="Meanwhile")
        page = form.send(desk)
        assert page.status_code == 409
        assert "has changed since you opened this page" in words(page)
        assert "Issue “Meanwhile”" in words(page)
        assert Company.objects.filter(pk=old.pk).exists()
        assert Form(page, "seen").send(desk).status_code == 302

    def test_two_notes_without_room_are_named_and_there_is_no_button(self, desk: Client) -> None:
        old, new = CompanyFactory.create(), CompanyFactory.create()
        report = NoteFactory.create(company=old, text="x" * 400, report__title="Too much").report
        NoteFactory.create(company=new, text="y" * 400, report=report)
        page = desk.get(page_of(old), {"into": new.pk})
        assert "“Too much” has a line about both" in words(page)
        assert Form(page, "seen").send(desk).status_code == 409
        assert Note.objects.count() == 2

    @pytest.mark.parametrize("into", ["", "0", "x", "99999999999999999999", "itself"])
    def test_into_nothing_or_itself(self, desk: Client, into: str) -> None:
        old = CompanyFactory.create()
        CompanyFactory.create()
        page = desk.post(page_of(old), {"into": str(old.pk) if into == "itself" else into, "seen": ""})
        assert page.status_code == 200
        assert Company.objects.count() == 2

    def test_two_are_chosen_on_the_list(self, desk: Client) -> None:
        used, unused, third = NoteFactory.create().company, CompanyFactory.create(), CompanyFactory.create()
        answer = desk.post(LIST, {"action": "merge_selected", "_selected_action": [used.pk, unused.pk]})
        assert answer["Location"] == f"{page_of(unused)}?into={used.pk}"
        for chosen in ([used.pk], [used.pk, unused.pk, third.pk]):
            page = desk.post(LIST, {"action": "merge_selected", "_selected_action": chosen}, follow=True)
            assert "Choose two rows" in words(page)

    @pytest.mark.parametrize("role", ["Writer", "Moderator", ""])
    def test_is_for_nobody_else(self, role: str) -> None:
        client = signed_in(person(role))
        old, new = CompanyFactory.create(), CompanyFactory.create()
        for row, into in ((old, new), (PolicyFactory.create(), PolicyFactory.create())):
            assert client.get(page_of(row)).status_code == 403
            assert client.post(page_of(row), {"into": into.pk, "seen": ""}).status_code == 403
        if role == "Writer":
            assert "merge_selected" not in client.get(LIST).content.decode()
            assert "Merge into" not in client.get(page_of(old, "change")).content.decode()
        assert Company.objects.count() == 2
        assert Client().get(page_of(old)).status_code == 302
