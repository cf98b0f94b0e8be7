"""`save_draft`: from an issue that was read to rows, all of them or none."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection

from newsroom.importing import parse
from newsroom.importing.drafts import Unimportable, earlier, save_draft
from newsroom.importing.parsed import Note as PrintedNote
from newsroom.importing.parsed import Policy as PrintedPolicy
from newsroom.importing.parsed import Problem, Story
from policies.models import Policy, Update
from reports.models import Credit, Image, Report, Revision, Source, Takeaway
from reports.models import Story as WorkingStory
from tests.factories import CompanyFactory, PolicyFactory, SourceFactory, person
from watchlist.models import Alias, Company, Note

EVERYTHING = (Report, WorkingStory, Takeaway, Source, Credit, Image, Company, Alias, Note, Policy, Update, Revision)


def rows() -> int:
    return sum(model.objects.count() for model in EVERYTHING)


def watched(*entries: tuple[str, str, str]) -> tuple[PrintedNote, ...]:
    return tuple(PrintedNote(*entry, 0) for entry in entries)


@pytest.fixture
def issue(small_issue: str) -> Any:
    return parse(small_issue)


class TestTheDraft:
    def test_holds_everything_that_was_read(self, issue: Any, small_issue: str, editor: User) -> None:
        report = save_draft(issue, by=editor, source=small_issue)
        report.refresh_from_db()
        assert report.title == "AI & Robotics Report: Two Worlds"
        assert report.slug == "ai-robotics-report-two-worlds"
        assert str(report.issued_on) == "2025-05-03"
        assert report.intro == "<p>What this issue is about: “chips”, ¥200,000 and €40B.</p>"
        assert report.china_heading == "Top 2 China AI/Robotics Developments"
        assert report.international_heading == "Top 2 International AI/Robotics Developments"
        assert [(s.section, s.rank, s.headline, s.slug) for s in report.stories.all()] == [
            ("china", 1, "First in China", "first-in-china"),
            ("china", 2, "Second in China", "second-in-china"),
            ("international", 1, "First abroad", "first-abroad"),
            ("international", 2, "Second abroad", "second-abroad"),
        ]
        assert report.stories.first().body == (
            "<p>It costs ¥200,000 — or ($27,600). 中文也行。</p>\n<p>A second paragraph.</p>"
        )
        assert [takeaway.text for takeaway in report.takeaways.all()] == ["One takeaway", "Another takeaway"]
        assert [credit.source.name for credit in report.credits.all()] == ["Reuters", "Xinhua"]
        assert [str(note) for note in report.notes.all()] == ["Huawei: Ascend chips", "Tesla: Optimus production"]
        assert [str(update) for update in report.updates.all()] == [
            "EU AI Act (Full enforcement begins Q3 2025)",
            "UN Convention Draft",
        ]

    def test_is_kept_as_revision_1_with_its_author(self, issue: Any, editor: User) -> None:
        revision = save_draft(issue, by=editor).revisions.get()
        assert (revision.number, revision.author, revision.note) == (1, editor, "Imported")
        assert len(revision.content["stories"]) == 4

    def test_is_found_again_by_its_text(self, issue: Any, small_issue: str, editor: User) -> None:
        report = save_draft(issue, by=editor, source=small_issue)
        assert earlier("\ufeff" + small_issue.replace("\n", "\r\n") + "\n \n") == report
        assert earlier(small_issue + "one word more") is None
        report.delete()
        assert earlier(small_issue) is None

    def test_markup_in_the_text_stays_text(self, issue: Any, editor: User) -> None:
        story = Story("china", 1, "<script>alert(1)</script>", ("<img src=x onerror=alert(1)> & co", "1 < 2"), 1)
        report = save_draft(replace(issue, stories=(story,), intro=("<b>bold</b>",)), by=editor)
        assert report.intro == "<p>&lt;b&gt;bold&lt;/b&gt;</p>"
        story = report.stories.get()
        assert story.headline == "<script>alert(1)</script>"
        assert story.body == "<p>&lt;img src=x onerror=alert(1)&gt; &amp; co</p>\n<p>1 &lt; 2</p>"


class TestRanks:
    def test_repeated_and_skipped_numbers_become_1_to_n_in_printed_order(self, issue: Any, editor: User) -> None:
        stories = tuple(
            Story(section, rank, headline, (), 0)
            for section, rank, headline in [
                ("international", 7, "a"),
                ("china", 1, "b"),
                ("china", 2, "c"),
                ("china", 2, "d"),
                ("international", 3, "e"),
                ("china", 9, "f"),
            ]
        )
        report = save_draft(replace(issue, stories=stories), by=editor)
        assert [(s.section, s.rank, s.headline) for s in report.stories.all()] == [
            ("china", 1, "b"),
            ("china", 2, "c"),
            ("china", 3, "d"),
            ("china", 4, "f"),
            ("international", 1, "a"),
            ("international", 2, "e"),
        ]

    def test_the_same_headline_twice_has_two_addresses(self, issue: Any, editor: User) -> None:
        stories = (Story("china", 1, "The same", (), 0), Story("international", 1, "The same", (), 0))
        report = save_draft(replace(issue, stories=stories), by=editor)
        assert [s.slug for s in report.stories.all()] == ["the-same", "the-same-2"]


class TestCompaniesAndPolicies:
    def test_known_ones_are_taken_whatever_their_case(self, issue: Any, editor: User) -> None:
        huawei = CompanyFactory(name="HUAWEI", slug="huawei")
        act = PolicyFactory(title="eu ai act", slug="act")
        report = save_draft(issue, by=editor)
        assert report.notes.first().company == huawei
        assert report.updates.first().policy == act
        assert Company.objects.count() == 2
        assert not Alias.objects.exists()

    def test_new_ones_are_registered(self, issue: Any, editor: User) -> None:
        save_draft(issue, by=editor)
        assert list(Company.objects.values_list("name", "country", "slug")) == [
            ("Huawei", "China", "huawei"),
            ("Tesla", "US", "tesla"),
        ]
        assert list(Policy.objects.values_list("title", "jurisdiction", "slug")) == [
            ("EU AI Act", "EU", "eu-ai-act"),
            ("UN Convention Draft", "UN", "un-convention-draft"),
        ]

    def test_similar_ones_are_new_unless_somebody_says_the_same(self, issue: Any, editor: User) -> None:
        CompanyFactory(name="Huawei Technologies", slug="ht")
        report = save_draft(issue, by=editor)
        assert report.notes.first().company.name == "Huawei"

    def test_the_same_as_is_learned(self, issue: Any, editor: User) -> None:
        company = CompanyFactory(name="Huawei Technologies", slug="ht")
        policy = PolicyFactory(title="Artificial Intelligence Act", slug="aia")
        first = save_draft(issue, by=editor, companies={"Huawei": company}, policies={"EU AI Act": policy})
        assert first.notes.first().company == company
        assert first.updates.first().policy == policy
        second = save_draft(issue, by=editor)
        assert second.notes.first().company == company
        assert second.updates.first().policy == policy
        assert list(Alias.objects.values_list("name", "company__name")) == [("Huawei", "Huawei Technologies")]

    def test_one_that_is_printed_twice_gets_one_row_with_both(self, issue: Any, editor: User) -> None:
        notes = watched(("NVIDIA", "US", "chips"), ("Tesla", "US", "cars"), ("Nvidia", "US", "more chips"))
        lines = tuple(PrintedPolicy(*line, 0) for line in [("AI Act", "one"), ("AI ACT", None), ("AI act", "two")])
        report = save_draft(replace(issue, watchlist=notes, policies=lines), by=editor)
        assert [str(note) for note in report.notes.all()] == ["NVIDIA: chips; more chips", "Tesla: cars"]
        assert [str(update) for update in report.updates.all()] == ["AI Act (one; two)"]

    def test_two_names_of_one_company_get_one_note(self, issue: Any, editor: User) -> None:
        company = CompanyFactory(name="Alphabet", slug="alphabet")
        notes = watched(("Google", "US", "search"), ("Alphabet", "US", "money"))
        report = save_draft(replace(issue, watchlist=notes), by=editor, companies={"Google": company})
        assert [str(note) for note in report.notes.all()] == ["Alphabet: search; money"]

    def test_what_is_too_long_together_is_refused(self, issue: Any, editor: User) -> None:
        before = rows()
        twice = watched(("Tesla", "US", "a" * 300), ("TESLA", "US", "b" * 300))
        with pytest.raises(Unimportable, match=r"Tesla is printed more than once.*602 characters; 500 are the most"):
            save_draft(replace(issue, watchlist=twice), by=editor)
        lines = (PrintedPolicy("AI Act", "a" * 300, 0), PrintedPolicy("AI act", "b" * 300, 0))
        with pytest.raises(Unimportable, match=r"AI Act is printed more than once.*602 characters; 500 are the most"):
            save_draft(replace(issue, policies=lines), by=editor)
        assert rows() == before


class TestCredits:
    def test_each_source_once_in_the_order_of_its_first_mention(self, issue: Any, editor: User) -> None:
        SourceFactory(name="XINHUA")
        credited = ("Reuters", "Xinhua", "reuters", "Nikkei Asia", "Xinhua")
        report = save_draft(replace(issue, credits=credited), by=editor)
        assert [credit.source.name for credit in report.credits.all()] == ["Reuters", "XINHUA", "Nikkei Asia"]
        assert [credit.position for credit in report.credits.all()] == [0, 1, 2]


class TestThePicture:
    def test_is_described_before_its_file_comes(self, issue: Any, editor: User) -> None:
        report = save_draft(replace(issue, hero_alt="A robot"), by=editor)
        assert report.hero.alt == "A robot"
        assert not report.hero.file
        assert save_draft(issue, by=editor).hero is None


class TestRefusals:
    def test_errors_are_the_reasons(self, issue: Any, editor: User) -> None:
        problems = (Problem(3, "error", "No title."), Problem(4, "warning", "No intro."))
        with pytest.raises(Unimportable) as refused:
            save_draft(replace(issue, problems=problems), by=editor)
        assert refused.value.reasons == ["No title."]
        assert not Report.objects.exists()

    def test_every_piece_that_does_not_fit_is_named(self, issue: Any, editor: User) -> None:
        long = replace(issue, title="x" * 251, hero_alt="y" * 301, credits=("z" * 251,))
        with pytest.raises(Unimportable) as refused:
            save_draft(long, by=editor)
        assert len(refused.value.reasons) == 3
        assert refused.value.reasons[0] == f"The title has 251 characters; 250 are the most: “{'x' * 40}…”"

    def test_who_may(self, issue: Any, writer: User) -> None:
        for user in (person(), User.objects.create(username="reader")):
            with pytest.raises(PermissionDenied):
                save_draft(issue, by=user)
        assert not Report.objects.exists()
        save_draft(issue, by=writer)
        save_draft(issue, by=None)
        assert Report.objects.count() == 2

    def test_a_failure_at_the_end_leaves_nothing(self, issue: Any, editor: User) -> None:
        # The database itself refuses the last row of all, the revision.
        fail = {
            "sqlite": ["CREATE TRIGGER late BEFORE INSERT ON reports_revision BEGIN SELECT RAISE(ABORT, 'late'); END"],
            "postgresql": [
                "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'late'; END $$",
                "CREATE TRIGGER late BEFORE INSERT ON reports_revision FOR EACH ROW EXECUTE FUNCTION late()",
            ],
        }
        with connection.cursor() as cursor:
            for statement in fail[connection.vendor]:
                cursor.execute(statement)
        before = rows()
        with pytest.raises(DatabaseError, match="late"):
            save_draft(replace(issue, hero_alt="A robot"), by=editor)
        assert rows() == before == 0
