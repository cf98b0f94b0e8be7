"""Going back to an old revision: all of it, as a new one, and nothing else is touched."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from newsroom.history.restoring import Unrestorable, plan, restore
from newsroom.issue import gather
from newsroom.revising import StaleVersion, keep
from policies.models import Alias as PolicyAlias
from policies.models import Policy
from reports.models import Edition, Report, Revision, Source, Story
from reports.ranking import rank
from tests.factories import CompanyFactory, complete_issue, edit, person, picture, published
from tests.history.test_redline import first_schema
from watchlist.models import Alias, Company, Mention, Note

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    return complete_issue(hero=picture(alt="A robot"), number=7, standfirst="In short, “¥” — 中文.")


def go_back(report: Report, revision: Revision, **given: Any) -> Revision:
    report.refresh_from_db()
    return restore(report, revision, **{"by": None, "seen": report.version, **given})


def upside_down(report: Report) -> None:
    """Change everything that an issue has."""
    china, abroad = (list(report.stories.filter(section=section)) for section in ("china", "international"))
    first, second = china[0], china[1]
    Story.objects.filter(pk=first.pk).update(slug="aside")
    Story.objects.filter(pk=second.pk).update(slug=first.slug)
    Story.objects.filter(pk=first.pk).update(slug=second.slug, headline="Otherwise", body="<p>Otherwise</p>")
    rank(report, "international", [china[2], *reversed(abroad)])
    rank(report, "china", [second, first])
    second.tags.set(["Else"])
    report.takeaways.all()[0].delete()
    report.takeaways.create(text="One more", position=9)
    report.credits.all()[0].delete()
    report.credits.create(source=Source.objects.create(name="AP"), position=9)
    report.notes.all()[0].delete()
    report.notes.update(text="Else")
    report.notes.create(company=CompanyFactory.create(), position=0, text="More")
    report.updates.all()[1].delete()
    report.updates.update(position=3, detail="Else")
    report.tags.set(["Else", "New"])
    edit(
        report,
        title="Other",
        slug="other",
        number=None,
        issued_on=date(2024, 1, 1),
        standfirst="x",
        intro="<p>y</p>",
        hero=None,
        china_heading="c",
        international_heading="i",
        search_title="s",
        search_description="d",
    )


def test_everything_is_as_it_was(report: Report) -> None:
    then = report.revisions.get()
    upside_down(report)
    assert gather(report) != then.content
    made = go_back(report, then)
    report.refresh_from_db()
    assert gather(report) == then.content
    assert (made.number, made.digest, made.note) == (3, then.digest, "Restored from revision 1")
    assert report.revisions.get(number=2).content["title"] == "Other"


def test_stories_that_are_gone_are_made_anew(report: Report) -> None:
    then = report.revisions.get()
    report.stories.filter(section="china").delete()
    report.stories.create(section="china", rank=1, headline="Later", slug="china-story-1-of-ai-robotics")
    keep(report, by=None)
    made = go_back(report, then)

    def without_ids(content: Any) -> Any:
        return {**content, "stories": [{**story, "id": None} for story in content["stories"]]}

    assert without_ids(made.content) == without_ids(then.content)
    kept = {story["id"] for story in then.content["stories"] if story["section"] == "international"}
    assert kept <= {story["id"] for story in made.content["stories"]}


def test_nothing_that_was_kept_is_written_over_and_readers_get_nothing_new(report: Report) -> None:
    edition = published(report)
    then = edition.revision
    upside_down(report)
    kept = list(report.revisions.values("pk", "number", "content", "digest", "note"))
    go_back(report, then)
    assert list(report.revisions.values("pk", "number", "content", "digest", "note"))[1:] == kept
    assert list(Edition.objects.all()) == [edition]


def test_the_same_again_is_no_new_revision(report: Report) -> None:
    assert go_back(report, report.revisions.get()) == report.revisions.get()


def test_the_author_is_who_restored(report: Report) -> None:
    then, writer = report.revisions.get(), person("Writer")
    edit(report, title="Else")
    assert go_back(report, then, by=writer).author == writer


@pytest.mark.parametrize("role", ["", "Moderator"])
def test_only_who_may_change_issues(report: Report, role: str) -> None:
    then = report.revisions.get()
    edit(report, title="Else")
    with pytest.raises(PermissionDenied):
        go_back(report, then, by=person(role))
    assert Report.objects.get().title == "Else"


def test_a_version_that_nobody_looked_at_is_not_saved_over(report: Report) -> None:
    then = report.revisions.get()
    edit(report, title="Else")
    with pytest.raises(StaleVersion):
        go_back(report, then, seen=report.version + 1)
    assert Report.objects.get().title == "Else"


def test_another_issues_revision_is_refused(report: Report) -> None:
    other = complete_issue(title="Other")
    with pytest.raises(Unrestorable):
        go_back(report, other.revisions.get())
    assert Report.objects.get(pk=report.pk).title == report.title


class TestWhatIsElsewhere:
    def test_a_company_that_was_merged_into_another(self, report: Report) -> None:
        then = report.revisions.get()
        one, two, _three = (note.company for note in report.notes.all())
        report.notes.filter(company=one).delete()
        keep(report, by=None)
        name = one.name
        one.delete()
        Alias.objects.create(company=two, name=name)
        assert plan(report, then).remarks == (f"“{name}” is “{two}” by now.",)
        go_back(report, then)
        note = report.notes.get(company=two)
        assert note.text == "What AI & Robotics says of Company 1; What AI & Robotics says of Company 2"
        assert report.notes.count() == 2

    def test_two_lines_that_have_no_room_together(self, report: Report) -> None:
        Note.objects.filter(report=report).update(text="x" * 300)
        then = keep(report, by=None)
        one, two, _three = (note.company for note in report.notes.all())
        report.notes.filter(company=one).delete()
        one.delete()
        Alias.objects.create(company=two, name=one.name)
        said = "“Company 2” has no room for both of its lines; the first stays."
        assert said in plan(report, then).remarks
        go_back(report, then)
        assert report.notes.get(company=two).text == "x" * 300

    def test_companies_policies_and_sources_that_nobody_has_any_more(self, report: Report) -> None:
        then = report.revisions.get()
        for rows in (report.notes, report.updates, report.credits):
            rows.all().delete()
        keep(report, by=None)
        for model in (Company, Policy, Source):
            model.objects.all().delete()
        assert len(plan(report, then).remarks) == 8
        made = go_back(report, then)
        strip = {"company", "policy", "source"}

        def numberless(rows: Any) -> Any:
            return [{key: value for key, value in row.items() if key not in strip} for row in rows]

        for part in ("watchlist", "policies", "credits"):
            assert numberless(made.content[part]) == numberless(then.content[part])
        assert set(Company.objects.values_list("country", flat=True)) == {"China"}

    def test_a_policy_by_its_alias(self, report: Report) -> None:
        then = report.revisions.get()
        report.updates.all().delete()
        Policy.objects.get(title="Policy 1").delete()
        other = Policy.objects.create(title="Act", slug="act")
        PolicyAlias.objects.create(policy=other, name="Policy 1")
        go_back(report, then)
        assert [update.policy.title for update in report.updates.all()] == ["Act", "Policy 2", "Policy 3"]

    def test_a_picture_that_is_gone(self, report: Report) -> None:
        then, hero = report.revisions.get(), report.hero
        edit(report, hero=None)
        hero.delete()
        assert plan(report, then).remarks == (
            "The picture “A robot” is no longer in the library, so there will be none.",
        )
        go_back(report, then)
        assert Report.objects.get().hero is None

    def test_an_address_and_a_number_that_another_issue_has(self, report: Report) -> None:
        then = report.revisions.get()
        edit(report, slug="elsewhere", number=8)
        complete_issue(title="The next", slug=then.content["slug"], number=7)
        assert len(plan(report, then).remarks) == 2
        go_back(report, then)
        report.refresh_from_db()
        assert (report.slug, report.number) == ("elsewhere", 8)

    def test_a_refused_mention_stays_refused(self, report: Report) -> None:
        story = report.stories.all()[0]
        company = report.notes.all()[0].company
        mention = Mention.objects.create(story=story, company=company, state=Mention.State.REFUSED)
        then = report.revisions.get()
        upside_down(report)
        go_back(report, then)
        mention.refresh_from_db()
        assert mention.state == Mention.State.REFUSED


def test_a_snapshot_of_the_first_schema_keeps_what_it_does_not_tell(report: Report) -> None:
    then = report.revisions.get()
    Revision.objects.filter(pk=then.pk).update(content=first_schema(then.content), schema=1)
    then.refresh_from_db()
    report.stories.update(search_title="For engines")
    edit(report, title="Else", search_title="Mine")
    go_back(report, then)
    report.refresh_from_db()
    assert (report.title, report.search_title) == ("AI & Robotics", "Mine")
    assert set(report.stories.values_list("search_title", flat=True)) == {"For engines"}


def test_a_plan_changes_nothing_and_costs_the_same_for_many(report: Report, django_assert_num_queries: Any) -> None:
    big = complete_issue(title="Big", stories=9, companies=9, policies=9, hero=picture())
    for each in (report, big):
        then = each.revisions.get()
        edit(each, title="Else")
        before = gather(each)
        with django_assert_num_queries(14):
            plan(each, then)
        assert gather(each) == before


class AnyOrder(TestCase):
    @settings(max_examples=25)
    @given(st.permutations(range(6)), st.integers(0, 6), st.permutations(range(3)))
    def test_of_stories_and_lines(self, order: list[int], split: int, lines: list[int]) -> None:
        report = complete_issue()
        then = report.revisions.get()
        stories = list(report.stories.all())
        rank(report, "china", [stories[n] for n in order[:split]])
        rank(report, "international", [stories[n] for n in order[split:]])
        for rows in (report.notes, report.updates, report.takeaways):
            for row, place in zip(rows.all(), lines, strict=True):
                rows.filter(pk=row.pk).update(position=place)
        keep(report, by=None)
        go_back(report, then)
        assert gather(Report.objects.get(pk=report.pk)) == then.content
