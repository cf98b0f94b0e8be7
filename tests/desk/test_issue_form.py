"""The form of an issue: what a save writes, in which order, and what it keeps."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.models import Report, Section, Story
from tests.desk.browsing import Form, change_url, open_issue, words
from tests.factories import CompanyFactory, ImageFactory, PolicyFactory, SourceFactory, complete_issue, person

CHINA, ABROAD = "stories", "stories-2"


@pytest.fixture
def report(editor: User) -> Report:
    return complete_issue(by=editor)


def saved(answer: Any) -> None:
    if answer.status_code != 302:
        raise AssertionError(words(answer)[:2000])


def headlines(report: Report, section: str = "china") -> list[str]:
    """A section's headlines without what they share, and its ranks are 1 to n."""
    stories = list(report.stories.filter(section=section).order_by("rank"))
    assert [story.rank for story in stories] == list(range(1, len(stories) + 1))
    return [story.headline.split(" of ")[0] for story in stories]


class TestRevisions:
    def test_a_save_keeps_one_with_its_author(self, desk: Client, report: Report) -> None:
        other = person("Editor", username="other")
        form = open_issue(desk, report)
        form["title"] = "Another title"
        desk.force_login(other)
        saved(form.send(desk))
        newest = report.revisions.first()
        assert (newest.number, newest.author, newest.content["title"]) == (2, other, "Another title")
        assert report.revisions.last().content["title"] == "AI & Robotics"

    def test_a_save_without_a_change_keeps_none(self, desk: Client, report: Report) -> None:
        saved(open_issue(desk, report).send(desk))
        assert report.revisions.count() == 1
        saved(open_issue(desk, report).send(desk))
        assert report.revisions.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("stories-0-headline", "Other"),
            ("stories-2-1-body", "<p>Other</p>"),
            ("stories-0-tag_line", "Other"),
            ("takeaways-0-text", "Other"),
            ("notes-0-text", "Other"),
            ("updates-0-detail", "Other"),
            ("tags", "Other"),
            ("credits-0-DELETE", "on"),
            ("stories-1-DELETE", "on"),
        ],
    )
    def test_every_part_counts_as_a_change(self, desk: Client, report: Report, field: str, value: str) -> None:
        form = open_issue(desk, report)
        assert form.get(field) != value
        form[field] = value
        saved(form.send(desk))
        assert report.revisions.count() == 2

    def test_a_new_issue_gets_its_first(self, desk: Client, editor: User) -> None:
        form = Form(desk.get("/admin/reports/report/add/"), "title")
        form["title"] = "A new issue"
        form["issued_on"] = "2025-06-07"
        form.add_row(CHINA, headline="First", rank="1")
        form.add_row(ABROAD, headline="Abroad", rank="1")
        saved(form.send(desk))
        report = Report.objects.get()
        revision = report.revisions.get()
        assert (revision.number, revision.author) == (1, editor)
        assert [(s["section"], s["rank"], s["slug"]) for s in revision.content["stories"]] == [
            ("china", 1, "first"),
            ("international", 1, "abroad"),
        ]


