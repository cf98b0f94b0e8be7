"""Counting reads and shares: what is counted, what never is, that none is lost, and what the desk learns from it."""

from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from urllib.parse import unquote, urlencode

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from follow.models import Tally
from follow.sharing import KINDS, PASSING_ON
from follow.tallying import DAYS, PER_MINUTE, READ, by_day, by_kind, count, most
from newsroom.publishing import publish, withdraw
from reports.ranking import rank
from tests.factories import complete_issue, edit, person, published
from tests.together import at_once

pytestmark = pytest.mark.django_db

NOW = datetime(2099, 4, 12, 9, tzinfo=UTC)
COUNT = "/share/count/"


@pytest.fixture
def edition():
    return published(title="全球 & AI")


def beacon(client, kind="read", page="/", headers=None, **options):
    """As navigator.sendBeacon sends it."""
    options = {"content_type": "application/x-www-form-urlencoded", **options}
    return client.post(COUNT, urlencode({"kind": kind, "page": page}), headers=headers, **options)


def counted():
    return {(row.kind, row.report_id, row.story): row.number for row in Tally.objects.all()}


class TestWhatIsCounted:
    def test_each_kind_of_an_issue_and_of_a_story(self, client, edition):
        story = edition.stories.first()
        for kind in ("read", *KINDS):
            answer = beacon(client, kind, edition.url)
            assert (answer.status_code, answer.content) == (204, b"")
            assert answer["Cache-Control"] == "no-store"
            assert not answer.cookies
            beacon(client, kind, unquote(story.url))
            beacon(client, kind, story.url)
        assert counted() == {
            **{(kind, edition.report_id, 0): 1 for kind in ("read", *KINDS)},
            **{(kind, edition.report_id, story.story_id): 2 for kind in ("read", *KINDS)},
        }

    def test_on_the_day_that_it_is_at_the_site(self, client, edition, settings):
        settings.TIME_ZONE = "Asia/Shanghai"
        with timezone.override("Asia/Shanghai"):
            count("x", edition.report_id, now=datetime(2025, 4, 12, 15, 59, tzinfo=UTC))
            count("x", edition.report_id, now=datetime(2025, 4, 12, 16, 0, tzinfo=UTC))
        assert set(Tally.objects.values_list("on", flat=True)) == {date(2025, 4, 12), date(2025, 4, 13)}

    def test_nothing_of_the_reader_is_kept(self, client, edition):
        beacon(client, "x", edition.url, REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Telling/1.0"})
        (row,) = Tally.objects.values()
        assert set(row) == {"id", "on", "kind", "report_id", "story", "number"}
        assert row["number"] == 1

    def test_staff_are_counted_as_anybody_and_keep_their_session(self, client, edition):
        client.force_login(person("Editor"))
        answer = beacon(client, "x", edition.url)
        assert not answer.cookies
        assert counted() == {("x", edition.report_id, 0): 1}


class TestWhatIsNot:
    @pytest.mark.parametrize(
        "headers",
        [
            {"DNT": "1"},
            {"Sec-GPC": "1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ],
        ids=str,
    )
    def test_who_objects_and_what_other_sites_send(self, client, edition, headers):
        answer = beacon(client, "read", edition.url, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert not counted()

    def test_our_own_pages_are_heard(self, client, edition):
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {"DNT": "0"}):
            beacon(client, "read", edition.url, headers=headers)
        assert counted() == {("read", edition.report_id, 0): 3}

    def test_what_is_no_kind_and_no_page_that_readers_have(self, client, edition):
        draft, soon, gone = (complete_issue(title=title) for title in ("Draft", "Soon", "Gone"))
        publish(soon, by=None, at=timezone.now() + timedelta(hours=1))
        publish(gone, by=None)
        withdraw(gone, by=None)
        for kind in ("", "reads", "X", "x\x00", "'", "x" * 400):
            assert beacon(client, kind, edition.url).status_code == 204
        pages = [f"/reports/{report.slug}/" for report in (draft, soon, gone)]
        for page in (
            "",
            "/",
            "/reports/",
            "/feed/",
            "https://evil.example/",
            "/reports/\x00/",
            "/reports/%00/",
            *pages,
        ):
            assert beacon(client, "x", page).status_code == 204
        assert not counted()

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ("", "application/x-www-form-urlencoded"),
            ("kind=x&page=" + "a" * 5000, "application/x-www-form-urlencoded"),
            ("{", "application/json"),
            ("--x", "multipart/form-data; boundary=y"),
            ("--x", "multipart/form-data"),
            ("&".join(f"a{n}=" for n in range(900)), "application/x-www-form-urlencoded"),
            ("kind=%FF%FE&page=%C3%28", "application/x-www-form-urlencoded"),
        ],
    )
    def test_whatever_is_sent_the_answer_says_nothing(self, client, edition, body, kind):
        answer = client.post(COUNT, body, content_type=kind)
        assert (answer.status_code, answer.content) == (204, b"")
        assert not counted()

    def test_nothing_is_counted_by_looking(self, client, edition):
        for method in ("get", "head", "put", "delete"):
            assert getattr(client, method)(f"{COUNT}?kind=x&page={edition.url}").status_code == 405
        assert not counted()

    def test_more_than_a_network_can_read_in_a_minute(self, client, edition):
        with time_machine.travel(NOW, tick=False) as clock:
            for n in range(PER_MINUTE + 5):
                assert beacon(client, "x", edition.url, REMOTE_ADDR=f"203.0.113.{n}").status_code == 204
            assert counted() == {("x", edition.report_id, 0): PER_MINUTE}
            beacon(client, "x", edition.url, REMOTE_ADDR="198.51.100.1")
            assert counted() == {("x", edition.report_id, 0): PER_MINUTE + 1}, "another network is another"
            clock.shift(60)
            beacon(client, "x", edition.url, REMOTE_ADDR="203.0.113.1")
            assert counted() == {("x", edition.report_id, 0): PER_MINUTE + 2}

    @pytest.mark.parametrize(
        "cache",
        [
            {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
            {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
        ],
        ids=["no cache", "a cache that is down"],
    )
    def test_without_a_cache_it_just_counts_on(self, client, edition, settings, cache):
        usual = settings.CACHES
        settings.CACHES = {"default": cache}
        for _ in range(3):
            assert beacon(client, "x", edition.url).status_code == 204
        settings.CACHES = usual
        assert counted() == {("x", edition.report_id, 0): 3}

    def test_it_costs_two_statements_and_what_is_refused_none(self, client, edition):
        for fields, statements in (
            (("x", edition.url), 2),
            (("x", edition.stories.first().url), 2),
            (("x", "/reports/nothing/"), 1),
            (("x", "/elsewhere/"), 0),
            (("nothing", edition.url), 0),
        ):
            with CaptureQueriesContext(connection) as queries:
                beacon(client, *fields)
            sent = [query for query in queries if not query["sql"].startswith("PRAGMA")]
            assert len(sent) == statements, fields


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_none_is_lost() -> None:
    edition = published()
    day = NOW

    def ten(number: int) -> None:
        for _ in range(10):
            count("x", edition.report_id, now=day)
            with transaction.atomic():
                count("read", edition.report_id, 7, now=day)

    at_once(ten, 8)
    assert counted() == {("x", edition.report_id, 0): 80, ("read", edition.report_id, 7): 80}


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_none_is_lost() -> None:
    edition = published()
    answers = at_once(lambda n: beacon(Client(), "x", edition.url, REMOTE_ADDR=f"10.0.{n}.1").status_code, 6)
    assert answers == [204] * 6
    assert counted() == {("x", edition.report_id, 0): 6}


# What the desk learns


def read(edition, times, *, days_ago=0, story=0, kind=READ):
    Tally.objects.create(
        on=timezone.localdate() - timedelta(days=days_ago),
        kind=kind,
        report_id=edition.report_id,
        story=story,
        number=times,
    )


class TestQuestions:
    def test_the_most_read_and_the_most_shared_of_each_span(self, edition):
        story = edition.stories.get(section="china", rank=1)
        other = published(title="Other")
        read(edition, 5)
        read(edition, 50, days_ago=6, story=story.story_id)
        read(other, 100, days_ago=7)
        read(other, 1000, days_ago=30)
        read(edition, 9999, days_ago=365)
        read(other, 3, kind="x")
        read(other, 4, kind="email", days_ago=3)
        read(edition, 6, kind="print")
        read(edition, 1000, kind="rss")
        read(edition, 1000, kind="follow")
        found = {days: [(line.title, line.number) for line in most([READ], days)] for days in DAYS}
        assert found == {
            7: [(story.headline, 50), ("全球 & AI", 5)],
            30: [("Other", 100), (story.headline, 50), ("全球 & AI", 5)],
            365: [("Other", 1100), (story.headline, 50), ("全球 & AI", 5)],
        }
        shared = most(PASSING_ON, 7)
        assert [(line.title, line.url, line.number) for line in shared] == [
            ("Other", other.url, 7),
            ("全球 & AI", edition.url, 6),
        ]
        assert [line.share for line in shared] == [100, 85.7]

    def test_pages_are_called_as_readers_know_them_and_those_they_have_not_are_left_out(self, edition):
        gone, lost = published(title="Gone"), edition.stories.get(section="china", rank=1).story_id
        for page in (edition, gone):
            read(page, 5)
            read(page, 7, story=page.stories.first().story_id)
        withdraw(gone.report, by=None)
        edition.report.stories.get(pk=lost).delete()
        rank(edition.report, "china", [])
        edit(edition.report, title="Renamed")
        assert [line.title for line in most([READ], 7)] == [edition.stories.first().headline, "全球 & AI"]
        publish(edition.report, by=None)
        assert [line.title for line in most([READ], 7)] == ["Renamed"]

    def test_no_more_than_ten(self, edition):
        for story in edition.stories.all():
            read(edition, 1, story=story.story_id)
        for number in range(6):
            read(published(title=f"Other {number}", stories=1), 2)
        assert len(most([READ], 7)) == 10

    def test_by_kind_the_most_frequent_first(self, edition):
        read(edition, 2, kind="x")
        read(edition, 3, kind="weibo")
        read(edition, 2, kind="x", days_ago=3)
        read(edition, 9, kind="x", days_ago=8)
        read(edition, 9)
        assert by_kind(list(KINDS), 7) == {"x": 4, "weibo": 3}

    def test_day_by_day_and_over_a_year_week_by_week(self, edition):
        read(edition, 4)
        read(edition, 2, days_ago=6)
        read(edition, 9, days_ago=7)
        days = by_day([READ], 7)
        assert [bar.number for bar in days] == [2, 0, 0, 0, 0, 0, 4]
        assert [bar.height for bar in days] == [50, 0, 0, 0, 0, 0, 100]
        assert days[-1].begins_on == timezone.localdate()
        weeks = by_day([READ], 365)
        assert len(weeks) == 52
        assert [bar.number for bar in weeks[-2:]] == [9, 6]
        assert sum(bar.number for bar in weeks[:-2]) == 0

    def test_the_cost_is_the_same_with_one_page_and_with_three(self, edition):
        counts = []
        for number in (1, 3):
            for n in range(number):
                page = published(title=f"Page {number} {n}", stories=1)
                read(page, 3)
                read(page, 2, story=page.stories.first().story_id)
            with CaptureQueriesContext(connection) as queries:
                most([READ], 7)
                by_kind(list(KINDS), 7)
                by_day([READ], 7)
            counts.append(len(queries))
        assert counts == [5, 5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer at a time")
def test_nobody_waits_for_a_number_while_somebody_writes_much():
    edition = published(title="Busy")
    is_held, may_end = Event(), Event()

    def write():
        with transaction.atomic():  # IMMEDIATE: it has the one write lock from here on
            is_held.set()
            may_end.wait(20)
        connections.close_all()

    writer = Thread(target=write)
    writer.start()
    is_held.wait(20)
    count("x", edition.report_id)
    assert not may_end.is_set(), "it came back while the other one was still writing"
    may_end.set()
    writer.join()
    assert not Tally.objects.exists()
    count("x", edition.report_id)
    assert counted() == {("x", edition.report_id, 0): 1}
