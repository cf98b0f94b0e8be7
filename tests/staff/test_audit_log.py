"""The audit log: that acts are in it, with them and not without; that nothing private is; and who may read it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from comments.models import Ban
from newsroom import audit
from newsroom.importing import parse
from newsroom.importing.drafts import save_draft
from newsroom.models import Act
from newsroom.previews.sharing import share
from newsroom.publishing import Unpublishable, cancel, publish, reschedule, withdraw
from newsroom.reviewing import approve, ask_for_changes, submit
from newsroom.schedule import JOBS
from reports.models import Story
from tests.desk.browsing import Form, change_url, open_issue, words
from tests.factories import complete_issue, person
from tests.staff.entering import PASSWORD, add_app, codes_on, give_code, give_next_code, log_in, save_person
from watchlist.models import Company

pytestmark = pytest.mark.django_db
Did = Act.Did
LOG = "/admin/newsroom/act/"


def done() -> list[tuple[str, str, str]]:
    """All that is in the log, the oldest first: what, who, to what."""
    return list(Act.objects.order_by("pk").values_list("did", "by_name", "what_name"))


class TestIssues:
    def test_publishing_scheduling_calling_off_and_withdrawing(self, ann: Any) -> None:
        report = complete_issue(title="Chips")
        at = timezone.now() + timedelta(days=1)
        publish(report, by=ann)
        report.title = "Chips and more"
        report.save()
        publish(report, by=ann, at=at)
        cancel(report, by=ann)
        withdraw(report, by=None)
        assert done() == [
            ("publish", "ann", "Chips"),
            ("schedule", "ann", "Chips and more"),
            ("cancel", "ann", "Chips and more"),
            ("withdraw", "", "Chips and more"),
        ]
        act = Act.objects.get(did=Did.SCHEDULE)
        assert act.detail == {"at": at.isoformat()}
        assert (act.by, act.what_type, act.what_id) == (ann, "reports.report", str(report.pk))

    def test_another_time_for_what_is_scheduled(self, ann: Any) -> None:
        report, at = complete_issue(title="Chips"), timezone.now() + timedelta(days=1)
        publish(report, by=ann, at=at)
        reschedule(report, by=ann, at=at + timedelta(hours=3))
        assert done() == [("schedule", "ann", "Chips")] * 2
        assert Act.objects.latest("pk").detail == {"at": (at + timedelta(hours=3)).isoformat()}

    def test_what_was_not_done_is_not_in_it(self, ann: Any) -> None:
        report = complete_issue()
        with pytest.raises(Unpublishable):
            cancel(report, by=ann)
        with pytest.raises(PermissionDenied):
            publish(report, by=person("Writer"))
        publish(report, by=ann)
        publish(report, by=ann)  # readers have exactly this already
        report.stories.all().delete()
        with pytest.raises(Unpublishable):
            publish(report, by=ann)
        assert [did for did, *_ in done()] == ["publish"]

    def test_an_import(self, ann: Any) -> None:
        text = "Two Worlds\n\nMay 3, 2025\n\nTop 1 China Developments\n\n1. First\n\nBody.\n"
        report = save_draft(parse(text), by=ann, source=text)
        assert done() == [("import", "ann", str(report))]


class TestLogIns:
    def test_in_and_out(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        assert ann.desk_sessions.count() == 1
        client.post("/admin/logout/")
        assert ann.desk_sessions.count() == 0
        assert done() == [("log_in", "ann", ""), ("log_out", "ann", "")]

    def test_a_wrong_password_only_for_accounts_that_there_are(self, client: Client, ann: Any) -> None:
        for name in ("ann", "hunter2-typed-into-the-wrong-field"):
            client.post("/admin/login/", {"login": name, "password": "s3cret-guess"})
        assert done() == [("wrong_password", "", "ann")]

    def test_half_a_log_in_is_none(self, client: Client, ann: Any) -> None:
        log_in(client, ann)
        secret = add_app(client)
        Act.objects.all().delete()
        other = Client()
        log_in(other, ann)
        give_code(other, "000000")
        assert done() == [("wrong_code", "", "ann")]
        give_next_code(other, secret)
        assert done()[1:] == [("log_in", "ann", "")]


def test_nothing_private_is_in_it(client: Client, ann: Any, boss: Any) -> None:
    """Every kind of act about accounts, and then a look for all that was typed, shown or sent on the way."""
    ann.email = "ann@private.example"
    ann.save()
    browser = {"REMOTE_ADDR": "203.0.113.77", "headers": {"User-Agent": "Mozilla/5.0 secret-agent Firefox/140.0"}}
    client.post("/admin/login/", {"login": "ann", "password": "s3cret-guess"}, **browser)
    client.post("/admin/login/", {"login": "typed-into-name", "password": "x"}, **browser)
    log_in(client, ann, **browser)
    secret = add_app(client)
    codes = codes_on(client.get("/admin/account/codes/"))
    other = Client()
    log_in(other, ann)
    give_code(other, codes[0])
    client.post("/admin/account/sessions/end/")
    form = Form(client.get("/admin/password_change/"), "oldpassword")
    form.update(oldpassword=PASSWORD, password1="n3w horse battery", password2="n3w horse battery")
    form.send(client)
    desk = Client()
    desk.force_login(boss)
    save_person(desk, ann, email="other@private.example")
    desk.post(f"/admin/auth/user/{ann.pk}/second-factors/")
    kinds = set(Act.objects.values_list("did", flat=True))
    assert kinds >= {
        *("log_in", "wrong_password", "add_factor", "make_codes", "use_code", "end_session", "change_password"),
        *("change_person", "reset_factors"),
    }
    kept = str(list(Act.objects.values()))
    keys = [cookie.value for browser in (client, other, desk) if (cookie := browser.cookies.get("sessionid"))]
    for private in (
        *("@", "private.example", "203.0.113", "secret-agent", "s3cret-guess", "typed-into-name", PASSWORD),
        *("n3w horse", secret, *codes, *keys),
    ):
        assert private not in kept, private


class TestPeopleAndRoles:
    def test_what_changed_of_somebody(self, client: Client, ann: Any, boss: Any) -> None:
        client.force_login(boss)
        Act.objects.all().delete()
        writer = Group.objects.get(name="Writer")
        save_person(client, ann, groups=str(writer.pk), email="new@private.example")
        act = Act.objects.get()
        assert (act.did, act.by, act.what_name) == ("change_person", boss, "ann")
        assert act.detail == {"email": "changed", "roles": {"added": ["Writer"], "removed": ["Editor"]}}
        said = words(client.get(LOG))
        assert "roles + Writer, − Editor" in said
        assert "private.example" not in said

    def test_saving_without_a_change_says_nothing(self, client: Client, ann: Any, boss: Any) -> None:
        client.force_login(boss)
        Act.objects.all().delete()
        save_person(client, ann)
        assert done() == []

    def test_closing_an_account_ends_its_sessions(self, client: Client, ann: Any, boss: Any) -> None:
        log_in(Client(), ann)
        client.force_login(boss)
        save_person(client, ann, is_active=False)
        assert Act.objects.get(did=Did.CHANGE_PERSON).detail == {"is_active": [True, False], "sessions": 1}

    def test_adding_and_deleting_somebody(self, client: Client, ann: Any, boss: Any) -> None:
        client.force_login(boss)
        form = Form(client.get("/admin/auth/user/add/"), "username")
        form.update(username="newbie", password1="correct horse battery", password2="correct horse battery")
        assert form.send(client).status_code == 302
        assert type(ann).objects.get(username="newbie").is_staff  # so that he can log in
        audit.record(Did.IMPORT, by=ann)
        client.post(f"/admin/auth/user/{ann.pk}/delete/", {"post": "yes"})
        client.post(
            "/admin/auth/user/",
            {
                "action": "delete_selected",
                "_selected_action": [type(ann).objects.get(username="newbie").pk],
                "post": "yes",
            },
        )
        assert [line for line in done() if "person" in line[0]] == [
            ("add_person", "boss", "newbie"),
            ("delete_person", "boss", "ann"),
            ("delete_person", "boss", "newbie"),
        ]
        gone = Act.objects.get(did=Did.IMPORT)
        assert (gone.by, gone.by_name) == (None, "ann"), "the line stays when its person is gone"

    def test_setting_somebodys_password_ends_his_sessions(self, client: Client, ann: Any, boss: Any) -> None:
        theirs = Client()
        log_in(theirs, ann)
        client.force_login(boss)
        form = Form(client.get(f"/admin/auth/user/{ann.pk}/password/"), "password1")
        form.update(password1="quite another one", password2="quite another one")
        assert form.send(client).status_code == 302
        act = Act.objects.get(did=Did.SET_PASSWORD)
        assert (act.by, act.what_name, act.detail) == (boss, "ann", {"sessions": 1})
        assert theirs.get("/admin/").status_code == 302
        assert not Act.objects.filter(did=Did.CHANGE_PERSON).exists()

    def test_roles(self, client: Client, boss: Any) -> None:
        client.force_login(boss)
        form = Form(client.get("/admin/auth/group/add/"), "name")
        form["name"] = "Reviewer"
        del form["permissions"]  # a list of which nothing is chosen
        form.send(client)
        role = Group.objects.get(name="Reviewer")
        form = Form(client.get(f"/admin/auth/group/{role.pk}/change/"), "name")
        may = Group.objects.get(name="Administrator").permissions.get(codename="view_act")
        form["permissions"] = str(may.pk)
        form.send(client)
        assert Act.objects.get(did=Did.CHANGE_ROLE).detail == {"permissions": {"added": ["view_act"], "removed": []}}
        client.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"})
        assert [line for line in done() if "role" in line[0]] == [
            ("add_role", "boss", "Reviewer"),
            ("change_role", "boss", "Reviewer"),
            ("delete_role", "boss", "Reviewer"),
        ]


class TestThePage:
    @pytest.fixture
    def reader(self, boss: Any) -> Client:
        client = Client()
        client.force_login(boss)
        return client

    def test_acts_and_rows_stand_in_one_line_of_time(self, reader: Client, desk: Client, editor: Any) -> None:
        report = complete_issue(title="Chips")
        form = open_issue(desk, report)
        form["title"] = "Chips, revised"
        assert form.send(desk).status_code == 302
        publish(report, by=editor)
        desk.post(f"/admin/reports/report/{complete_issue(title='Draft').pk}/delete/", {"post": "yes"})
        said = words(reader.get(LOG))
        newest_first = ("deleted · issue: Draft", "· published ·", "changed · issue: Chips, revised")
        places = [said.index(line) for line in newest_first]
        assert places == sorted(places)
        assert change_url(report) in reader.get(LOG).content.decode()

    def test_reviews_overrides_links_and_merges_are_read_from_their_own_rows(
        self, reader: Client, desk: Client, ann: Any
    ) -> None:
        report = complete_issue(title="Chips", by=ann)
        submit(report, by=ann)
        ask_for_changes(report, by=ann, note="More, please.")
        submit(report, by=ann)
        approve(report, by=ann)
        share(report, by=ann, label="For the lawyer")
        Story.objects.filter(report=report).update(body="<p>TK</p>")
        publish(report, by=ann, override="It is late.")
        row, into = (Company.objects.create(name=name, slug=name.lower()) for name in ("Hwawei", "Huawei Ltd"))
        merge = Form(desk.get(f"/admin/watchlist/company/{row.pk}/merge/?into={into.pk}"), "seen")
        assert merge.send(desk).status_code == 302
        said = words(reader.get(LOG))
        for line in (
            "ann · submitted for review · Chips",
            "ann · asked for changes · Chips More, please.",
            "ann · approved · Chips",
            "ann · made a link to a preview · Chips For the lawyer",
            "ann · published in spite of the checks · Chips It is late.",
            "editor · changed · company: Huawei Ltd Merged “Hwawei” into it.",
        ):
            assert line in said
        for query, number in {
            "did=submitted": 2,
            "did=share": 1,
            "did=override&q=chi": 1,
            "did=approved&q=robots": 0,
        }.items():
            assert words(reader.get(f"{LOG}?{query}")).count("· Chips") == number, query
        assert "· Chips" not in words(reader.get(f"{LOG}?person={into.pk + 10_000}&did=changes"))

    def test_rows_of_comments_and_followers_are_left_to_their_own_logs(self, reader: Client, boss: Any) -> None:
        for model, name in ((Ban, "ann@private.example"), (Company, "Huawei")):
            LogEntry.objects.create(
                user=boss,
                content_type=ContentType.objects.get_for_model(model),
                object_id="1",
                object_repr=name,
                action_flag=CHANGE,
            )
        said = words(reader.get(LOG))
        assert "company: Huawei" in said
        assert "private.example" not in said

    def test_it_is_narrowed_by_act_person_time_and_words(self, reader: Client, ann: Any) -> None:
        chips, robots = complete_issue(title="Chips"), complete_issue(title="Robots", slug="robots")
        with time_machine.travel("2026-01-05 12:00Z"):
            publish(chips, by=ann)
        with time_machine.travel("2026-01-07 12:00Z"):
            publish(robots, by=None)
        for query, shown in {
            "did=publish": {"Chips", "Robots"},
            "did=withdraw": set(),
            f"person={ann.pk}": {"Chips"},
            "since=2026-01-06": {"Robots"},
            "until=2026-01-06": {"Chips"},
            "since=2026-01-06&until=2026-01-06": set(),
            "q=robo": {"Robots"},
            "did=nonsense&person=x&since=y&page=-3": {"Chips", "Robots"},
            "page=9999999999": set(),
        }.items():
            page = words(reader.get(f"{LOG}?{query}"))
            found = {title for title in ("Chips", "Robots") if f"published · {title}" in page}
            assert found == shown, query

    def test_long_logs_have_pages(self, reader: Client, ann: Any, django_assert_num_queries: Any) -> None:
        for number in range(120):
            audit.record(Did.END_SESSION, by=ann, detail={"browser": f"B{number:03}", "system": "x"})
        first = reader.get(f"{LOG}?did=end_session")
        assert re.findall(r"B\d\d\d", words(first)) == [f"B{n:03}" for n in range(119, 69, -1)]
        last = reader.get(f"{LOG}?did=end_session&page=3")
        assert re.findall(r"B\d\d\d", words(last)) == [f"B{n:03}" for n in range(19, -1, -1)]
        assert 'rel="next"' not in last.content.decode()

    def test_it_takes_the_same_queries_with_one_line_and_with_three(
        self, reader: Client, ann: Any, django_assert_num_queries: Any
    ) -> None:
        audit.record(Did.LOG_IN, by=ann)
        reader.get(LOG)
        with django_assert_num_queries(8):
            reader.get(LOG)
        for _ in range(2):
            audit.record(Did.LOG_IN, by=ann)
        with django_assert_num_queries(8):
            reader.get(LOG)

    def test_names_are_shown_as_text(self, reader: Client, ann: Any) -> None:
        publish(complete_issue(title="<script>alert(1)</script>"), by=ann)
        assert "<script>alert" not in reader.get(LOG).content.decode()

    @pytest.mark.parametrize("role", ["Writer", "Editor", "Moderator", ""])
    def test_only_administrators_read_it(self, client: Client, role: str) -> None:
        client.force_login(person(role))
        assert client.get(LOG).status_code == 403
        assert LOG not in client.get("/admin/").content.decode()

    def test_nobody_changes_it_not_even_a_superuser(self, client: Client, ann: Any) -> None:
        audit.record(Did.LOG_IN, by=ann)
        client.force_login(person(is_superuser=True))
        act = Act.objects.order_by("pk")[0]
        for path in (f"{LOG}add/", f"{LOG}{act.pk}/change/", f"{LOG}{act.pk}/delete/", f"{LOG}{act.pk}/"):
            assert client.get(path).status_code == 404
            assert client.post(path, {"post": "yes"}).status_code == 404
        client.post(LOG, {"action": "delete_selected", "_selected_action": [act.pk], "post": "yes"})
        assert Act.objects.filter(pk=act.pk).exists()


def test_old_lines_are_forgotten_in_time(ann: Any, settings: Any) -> None:
    settings.AUDIT_DAYS = 10
    now = timezone.now()
    for days in (9, 11):
        audit.record(Did.LOG_IN, by=ann)
        Act.objects.filter(pk=Act.objects.latest("pk").pk).update(at=now - timedelta(days=days))
    job = next(job for job in JOBS if job.name == "forget old acts")
    assert job.run() == 1
    assert Act.objects.get().at == now - timedelta(days=9)
