"""Planning: clocks that are changed, another time for what is scheduled, readers on the second, the calendar."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from newsroom.lib.clocks import gap_around, readings
from newsroom.planning import month_asked, month_of
from newsroom.publishing import Unpublishable, cancel, publish, reschedule
from newsroom.reviewing import submit
from newsroom.revising import StaleVersion
from reports.models import Edition, Report
from tests.desk.browsing import Form, change_url, signed_in, words
from tests.factories import complete_issue, edit, person, published

NOW = datetime(2031, 4, 12, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
CALENDAR = "/admin/reports/report/calendar/"
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Casablanca", "UTC"]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


class TestClocks:
    @pytest.mark.parametrize(
        ("zone", "shown", "utc"),
        [
            ("Europe/Berlin", "2031-07-01 02:30", ["2031-07-01 00:30"]),
            ("Europe/Berlin", "2031-03-30 02:30", []),
            ("Europe/Berlin", "2031-03-30 03:00", ["2031-03-30 01:00"]),
            ("Europe/Berlin", "2031-10-26 02:00", ["2031-10-26 00:00", "2031-10-26 01:00"]),
            ("Europe/Berlin", "2031-10-26 03:00", ["2031-10-26 02:00"]),
            ("America/New_York", "2031-03-09 02:00", []),
            ("America/New_York", "2031-11-02 01:59", ["2031-11-02 05:59", "2031-11-02 06:59"]),
            ("Australia/Lord_Howe", "2031-10-05 02:15", []),  # by half an hour
            ("Asia/Shanghai", "2031-03-30 02:30", ["2031-03-29 18:30"]),
            ("Pacific/Apia", "2011-12-30 12:00", []),  # a day that was left out
        ],
    )
    def test_what_a_time_can_mean(self, zone: str, shown: str, utc: list[str]) -> None:
        found = readings(datetime.fromisoformat(shown), ZoneInfo(zone))
        assert [f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" for moment in found] == utc

    @pytest.mark.parametrize(
        ("zone", "shown", "start", "end"),
        [
            ("Europe/Berlin", "2031-03-30 02:30", "02:00", "03:00"),
            ("Australia/Lord_Howe", "2031-10-05 02:15", "02:00", "02:30"),
            ("America/New_York", "2031-03-09 02:00", "02:00", "03:00"),
        ],
    )
    def test_what_stands_around_a_gap(self, zone: str, shown: str, start: str, end: str) -> None:
        assert [f"{at:%H:%M}" for at in gap_around(datetime.fromisoformat(shown), ZoneInfo(zone))] == [start, end]

    @given(
        some.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2035-01-01")),
        some.sampled_from(ZONES),
    )
    def test_every_moment_is_among_the_readings_of_what_clocks_show(self, utc: datetime, zone: str) -> None:
        moment = utc.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(zone))
        found = readings(moment.replace(tzinfo=None, fold=0), ZoneInfo(zone))
        assert moment.astimezone(UTC) in [each.astimezone(UTC) for each in found]
        assert len(found) in (1, 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestAnotherTime:
    @pytest.mark.parametrize("hours", [1, 5])
    def test_for_a_change_moves_both_ends_and_takes_no_newer_text(self, hours: int) -> None:
        report = published().report
        edit(report, standfirst="As scheduled")
        edition = publish(report, by=None, at=NOW + 3 * HOUR)
        edit(report, standfirst="Newer")
        moved = reschedule(report, by=None, at=NOW + hours * HOUR)
        assert (moved.pk, moved.revision_id, moved.changed_at) == (edition.pk, edition.revision_id, NOW + hours * HOUR)
        assert list(report.editions.order_by("pk").values_list("live_from", "live_until")) == [
            (NOW, NOW + hours * HOUR),
            (NOW + hours * HOUR, None),
        ]
        with time_machine.travel(NOW + hours * HOUR):
            page = Client().get("/reports/ai-robotics/").content.decode()
        assert "As scheduled" in page
        assert "Newer" not in page

    def test_for_a_first_publication(self) -> None:
        report = published(at=NOW + HOUR).report
        reschedule(report, by=None, at=NOW + 2 * HOUR)
        assert report.editions.get().live_from == NOW + 2 * HOUR

    def test_needs_something_that_is_scheduled_and_a_time_to_come(self) -> None:
        report = published().report
        with pytest.raises(Unpublishable, match="Nothing is scheduled"):
            reschedule(report, by=None, at=NOW + HOUR)
        edit(report, standfirst="Other")
        publish(report, by=None, at=NOW + HOUR)
        for at in (NOW, NOW - HOUR):
            with pytest.raises(Unpublishable, match="has passed"):
                reschedule(report, by=None, at=at)
        with pytest.raises(StaleVersion):
            reschedule(report, by=None, at=NOW + 2 * HOUR, seen=99)
        assert report.editions.scheduled().get().live_from == NOW + HOUR

    def test_once_it_is_live_it_is_too_late(self, clock: time_machine.Traveller) -> None:
        report = published(at=NOW + HOUR).report
        clock.move_to(NOW + HOUR)
        with pytest.raises(Unpublishable, match="Nothing is scheduled"):
            reschedule(report, by=None, at=NOW + 2 * HOUR)
        assert Client().get("/reports/ai-robotics/").status_code == 200

    def test_can_be_called_off_afterwards(self) -> None:
        report = published().report
        edit(report, standfirst="Other")
        publish(report, by=None, at=NOW + HOUR)
        reschedule(report, by=None, at=NOW + 2 * HOUR)
        cancel(report, by=None)
        assert report.editions.get().live_until is None

    def test_at_the_desk_says_which_text_it_is(self) -> None:
        report = published(at=NOW + HOUR).report
        edit(report, standfirst="Newer")
        desk = signed_in(person("Editor"))
        assert 'value="reschedule"' in desk.get(change_url(report)).content.decode()
        page = desk.get(f"/admin/reports/report/{report.pk}/reschedule/now/")
        assert "What was saved since then is not in it" in words(page)
        form = Form(page, "at_0")
        assert (form["at_0"], form["at_1"][:5]) == ("12/04/2031", "10:00")
        form.update(at_0="2031-04-13", at_1="07:15")
        said = words(form.send(desk, follow=True))
        assert "Moved: readers get the text that was scheduled on 13 April 2031 at 07:15 (UTC)." in said
        assert Edition.objects.get().live_from == datetime(2031, 4, 13, 7, 15, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestOnTheSecond:
    """Nothing runs: no worker, no command. Time alone passes."""

    @pytest.mark.parametrize("path", ["/reports/ai-robotics/", "/", "/reports/", "/feed/", "/sitemap-issues-1.xml"])
    def test_no_copy_outlives_the_next_change_and_readers_have_it_then(
        self, clock: time_machine.Traveller, path: str
    ) -> None:
        report = published(standfirst="As it was").report
        at = NOW + timedelta(minutes=5, seconds=7)
        edit(report, slug="moved-on", standfirst="As it is")
        publish(report, by=None, at=at)
        for left in (90, 59, 7, 1):
            clock.move_to(at - left * SECOND)
            answer = Client().get(path)
            kept = re.search(r"s-maxage=(\d+)", answer["Cache-Control"])
            assert kept
            assert int(kept[1]) == min(60, left)
            assert "moved-on" not in answer.content.decode()
        clock.move_to(at)
        assert "moved-on" in Client().get(path, follow=True).content.decode()

    def test_between_two_instants(self, clock: time_machine.Traveller) -> None:
        published(at=NOW + HOUR)
        clock.move_to(NOW + HOUR - timedelta(microseconds=1))
        answer = Client().get("/reports/ai-robotics/")
        assert (answer.status_code, "s-maxage=0" in answer["Cache-Control"]) == (404, True)
        clock.move_to(NOW + HOUR)
        assert Client().get("/reports/ai-robotics/").status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestTheCalendar:
    def test_shows_what_is_planned_and_what_went_live_in_the_zone_of_the_site(self, settings: Any) -> None:
        settings.TIME_ZONE = "Asia/Shanghai"
        live = published(title="Went live").report
        published(title="To come", at=datetime(2031, 4, 29, 16, 30, tzinfo=UTC))
        published(title="Next month", at=datetime(2031, 5, 20, 12, tzinfo=UTC))
        complete_issue(title="Only a draft")
        page = signed_in(person("Editor")).get(CALENDAR)
        text = words(page)
        assert "April 2031" in text
        assert "Asia/Shanghai" in text
        assert re.search(r"12 April 17:00 Went live First publication", text)
        assert re.search(r"30 April 00:30 To come Planned: First publication Move Call off", text), "a day later there"
        assert "Next month" not in text
        assert "Only a draft" not in text
        assert f'href="{change_url(live)}"' in page.content.decode()
        assert '?month=2031-03"' in page.content.decode()
        assert '?month=2031-05"' in page.content.decode()

    def test_of_another_month(self) -> None:
        published(title="In May", at=datetime(2031, 5, 1, tzinfo=UTC))
        desk = signed_in(person("Editor"))
        assert "In May" in words(desk.get(CALENDAR, {"month": "2031-05"}))
        assert "Nothing went live in this month" in words(desk.get(CALENDAR, {"month": "2030-01"}))

    def test_names_what_is_on_the_way_without_a_time(self) -> None:
        report = complete_issue(title="With a reviewer")
        submit(report, by=None)
        assert "With a reviewer In review" in words(signed_in(person("Writer")).get(CALENDAR))

    @pytest.mark.parametrize(
        "month", ["x", "2031", "2031-13", "2031-04-01", "0000-01", "9999-12", "1969-12", "２０３１-04"]
    )
    def test_what_is_no_month_is_no_page(self, month: str) -> None:
        assert signed_in(person("Editor")).get(CALENDAR, {"month": month}).status_code == 404

    @pytest.mark.parametrize(("month", "weeks"), [("1970-01", 5), ("9998-12", 5), ("2027-02", 4), ("2031-06", 6)])
    def test_every_month_has_its_days(self, month: str, weeks: int) -> None:
        shown = month_of(month_asked(month, NOW), NOW)
        assert len(shown.weeks) == weeks
        assert next(day.day.day for week in shown.weeks for day in week if day.is_here) == 1
        assert (shown.after.day, shown.before.day) == (1, 1)

    def test_is_for_who_may_see_issues(self, client: Client) -> None:
        published(title="Secret", at=NOW + HOUR)
        assert client.get(CALENDAR)["Location"].startswith("/admin/login/")
        moderator = signed_in(person("Moderator")).get(CALENDAR)
        assert moderator.status_code == 403
        assert "Secret" not in moderator.content.decode()
        writer = signed_in(person("Writer")).get(CALENDAR)
        assert "Secret" in words(writer)
        assert "/reschedule/now/" not in writer.content.decode()

    def test_asks_as_much_for_three_as_for_one(self) -> None:
        desk, counts = signed_in(person("Editor")), []
        desk.get(CALENDAR)
        for number in (1, 2, 3):
            published(title=f"Planned {number}", at=NOW + number * HOUR)
            submit(complete_issue(title=f"Waits {number}"), by=None)
            with CaptureQueriesContext(connection) as queries:
                assert f"Planned {number}" in words(desk.get(CALENDAR))
            counts.append(len(queries))
        assert counts == [counts[0]] * 3
        assert counts[0] <= 7


def test_the_calendar_is_in_the_menu(db: None) -> None:
    assert f'href="{CALENDAR}"' in signed_in(person("Writer")).get("/admin/").content.decode()
    assert Report.objects.count() == 0
