"""Publishing, scheduling, calling off and withdrawing at the desk; the preview."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from reports.models import Edition, Report
from tests.desk.browsing import Form, change_url, open_issue, signed_in, words
from tests.factories import complete_issue, edit, person, published

ACTS = ("publish", "schedule", "cancel", "withdraw")
TOMORROW = timedelta(days=1)


def url(report: Report, act: str) -> str:
    return f"/admin/reports/report/{report.pk}/{act}/now/"


@pytest.fixture
def report(db: None) -> Report:
    return complete_issue()


def decide(client: Client, report: Report, act: str, **answers: str) -> Any:
    version = Report.objects.get(pk=report.pk).version  # as the page that asks was sent with it
    return client.post(url(report, act), {"version": version, **answers}, follow=True)


def test_what_somebody_saved_meanwhile_is_not_decided(desk: Client, report: Report) -> None:
    page = desk.get(url(report, "publish"))
    edit(report, title="Nobody has looked at this")
    Report.objects.filter(pk=report.pk).update(version=report.version + 1)
    answer = Form(page, "version").send(desk)
    assert answer.status_code == 409
    assert "Somebody saved this issue after you opened this page" in words(answer)
    assert not report.editions.exists()
    assert Form(answer, "version").send(desk).status_code == 302
    assert report.editions.get().title == "Nobody has looked at this"


def public(report: Report) -> int:
    return Client().get(f"/reports/{report.slug}/").status_code


class TestPublishing:
    def test_asks_and_then_does_it(self, desk: Client, report: Report, editor: User) -> None:
        page = desk.get(url(report, "publish"))
        assert page.status_code == 200
        assert "Publish this issue?" in words(page)
        assert public(report) == 404
        said = words(decide(desk, report, "publish"))
        assert f"Published. Readers have it at /reports/{report.slug}/" in said
        assert public(report) == 200
        edition = Edition.objects.get()
        assert (edition.published_by, edition.kind) == (editor, Edition.Kind.FIRST)

    def test_twice_is_once(self, desk: Client, report: Report) -> None:
        decide(desk, report, "publish")
        decide(desk, report, "publish")
        assert Edition.objects.count() == 1

    def test_an_update_says_what_changes(self, desk: Client, report: Report) -> None:
        decide(desk, report, "publish")
        form = open_issue(desk, report)
        form.update({"title": "Another", "stories-0-headline": "Sharper"})
        page = form.send(desk, follow=True, _go="publish")
        assert "Changed: the title" in words(page)
        assert "Changed: China 1, “Sharper” (headline)" in words(page)
        assert b"Another" not in Client().get(f"/reports/{report.slug}/").content
        decide(desk, report, "publish", kind="update")
        assert b"Another" in Client().get(f"/reports/{report.slug}/").content
        assert Edition.objects.live().get().kind == Edition.Kind.UPDATE

    def test_what_is_missing_is_said_and_nothing_happens(self, desk: Client, report: Report) -> None:
        edit(report, issued_on=None)
        report.stories.all().delete()
        answer = decide(desk, report, "publish")
        assert answer.status_code == 409
        assert "The issue has no date." in words(answer)
        assert "The issue has no stories." in words(answer)
        assert not Edition.objects.exists()

    def test_an_address_that_another_issue_has(self, desk: Client, report: Report) -> None:
        first = published(title="The first")
        edit(first.report, slug="elsewhere")
        edit(report, slug="the-first")
        answer = decide(desk, report, "publish")
        assert answer.status_code == 409
        assert "“The first” is at the address /reports/the-first/; choose another slug." in words(answer)


class TestScheduling:
    @pytest.mark.parametrize(
        ("zone", "date", "time", "utc"),
        [
            ("Asia/Shanghai", "2031-01-02", "06:30", datetime(2031, 1, 1, 22, 30, tzinfo=UTC)),
            ("America/New_York", "2031-07-01", "21:15", datetime(2031, 7, 2, 1, 15, tzinfo=UTC)),
            ("UTC", "2031-07-01", "21:15", datetime(2031, 7, 1, 21, 15, tzinfo=UTC)),
        ],
    )
    def test_a_time_is_the_sites_and_stored_as_utc(
        self, desk: Client, report: Report, settings: Any, zone: str, date: str, time: str, utc: datetime
    ) -> None:
        settings.TIME_ZONE = zone
        form = Form(desk.get(url(report, "schedule")), "at_0")
        assert zone in words(desk.get(url(report, "schedule")))
        form.update(at_0=date, at_1=time)
        page = form.send(desk, follow=True)
        assert Edition.objects.get().live_from == utc
        day, month, year = int(date[8:]), {"01": "January", "07": "July"}[date[5:7]], date[:4]
        assert f"Scheduled: readers get it on {day} {month} {year} at {time}" in words(page)
        assert f"Readers get it on {day} {month} {year}, {time}." in words(page)
        assert public(report) == 404
        with time_machine.travel(utc - timedelta(seconds=2)):
            assert public(report) == 404
        with time_machine.travel(utc + timedelta(seconds=2)):
            assert public(report) == 200

    @pytest.mark.parametrize(
        ("date", "time", "said"),
        [
            ("2020-01-01", "10:00", "This time has passed; choose a later one, or publish now."),
            ("", "", "This field is required."),
            ("2031-01-01", "", "This field is required."),
            ("2031-01-01", "noon", "Enter a valid time."),
            ("2031-02-30", "10:00", "Enter a valid date."),
            ("tomorrow", "noon", "Enter a valid date."),
        ],
    )
    def test_a_time_that_is_none_is_refused(
        self, desk: Client, report: Report, date: str, time: str, said: str
    ) -> None:
        answer = decide(desk, report, "schedule", at_0=date, at_1=time)
        assert said in words(answer)
        assert Form(answer, "at_0")["at_0"] == date
        assert not Edition.objects.exists()

    def test_an_hour_that_the_clocks_leave_out(self, desk: Client, report: Report, settings: Any) -> None:
        settings.TIME_ZONE = "Europe/Berlin"
        answer = decide(desk, report, "schedule", at_0="2031-03-30", at_1="02:30")
        assert Form(answer, "at_0")["at_1"] == "02:30"
        said = "There is no 02:30 on that day in Europe/Berlin: the clocks go from 02:00 to 03:00. Choose a time before"
        assert said in words(answer)
        assert not Edition.objects.exists()

    @pytest.mark.parametrize(("which", "utc"), [("0", (0, 30)), ("1", (1, 30))])
    def test_an_hour_that_the_clocks_show_twice(
        self, desk: Client, report: Report, settings: Any, which: str, utc: tuple[int, int]
    ) -> None:
        settings.TIME_ZONE = "Europe/Berlin"
        answer = decide(desk, report, "schedule", at_0="2031-10-26", at_1="02:30")
        assert "On that day the clocks are put back and show this time twice." in words(answer)
        assert "The first time, 02:30 CEST (UTC+02:00)" in words(answer)
        assert "The second time, an hour later or so, 02:30 CET (UTC+01:00)" in words(answer)
        assert not Edition.objects.exists()
        form = Form(answer, "at_0")
        form["which"] = which
        assert form.send(desk).status_code == 302
        assert Edition.objects.get().live_from == datetime(2031, 10, 26, *utc, tzinfo=UTC)

    def test_calling_off(self, desk: Client, report: Report) -> None:
        published(report, at=timezone.now() + TOMORROW)
        assert "Called off." in words(decide(desk, report, "cancel"))
        assert not Edition.objects.exists()
        assert "can't be done with this issue as it is now" in words(decide(desk, report, "cancel"))

    def test_a_change_of_a_live_issue(self, desk: Client, report: Report) -> None:
        published(report)
        edit(report, title="Later title")
        published(report, at=timezone.now() + TOMORROW)
        page = desk.get(change_url(report))
        assert "Readers get the next edition on" in words(page)
        assert decide(desk, report, "cancel").status_code == 200
        assert Edition.objects.get().live_until is None
        assert public(report) == 200


class TestWithdrawing:
    def test_with_a_word_to_readers(self, desk: Client, report: Report) -> None:
        published(report)
        form = Form(desk.get(url(report, "withdraw")), "note")
        form["note"] = "A figure was <b>wrong</b>.\r\nSorry — 对不起。"
        page = form.send(desk, follow=True)
        assert "Withdrawn." in words(page)
        gone = Client().get(f"/reports/{report.slug}/")
        assert gone.status_code == 410
        assert "A figure was <b>wrong</b>. Sorry — 对不起。" in words(gone)
        assert "<b>wrong" not in gone.content.decode()
        assert "Withdrawn" in words(desk.get(change_url(report)))

    def test_what_is_not_live_cannot_be_withdrawn(self, desk: Client, report: Report) -> None:
        answer = decide(desk, report, "withdraw")
        assert answer.redirect_chain[-1][0] == change_url(report)
        assert "can't be done with this issue as it is now" in words(answer)

    def test_it_can_be_published_again(self, desk: Client, report: Report) -> None:
        published(report)
        decide(desk, report, "withdraw")
        decide(desk, report, "publish")
        assert public(report) == 200


class TestAsking:
    def test_getting_a_page_changes_nothing(self, desk: Client, report: Report) -> None:
        published(report)
        edit(report, title="Changed")
        published(report, at=timezone.now() + TOMORROW)
        before = [list(model.objects.values()) for model in (Edition, Report)]
        for act in (*ACTS, "nonsense"):
            for method in (desk.get, desk.head):
                assert method(url(report, act)).status_code in (200, 302)
        assert desk.get(f"/admin/reports/report/{report.pk}/preview/").status_code == 200
        assert [list(model.objects.values()) for model in (Edition, Report)] == before

    def test_every_post_needs_its_token(self, editor: User, report: Report) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(editor)
        assert client.post(url(report, "publish"), {"sure": "yes"}).status_code == 403
        assert not Edition.objects.exists()

    def test_an_issue_that_is_not_there(self, desk: Client) -> None:
        assert desk.get("/admin/reports/report/999/publish/now/").status_code == 404
        assert desk.get("/admin/reports/report/999/preview/").status_code == 404

    @pytest.mark.parametrize(
        ("state", "offered"),
        [
            ("draft", ["publish", "schedule"]),
            ("scheduled", ["publish", "schedule", "cancel"]),
            ("live", ["publish", "schedule", "withdraw"]),
            ("changed", ["publish", "schedule", "withdraw"]),
            ("withdrawn", ["publish", "schedule"]),
        ],
    )
    def test_the_buttons_of_each_state(self, desk: Client, report: Report, state: str, offered: list[str]) -> None:
        into(desk, report, state)
        page = desk.get(change_url(report))
        assert page.context["original"].state == state
        buttons = page.content.decode()
        assert [act for act in ACTS if f'value="{act}"' in buttons] == offered


def into(client: Client, report: Report, state: str) -> None:
    """Bring a draft into another state."""
    if state == "scheduled":
        published(report, at=timezone.now() + TOMORROW)
    elif state != "draft":
        published(report)
    if state == "changed":
        edit(report, title=f"{report.title}, changed")
    elif state == "withdrawn":
        decide(client, report, "withdraw")


class TestWhoMay:
    def test_a_writer_sees_no_button_and_passes_no_door(self, writers_desk: Client, report: Report) -> None:
        published(report)
        edit(report, title="Changed")
        page = writers_desk.get(change_url(report))
        assert page.status_code == 200
        assert not [act for act in ACTS if f'value="{act}"' in page.content.decode()]
        before = list(Edition.objects.values())
        for act in ACTS:
            assert writers_desk.get(url(report, act)).status_code == 403
            answers = {"at_0": "2031-01-01", "at_1": "10:00"}
            assert writers_desk.post(url(report, act), {"sure": "yes", **answers}).status_code == 403
        assert list(Edition.objects.values()) == before

    def test_a_writers_save_with_a_forged_button_publishes_nothing(self, writers_desk: Client, report: Report) -> None:
        form = open_issue(writers_desk, report)
        form["title"] = "Saved"
        assert form.send(writers_desk, follow=True, _go="publish").status_code == 403
        report.refresh_from_db()
        assert report.title == "Saved"
        assert not Edition.objects.exists()

    def test_a_superuser_may(self, admin_client: Client, report: Report) -> None:
        decide(admin_client, report, "publish")
        assert public(report) == 200
        decide(admin_client, report, "withdraw")
        assert public(report) == 410

    def test_others_may_not(self, client: Client, report: Report) -> None:
        nobody, reader = signed_in(person()), signed_in(person(is_staff=False))
        for act in ACTS:
            assert nobody.post(url(report, act), {"sure": "yes"}).status_code == 403
            for other in (client, reader):
                assert other.post(url(report, act), {"sure": "yes"})["Location"].startswith("/admin/login/")
        assert not Edition.objects.exists()


class TestThePreview:
    def address(self, report: Report) -> str:
        return f"/admin/reports/report/{report.pk}/preview/"

    def test_shows_what_is_saved_and_not_what_is_published(self, writers_desk: Client, report: Report) -> None:
        published(report)
        edit(report, title="Not yet published", intro="<p>New intro</p>")
        page = writers_desk.get(self.address(report))
        assert "Not yet published" in words(page)
        assert "New intro" in words(page)
        assert "China story 3" in words(page)
        assert "Not yet published" not in words(Client().get(f"/reports/{report.slug}/"))

    def test_of_an_issue_without_anything(self, desk: Client) -> None:
        report = Report.objects.create(title="Bare", slug="bare")
        assert "Bare" in words(desk.get(self.address(report)))

    def test_is_kept_by_no_cache(self, desk: Client, report: Report) -> None:
        answer = desk.get(self.address(report))
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
        assert "Set-Cookie" not in answer

    def test_is_for_the_desk_alone(self, client: Client, report: Report) -> None:
        assert client.get(self.address(report))["Location"].startswith("/admin/login/")
        assert signed_in(person()).get(self.address(report)).status_code == 403
        assert signed_in(person(is_staff=False)).get(self.address(report)).status_code == 302
