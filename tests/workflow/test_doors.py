"""The desk's doors to the moves and to publishing: who passes which, what each says, and several issues at once."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from newsroom.deciding import DECISIONS
from newsroom.publishing import publish
from newsroom.reviewing import approve, submit
from reports.models import Edition, Report
from tests.desk.browsing import Form, change_url, open_issue, signed_in, words
from tests.factories import complete_issue, edit, person, published
from watchlist.models import Company

LIST = "/admin/reports/report/"
REVIEWING = ("submit", "take_back", "approve", "ask_for_changes")


@pytest.fixture
def report(db: None) -> Report:
    return complete_issue(title="Weekly", stories=2)


@pytest.fixture
def writer(db: None) -> Client:
    return signed_in(person("Writer", first_name="Wen", last_name="Writer"))


@pytest.fixture
def editor(db: None) -> Client:
    return signed_in(person("Editor", first_name="Edith", last_name="Editor"))


def url(report: Report, act: str) -> str:
    return f"{LIST}{report.pk}/{act}/now/"


def standing(report: Report) -> str:
    return str(Report.objects.with_standing().get(pk=report.pk).standing)


def answer(client: Client, report: Report, act: str, **fields: str) -> Any:
    form = Form(client.get(url(report, act)), "version")
    return form.send(client, follow=True, **fields)


def buttons(client: Client, report: Report) -> list[str]:
    """Those that a page shows before anything is typed into its form."""
    page = client.get(change_url(report)).content.decode()
    shown = re.findall(r'<button type="submit"\s+name="_go"\s+value="(\w+)"\s+class', page)
    return [act for act in shown if act in DECISIONS]


def later_buttons(client: Client, report: Report) -> list[str]:
    """Those that appear once something is typed."""
    page = client.get(change_url(report)).content.decode()
    return re.findall(r'value="(\w+)"\s+hidden data-once-changed', page)


class TestReviewing:
    def test_from_a_writer_to_an_editor_and_back(self, writer: Client, editor: Client, report: Report) -> None:
        assert buttons(writer, report) == ["submit"]
        assert "Submitted. It waits" in words(answer(writer, report, "submit", note="Please look at “China 1”."))
        assert buttons(writer, report) == ["take_back"]
        assert buttons(editor, report) == ["take_back", "approve", "ask_for_changes", "publish", "schedule"]
        page = words(editor.get(change_url(report)))
        assert "Submitted for review Wen Writer “Please look at “China 1”.".replace("“P", "P") in page
        refused = answer(editor, report, "ask_for_changes")
        assert "Say what is to be changed" in words(refused)
        answer(editor, report, "ask_for_changes", note="¥300 billion, or million?")
        assert "Changes asked for Edith Editor ¥300 billion, or million?" in words(writer.get(change_url(report)))
        answer(writer, report, "submit")
        assert "Approved, as it is saved now." in words(answer(editor, report, "approve"))
        assert standing(report) == "approved"
        assert not Edition.objects.exists()

    def test_a_change_of_a_live_issue_is_submitted_with_the_save_that_makes_it(
        self, writer: Client, report: Report
    ) -> None:
        publish(report, by=None)
        assert (buttons(writer, report), later_buttons(writer, report)) == ([], ["submit"])
        assert "readers have this text already" in words(writer.get(url(report, "submit"), follow=True))
        form = open_issue(writer, report)
        form["title"] = "Other words"
        assert "Submit this issue for review?" in words(form.send(writer, follow=True, _go="submit"))
        answer(writer, report, "submit")
        assert standing(report) == "in_review"
        assert (buttons(writer, report), later_buttons(writer, report)) == (["take_back"], [])

    def test_a_text_that_is_as_readers_have_it_again_waits_for_nobody_for_ever(
        self, writer: Client, report: Report
    ) -> None:
        title = report.title
        publish(report, by=None)
        edit(report, title="Other words")
        submit(report, by=None)
        edit(report, title=title)
        assert buttons(writer, report) == ["take_back"]
        assert "Taken back. It is a draft again." in words(answer(writer, report, "take_back"))
        assert standing(report) == "draft"

    def test_what_could_not_be_saved_can_be_decided_about_with_the_next_save(
        self, writer: Client, report: Report
    ) -> None:
        publish(report, by=None)
        form = open_issue(writer, report)
        form["title"] = ""
        page = form.send(writer).content.decode()
        assert 'value="submit"' in page
        assert "data-once-changed" not in page

    def test_saving_another_text_makes_the_approval_void(self, writer: Client, editor: Client, report: Report) -> None:
        submit(report, by=None)
        approve(report, by=None)
        form = open_issue(writer, report)
        form["title"] = "Other words"
        form.send(writer)
        assert standing(report) == "in_review"
        assert "In review" in words(writer.get(LIST))

    def test_a_save_that_began_before_a_review_undoes_nothing_of_it(self, writer: Client, report: Report) -> None:
        submit(report, by=None)
        form = open_issue(writer, report)
        approve(report, by=None)
        assert form.send(writer).status_code == 302  # with the same words
        assert standing(report) == "approved"

    def test_what_somebody_saved_meanwhile_is_not_approved(self, editor: Client, report: Report) -> None:
        submit(report, by=None)
        form = Form(editor.get(url(report, "approve")), "version")
        edit(report, title="Nobody has looked at this")
        Report.objects.filter(pk=report.pk).update(version=report.version + 1)
        page = form.send(editor, note="Good")
        assert page.status_code == 409
        assert "Somebody saved this issue after you opened this page" in words(page)
        assert Form(page, "version")["note"] == "Good"
        assert standing(report) == "in_review"

    @pytest.mark.parametrize("act", ["approve", "ask_for_changes"])
    def test_a_writer_passes_no_door_of_a_reviewer(self, writer: Client, report: Report, act: str) -> None:
        submit(report, by=None)
        assert writer.get(url(report, act)).status_code == 403
        assert writer.post(url(report, act), {"version": report.version, "note": "x"}).status_code == 403
        form = open_issue(writer, report)
        assert form.send(writer, follow=True, _go=act).status_code == 403
        assert standing(report) == "in_review"

    @pytest.mark.parametrize("act", REVIEWING)
    def test_a_moderator_and_who_has_no_role_pass_none(self, report: Report, act: str) -> None:
        submit(report, by=None)
        for role in ("Moderator", ""):
            client = signed_in(person(role))
            assert client.get(url(report, act)).status_code == 403
            assert client.post(url(report, act), {"version": report.version, "note": "x"}).status_code == 403
            assert client.get(change_url(report)).status_code == 403
            assert client.get(f"{LIST}{report.pk}/preview/").status_code == 403
        assert standing(report) == "in_review"

    def test_out_of_turn_leads_back(self, editor: Client, report: Report) -> None:
        page = editor.post(url(report, "approve"), {"version": report.version}, follow=True)
        assert "can't be done with this issue as it is now" in words(page)
        assert standing(report) == "draft"

    def test_four_eyes(self, editor: Client, report: Report, settings: Any) -> None:
        settings.FOUR_EYES = True
        edit(report, by=User.objects.get(first_name="Edith"), title="My own")
        page = answer(editor, report, "publish")
        assert page.status_code == 409
        assert "somebody else must approve it" in words(page)
        assert not Edition.objects.exists()

    def test_the_list_finds_what_waits(self, editor: Client, report: Report) -> None:
        complete_issue(title="A draft")
        submit(report, by=None)
        page = words(editor.get(LIST, {"review": "in_review"}))
        assert "Weekly" in page
        assert "A draft" not in page


class TestChangingWhatReadersHave:
    @pytest.fixture
    def changed(self, report: Report) -> Report:
        publish(report, by=None)
        story = report.stories.get(section="china", rank=1)
        story.body = "<p>Right.</p>"
        story.save()
        edit(report)
        return report

    def test_asks_which_kind_of_change_it_is_and_about_what(self, editor: Client, changed: Report) -> None:
        story = changed.stories.get(section="china", rank=1)
        page = editor.get(url(changed, "publish"))
        form = Form(page, "version")
        assert "kind" not in form, "nobody has chosen for the editor"
        assert form["about"] == str(story.pk)
        assert "A story is withdrawn" not in words(page)
        refused = form.send(editor)
        assert refused.status_code == 409
        assert "Say what kind of change this is." in words(refused)
        refused = form.send(editor, kind="correction")
        assert "Write the note that readers get" in words(refused)
        assert form.send(editor, kind="correction", note="It said wrong.").status_code == 302
        edition = Edition.objects.live().get()
        assert (edition.kind, edition.note, edition.about) == ("correction", "It said wrong.", [story.pk])

    def test_keeps_what_was_typed_when_it_refuses(self, editor: Client, changed: Report) -> None:
        form = Form(editor.get(url(changed, "publish")), "version")
        page = form.send(editor, kind="typo", note="“Words” — 不")
        assert page.status_code == 409
        again = Form(page, "version")
        assert (again["kind"], again["note"]) == ("typo", "“Words” — 不")

    def test_a_deleted_story_can_be_withdrawn(self, editor: Client, changed: Report) -> None:
        story = changed.stories.get(section="international", rank=2)
        number = story.pk
        story.delete()
        edit(changed)
        page = editor.get(url(changed, "publish"))
        assert "(withdrawn)" in words(page)
        form = Form(page, "version")
        assert form.send(editor, kind="retraction", note="It was not ours.").status_code == 302
        assert Edition.objects.live().get().about == [number]

    def test_scheduling_asks_the_same(self, editor: Client, changed: Report) -> None:
        form = Form(editor.get(url(changed, "schedule")), "at_0")
        form.update(at_0="2050-01-02", at_1="06:30")
        assert "Say what kind of change this is." in words(form.send(editor))
        assert form.send(editor, kind="update").status_code == 302
        assert Edition.objects.scheduled().get().kind == "update"

    def test_a_first_publication_asks_nothing(self, editor: Client, report: Report) -> None:
        assert "What kind of change" not in words(editor.get(url(report, "publish")))

    @pytest.mark.parametrize("act", ["publish", "schedule"])
    def test_what_readers_have_already_is_not_published_again(self, editor: Client, report: Report, act: str) -> None:
        form = Form(editor.get(url(report, "publish")), "version")
        publish(report, by=None)
        assert (buttons(editor, report), later_buttons(editor, report)) == (
            ["withdraw"],
            ["submit", "publish", "schedule"],
        )
        for page in (editor.get(url(report, act), follow=True), form.send(editor, follow=True)):
            assert "Nothing to do: readers have this text already" in words(page)
            assert "Published." not in words(page)
        assert Edition.objects.count() == 1

    def test_a_new_name_of_a_company_waits_for_readers_too(self, editor: Client, report: Report) -> None:
        company = Company.objects.create(name="Before", slug="before")
        report.notes.create(company=company, text="Watched")
        publish(report, by=None)
        Company.objects.update(name="After")
        assert buttons(editor, report) == ["submit", "publish", "schedule", "withdraw"]
        assert "What kind of change" in words(editor.get(url(report, "publish")))


class TestSeveralAtOnce:
    def choose(self, client: Client, action: str, *reports: Report) -> Any:
        chosen = {"action": action, "_selected_action": [str(report.pk) for report in reports]}
        return client.post(LIST, chosen, follow=True)

    def test_each_is_asked_about_and_each_has_its_result(self, editor: Client, report: Report) -> None:
        bare = Report.objects.create(title="Bare", slug="bare")
        live = published(title="Live").report
        edit(live, title="Live, changed")
        page = self.choose(editor, "publish_many", report, bare, live)
        assert "Publish these issues?" in words(page)
        assert not Edition.objects.filter(report=report).exists()
        done = Form(page, "issue")
        issues = [f"{row.pk}.{row.version}" for row in Report.objects.all()]
        result = editor.post(done.address, {"issue": issues})
        text = words(result)
        assert "Weekly ✓ Published." in text
        assert "Bare ✗ The issue has no date. The issue has no stories." in text
        assert "Live, changed ✗ Readers have this issue. Open it, and say what kind of change it is." in text
        assert Edition.objects.filter(report=report).exists()
        assert live.editions.count() == 1

    def test_one_that_somebody_saved_meanwhile_is_left_alone(self, editor: Client, report: Report) -> None:
        other = complete_issue(title="Other")
        page = self.choose(editor, "publish_many", report, other)
        Report.objects.filter(pk=other.pk).update(version=9)
        form = Form(page, "issue")
        result = words(editor.post(form.address, {"issue": [f"{report.pk}.{report.version}", f"{other.pk}.0"]}))
        assert "Other ✗ Somebody saved it after you opened this page." in result
        assert "Weekly ✓ Published." in result
        assert not other.editions.exists()

    def test_a_writer_submits_several_and_publishes_none(self, writer: Client, report: Report) -> None:
        other = complete_issue(title="Other")
        assert "publish_many" not in writer.get(LIST).content.decode()
        self.choose(writer, "publish_many", report)
        assert writer.get(f"{LIST}many/publish/", {"issue": report.pk}).status_code == 403
        assert writer.post(f"{LIST}many/publish/", {"issue": f"{report.pk}.0"}).status_code == 403
        assert not Edition.objects.exists()
        assert "Submit these issues for review?" in words(self.choose(writer, "submit_many", report, other))
        issues = [f"{row.pk}.{row.version}" for row in (report, other)]
        result = words(writer.post(f"{LIST}many/submit/", {"issue": issues}))
        assert result.count("✓ Submitted.") == 2
        assert {standing(report), standing(other)} == {"in_review"}
        again = words(writer.post(f"{LIST}many/submit/", {"issue": issues}))
        assert again.count("✗ That can’t be done with this issue as it is now.") == 2

    @pytest.mark.parametrize("issue", ["x", "1.x", "-1", "1" * 30, "١.1"])
    def test_what_is_no_issue_is_not_found(self, editor: Client, issue: str) -> None:
        assert editor.get(f"{LIST}many/publish/", {"issue": issue}).status_code == 404
        assert editor.post(f"{LIST}many/publish/", {"issue": issue}).status_code == 404

    def test_others_pass_neither_door(self, client: Client, report: Report) -> None:
        for act in ("submit", "publish"):
            assert client.get(f"{LIST}many/{act}/")["Location"].startswith("/admin/login/")
            moderator = signed_in(person("Moderator"))
            assert moderator.post(f"{LIST}many/{act}/", {"issue": f"{report.pk}.0"}).status_code == 403
        assert standing(report) == "draft"
        assert signed_in(person("Editor")).get(f"{LIST}many/withdraw/").status_code == 404


def test_a_change_that_is_scheduled_needs_no_other_step(db: None, editor: Client, report: Report) -> None:
    publish(report, by=None)
    edit(report, title="Other words")
    publish(report, by=None, at=timezone.now() + timezone.timedelta(days=1))
    assert buttons(editor, report) == ["publish", "reschedule", "cancel", "withdraw"]
    assert later_buttons(editor, report) == ["submit", "schedule"]


def test_what_is_scheduled_can_be_told_from_what_is_approved(db: None, editor: Client) -> None:
    report = published(at=timezone.now() + timezone.timedelta(days=1)).report
    assert buttons(editor, report) == ["publish", "reschedule", "cancel"]
    assert later_buttons(editor, report) == ["submit", "schedule"]
    assert "or get it at the time that is set" in words(editor.get(url(report, "submit"), follow=True))
    edit(report, title="Other words")
    assert buttons(editor, report) == ["submit", "publish", "schedule", "reschedule", "cancel"]
