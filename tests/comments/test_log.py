"""The log: which lines are shown, at what cost, as sheets; and how long comments waited."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import log
from comments.log import Wanted, in_words, page_of, sheet, weeks
from comments.models import Comment, Decision
from comments.moderating import decide, edit, set_open, undo
from newsroom.lib.sheets import csv_lines
from tests.factories import commented, person, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return published(title="Talked about").report


def decided(comment: Comment, act: str, by, after: timedelta = timedelta(minutes=4), **more) -> Decision:
    """Decided about that long after it came."""
    outcome = decide([(comment.pk, Comment.objects.get(pk=comment.pk).version)], act, by=by, **more)
    at = Comment.objects.get(pk=comment.pk).submitted_at + after
    Decision.objects.filter(batch=outcome.batch).update(at=at)
    return Decision.objects.get(batch=outcome.batch)


def came(comment: Comment, at: datetime) -> Comment:
    Comment.objects.filter(pk=comment.pk).update(submitted_at=at)
    Decision.objects.filter(comment=comment).update(at=at)
    return comment


@pytest.fixture
def lines(report):
    """One line of each of a few kinds, by what tells them apart."""
    ann, ben = person("Moderator", first_name="Ann"), person("Editor", first_name="Ben")
    other = published(title="Another").report
    one = commented(report, name="Reader One", body="First", email="telling@secret.example", network="a-network")
    two = commented(other, name="Reader Two", body="Second", network="b-network")
    return {
        "ann": decided(one, "approve", ann, why="Helpful"),
        "ben": decided(two, "spam", ben, why="Advertising"),
        "close": set_open(report, False, by=ben),
        "reports": (report, other),
        "people": (ann, ben),
        "comments": (one, two),
    }


def shown(**params) -> set[int]:
    return set(Wanted.of({name: str(value) for name, value in params.items()}).lines().values_list("pk", flat=True))


def test_lines_are_narrowed_by_what_was_done_by_whom_where_and_with_which_words(lines):
    ann, ben, close = lines["ann"].pk, lines["ben"].pk, lines["close"].pk
    held = set(Decision.objects.filter(act="hold").values_list("pk", flat=True))
    assert shown() == {ann, ben, close} | held
    assert shown(act="spam") == {ben}
    assert shown(actor="rule") == held
    assert shown(person=lines["people"][1].pk) == {ben, close}
    assert shown(issue=lines["reports"][0].pk) == {ann, close, min(held)}
    assert shown(q="helpful") == {ann}
    assert shown(q="READER two") == {ben, max(held)}
    assert shown(q=f"#{lines['comments'][0].pk}") == {ann, min(held)}
    assert shown(act="approve", person=lines["people"][1].pk) == set()
    assert shown(act="no such act", person="x", issue="-1", since="yesterday", page="0") == shown()


def test_days_are_those_of_the_site(lines, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    with timezone.override("Asia/Shanghai"):
        Decision.objects.filter(pk=lines["ann"].pk).update(at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
        Decision.objects.filter(pk=lines["ben"].pk).update(at=datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
        assert shown(until="2026-03-01") == {lines["ann"].pk}
        assert shown(since="2026-03-02", until="2026-03-02") == {lines["ben"].pk}


def test_a_page_costs_the_same_with_one_line_and_with_three_and_counts_nothing(report):
    counts = []
    for number in range(3):
        decided(commented(report, body=f"Text {number}"), "approve", person("Moderator"))
        with CaptureQueriesContext(connection) as queries:
            page = page_of(Wanted())
            for line in page.lines:
                assert line.who
        counts.append(len(queries))
        assert not any("COUNT(" in query["sql"] for query in queries)
        assert not any("comments_address" in query["sql"] for query in queries)
    assert counts == [1, 1, 1]


def test_pages_follow_each_other_and_know_the_last(report, monkeypatch):
    monkeypatch.setattr(log, "PER_PAGE", 2)
    for number in range(3):
        commented(report, body=f"Text {number}")
    first = page_of(Wanted.of({"act": "hold"}))
    assert (len(first.lines), first.newer, first.older) == (2, "", "?act=hold&page=2")
    last = page_of(Wanted.of({"act": "hold", "page": "2"}))
    assert (len(last.lines), last.newer, last.older) == (1, "?act=hold", "")
    assert page_of(Wanted.of({"page": "99999999"})).lines == []


def test_a_line_says_who_did_what_why_and_what_changed(report):
    ann = person("Moderator", first_name="Ann", last_name="Weber")
    comment = commented(report, name="Reader", body="As written")
    edit(comment.pk, 0, body="As edited", name="Reader", by=ann, why="A slip")
    undo(comment.decisions.first().batch, by=ann)
    undone, edited, held = page_of(Wanted()).lines
    assert (edited.who, edited.did, edited.why, edited.issue) == ("Ann Weber", "edited", "A slip", "Talked about")
    assert edited.changes == [("body", "As written", "As edited")]
    assert (undone.did, undone.changes) == ("undid: edited", [("body", "As edited", "As written")])
    assert (held.who, held.why) == ("A rule", "Every comment waits for a person")


def test_a_sheet_has_what_is_wanted_in_few_queries_and_nothing_that_tells_who_the_author_is(
    lines, django_assert_num_queries
):
    Decision.objects.filter(pk=lines["ben"].pk).update(why='=HYPERLINK("http://evil.example")\n中文 "quoted"')
    with django_assert_num_queries(1):
        text = "".join(csv_lines(sheet(Wanted())))
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert head == ["At", "What", "Who", "Comment", "Issue", "Why", "Before", "After"]
    assert len(rows) == 5
    spam = next(row for row in rows if row[1] == "marked as spam")
    assert spam[2:] == [
        *("Ben", str(lines["comments"][1].pk), "Another", '\'=HYPERLINK("http://evil.example")\n中文 "quoted"'),
        *("status: pending", "status: spam"),
    ]
    for telling in ("telling", "secret.example", "a-network", "b-network"):
        assert telling not in text
    only = "".join(csv_lines(sheet(Wanted.of({"act": "approve"}))))
    assert "Helpful" in only
    assert "HYPERLINK" not in only


# How long comments wait

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOW = MONDAY + timedelta(days=3)


def test_the_median_is_of_first_decisions_by_people_in_the_week_they_were_made(report):
    ann = person("Moderator")
    for number, minutes in enumerate((2, 4, 60)):
        decided(came(commented(report, body=f"Text {number}"), MONDAY), "approve", ann, timedelta(minutes=minutes))
    again = Comment.objects.get(body="Text 0")
    decided(again, "spam", ann, timedelta(days=2))  # a second thought counts no more
    decided(came(commented(report, body="Shell"), MONDAY), "approve", None, timedelta(days=1))
    came(commented(report, body="Waits"), MONDAY)
    before = decided(came(commented(report, body="Before"), MONDAY - timedelta(days=9)), "bin", ann, timedelta(days=3))
    found = weeks(NOW)
    assert len(found) == 12
    assert (found[-1].begins_on, found[-1].decided, found[-1].words) == (date(2026, 11, 23), 3, "4 min")
    assert (found[-2].begins_on, found[-2].decided, found[-2].words) == (date(2026, 11, 16), 1, "3 days")
    assert before.at.date() == date(2026, 11, 17)
    assert [week.median for week in found[:-2]] == [None] * 10
    assert (found[-2].height, found[-2].top, found[-3].height) == (100, 0, 0)


def test_a_comment_that_was_first_decided_long_ago_is_not_counted_anew(report):
    ann = person("Moderator")
    old = came(commented(report, body="Old"), MONDAY - timedelta(weeks=30))
    decided(old, "approve", ann)
    decided(old, "bin", ann, timedelta(weeks=30))
    assert sum(week.decided for week in weeks(NOW)) == 0


def test_the_times_cost_one_query_however_many_decided(report, django_assert_num_queries):
    ann = person("Moderator")
    for number in range(3):
        decided(came(commented(report, body=f"Text {number}"), MONDAY), "approve", ann)
        with django_assert_num_queries(1):
            assert weeks(NOW)[-1].decided == number + 1


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=4, seconds=10), "4 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=2, hours=3), "2 days"),
    ],
)
def test_a_span_of_time_in_words(wait, words):
    assert in_words(wait) == words
