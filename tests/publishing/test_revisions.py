"""Revisions: every state of an issue, kept once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsroom.issue import digest, gather, present
from newsroom.publishing import draw_article
from newsroom.revising import StaleVersion, claim, keep
from reports.models import Report
from tests.factories import complete_issue, edit, person, picture, published

pytestmark = pytest.mark.django_db


def test_a_revision_is_a_change() -> None:
    writer = person("Writer")
    report = complete_issue(by=writer)
    first = report.revisions.get()
    assert (first.number, first.author, first.schema) == (1, writer, 2)
    assert keep(report, by=None) == first
    second = edit(report, standfirst="Changed")
    assert (second.number, second.content["standfirst"]) == (2, "Changed")
    assert edit(report, standfirst="Changed") == second
    assert edit(report, standfirst="").number == 3, "back again is a change too"
    assert [revision.number for revision in report.revisions.all()] == [3, 2, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.stories.first().tags.add("New tag"),
        lambda report: report.tags.clear(),
        lambda report: report.takeaways.first().delete(),
        lambda report: report.credits.first().delete(),
        lambda report: report.notes.update(text="Changed"),
        lambda report: report.updates.filter(position=0).update(position=9),
        lambda report: report.stories.filter(rank=3).update(rank=9),
        lambda report: type(report.notes.first().company).objects.update(country="Mars"),
        lambda report: type(report.hero).objects.update(caption="Changed"),
    ],
)
def test_a_change_of_any_part_is_one(change) -> None:
    report = complete_issue(hero=picture())
    change(report)
    assert keep(Report.objects.get(), by=None).number == 2


def test_a_revision_depends_on_no_reader_s_clock_or_order() -> None:
    report = complete_issue(tags=["b", "a", "É", "Z"])
    content = gather(Report.objects.get(pk=report.pk))
    assert digest(content) == digest(gather(report)) == report.revisions.get().digest
    assert digest(dict(reversed(content.items()))) == digest(content)
    assert [tag["name"] for tag in content["tags"]] == ["a", "b", "Z", "É"]


def test_a_snapshot_survives_the_database_unchanged() -> None:
    report = complete_issue(title="“Ünïcode” 报告 \u2028 <b>&amp;", hero=picture())
    revision = report.revisions.get()
    revision.refresh_from_db()
    assert revision.content == gather(report)
    assert digest(revision.content) == revision.digest


def test_an_issue_is_gathered_in_as_many_queries_however_long() -> None:
    counts = []
    for stories in (1, 3):
        report = complete_issue(title=f"Issue {stories}", stories=stories, companies=stories, hero=picture())
        with CaptureQueriesContext(connection) as queries:
            gather(Report.objects.get(pk=report.pk))
        counts.append(len(queries))
    assert counts == [11, 11]


def test_an_article_is_drawn_from_the_snapshot_alone(django_assert_num_queries) -> None:
    content = published(hero=picture()).revision.content
    with django_assert_num_queries(0):
        assert "China story 1" in draw_article(content)
        present(content)


def test_of_two_editors_who_saw_one_version_one_may_save() -> None:
    report = complete_issue()
    assert claim(Report.objects.get(), seen=0) == 1
    with pytest.raises(StaleVersion):
        claim(Report.objects.get(), seen=0)
    assert claim(Report.objects.get(), seen=1) == 2
    assert Report.objects.get().version == 2
    report.delete()
    with pytest.raises(StaleVersion):
        claim(report, seen=2)
