"""What differs between two snapshots of an issue: moves as moves, and what did not change out of the way."""

import time
from typing import Any

import pytest

from newsroom.history.redline import Entry, Redline, redline
from newsroom.issue import Content, gather
from reports.models import Image, Report, Section
from reports.ranking import rank
from tests.factories import complete_issue, picture, published
from watchlist.models import Mention

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    return complete_issue(stories=5)


def entry(found: Redline, anchor: str) -> Entry:
    (one,) = [entry for entry in found.entries if entry.anchor == anchor]
    return one


def texts(one: Entry) -> dict[str, str]:
    return {str(field.label): "".join(row.inline for row in field.text.rows) for field in one.fields}


def test_an_issue_does_not_differ_from_itself(report: Report) -> None:
    found = redline(gather(report), gather(report))
    assert found.is_same
    assert [len(group.same) for group in found.groups] == [5, 5]


def test_a_story_that_moves_is_one_move(report: Report) -> None:
    old = gather(report)
    stories = list(report.stories.filter(section="china"))
    rank(report, "china", [*stories[:2], stories[3], stories[4], stories[2]])
    found = redline(old, gather(report))
    assert [(one.kind, one.said) for one in found.entries] == [("moved", ["Moved: China 3 → 5"])]
    assert len(found.groups[0].same) == 4


def test_a_story_that_changes_its_section(report: Report) -> None:
    old = gather(report)
    story = report.stories.get(section="china", rank=2)
    rank(report, "international", [story, *report.stories.filter(section="international")])
    rank(report, "china", [])
    found = redline(old, gather(report))
    assert [(one.kind, one.said) for one in found.entries] == [("moved", ["Moved: China 2 → International 1"])]


def test_stories_that_come_and_go(report: Report) -> None:
    old = gather(report)
    gone = report.stories.get(section="china", rank=1)
    key = gone.pk
    gone.delete()
    new = report.stories.create(section="china", rank=9, headline="Just in", slug="just-in", body="<p>News</p>")
    rank(report, "china", [])
    found = redline(old, gather(report))
    assert {one.anchor: one.kind for one in found.entries} == {f"story-{new.pk}": "new", f"story-{key}": "gone"}
    assert "News" in texts(entry(found, f"story-{new.pk}"))["body"]
    assert entry(found, f"story-{key}").title == "China 1, “China story 1 of AI & Robotics”"


def test_words_tags_and_companies_of_a_story(report: Report) -> None:
    story = report.stories.get(section="china", rank=1)
    old = gather(report)
    story.headline, story.body = "China story one of AI & Robotics", "<p>Body of china 1.</p><p>Less of it.</p>"
    story.save()
    story.tags.set(["Chips", "<b>"])
    Mention.objects.create(story=story, company=report.notes.all()[0].company)
    one = entry(redline(old, gather(report)), f"story-{story.pk}")
    assert one.kind == "changed"
    assert one.said == ["Tags added: <b>, Chips.", "Tags removed: Robots.", "Names now: Company 1."]
    assert list(texts(one)) == ["headline", "body"]
    assert "<del>" in texts(one)["headline"]
    assert [run.is_same for run in one.fields[1].text.runs] == [True, False]


def test_the_issues_own_facts(report: Report) -> None:
    old = gather(report)
    report.title, report.standfirst, report.number, report.issued_on = "Another", "Short.", 7, None
    report.intro, report.china_heading = "<p>New</p>", "Top 5"
    report.search_title = "Found"
    report.save()
    report.tags.set(["New tag"])
    one = entry(redline(old, gather(report)), "issue")
    assert set(texts(one)) == {
        *("title", "number", "date", "standfirst", "intro", "China heading", "title for search engines")
    }
    assert one.said == ["Tags added: New tag.", "Tags removed: Chips."]


def test_pictures_before_and_after(report: Report) -> None:
    bare = gather(report)
    report.hero = picture(alt="A robot", caption="Once")
    report.save()
    first = gather(report)
    one = entry(redline(bare, first), "picture")
    ((before, after),) = one.pictures
    assert (one.kind, before, after.alt) == ("new", None, "A robot")
    report.hero.alt = "A robot at work"
    second = gather(report)
    one = entry(redline(first, second), "picture")
    assert (one.kind, one.said, list(texts(one))) == ("changed", [], ["alternative text"])
    report.hero = picture(alt="Other", colour="red")
    assert entry(redline(second, gather(report)), "picture").said == ["Another picture."]
    assert entry(redline(second, bare), "picture").kind == "gone"


