"""Mailings on the desk: what an issue's mail is called and looks like, how far it got, and who may do what about it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from follow import desk, mailing
from follow.models import Cover, Delivery, Follower, Mailing, Pace
from follow.pacing import pace, set_pace
from newsroom.announcing import announce_due
from newsroom.publishing import publish, withdraw
from tests.desk.browsing import Form, signed_in, words
from tests.factories import complete_issue, edit, person, published
from tests.follow.following import announced, dropped, followers, sent
from tests.mailbox import open_mailbox

pytestmark = pytest.mark.django_db

HERE = "/admin/follow/mailing/"


def page_of(row: Mailing) -> str:
    return f"{HERE}{row.pk}/"


def cover_of(report) -> str:
    return f"{HERE}issue/{report.pk}/"


def passed_over(title: str, **issue):
    """An issue that readers have, and whose followers were not told."""
    report = complete_issue(title=title, **issue)
    mailing.prepare(report, subject="", preheader="", is_silent=True, by=None)
    published(report)
    announce_due()
    mailing.prepare(report, subject="", preheader="", is_silent=False, by=None)
    return report


@pytest.fixture
def editor():
    return signed_in(person("Editor", username="ed", email="ed@desk.example"))


@pytest.fixture
def writer():
    return signed_in(person("Writer", username="wil", email="wil@desk.example"))


@pytest.fixture
def on_its_way():
    """The mailing of an issue to three: sent, given up, still to be sent."""
    followers("ann@secret.example", "ben@secret.example", "cem@other.example")
    row = announced(title="Chips")
    first, second, _ = row.deliveries.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(sent_at=timezone.now())
    dropped(second, "550 refused")
    return row


# Who may do what


@pytest.mark.parametrize(
    ("role", "looks", "prepares", "sends", "paces"),
    [
        ("", False, False, False, False),
        ("Moderator", False, False, False, False),
        ("Writer", True, True, False, False),
        ("Editor", True, True, True, True),
        ("Administrator", True, True, True, True),
    ],
)
def test_what_a_role_may_do(role, looks, prepares, sends, paces, on_its_way):
    report = on_its_way.issues.get()
    client = signed_in(person(role, email="me@desk.example"))

    def opens(allowed: bool, *statuses: int) -> tuple[int, ...]:
        return statuses if allowed else (403,)

    here = page_of(on_its_way)
    for page in (HERE, here, f"{here}progress/", f"{here}preview/", cover_of(report), f"{cover_of(report)}preview/"):
        assert client.get(page).status_code in opens(looks, 200)
    assert client.post(f"{cover_of(report)}test/").status_code in opens(looks, 302)
    draft = complete_issue(title="A draft")
    assert client.post(cover_of(draft), {"subject": "Mine"}).status_code in opens(prepares, 302)
    assert client.post(cover_of(report), {"subject": "Too late"}).status_code in opens(sends, 302)
    for page in (f"{here}stop/", f"{cover_of(report)}correct/", f"{cover_of(report)}send/"):
        assert client.get(page).status_code in opens(sends, 200)
    assert client.post(f"{cover_of(report)}correct/", {"note": "x", "_look": ""}).status_code in opens(sends, 200)
    for act in ("pause", "resume", "again"):
        assert client.post(f"{here}act/", {"act": act}).status_code in opens(sends, 302)
    assert client.post(f"{here}stop/").status_code in opens(sends, 302)
    assert client.get("/admin/follow/pace/").status_code in opens(paces, 200)
    assert client.post("/admin/follow/pace/", {}).status_code in opens(paces, 422)
    on_its_way.refresh_from_db()
    assert bool(on_its_way.stopped_at) == sends
    assert bool(Cover.objects.filter(subject="Mine")) == prepares
    assert bool(Cover.objects.filter(subject="Too late")) == sends
    silent = passed_over("Passed over")
    assert client.post(f"{cover_of(silent)}send/").status_code in opens(sends, 302)
    assert bool(silent.mailings.exists()) == sends


def test_errors_by_delivery_are_for_those_who_may_see_deliveries_and_addresses_for_those_who_may_see_followers(
    on_its_way,
):
    pages = {}
    for role in ("Writer", "Editor", "Administrator"):
        pages[role] = signed_in(person(role)).get(page_of(on_its_way)).content.decode()
        assert "550 refused" in pages[role]
    assert "Deliveries with errors" not in pages["Writer"]
    assert "secret.example" in pages["Editor"]
    assert "@secret.example" not in pages["Editor"]
    assert "ben@secret.example" in pages["Administrator"]
    assert "ann@secret.example" not in pages["Administrator"]


def test_drafts_are_shown_only_to_those_who_may_see_issues(on_its_way):
    draft = complete_issue(title="Secret plans")
    somebody = person()
    somebody.user_permissions.add(Permission.objects.get(codename="view_mailing"))
    client = signed_in(somebody)
    assert "Secret plans" not in words(client.get(HERE))
    for page in (cover_of(draft), f"{cover_of(draft)}preview/"):
        assert client.get(page).status_code == 403


# The list


def test_a_mailing_says_of_itself_what_is_the_case(on_its_way, editor):
    def state() -> str:
        return desk.mailing_with_progress(on_its_way.pk).state

    assert state() == "sending"
    set_pace(by=None, is_paused=True)
    assert state() == "held"
    assert "All mail is held back" in words(editor.get(page_of(on_its_way)))
    mailing.pause(on_its_way, by=None)
    assert state() == "paused"
    withdraw(on_its_way.issues.get(), by=None)
    assert state() == "withdrawn"
    assert "Issue withdrawn: stopped by itself" in words(editor.get(HERE))
    mailing.stop(on_its_way, by=None)
    assert state() == "stopped"
    Mailing.objects.update(stopped_at=None)
    assert state() == "done"


def test_the_list_shows_issues_that_wait_above_mailings_with_their_progress(on_its_way, writer):
    draft = complete_issue(title="A draft")
    mailing.prepare(draft, subject="Robots at last", preheader="", is_silent=False, by=None)
    quiet = complete_issue(title="An old one")
    mailing.prepare(quiet, subject="", preheader="", is_silent=True, by=None)
    page = words(writer.get(HERE))
    waiting, going = page.split("Sent, or on the way")
    assert "A draft Draft Waits for the issue to be live. Subject: “Robots at last”" in waiting
    assert "The desk wants no mail of this issue." in waiting
    assert "Chips" not in waiting
    assert "Chips Sending" in going
    assert "1 sent, 1 given up, 1 to be sent" in going


def test_an_issue_of_long_ago_does_not_wait(on_its_way):
    edition = published(title="Of long ago")
    edition.announced_at = timezone.now() - desk.JUST_LIVE
    edition.save()
    assert desk.upcoming() == []


def test_the_list_costs_the_same_with_one_mailing_and_with_three(writer):
    followers("ann@example.org")
    counts = []
    for titles in (["One"], ["Two", "Three"]):
        for title in titles:
            announced(title=title)
            complete_issue(title=f"Draft {title}")
        writer.get(HERE)
        with CaptureQueriesContext(connection) as queries:
            page = writer.get(HERE)
        counts.append(len(queries))
    assert len(page.context["page"].rows) == 3
    assert counts == [12, 12]


# The mail of an issue before it goes out


def test_a_writer_says_what_the_mail_is_called_and_sees_it(writer):
    followers("ann@example.org", "ben@example.org")
    followers("weekly@example.org", frequency="weekly")
    report = complete_issue(title="Chips & robots")
    first = writer.get(cover_of(report))
    assert "it would go to 2 followers, and in the week’s digest to 1 more" in words(first)
    assert "Subject Chips & robots" in words(first)
    done = Form(first, "subject").send(writer, follow=True, subject="What chips do", preheader="And what not")
    assert "Subject What chips do Preheader And what not" in words(done)
    preview = writer.get(f"{cover_of(report)}preview/").content.decode()
    assert "And what not" in preview
    assert "China story 1 of Chips &amp; robots" in preview


def test_words_that_are_too_long_are_refused_and_stay_in_the_form(writer):
    report = complete_issue()
    response = writer.post(cover_of(report), {"subject": "s" * 201, "preheader": "Kept"})
    assert response.status_code == 422
    assert "s" * 201 in response.content.decode()
    assert "Kept" in response.content.decode()
    assert not Cover.objects.exists()


def test_an_issue_that_the_desk_wants_no_mail_of_is_not_announced(writer):
    followers("ann@example.org")
    report = complete_issue()
    Form(writer.get(cover_of(report)), "subject").send(writer, is_silent="on")
    published(report)
    assert not Mailing.objects.exists()


def test_the_preview_can_run_load_and_reach_nothing_and_is_shown_only_on_the_desk(on_its_way, editor):
    for page in (f"{page_of(on_its_way)}preview/", f"{cover_of(on_its_way.issues.get())}preview/"):
        response = editor.get(page)
        policy = response["Content-Security-Policy"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert "no-store" in response["Cache-Control"]
        assert ".invalid" not in response.content.decode()
    page = editor.get(page_of(on_its_way)).content.decode()
    assert 'sandbox=""' in page
    assert "[the reader’s own link]" in page


def test_a_test_goes_to_the_own_address_of_whoever_asks_and_nowhere_else(writer, settings):
    report = complete_issue(title="Chips")
    with open_mailbox(settings) as box:
        response = writer.post(f"{cover_of(report)}test/", {"to": "other@example.org"}, follow=True)
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == ("wil@desk.example", "[Test] Chips")
    assert "The test is on its way to your own address." in words(response)
    assert writer.get(f"{cover_of(report)}test/").status_code == 302


def test_who_has_no_address_is_told_so_and_a_server_that_is_away_is_named_without_one(writer, settings):
    report = complete_issue()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    response = writer.post(f"{cover_of(report)}test/", follow=True)
    assert "The test was not sent: no answer" in words(response)
    nobody = signed_in(person("Writer", email=""))
    page = nobody.get(cover_of(report))
    assert "Your account has no email address, so no test reaches you. Add one ." in words(page)
    assert 'href="/admin/account/about/"' in page.content.decode()
    assert "The test was not sent: no valid address" in words(nobody.post(f"{cover_of(report)}test/", follow=True))


# On its way


def test_progress_is_told_to_the_pages_script_until_it_is_over(on_its_way, editor):
    here = f"{page_of(on_its_way)}progress/"
    found = editor.get(here).json()
    assert (found["state"], found["is_over"]) == ("sending", False)
    assert "1 sent, 1 given up, 1 to be sent" in found["progress"]
    assert "Pause" in found["acts"]
    sent(on_its_way)
    found = editor.get(here).json()
    assert (found["state"], found["is_over"]) == ("done", True)
    assert "Pause" not in found["acts"]
    assert "Try again" in found["acts"]
    assert editor.get(f"{HERE}999/progress/").status_code == 404


def test_a_mailing_is_paused_resumed_tried_again_and_stopped_by_buttons(on_its_way, editor):
    page = editor.get(page_of(on_its_way))
    assert "Pause Try again what was given up Stop for good…" in words(page)
    act = f"{page_of(on_its_way)}act/"
    assert "Paused" in words(editor.post(act, {"act": "pause"}, follow=True))
    assert not Mailing.objects.sendable().exists()
    assert "It goes on." in words(editor.post(act, {"act": "resume"}, follow=True))
    assert Mailing.objects.sendable().exists()
    assert "1 mail will be tried again." in words(editor.post(act, {"act": "again"}, follow=True))
    assert on_its_way.deliveries.unsent().count() == 2
    editor.get(act, {"act": "pause"})
    assert Mailing.objects.sendable().exists()
    assert editor.post(act, {"act": "nonsense"}).status_code == 404

    asked = editor.get(f"{page_of(on_its_way)}stop/")
    assert "2 followers will never get it." in words(asked)
    assert on_its_way.deliveries.unsent().count() == 2
    done = editor.post(f"{page_of(on_its_way)}stop/", follow=True)
    assert "Stopped for good. 2 followers do not get it." in words(done)
    assert "This mailing was stopped for good." in words(editor.post(act, {"act": "again"}, follow=True))


def test_reasons_are_counted_the_most_frequent_first():
    rows = followers(*(f"{n}@example.org" for n in range(4)))
    row = announced()
    reasons = ["451 refused", "550 refused", "451 refused", ""]
    for follower, why in zip(rows, reasons, strict=True):
        row.deliveries.filter(follower=follower).update(last_error=why)
    dropped(row.deliveries.get(follower=rows[2]), "451 refused")
    assert [(found["last_error"], found["tried"], found["given_up"]) for found in desk.reasons(row)] == [
        ("451 refused", 1, 1),
        ("550 refused", 1, 0),
    ]
    assert len(desk.failures(row, 1, with_address=True).rows) == 3


def test_a_mailings_page_costs_the_same_with_one_error_and_with_three():
    rows = followers(*(f"{n}@example.org" for n in range(3)))
    row = announced()
    client = signed_in(person("Administrator"))
    counts = []
    for some in (rows[:1], rows[1:]):
        for follower in some:
            dropped(row.deliveries.get(follower=follower), f"55{follower.pk} refused")
        client.get(page_of(row))
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(row))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_a_digest_and_a_correction_look_like_is_shown_too(on_its_way, editor):
    sent(on_its_way)
    report = on_its_way.issues.get()
    correction = mailing.correct(report, note="It was 40.", by=None)
    digest = Mailing.objects.create(kind="digest", key="digest-2025-W15")
    digest.issues.set([report])
    assert "It was 40." in editor.get(f"{page_of(correction)}preview/").content.decode()
    assert "Chips" in editor.get(f"{page_of(digest)}preview/").content.decode()
    assert "To nobody" in words(editor.get(page_of(digest)))
    withdraw(report, by=None)
    assert editor.get(f"{page_of(digest)}preview/").status_code == 404
    assert "there is nothing to look at" in words(editor.get(page_of(digest)))


# Corrections


def test_a_correction_is_seen_before_it_goes_to_those_who_got_the_issue(on_its_way, editor):
    sent(on_its_way)
    here = f"{cover_of(on_its_way.issues.get())}correct/"
    first = editor.get(here)
    assert "It goes to the 2 followers who were sent this issue" in words(first)
    unseen = Form(first, "note").send(editor, note="It was 4.", _send="")
    assert unseen.status_code == 200
    assert "srcdoc=" in unseen.content.decode()
    assert "Not sent yet: look at it below" in words(unseen)
    changed = Form(unseen, "seen").send(editor, note="It was 40.", _send="")
    assert "Not sent yet: you changed the words." in words(changed)
    assert "Not sent yet" not in words(Form(changed, "seen").send(editor, _look=""))
    assert not Mailing.objects.filter(kind="correction").exists()
    done = Form(changed, "seen").send(editor, follow=True, _send="")
    assert "The correction is on its way." in words(done)
    row = Mailing.objects.get(kind="correction")
    assert (row.note, row.deliveries.count(), row.created_by.username) == ("It was 40.", 2, "ed")
    again = Form(changed, "seen").send(editor, _send="")
    assert again.status_code == 422
    assert "was sent before" in words(again)
    assert "It was 40." in again.content.decode()


def test_a_correction_begins_with_what_readers_were_told_last_and_was_not_sent_yet(on_its_way, editor):
    sent(on_its_way)
    report = on_its_way.issues.get()
    here = f"{cover_of(report)}correct/"
    assert Form(editor.get(here), "note")["note"] == ""
    story = report.stories.first()
    for kind, note in (("correction", "It said 3.\n\nIt is “4” — 四."), ("update", "There is more.")):
        edit(report, title=f"Chips {kind}")
        publish(report, by=None, kind=kind, note=note, about=[story.pk])
    form = Form(editor.get(here), "note")
    assert form["note"].splitlines() == ["It said 3.", "", "It is “4” — 四."]
    Form(form.send(editor, _look=""), "seen").send(editor, _send="")
    assert Mailing.objects.get(kind="correction").note.splitlines() == ["It said 3.", "", "It is “4” — 四."]
    assert Form(editor.get(here), "note")["note"] == "", "it was sent"


def test_there_is_no_correction_of_what_nobody_got_or_has_and_none_without_a_note(editor):
    report = complete_issue(title="Chips")
    here = f"{cover_of(report)}correct/"
    assert "Readers don’t have this issue now" in words(editor.get(here))
    published(report)
    page = editor.get(here)
    assert "Nobody who wants to hear of corrections was sent this issue." in words(page)
    assert 'name="note"' not in page.content.decode(), "there is nobody to write to"
    response = editor.post(here, {"note": "  ", "_look": ""})
    assert response.status_code == 422
    assert "Say what was wrong, and what is right." in words(response)
    assert not Mailing.objects.exists()


# What was passed over


def test_an_issue_that_followers_were_not_told_of_is_sent_by_hand_once_somebody_was_asked(editor):
    followers("ann@example.org", "ben@example.org")
    followers("weekly@example.org", frequency="weekly")
    report = passed_over("Chips")
    waiting = words(editor.get(HERE)).split("Sent, or on the way")[0]
    assert "Chips Live Followers were not told of this issue; that can be done by hand" in waiting
    cover = editor.get(cover_of(report))
    assert "no mail of it goes out any more" in words(cover)
    assert "when the issue comes to readers for the first time" not in words(cover)
    assert f'href="{cover_of(report)}send/"' in cover.content.decode()
    asked = editor.get(f"{cover_of(report)}send/")
    assert "Send it to 2 followers now" in words(asked)
    assert "in the next digest for 1 more" in words(asked)
    assert not Mailing.objects.exists()
    done = editor.post(f"{cover_of(report)}send/", follow=True)
    assert "The issue is on its way to its followers." in words(done)
    row = report.mailings.get()
    assert (row.deliveries.count(), row.created_by.username) == (2, "ed")
    again = editor.post(f"{cover_of(report)}send/", follow=True)
    assert "Followers were told of this issue before." in words(again)
    assert "Send it to followers now" not in words(editor.get(cover_of(report)))
    assert report.mailings.get().deliveries.count() == 2


def test_nothing_is_sent_by_hand_that_readers_do_not_have_nor_by_who_may_only_prepare(editor, writer):
    draft = complete_issue(title="Chips")
    assert "Send it to followers now" not in words(editor.get(cover_of(draft)))
    assert "Readers don’t have this issue now" in words(editor.get(f"{cover_of(draft)}send/"))
    assert "Readers don’t have this issue now" in words(editor.post(f"{cover_of(draft)}send/", follow=True))
    assert not Mailing.objects.exists()
    assert "Send it to followers now" not in words(writer.get(cover_of(passed_over("Robots"))))


def test_what_publishing_means_is_said_as_it_is():
    followers("ann@example.org")
    set_pace(by=None, postal_address="1 Fleet Street")

    def said(report):
        return desk.outlook(report, report.revisions.first().content)

    draft = complete_issue(title="A draft")
    assert said(draft) == "It goes by mail to 1 follower."
    mailing.prepare(draft, subject="", preheader="", is_silent=True, by=None)
    assert "not sent by mail, as somebody of the desk said" in said(draft)
    assert (
        said(announced(title="Chips").issues.get()) == "Followers were told of this issue before, so no mail is sent."
    )
    assert said(passed_over("Robots")) == desk.PASSED_OVER


# The postal address


def test_while_mails_have_no_postal_address_the_desk_is_told_where_to_set_it(on_its_way, editor, writer):
    report = complete_issue(title="Robots")
    pages = (
        HERE,
        cover_of(report),
        f"{cover_of(on_its_way.issues.get())}correct/",
        f"/admin/reports/report/{report.pk}/publish/now/",
    )
    for page in pages:
        shown = editor.get(page)
        assert "No postal address stands at the foot of mails yet" in words(shown), page
        assert "follow-link" in shown.content.decode()
    assert "Sending, by an editor." in words(writer.get(HERE))
    set_pace(by=None, postal_address="1 Fleet Street")
    for page in pages:
        assert "No postal address" not in words(editor.get(page)), page


# What mailings are called


def test_an_issue_its_correction_and_the_weeks_digest_are_told_apart(on_its_way, editor):
    sent(on_its_way)
    report = on_its_way.issues.get()
    mailing.correct(report, note="It was 40.", by=None)
    mailing.correct(report, note="It was 400.", subject="Correction to chips", by=None)
    digest = Mailing.objects.create(kind="digest", key="w", created_at=datetime(2026, 11, 22, 8, tzinfo=UTC))
    digest.issues.set([report, complete_issue(title="Robots")])
    page = words(editor.get(HERE))
    for name in (
        "Chips Done",
        "Correction: Chips Sending",
        "Correction to chips Sending",
        "The week to 22 November 2026",
    ):
        assert name in page
    assert "The week to 22 November 2026 Done Weekly digest ·" in page
    assert "· Robots" in page
    assert page.count("Correction: Correction") == 0


# The pace


def test_an_editor_sets_the_pace_and_what_is_out_of_range_stays_in_the_form(editor):
    form = Form(editor.get("/admin/follow/pace/"), "per_second")
    response = form.send(editor, per_second="20000", postal_address="1 Fleet Street")
    assert response.status_code == 422
    assert "1 Fleet Street" in response.content.decode()
    assert not Pace.objects.exists()
    form.send(editor, is_paused="on", per_second="5", per_domain="60", digest_day="4", digest_hour="7")
    said = pace()
    assert (said.is_paused, said.per_second, said.per_domain, said.digest_day, said.digest_hour) == (True, 5, 60, 4, 7)


def test_who_may_only_see_the_pace_changes_nothing():
    somebody = person()
    somebody.user_permissions.add(Permission.objects.get(codename="view_pace"))
    client = signed_in(somebody)
    assert "Changing it is for editors." in words(client.get("/admin/follow/pace/"))
    assert client.post("/admin/follow/pace/", {"per_second": "1"}).status_code == 403
    assert not Pace.objects.exists()


def test_the_issue_pages_read_no_address(on_its_way, editor):
    report = on_its_way.issues.get()
    with CaptureQueriesContext(connection) as queries:
        for page in (cover_of(report), f"{cover_of(report)}correct/", f"{page_of(on_its_way)}progress/"):
            editor.get(page)
    assert not any('"email"' in query["sql"] and "follow_follower" in query["sql"] for query in queries)
    assert Follower.objects.count() == 3
