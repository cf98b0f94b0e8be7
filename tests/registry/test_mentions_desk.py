"""Deciding which companies stories name: on the desk, in the verbs, and what readers get of it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsroom.issue import gather, present
from newsroom.mentions.deciding import asked, confirm, decide, parsed, refuse, written
from newsroom.publishing import publish
from reports.models import Report
from tests.desk.browsing import Form, change_url, signed_in, words
from tests.factories import CompanyFactory, complete_issue, edit, person
from watchlist.models import Alias, Mention, StoryAppearance

pytestmark = pytest.mark.django_db
PROPOSED, CONFIRMED, REFUSED = "proposed", "confirmed", "refused"


@pytest.fixture
def desk() -> Client:
    return signed_in(person("Writer"))


@pytest.fixture
def report() -> Report:
    """An issue of which China’s first story names Huawei (as 华为) and NVIDIA, and the first abroad NVIDIA."""
    report = complete_issue(title="Chips", companies=["Huawei", "NVIDIA"], stories=2)
    Alias.objects.create(company=report.notes.first().company, name="华为")
    body = "<p>Before. 今日华为公司发布 & more. After.</p><p>NVIDIA sells. NVIDIA again.</p>"
    tell(report, "china", "Of chips", body)
    tell(report, "international", "Abroad", "<p>Nvidia’s plan.</p>")
    edit(report)
    return report


def tell(report: Report, section: str, headline: str, body: str) -> None:
    story = report.stories.get(section=section, rank=1)
    story.headline, story.body = headline, body
    story.save()


def page_of(report: Report) -> str:
    return f"/admin/reports/report/{report.pk}/mentions/"


def mention(report: Report, company: str, section: str = "china") -> Mention:
    return Mention.objects.get(story__report=report, company__name=company, story__section=section)


def states(report: Report) -> dict[tuple[str, str], str]:
    rows = Mention.objects.filter(story__report=report).select_related("story", "company")
    return {(mention.story.section, mention.company.name): mention.state for mention in rows}


class TestThePage:
    def test_shows_every_story_with_the_sentence_and_a_mark(self, desk: Client, report: Report) -> None:
        page = desk.get(page_of(report))
        html = page.content.decode()
        assert "今日<mark>华为</mark>公司发布 &amp; more." in html
        assert "Before." not in words(page)
        assert "<mark>NVIDIA</mark> sells." in html
        assert "2 places" in words(page)
        assert "<mark>Nvidia</mark>’s plan." in html
        assert "3 wait for a decision" in words(page)
        assert "no-store" in page["Cache-Control"]

    def test_the_issue_says_how_many_wait(self, desk: Client, report: Report) -> None:
        assert "Companies named: 3 wait" in words(desk.get(change_url(report)))
        decide(report, dict.fromkeys(Mention.objects.values_list("pk", flat=True), CONFIRMED), by=None)
        assert "wait" not in words(desk.get(change_url(report))).partition("Companies named")[2][:20]

    def test_a_company_that_was_added_since_is_found_at_a_press(self, desk: Client, report: Report) -> None:
        tell(report, "china", "Of chips", "<p>Baidu’s Ernie, and Huawei.</p>")
        edit(report)
        CompanyFactory.create(name="Baidu")
        assert ("china", "Baidu") not in states(report)
        revisions = report.revisions.count()
        page = desk.post(page_of(report), {"do": "look"}, follow=True)
        assert "1 more name was found." in words(page)
        assert states(report)["china", "Baidu"] == PROPOSED
        assert report.revisions.count() == revisions + 1
        assert "No other name was found." in words(desk.post(page_of(report), {"do": "look"}, follow=True))
        assert report.revisions.count() == revisions + 1
        assert signed_in(person("Moderator")).post(page_of(report), {"do": "look"}).status_code == 403

    @pytest.mark.parametrize(("act", "state"), [("confirm", CONFIRMED), ("refuse", REFUSED)])
    def test_one(self, desk: Client, report: Report, act: str, state: str) -> None:
        row = mention(report, "NVIDIA")
        answer = desk.post(page_of(report), {"do": f"{act}:{row.pk}"})
        assert answer["Location"] == f"{page_of(report)}?undo={row.pk}.proposed"
        assert states(report) == {
            ("china", "NVIDIA"): state,
            ("china", "Huawei"): PROPOSED,
            ("international", "NVIDIA"): PROPOSED,
        }

    def test_all_of_a_story_and_all_of_the_issue_leave_what_was_decided(self, desk: Client, report: Report) -> None:
        refuse(mention(report, "Huawei"), by=None)
        story = report.stories.get(section="china", rank=1)
        desk.post(page_of(report), {"do": f"confirm:story-{story.pk}"})
        assert states(report) == {
            ("china", "Huawei"): REFUSED,
            ("china", "NVIDIA"): CONFIRMED,
            ("international", "NVIDIA"): PROPOSED,
        }
        desk.post(page_of(report), {"do": "refuse:all"})
        assert states(report)["international", "NVIDIA"] == REFUSED
        assert states(report)["china", "NVIDIA"] == CONFIRMED

    def test_can_be_taken_back(self, desk: Client, report: Report) -> None:
        refuse(mention(report, "Huawei"), by=None)
        before = states(report)
        page = desk.post(page_of(report), {"do": "confirm:all"}, follow=True)
        assert set(states(report).values()) == {CONFIRMED, REFUSED}
        page = Form(page, "undo").send(desk, follow=True, do="undo")
        assert "Taken back." in words(page)
        assert states(report) == before

    @pytest.mark.parametrize(
        "act", ["", "confirm", "confirm:", "confirm:x", "confirm:0", "confirm:99999999999999999999", "burn:all", "undo"]
    )
    def test_what_asks_for_nothing_changes_nothing(self, desk: Client, report: Report, act: str) -> None:
        before = states(report)
        page = desk.post(page_of(report), {"do": act, "undo": "x.proposed,1.burnt,,5"}, follow=True)
        assert "Nothing was changed" in words(page)
        assert states(report) == before

    def test_a_mention_of_another_issue_is_out_of_reach(self, desk: Client, report: Report) -> None:
        other = complete_issue(title="Other", companies=["Huawei"], stories=1)
        tell(other, "china", "Huawei", "")
        edit(other)
        row = mention(other, "Huawei")
        desk.post(page_of(report), {"do": f"refuse:{row.pk}"})
        desk.post(page_of(report), {"do": "undo", "undo": f"{row.pk}.refused"})
        row.refresh_from_db()
        assert row.state == PROPOSED

    @pytest.mark.parametrize("role", ["Writer", "Editor", "Administrator"])
    def test_is_for_those_who_write(self, report: Report, role: str) -> None:
        client = signed_in(person(role))
        assert client.get(page_of(report)).status_code == 200
        assert client.post(page_of(report), {"do": "confirm:all"}).status_code == 302

    @pytest.mark.parametrize("role", ["Moderator", ""])
    def test_and_for_nobody_else(self, report: Report, role: str) -> None:
        client = signed_in(person(role))
        before = states(report)
        assert client.get(page_of(report)).status_code == 403
        assert client.post(page_of(report), {"do": "refuse:all"}).status_code == 403
        assert Client().post(page_of(report), {"do": "refuse:all"}).status_code == 302
        with pytest.raises(PermissionDenied):
            refuse(mention(report, "Huawei"), by=person(role))
        assert states(report) == before

    def test_an_issue_that_is_not_there(self, desk: Client) -> None:
        assert desk.get("/admin/reports/report/987654/mentions/").status_code == 404

    def test_costs_the_same_for_few_and_for_many(self, desk: Client, report: Report) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                desk.get(page_of(report))
            return len(asked)

        few = cost()
        for number in range(3):
            company = CompanyFactory.create(name=f"Firm {number}")
            Mention.objects.create(story=report.stories.last(), company=company)
        assert cost() == few

    def test_a_name_that_the_words_have_no_more(self, desk: Client, report: Report) -> None:
        confirm(mention(report, "Huawei"), by=None)
        tell(report, "china", "Else", "<p>Else.</p>")
        edit(report)
        assert "does not have this name any more" in words(desk.get(page_of(report)))


class TestReaders:
    def test_a_refusal_waits_as_a_change_and_is_published_like_any_other(self, desk: Client, report: Report) -> None:
        publish(report, by=None)
        before = report.revisions.count()
        refuse(mention(report, "NVIDIA"), by=None)
        assert report.revisions.count() == before + 1
        assert report.revisions.first().note == "Companies that stories name"
        assert Report.objects.with_state().get(pk=report.pk).state == "changed"
        assert "Changed: China 1, “Of chips” (companies)" in words(desk.get(change_url(report)))
        story = "/reports/chips/" + report.stories.get(section="china", rank=1).slug + "/"
        assert "NVIDIA</a>" in Client().get(story).content.decode()
        publish(report, by=None)
        assert "NVIDIA</a>" not in Client().get(story).content.decode()
        named = StoryAppearance.objects.filter(edition__in=report.editions.live(), section="china")
        assert list(named.values_list("name", flat=True)) == ["Huawei"]

    def test_a_confirmation_changes_nothing_for_readers(self, report: Report) -> None:
        publish(report, by=None)
        before = report.revisions.count()
        confirm(mention(report, "NVIDIA"), by=None)
        assert report.revisions.count() == before
        assert Report.objects.with_state().get(pk=report.pk).state == "live"

    def test_no_form_that_is_open_grows_stale(self, desk: Client, report: Report) -> None:
        form = Form(desk.get(change_url(report)), "title")
        refuse(mention(report, "NVIDIA"), by=None)
        assert form.send(desk).status_code == 302
        assert states(report)["china", "NVIDIA"] == REFUSED


def test_an_unknown_state_is_refused(report: Report) -> None:
    with pytest.raises(ValueError, match="burnt"):
        decide(report, {mention(report, "Huawei").pk: "burnt"}, by=None)


def test_states_in_an_address() -> None:
    assert parsed(written({3: PROPOSED, 1: REFUSED})) == {1: REFUSED, 3: PROPOSED}
    assert parsed("") == {}


def test_asking(report: Report) -> None:
    assert len(asked(report, "refuse:all")) == 3


class TestFirstMentions:
    def first(self, report: Report, section: str = "china") -> str:
        story = report.stories.get(section=section, rank=1)
        page = Client().get(f"/reports/chips/{story.slug}/").content.decode()
        return page.partition('<div class="single__body')[2].partition("</div>")[0]

    def issue(self, path: str = "/reports/chips/") -> str:
        page = Client().get(path).content.decode()
        return page.partition('<div class="story__body prose">')[2].partition("</div>")[0]

    def test_the_first_place_is_a_link_on_the_issue_and_on_the_story_s_own_page(self, report: Report) -> None:
        publish(report, by=None)
        for body in (self.issue(), self.first(report)):
            assert 'href="/companies/huawei/"' in body
            assert body.count('href="/companies/nvidia/"') == 1
            assert body.index('href="/companies/nvidia/"') < body.index("again")
        assert 'href="/zh-hans/companies/huawei/"' in self.issue("/zh-hans/reports/chips/")
        assert Client().get("/companies/huawei/").status_code == 200

    def test_neither_what_is_refused_nor_what_the_issue_does_not_watch(self, report: Report) -> None:
        refuse(mention(report, "NVIDIA"), by=None)
        report.notes.filter(company__name="Huawei").delete()
        publish(report, by=None)
        assert "<a " not in self.issue()
        assert "<a " not in self.first(report)

    def test_feeds_and_the_stored_text_have_no_such_links(self, report: Report) -> None:
        publish(report, by=None)
        assert "companies/nvidia" not in Client().get("/feed/sections/china/").content.decode()
        assert "<a " not in StoryAppearance.objects.first().story.body

    def test_a_snapshot_from_before_other_names_were_kept(self, report: Report) -> None:
        content = gather(report)
        first = next(story for story in content["stories"] if story["headline"] == "Of chips")
        assert first["companies"][0]["as"] == ["华为"]
        del first["companies"][0]["as"]
        body = present(content)["sections"][0]["stories"][0]["body"]
        assert "/companies/nvidia/" in body
        assert "/companies/huawei/" not in body