def test_pictures_within_texts_come_go_change_and_move(report: Report) -> None:
    story = report.stories.get(section="china", rank=1)
    robot, cat = picture(alt="A robot"), picture(alt="A cat", colour="red")

    def with_body(body: str) -> Content:
        report.stories.filter(pk=story.pk).update(body=body)
        return gather(report)

    def figure(image: Image) -> str:
        return f'<figure data-image="{image.pk}"></figure>'

    bare, first = with_body("<p>One.</p><p>Two.</p>"), with_body(f"<p>One.</p>{figure(robot)}<p>Two.</p>")
    one = entry(redline(bare, first), f"story-{story.pk}")
    assert (one.kind, one.said, one.fields) == ("changed", ["Picture added: “A robot”."], [])
    assert [(before, after.alt) for before, after in one.pictures] == [(None, "A robot")]
    second = with_body(f"<p>One!</p>{figure(cat)}<p>Two.</p>")
    one = entry(redline(first, second), f"story-{story.pk}")
    assert one.said == ["Picture removed: “A robot”.", "Picture added: “A cat”."]
    assert list(texts(one)) == ["body"]
    Image.objects.filter(pk=cat.pk).update(caption="Asleep")
    one = entry(redline(second, gather(report)), f"story-{story.pk}")
    assert (one.said, one.fields) == (["Picture changed: “A cat”."], [])
    third = gather(report)
    one = entry(redline(third, with_body(f"{figure(cat)}<p>One!</p><p>Two.</p>")), f"story-{story.pk}")
    assert (one.said, one.pictures) == (["A picture stands elsewhere in the text."], [])
    report.intro = figure(robot)
    report.save()
    assert entry(redline(third, gather(report)), "issue").said == ["Picture added: “A robot”."]
    report.stories.filter(pk=story.pk).delete()
    gone = entry(redline(third, gather(report)), f"story-{story.pk}")
    assert (gone.kind, gone.said[-1]) == ("gone", "Picture removed: “A cat”.")


def test_lists_of_companies_and_policies(report: Report) -> None:
    old = gather(report)
    first, second, third = report.notes.all()
    report.notes.filter(pk=first.pk).update(position=9)
    report.notes.filter(pk=second.pk).update(text="What AI & Robotics says of Company Two")
    report.updates.all()[0].delete()
    found = redline(old, gather(report))
    moved = entry(found, f"watchlist-{first.company_id}")
    assert (moved.kind, moved.said) == ("moved", ["Moved: 1 → 3"])
    changed = entry(found, f"watchlist-{second.company_id}")
    assert (changed.kind, list(texts(changed))) == ("changed", ["note"])
    assert not [one for one in found.entries if one.anchor == f"watchlist-{third.company_id}"]
    assert [one.kind for one in found.entries if one.anchor.startswith("policies")] == ["gone"]


def test_takeaways_and_credits(report: Report) -> None:
    old = gather(report)
    report.takeaways.all()[1].delete()
    report.credits.all()[0].delete()
    found = redline(old, gather(report))
    assert [row.is_same for row in entry(found, "takeaways").fields[0].text.rows] == [True, False, True]
    assert [(one.kind, one.title) for one in found.entries if one.anchor.startswith("credits")] == [("gone", "Reuters")]


def test_snapshots_of_the_first_schema(report: Report) -> None:
    new = gather(report)
    old = first_schema(new)
    assert redline(old, new).is_same
    assert redline(new, old).is_same
    old["stories"][0]["headline"] = "Once"
    assert [one.kind for one in redline(old, new).entries] == ["changed"]
    assert [one.kind for one in redline(new, old).entries] == ["changed"]


def first_schema(content: Any) -> Any:
    """The same as SCHEMA 1 had it: no search texts, no companies of stories, no milestones."""
    later = {"search_title", "search_description", "companies"}
    old = {key: value for key, value in content.items() if key not in later}
    old["schema"] = 1
    old["stories"] = [{k: v for k, v in story.items() if k not in later} for story in content["stories"]]
    old["policies"] = [{k: v for k, v in line.items() if k != "milestones"} for line in content["policies"]]
    return old


def test_no_query_and_little_time(report: Report, django_assert_num_queries: Any) -> None:
    content = gather(published(stories=10).report)
    words = [f"word{n * n % 997}" for n in range(480)]
    body = "".join(f"<p>{' '.join(words[n : n + 80])}。中文段落</p>" for n in range(0, 480, 80))
    old = {**content, "stories": [{**story, "body": body} for story in content["stories"]]}
    new = {
        **content,
        "stories": [{**story, "body": body.replace("9", "8")} for story in content["stories"]],
    }
    assert len(content["stories"]) == 20
    begun = time.perf_counter()
    with django_assert_num_queries(0):
        found = redline(old, new)
        assert all(texts(one) for one in found.entries)
    assert time.perf_counter() - begun < 2
    assert {Section(story["section"]) for story in new["stories"]} == set(Section)
