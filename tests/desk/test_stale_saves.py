"""Two editors at one issue: the second save is refused, shows both versions, loses nothing, and may be repeated."""

from typing import Any

import pytest
from django.test import Client

from reports.models import Report
from tests.desk.browsing import Form, open_issue, signed_in, words
from tests.factories import CompanyFactory, SourceFactory, complete_issue, edit, person
from tests.together import at_once


@pytest.fixture
def report(db: None) -> Report:
    return complete_issue()


@pytest.fixture
def other(db: None) -> Client:
    """The other editor's browser."""
    return signed_in(person("Editor", username="the-other"))


def state(report: Report) -> Any:
    """Everything that a save could have written."""
    report = Report.objects.get(pk=report.pk)
    rows = [
        list(related.order_by("pk").values())
        for related in (report.stories, report.takeaways, report.credits, report.notes, report.updates)
    ]
    return report.version, report.changed_at, report.title, rows, report.revisions.count()


def save(form: Form, client: Client) -> Any:
    """Send the form; and if that is a conflict, send it again as it came back."""
    answer = form.send(client)
    return Form(answer, "title").send(client) if answer.status_code == 409 else answer


class TestBothAreKept:
    """Whoever works on other things than somebody else meanwhile is asked nothing."""

    def test_of_different_stories(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.update({"stories-0-headline": "Theirs", "stories-0-body": "<p>Their text</p>", "title": "Their title"})
        assert theirs.send(other).status_code == 302
        mine.update(
            {"stories-1-headline": "Mine — ¥, 中文", "standfirst": "Mine, too", "stories-2-0-tag_line": "my tag"}
        )
        answer = mine.send(desk, follow=True)
        assert answer.status_code == 200
        assert "What both of you changed is kept." in words(answer)
        report.refresh_from_db()
        assert (report.title, report.standfirst) == ("Their title", "Mine, too")
        first, second, third = report.stories.filter(section="china").order_by("rank")
        assert (first.headline, first.body, second.headline) == ("Theirs", "<p>Their text</p>", "Mine — ¥, 中文")
        assert third.headline == "China story 3 of AI & Robotics"
        assert [tag.name for tag in report.stories.get(section="international", rank=1).tags.all()] == ["my tag"]
        assert report.revisions.count() == 3

    def test_of_their_order_and_my_words(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.update({"stories-0-rank": "3", "stories-2-rank": "1", "takeaways-0-position": "9"})
        assert theirs.send(other).status_code == 302
        mine["stories-0-headline"] = "Mine"
        assert mine.send(desk).status_code == 302
        headlines = [story.headline for story in report.stories.filter(section="china").order_by("rank")]
        assert headlines == ["China story 3 of AI & Robotics", "China story 2 of AI & Robotics", "Mine"]
        assert report.takeaways.last().text == "Takeaway 1 of AI & Robotics"

    def test_of_my_order_and_their_words(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["stories-0-headline"] = "Theirs"
        theirs.send(other)
        mine.update({"stories-0-rank": "3", "stories-2-rank": "1"})
        assert mine.send(desk).status_code == 302
        headlines = [story.headline for story in report.stories.filter(section="china").order_by("rank")]
        assert headlines == ["China story 3 of AI & Robotics", "China story 2 of AI & Robotics", "Theirs"]

    def test_of_what_each_added(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.add_row("takeaways", text="Their takeaway", position="4")
        theirs.send(other)
        mine.add_row("takeaways", text="My takeaway", position="4")
        assert mine.send(desk).status_code == 302
        assert {"Their takeaway", "My takeaway"} <= {row.text for row in report.takeaways.all()}
        assert report.takeaways.count() == 5

    def test_of_a_row_that_they_deleted_and_i_left_alone(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["stories-0-DELETE"] = theirs["notes-0-DELETE"] = "on"
        theirs.send(other)
        mine["title"] = "Mine"
        answer = mine.send(desk)
        assert answer.status_code == 302, words(answer)[:3000]
        report.refresh_from_db()
        assert (report.title, report.stories.count(), report.notes.count()) == ("Mine", 5, 2)

    def test_not_if_something_else_is_wrong(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["title"] = "Their title"
        theirs.send(other)
        mine["stories-0-headline"] = ""
        before = state(report)
        answer = mine.send(desk)
        assert answer.status_code == 409
        assert "This field is required." in words(answer)
        assert state(report) == before


class TestTheChoice:
    @pytest.fixture
    def answer(self, desk: Client, other: Client, report: Report) -> Form:
        """The page after both changed the title, the first headline and the order of the stories."""
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.update({"title": "Their “title”", "stories-0-headline": "Theirs", "stories-0-rank": "3"})
        theirs["stories-2-rank"] = "1"
        theirs.send(other)
        mine.update(
            {"title": "Mine", "stories-0-headline": "My headline", "stories-0-rank": "2", "stories-1-rank": "1"}
        )
        page = mine.send(desk)
        assert [d.field for d in page.context["conflict"]] == ["Title", "Headline", "Order"]
        return Form(page, "title")

    def test_is_each_fields_own(self, desk: Client, report: Report, answer: Form) -> None:
        answer |= {"choose-title": "saved", "choose-stories-0-headline": "yours", "choose-stories-order": "saved"}
        assert answer.send(desk, _continue="1").status_code == 302
        report.refresh_from_db()
        assert report.title == "Their “title”"
        headlines = [story.headline for story in report.stories.filter(section="china").order_by("rank")]
        assert headlines == ["China story 3 of AI & Robotics", "China story 2 of AI & Robotics", "My headline"]

    def test_is_ones_own_version_unless_one_says_otherwise(self, desk: Client, report: Report, answer: Form) -> None:
        # Of radio buttons a browser sends the one that is checked; this one is not in the page's other form.
        for name in [name for name in answer if name.startswith("choose-")]:
            answer[name] = "yours"
        assert answer.send(desk, _continue="1").status_code == 302
        report.refresh_from_db()
        assert report.title == "Mine"
        headlines = [story.headline for story in report.stories.filter(section="china").order_by("rank")]
        assert headlines == ["China story 2 of AI & Robotics", "My headline", "China story 3 of AI & Robotics"]


class TestTheSecondSave:
    def test_is_refused_and_shows_both_versions(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.update(title="Their title", **{"stories-0-headline": "Their headline", "notes-0-text": "Their note"})
        assert theirs.send(other).status_code == 302
        before = state(report)
        mine.update(title="My “title”", intro="<p>My intro</p>", **{"stories-0-headline": "My headline"})
        answer = mine.send(desk)
        assert answer.status_code == 409
        assert state(report) == before
        said = words(answer)
        assert "the-other saved it on" in said
        assert "Issue Title Their title My “title”" in said
        assert "Headline Their headline My headline" in said
        assert "Their note" not in said.split("Save what is chosen")[0]  # I left the note alone
        assert "My intro" not in said.split("Save what is chosen")[0]  # nobody else touched the intro
        assert [d.field for d in answer.context["conflict"]] == ["Title", "Headline"]
        assert "My intro" in Form(answer, "title")["intro"]

    def test_keeps_everything_that_was_typed(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["title"] = "Their title"
        theirs.send(other)
        mine.update(
            {
                "title": "My title",
                "tags": "mine, 我的",
                "stories-1-body": "<p>My body</p>",
                "stories-1-tag_line": "my tag",
                "stories-2-DELETE": "on",
                "stories-2-0-section": "china",
                "takeaways-0-text": "My takeaway",
                "notes-1-text": "My note",
                "stories-0-rank": "2",
                "stories-1-rank": "1",
            }
        )
        mine.add_row("stories", headline="My new story", body="<p>New body</p>", rank="4")
        mine.add_row("takeaways", text="My new takeaway", position="4")
        again = Form(mine.send(desk), "title")
        lost = {name: (mine[name], again.get(name)) for name in mine if again.get(name) != mine[name]}
        assert lost == {"over": ("", "1")}

    def test_may_be_sent_again_over_the_other(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.update(title="Their title", standfirst="Their standfirst", **{"stories-1-headline": "Theirs"})
        theirs.send(other)
        mine["title"] = "My title"
        mine.add_row("takeaways", text="My new takeaway", position="4")
        again = Form(mine.send(desk), "title")
        assert again.send(desk, _continue="1").status_code == 302
        report.refresh_from_db()
        # What I did not touch stays as the other saved it.
        assert (report.title, report.standfirst) == ("My title", "Their standfirst")
        assert report.takeaways.last().text == "My new takeaway"
        assert report.stories.get(section="china", rank=2).headline == "Theirs"
        # What was saved over is not gone: it is a revision.
        assert [revision.content["title"] for revision in report.revisions.all()] == [
            "My title",
            "Their title",
            "AI & Robotics",
        ]

    def test_is_refused_again_if_somebody_saved_again(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["title"] = "Their title"
        theirs.send(other)
        mine["title"] = "My title"
        again = Form(mine.send(desk), "title")
        theirs = open_issue(other, report)
        theirs["title"] = "Their second title"
        theirs.send(other)
        answer = again.send(desk, _continue="1")
        assert answer.status_code == 409
        assert "Title Their second title My title" in words(answer)
        assert Form(answer, "title").send(desk).status_code == 302

    def test_of_the_same_is_no_conflict_and_makes_no_revision(
        self, desk: Client, other: Client, report: Report
    ) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        for form, client in ((theirs, other), (mine, desk)):
            form["title"] = "The same title"
            assert form.send(client).status_code == 302
        assert report.revisions.count() == 2

    def test_of_a_form_with_another_fault_says_both(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["title"] = "Their title"
        theirs.send(other)
        mine["title"] = ""
        answer = mine.send(desk)
        assert answer.status_code == 409
        assert "This field is required." in words(answer)
        again = Form(answer, "title")
        again["title"] = "Mine"
        assert again.send(desk).status_code == 302

    def test_of_a_form_without_a_version_is_refused(self, desk: Client, report: Report) -> None:
        edit(report)
        form = open_issue(desk, report)
        form |= {"title": "Mine", "base": "nothing that anybody opened"}
        for seen in ("", "x", "99", "-1"):
            form["seen"] = seen
            assert form.send(desk).status_code == 409
        assert report.revisions.count() == 1

    def test_markup_in_either_version_is_shown_as_text(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["title"] = theirs["stories-0-headline"] = "<script>theirs()</script>"
        theirs.send(other)
        mine["title"] = mine["stories-0-headline"] = "<script>mine()</script>"
        page = mine.send(desk).content.decode()
        assert "<script>theirs" not in page
        assert "<script>mine" not in page


class TestRowsOfTheOther:
    """Rows that the other editor added, moved or deleted meanwhile."""

    CHANGED = {
        "stories": "headline",
        "stories-2": "headline",
        "takeaways": "text",
        "notes": "text",
        "updates": "detail",
        "credits": "source",
    }

    def mine(self, prefix: str) -> Any:
        return SourceFactory(name="My source").pk if prefix == "credits" else "My words"

    @pytest.mark.parametrize("prefix", ["stories", "stories-2", "takeaways", "notes", "updates", "credits"])
    def test_a_deleted_row_that_i_changed_comes_back(
        self, desk: Client, other: Client, report: Report, prefix: str
    ) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs[f"{prefix}-0-DELETE"] = "on"
        assert theirs.send(other).status_code == 302
        mine["title"] = "My title"
        mine[f"{prefix}-0-{self.CHANGED[prefix]}"] = self.mine(prefix)
        before = state(report)
        answer = mine.send(desk)
        assert answer.status_code == 409
        assert state(report) == before
        for inline in answer.context["inline_admin_formsets"]:
            for form in inline:
                assert form.original is None or form.original == form.form.instance
        again = Form(answer, "title")
        assert again.rows(prefix) == mine.rows(prefix)
        answer = again.send(desk)
        assert answer.status_code == 302, words(answer)[:3000]
        fresh = open_issue(desk, report)
        assert fresh.rows(prefix) == mine.rows(prefix)
        texts = [
            name for name in mine if name.startswith(f"{prefix}-") and name.endswith(("headline", "text", "detail"))
        ]
        assert sorted(fresh[name] for name in texts) == sorted(mine[name] for name in texts)
        for section in ("china", "international"):
            ranks = list(report.stories.filter(section=section).values_list("rank", flat=True))
            assert ranks == [1, 2, 3]

    @pytest.mark.parametrize("prefix", ["stories", "stories-2", "takeaways", "notes", "updates", "credits"])
    def test_a_deleted_row_that_i_left_alone_stays_away(
        self, desk: Client, other: Client, report: Report, prefix: str
    ) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs[f"{prefix}-0-DELETE"] = "on"
        theirs.send(other)
        left = open_issue(other, report).rows(prefix)
        mine["title"] = "My title"
        mine.add_row("takeaways", text="My new takeaway", position="9")
        assert save(mine, desk).status_code == 302
        fresh = open_issue(desk, report)
        assert fresh.rows(prefix) == left + (prefix == "takeaways")
        assert "My new takeaway" in fresh.column("takeaways", "text")

    def test_of_all_rows_deleted_the_one_i_changed_comes_back(
        self, desk: Client, other: Client, report: Report
    ) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        for row in range(3):
            theirs[f"stories-{row}-DELETE"] = "on"
        theirs.send(other)
        mine["stories-1-body"] = "<p>Mine</p>"
        again = Form(mine.send(desk), "title")
        assert again.send(desk).status_code == 302
        story = report.stories.get(section="china")
        assert (story.rank, story.headline, story.body) == (1, "China story 2 of AI & Robotics", "<p>Mine</p>")

    def test_what_both_added_of_one_company_is_mine_in_the_end(
        self, desk: Client, other: Client, report: Report
    ) -> None:
        company = CompanyFactory(name="Baidu")
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.add_row("notes", company=company.pk, text="Theirs", position="9")
        theirs.send(other)
        mine.add_row("notes", company=company.pk, text="Mine", position="9")
        again = Form(mine.send(desk), "title")
        assert again.send(desk).status_code == 302
        assert [note.text for note in report.notes.filter(company=company)] == ["Mine"]

    def test_two_rows_may_exchange_their_companies(self, desk: Client, report: Report) -> None:
        mine = open_issue(desk, report)
        first, second = mine["notes-0-company"], mine["notes-1-company"]
        mine.update({"notes-0-company": second, "notes-1-company": first})
        assert mine.send(desk).status_code == 302
        fresh = open_issue(desk, report)
        assert (fresh["notes-0-company"], fresh["notes-1-company"]) == (second, first)
        assert fresh["notes-0-text"] == mine["notes-0-text"]

    def test_two_rows_of_one_company_are_refused(self, desk: Client, report: Report) -> None:
        mine = open_issue(desk, report)
        mine["notes-1-company"] = mine["notes-0-company"]
        before = state(report)
        answer = mine.send(desk)
        assert answer.status_code == 200
        assert "duplicate" in words(answer)
        assert state(report) == before

    @pytest.mark.parametrize("value", ["abc", "9" * 30, "-1"])
    def test_a_relation_that_is_none_is_shown_and_refused(
        self, desk: Client, other: Client, report: Report, value: str
    ) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs["title"] = "Their title"
        theirs.send(other)
        mine.update({"hero": value, "notes-0-company": value})
        assert mine.send(desk).status_code == 409

    def test_an_added_row_stays(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs.add_row("stories", headline="Their new story", rank="4")
        theirs.add_row("takeaways", text="Their new takeaway", position="4")
        theirs.send(other)
        mine["title"] = "My title"
        assert save(mine, desk).status_code == 302
        assert report.stories.get(section="china", rank=4).headline == "Their new story"
        assert report.takeaways.count() == 4

    @pytest.mark.parametrize(("prefix", "there"), [("stories", "international"), ("stories-2", "china")])
    def test_a_row_moved_to_the_other_section_stays_there(
        self, desk: Client, other: Client, report: Report, prefix: str, there: str
    ) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        theirs[f"{prefix}-0-section"] = there
        theirs.send(other)
        theirs = open_issue(other, report)
        theirs.add_row("stories" if there == "china" else "stories-2", headline="Behind it", rank="9")
        theirs.send(other)
        mine["title"] = "My title"
        assert save(mine, desk).status_code == 302
        here = "china" if there == "international" else "international"
        stories = {
            section: [story.headline.split(" of ")[0] for story in report.stories.filter(section=section)]
            for section in ("china", "international")
        }
        moved = f"{here.title()} story 1"
        expected = {section: [f"{section.title()} story {n}" for n in "123"] for section in stories}
        expected[here].remove(moved)
        expected[there] += [moved, "Behind it"]
        assert stories == expected
        for section in expected:
            ranks = list(report.stories.filter(section=section).values_list("rank", flat=True))
            assert ranks == list(range(1, len(ranks) + 1))

    def test_my_deletion_of_a_row_that_is_gone_is_no_fault(self, desk: Client, other: Client, report: Report) -> None:
        mine, theirs = open_issue(desk, report), open_issue(other, report)
        for form in (theirs, mine):
            form["stories-1-DELETE"] = form["notes-0-DELETE"] = "on"
        theirs.send(other)
        answer = save(mine, desk)
        assert answer.status_code == 302, words(answer)[:3000]
        assert report.stories.filter(section="china").count() == 2
        assert report.notes.count() == 2

    def test_an_issue_deleted_meanwhile(self, desk: Client, other: Client, report: Report) -> None:
        mine = open_issue(desk, report)
        Report.objects.get(pk=report.pk).delete()
        answer = mine.send(desk, follow=True)
        assert "doesn’t exist. Perhaps it was deleted?" in words(answer)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_once_one_wins() -> None:
    report = complete_issue()
    clients = [signed_in(person("Editor", username=f"editor-{n}")) for n in range(4)]
    forms = [open_issue(client, report) for client in clients]

    def save(number: int) -> Any:
        forms[number].update(title=f"Title {number}", **{"stories-0-headline": f"Headline {number}"})
        return forms[number].send(clients[number])

    answers = at_once(save, len(clients))
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409, 409]
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 302)
    report.refresh_from_db()
    assert (report.title, report.version) == (f"Title {winner}", 1)
    assert report.stories.get(section="china", rank=1).headline == f"Headline {winner}"
    assert report.revisions.count() == 2
    for number, answer in enumerate(answers):
        if number != winner:
            assert Form(answer, "title")["title"] == f"Title {number}"


@pytest.mark.django_db(transaction=True)
def test_ten_who_write_different_stories_at_once_lose_nothing() -> None:
    report = complete_issue(stories=5)
    clients = [signed_in(person("Editor", username=f"editor-{n}")) for n in range(10)]
    forms = [open_issue(client, report) for client in clients]

    def save(number: int) -> int:
        prefix = f"stories-{number}" if number < 5 else f"stories-2-{number - 5}"
        forms[number].update(
            {f"{prefix}-headline": f"Headline {number}", f"{prefix}-body": f"<p>Text {number} — ¥</p>"}
        )
        forms[number].add_row("takeaways", text=f"Takeaway of editor {number}", position="9")
        answer: int = forms[number].send(clients[number]).status_code
        return answer

    assert at_once(save, len(clients)) == [302] * 10
    stories = {(story.headline, story.body) for story in report.stories.all()}
    assert stories == {(f"Headline {number}", f"<p>Text {number} — ¥</p>") for number in range(10)}
    assert {f"Takeaway of editor {number}" for number in range(10)} <= {row.text for row in report.takeaways.all()}
    assert report.takeaways.count() == 13
    assert report.revisions.count() == 11
