"""What the checks find stops publishing at every door; who may override it, and what is kept of that."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from newsroom.checks import CHECKS
from newsroom.checks.findings import Check
from newsroom.publishing import Unpublishable, publish
from reports.models import Edition, Override, Report
from tests.desk.browsing import Form, change_url, signed_in, words
from tests.factories import complete_issue, edit, person, published

pytestmark = pytest.mark.django_db
LATER = timedelta(days=1)
SAID = "China 1: “TK” was left behind."


@pytest.fixture
def report() -> Report:
    """An issue in which one thing stops publishing."""
    report = complete_issue()
    report.stories.filter(section="china", rank=1).update(headline="A headline with TK in it")
    return report


def publisher() -> User:
    """Somebody who may publish, and not override."""
    user = User.objects.create_user("publisher", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_report", "change_report", "approve_report", "publish_report"])
    )
    return user


def decide_url(report: Report, act: str = "publish") -> str:
    return f"/admin/reports/report/{report.pk}/{act}/now/"


class TestTheVerb:
    @pytest.mark.parametrize("at", [None, LATER])
    def test_nothing_is_published_or_scheduled(self, report, at):
        with pytest.raises(Unpublishable) as refused:
            publish(report, by=None, at=at and timezone.now() + at)
        assert refused.value.reasons == [SAID]
        assert [finding.code for finding in refused.value.outcome.blocking] == ["left-behind"]
        assert not Edition.objects.exists()
        assert not Override.objects.exists()

    @pytest.mark.parametrize("at", [None, LATER])
    def test_an_override_is_logged_with_what_was_found(self, report, at):
        editor = person("Editor")
        edition = publish(report, by=editor, at=at and timezone.now() + at, override=" TK is a person’s name. ")
        row = Override.objects.get()
        assert (row.report, row.revision, row.by) == (report, edition.revision, editor)
        assert row.reason == "TK is a person’s name."
        assert [(found["code"], found["place"], found["message"]) for found in row.findings] == [
            ("left-behind", "China 1", "“TK” was left behind.")
        ]
        assert row.unable == []

    @pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
    def test_an_override_without_a_reason_is_none(self, report, reason):
        with pytest.raises(Unpublishable):
            publish(report, by=person("Editor"), override=reason)
        assert not Override.objects.exists()

    def test_a_reason_where_nothing_stops_is_not_logged(self):
        publish(complete_issue(), by=publisher(), override="In case")
        assert not Override.objects.exists()

    @pytest.mark.parametrize(
        ("role", "may"), [("Editor", True), ("Administrator", True), ("Writer", False), ("Moderator", False)]
    )
    def test_by_role(self, report, role, may):
        user = person(role)
        if may:
            assert publish(report, by=user, override="A name").pk
        else:
            with pytest.raises(PermissionDenied):
                publish(report, by=user, override="A name")
        assert (Edition.objects.count(), Override.objects.count()) == ((1, 1) if may else (0, 0))

    def test_publishing_alone_is_not_enough(self, report):
        with pytest.raises(PermissionDenied):
            publish(report, by=publisher(), override="A name")
        assert not Edition.objects.exists()

    def test_what_an_edition_can_not_be_without_is_never_overridden(self, report):
        edit(report, issued_on=None)
        with pytest.raises(Unpublishable) as refused:
            publish(report, by=None, override="Never mind")
        assert refused.value.reasons == ["The issue has no date."]
        assert not Override.objects.exists()

    def test_what_readers_have_stays_where_a_change_is_stopped(self, report):
        report.stories.update(headline="A headline of some words")
        edition = published(report)
        publish(edit(report, title="Later").report, by=None, at=timezone.now() + LATER)
        edit(report, title="With TK")
        with pytest.raises(Unpublishable):
            publish(report, by=None)
        assert Edition.objects.live().get() == edition
        assert Edition.objects.scheduled().get().title == "Later"

    def test_publishing_again_what_was_overridden_asks_nothing_again(self, report):
        first = publish(report, by=None, override="A name")
        assert publish(report, by=None) == first

    def test_the_database_keeps_no_override_without_a_reason(self, report):
        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.create(report=report, revision=report.revisions.first(), reason="")


class TestTheDesk:
    def post(self, client: Client, report: Report, act: str = "publish", **answers: str) -> Any:
        report = Report.objects.get(pk=report.pk)
        return client.post(decide_url(report, act), {"version": report.version, **answers}, follow=True)

    def test_the_page_that_asks_lists_what_stops_and_asks_an_editor_why(self, report):
        page = signed_in(person("Editor")).get(decide_url(report))
        said = words(page)
        assert "What stops publishing" in said
        assert "“TK” was left behind." in said
        assert "Why publish it all the same?" in said
        assert f'href="{change_url(report)}#id_stories-0-headline"' in page.content.decode()

    def test_without_a_reason_nothing_happens(self, report):
        answer = self.post(signed_in(person("Editor")), report)
        assert answer.status_code == 409
        assert "Give a reason, or go back and put right what is listed above." in words(answer)
        assert not Edition.objects.exists()

    @pytest.mark.parametrize(("act", "more"), [("publish", {}), ("schedule", {"at_0": "2099-01-01", "at_1": "10:00"})])
    def test_with_a_reason_it_is_done_and_logged(self, report, act, more):
        editor = person("Editor")
        form = Form(signed_in(editor).get(decide_url(report, act)), "version")
        form.update({"override": "TK is a person", **more})
        assert form.send(signed_in(editor)).status_code == 302
        assert Edition.objects.get().published_by == editor
        assert (Override.objects.get().by, Override.objects.get().reason) == (editor, "TK is a person")

    def test_the_lists_action_publishes_the_others_and_says_what_stops_this_one(self, report):
        other = complete_issue(title="Nothing wrong with it")
        chosen = [f"{row.pk}.{row.version}" for row in Report.objects.filter(pk__in=(report.pk, other.pk))]
        page = signed_in(person("Editor")).post(
            "/admin/reports/report/many/publish/", {"issue": chosen, "override": "In case"}
        )
        assert SAID in words(page)
        assert Edition.objects.get().report == other
        assert not Override.objects.exists()

    def test_who_may_not_override_is_told_and_never_asked(self, report):
        client = signed_in(publisher())
        page = client.get(decide_url(report))
        assert "“TK” was left behind." in words(page)
        assert "Why publish it all the same?" not in words(page)
        answer = self.post(client, report, override="I insist")
        assert answer.status_code == 409
        assert SAID in words(answer)
        assert not Edition.objects.exists()

    def test_an_issue_with_nothing_to_stop_it_asks_for_no_reason(self):
        page = signed_in(person("Editor")).get(decide_url(complete_issue()))
        assert "What stops publishing" not in words(page)
        assert "Why publish it all the same?" not in words(page)

    def test_no_reason_is_asked_for_where_none_would_do(self, report):
        edit(report, issued_on=None)
        page = words(signed_in(person("Editor")).get(decide_url(report)))
        assert "The issue has no date." in page
        assert "Why publish it all the same?" not in page

    @pytest.mark.parametrize("act", ["withdraw", "cancel"])
    def test_taking_away_is_never_stopped(self, act):
        report = complete_issue()
        publish(report, by=None, at=timezone.now() + LATER if act == "cancel" else None)
        report.stories.update(headline="A headline with TK in it")
        page = signed_in(person("Editor")).get(decide_url(report, act))
        assert page.status_code == 200
        assert "What stops publishing" not in words(page)

    def test_a_check_that_could_not_run_is_said_before_publishing(self, monkeypatch):
        def crash(subject):
            raise ValueError

        monkeypatch.setattr("newsroom.checks.CHECKS", [*CHECKS, Check("broken", "The broken one", crash)])
        page = signed_in(person("Editor")).get(decide_url(complete_issue()))
        assert "These checks could not run" in words(page)
        assert "The broken one" in words(page)


class TestTheLog:
    URL = "/admin/reports/override/"

    @pytest.mark.parametrize(
        ("role", "status"), [("Editor", 200), ("Administrator", 200), ("Writer", 403), ("Moderator", 403)]
    )
    def test_who_may_read_it(self, report, role, status):
        publish(report, by=None, override="TK & <b>co</b>")
        client = signed_in(person(role))
        row = Override.objects.get()
        page = client.get(self.URL)
        assert page.status_code == status
        assert client.get(f"{self.URL}{row.pk}/change/").status_code == status
        if status == 200:
            assert "TK & <b>co</b> China 1: “TK” was left behind. A headline with TK in it" in words(page)

    def test_nobody_can_change_or_delete_it(self, report):
        publish(report, by=None, override="A name")
        client, row = signed_in(User.objects.create_superuser("root")), Override.objects.get()
        assert client.post(f"{self.URL}{row.pk}/change/", {"reason": "Another"}).status_code == 403
        assert client.post(f"{self.URL}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"{self.URL}add/").status_code == 403
        assert Override.objects.get().reason == "A name"


class TestTheCommand:
    TEXT = """\
AI & Robotics Report: Two Worlds

May 3, 2025 — What this issue is about.

Top 1 China Developments

1. First TK in China

It happened there.

Top 1 International Developments

1. First abroad

It happened abroad.
"""

    def run(self, tmp_path: Any, **options: Any) -> str:
        path, out = tmp_path / "issue.txt", StringIO()
        path.write_text(self.TEXT, encoding="utf-8")
        call_command("import_report", str(path), stdout=out, **options)
        return out.getvalue()

    def test_it_is_saved_and_not_published(self, tmp_path):
        with pytest.raises(CommandError, match="China 1: “TK” was left behind"):
            self.run(tmp_path, publish=True)
        assert Report.objects.count() == 1
        assert not Edition.objects.exists()

    def test_with_a_reason_it_is(self, tmp_path):
        self.run(tmp_path, publish=True, override="TK is a place")
        row = Override.objects.get()
        assert (row.by, row.reason, row.report.editions.count()) == (None, "TK is a place", 1)

    def test_a_reason_alone_is_a_wrong_call(self, tmp_path):
        with pytest.raises(CommandError, match="--override goes with --publish"):
            self.run(tmp_path, override="TK is a place")
        assert not Report.objects.exists()