class TestRanks:
    def ranked(self, desk: Client, report: Report, ranks: dict[str, list[int]], **more: str) -> None:
        form = open_issue(desk, report)
        for prefix, numbers in ranks.items():
            for row, number in enumerate(numbers):
                form[f"{prefix}-{row}-rank"] = str(number)
        form.update(more)
        saved(form.send(desk))

    @pytest.mark.parametrize(
        ("ranks", "order"),
        [
            ([1, 2, 3], "123"),
            ([2, 1, 3], "213"),
            ([3, 2, 1], "321"),
            ([2, 3, 1], "312"),
            ([10, 20, 15], "132"),
            ([1, 1, 1], "123"),
            ([0, 2, 1], "132"),
        ],
    )
    def test_the_posted_order_becomes_1_to_n(self, desk: Client, report: Report, ranks: list[int], order: str) -> None:
        self.ranked(desk, report, {CHINA: ranks})
        assert headlines(report) == [f"China story {n}" for n in order]
        assert headlines(report, "international") == [f"International story {n}" for n in "123"]

    def test_both_sections_at_once(self, desk: Client, report: Report) -> None:
        self.ranked(desk, report, {CHINA: [3, 1, 2], ABROAD: [2, 3, 1]})
        assert headlines(report) == [f"China story {n}" for n in "231"]
        assert headlines(report, "international") == [f"International story {n}" for n in "312"]

    def test_a_new_story_in_the_middle(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["stories-1-rank"] = "3"
        form["stories-2-rank"] = "4"
        form.add_row(CHINA, headline="In between", rank="2")
        saved(form.send(desk))
        assert headlines(report) == ["China story 1", "In between", "China story 2", "China story 3"]

    def test_the_first_goes(self, desk: Client, report: Report) -> None:
        self.ranked(desk, report, {}, **{"stories-0-DELETE": "on"})
        assert headlines(report) == ["China story 2", "China story 3"]

    def test_all_go(self, desk: Client, report: Report) -> None:
        self.ranked(desk, report, {}, **{f"stories-{n}-DELETE": "on" for n in range(3)})
        assert headlines(report) == []
        assert len(headlines(report, "international")) == 3

    @pytest.mark.parametrize(
        ("prefix", "there", "here"), [(CHINA, "international", "china"), (ABROAD, "china", "international")]
    )
    def test_a_story_goes_to_the_other_section_with_what_was_typed(
        self, desk: Client, report: Report, prefix: str, there: str, here: str
    ) -> None:
        moved = report.stories.get(section=here, rank=2)
        more = {f"{prefix}-1-section": there, f"{prefix}-1-headline": "Moved", f"{prefix}-1-tag_line": "Moved too"}
        self.ranked(desk, report, {}, **more)
        assert headlines(report, here) == [f"{Section(here).label} story {n}" for n in "13"]
        assert headlines(report, there) == [*(f"{Section(there).label} story {n}" for n in "123"), "Moved"]
        moved.refresh_from_db()
        assert moved.headline == "Moved"
        assert [tag.name for tag in moved.tags.all()] == ["Moved too"]

    def test_two_stories_change_places_across_sections(self, desk: Client, report: Report) -> None:
        self.ranked(desk, report, {}, **{"stories-0-section": "international", "stories-2-0-section": "china"})
        assert headlines(report) == ["China story 2", "China story 3", "International story 1"]
        assert headlines(report, "international") == [
            "International story 2",
            "International story 3",
            "China story 1",
        ]

    def test_moving_deleting_adding_and_sorting_in_one_save(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["stories-0-DELETE"] = "on"
        form["stories-1-rank"], form["stories-2-rank"] = "2", "1"
        form["stories-2-2-section"] = "china"
        form.add_row(ABROAD, headline="New abroad", rank="0")
        saved(form.send(desk))
        assert headlines(report) == ["China story 3", "China story 2", "International story 3"]
        assert headlines(report, "international") == ["New abroad", "International story 1", "International story 2"]

    def test_other_lists_keep_their_order_too(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        for prefix in ("takeaways", "notes", "updates"):
            for row, position in enumerate("312"):
                form[f"{prefix}-{row}-position"] = position
        saved(form.send(desk))
        assert [t.text.split(" of ")[0] for t in report.takeaways.all()] == ["Takeaway 2", "Takeaway 3", "Takeaway 1"]
        assert [n.company.name for n in report.notes.all()] == ["Company 2", "Company 3", "Company 1"]
        assert [u.policy.title for u in report.updates.all()] == ["Policy 2", "Policy 3", "Policy 1"]

    def test_a_row_that_was_added_and_left_empty_is_passed_over(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form.add_row(CHINA, rank="4")
        form.add_row("takeaways", position="4")
        form.add_row("notes", position="4")
        form.add_row("updates", position="4")
        form.add_row("credits", position="3")
        saved(form.send(desk))
        assert len(headlines(report)) == 3
        assert report.takeaways.count() == report.notes.count() == report.updates.count() == 3
        assert report.revisions.count() == 1


class TestSlugs:
    def test_of_an_issue(self, desk: Client, report: Report) -> None:
        for number in ("", "-2"):
            form = Form(desk.get("/admin/reports/report/add/"), "title")
            form["title"] = "China’s “AI+” & the World"
            saved(form.send(desk))
            assert Report.objects.latest("pk").slug == f"chinas-ai-the-world{number}"

    def test_of_an_issue_taken_by_another(self, desk: Client, report: Report) -> None:
        complete_issue(title="Second")
        form = open_issue(desk, report)
        form["slug"] = "second"
        answer = form.send(desk)
        assert answer.status_code == 200
        assert "Issue with this Slug already exists." in words(answer)

    def test_of_stories_come_from_headlines_and_stay_unique(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form.add_row(CHINA, headline="The same", rank="4")
        form.add_row(CHINA, headline="The same", rank="5")
        form.add_row(ABROAD, headline="The same", rank="4")
        form.add_row(ABROAD, headline="全球报告", rank="5")
        saved(form.send(desk))
        slugs = list(report.stories.order_by("pk").values_list("slug", flat=True))
        assert sorted(slugs[6:]) == ["the-same", "the-same-2", "the-same-3", "全球报告"]

    def test_of_a_story_stays_when_its_headline_changes(self, desk: Client, report: Report) -> None:
        story = report.stories.first()
        form = open_issue(desk, report)
        form["stories-0-headline"] = "Quite another"
        saved(form.send(desk))
        assert Story.objects.get(pk=story.pk).slug == story.slug

    def test_chosen_by_hand(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["stories-0-slug"] = "by-hand"
        form["stories-1-slug"] = "not a slug!"
        answer = form.send(desk)
        assert "A slug holds letters, digits, hyphens and underscores" in words(answer)
        form["stories-1-slug"] = "by-hand"
        saved(form.send(desk))
        assert [story.slug for story in report.stories.filter(section="china")[:2]] == ["by-hand", "by-hand-2"]

    def test_two_stories_that_exchange_theirs(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["stories-0-slug"], form["stories-1-slug"] = form["stories-1-slug"], form["stories-0-slug"]
        saved(form.send(desk))
        assert len({story.slug for story in report.stories.all()}) == 6


class TestText:
    def test_tags_are_split_at_commas_of_both_scripts(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["tags"] = "AI policy, 芯片，机器人、trade"
        form["stories-0-tag_line"] = "“Kunlun”; energy"
        saved(form.send(desk))
        assert sorted(report.tags.names()) == ["AI policy", "trade", "机器人", "芯片"]
        assert sorted(report.stories.first().tags.names()) == ["Kunlun", "energy"]
        assert open_issue(desk, report)["tags"] == "AI policy, trade, 机器人, 芯片"

    def test_rich_text_is_cleaned(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["intro"] = '<p onclick="x()">In<script>alert(1)</script>tro <a href="javascript:x()">a</a></p><h1>Big</h1>'
        form["stories-0-body"] = '<p style="color:red">B<img src=x onerror=y><iframe src="//e"></iframe></p>'
        saved(form.send(desk))
        report.refresh_from_db()
        assert report.intro == '<p>Intro <a rel="noopener">a</a></p><h3>Big</h3>'
        assert report.stories.first().body == "<p>B</p>"
        assert report.revisions.first().content["intro"] == report.intro

    def test_lines_stay_lines(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        form["title"] = "Two \t words\u2028and\xa0more"
        form["stories-0-headline"] = "  A “headline”  — ¥ 中文 "
        saved(form.send(desk))
        report.refresh_from_db()
        assert report.title == "Two words and more"
        assert report.stories.first().headline == "A “headline” — ¥ 中文"

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("title", "", "This field is required."),
            ("title", "x" * 251, "at most 250 characters"),
            ("issued_on", "31/31/2025", "Enter a valid date."),
            ("number", "-1", "greater than or equal to 0"),
            ("stories-0-headline", "", "This field is required."),
            ("takeaways-0-text", "x" * 501, "at most 500 characters"),
            ("notes-0-company", "999", "Select a valid choice."),
        ],
    )
    def test_what_does_not_fit_is_said_and_nothing_is_saved_or_lost(
        self, desk: Client, report: Report, field: str, value: str, said: str
    ) -> None:
        form = open_issue(desk, report)
        form["intro"] = "<p>Typed “before”.</p>"
        form["stories-2-1-headline"] = "Typed too"
        form[field] = value
        answer = form.send(desk)
        assert answer.status_code == 200
        assert said in words(answer)
        again = Form(answer, "title")
        assert {name: again[name] for name in form if name != "notes-0-company"} == {
            name: form[name] for name in form if name != "notes-0-company"
        }
        assert report.revisions.count() == 1
        assert not report.stories.filter(headline="Typed too").exists()

    def test_the_same_company_or_source_twice_is_said(self, desk: Client, report: Report) -> None:
        for prefix, field in (("notes", "company"), ("updates", "policy"), ("credits", "source")):
            form = open_issue(desk, report)
            form[f"{prefix}-1-{field}"] = form[f"{prefix}-0-{field}"]
            answer = form.send(desk)
            assert answer.status_code == 200
            assert "Please correct the duplicate" in words(answer)

    def test_everything_else_of_an_issue(self, desk: Client, report: Report) -> None:
        form = open_issue(desk, report)
        image = ImageFactory()
        form.update(hero=image.pk, number="12", standfirst="One.\r\nTwo.", china_heading="中国", issued_on="2025-05-01")
        form.add_row("credits", source=SourceFactory(name="Nikkei").pk, position="3")
        form.add_row("notes", company=CompanyFactory(name="Baidu").pk, text="New", position="4")
        for row in range(3):
            form[f"updates-{row}-position"] = str(row + 2)
        form.add_row("updates", policy=PolicyFactory(title="Chips Act").pk, detail="", position="1")
        saved(form.send(desk))
        report.refresh_from_db()
        assert (report.hero, report.number, report.standfirst) == (image, 12, "One.\nTwo.")
        assert [credit.source.name for credit in report.credits.all()] == ["Reuters", "Xinhua", "Nikkei"]
        assert report.notes.last().company.name == "Baidu"
        assert report.updates.first().policy.title == "Chips Act"


class TestWhereItLeads:
    @pytest.mark.parametrize(
        ("go", "address"),
        [("preview", "preview/"), ("publish", "publish/now/"), ("schedule", "schedule/now/"), ("nonsense", None)],
    )
    def test_a_button_saves_and_goes_there(self, desk: Client, report: Report, go: str, address: str | None) -> None:
        form = open_issue(desk, report)
        form["title"] = "Saved on the way"
        answer = form.send(desk, _go=go)
        saved(answer)
        expected = f"/admin/reports/report/{report.pk}/{address}" if address else "/admin/reports/report/"
        assert answer["Location"] == expected
        report.refresh_from_db()
        assert report.title == "Saved on the way"

    def test_what_is_saved_is_not_published(self, desk: Client, report: Report) -> None:
        open_issue(desk, report).send(desk, _go="publish")
        assert not report.editions.exists()


class TestQueries:
    def count(self, desk: Client, report: Report) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(change_url(report)).status_code == 200
        return len(queries)

    def test_the_form_asks_as_much_for_3_stories_as_for_20(self, desk: Client) -> None:
        few = complete_issue(title="Few", stories=3)
        many = complete_issue(title="Many", stories=10, companies=9, policies=9)
        for report in (few, many):
            desk.get(change_url(report))
        assert (self.count(desk, few), self.count(desk, many)) == (38, 38)
