"""Mails to commenters: who gets which, once, whatever the server and the other workers do."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from comments import notices
from comments.models import Address, Comment, Commenter, Notice
from comments.moderating import decide, undo
from comments.notices import LEASE, PAUSES, confirm, drop_unconfirmed, mute, send_due
from comments.submitting import withdraw_own
from newsroom.publishing import withdraw
from tests.factories import approved, commented, person, published
from tests.mailbox import open_mailbox, whole
from tests.together import at_once

pytestmark = pytest.mark.django_db

AUTHOR, OTHER = "author@example.org", "other.person@example.net"
SOON = timedelta(minutes=1, seconds=5)  # when a mistaken decision can't be undone any more


@pytest.fixture
def mailbox(settings):
    with open_mailbox(settings) as box:
        yield box


@pytest.fixture
def report():
    return published(title="Talked about").report


def soon():
    return timezone.now() + SOON


def asking(report, email=AUTHOR, **words):
    """A comment whose author wants mail and has confirmed the address; nothing of that is still to be sent."""
    comment = commented(report, email=email, wants_mail=True, **words)
    confirm(comment.commenter_id)
    Notice.objects.filter(kind="confirm").delete()
    return comment


def approve(comment):
    comment.refresh_from_db()
    return decide([(comment.pk, comment.version)], "approve", by=None)


# Who gets what


def test_an_unconfirmed_address_gets_no_word_that_a_visitor_wrote(report, mailbox):
    for n in range(3):
        commented(
            report,
            name="Mallory Visitor",
            email=AUTHOR,
            body=f"Cheap watches {n}",
            site="https://watches.example/",
            wants_mail=True,
        )
    comment = Comment.objects.latest("pk")
    approve(comment)
    send_due(soon())
    send_due(soon())
    (mail,) = mailbox.mails
    assert mail["To"] == AUTHOR
    assert "Talked about" in whole(mail)
    for word in ("Mallory", "Visitor", "watches", "Cheap"):
        assert word not in whole(mail)
    assert "/comments/out/" in mail["List-Unsubscribe"], "to be left alone, nobody has to confirm anything"
    # Once it is confirmed, what waited for that is sent.
    confirm(comment.commenter_id)
    assert send_due(soon()) == 1
    assert "is published" in mailbox.subjects[1]


def test_the_author_hears_of_the_approval_and_of_replies_and_no_address(report, mailbox):
    mine = asking(report, name="Ann", body="Mine")
    approve(mine)
    answer = asking(
        report, email=OTHER, name="Bob <b>", body="I agree.\nRead it there: https://evil.example", parent=mine
    )
    silent = commented(report, email="silent@example.org", body="No mail, please", parent=mine)
    approve(answer)
    approve(silent)
    assert send_due(soon()) == 4
    assert sorted((mail["To"], mail["Subject"].strip()) for mail in mailbox.mails) == [
        (AUTHOR, "A reply to your comment on “Talked about”"),
        (AUTHOR, "A reply to your comment on “Talked about”"),
        (AUTHOR, "Your comment on “Talked about” is published"),
        (OTHER, "Your comment on “Talked about” is published"),
    ]
    told = next(mail for mail in mailbox.to(AUTHOR) if "I agree" in whole(mail))
    text, html = (told.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert "Bob <b> replied" in text
    assert "> I agree.\n> Read it there: https://evil.example" in text.replace("\r", "")
    assert answer.url in text
    assert "Bob &lt;b&gt;" in html
    for mail in mailbox.mails:
        assert not any(address in whole(mail) for address in {AUTHOR, OTHER, "silent@example.org"} - {mail["To"]})
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert send_due(soon() + timedelta(days=3)) == 0


def undone(comment, outcome):
    undo(outcome.batch, by=None)


MOOT = {
    "undone within the minute": undone,
    "binned": lambda comment, outcome: decide([(comment.pk, comment.version + 1)], "bin", by=None),
    "issue withdrawn": lambda comment, outcome: withdraw(comment.report, by=None),
    "wants no more": lambda comment, outcome: mute(comment.commenter_id),
    "address forgotten": lambda comment, outcome: Address.objects.all().delete(),
}


@pytest.mark.parametrize("happens", MOOT)
def test_what_has_no_reason_any_more_is_not_sent(report, mailbox, happens):
    comment = asking(report)
    MOOT[happens](comment, approve(comment))
    assert send_due(soon()) == 0
    assert mailbox.mails == []
    notice = Notice.objects.get()
    assert notice.dropped_at
    assert notice.last_error


def test_approved_undone_and_approved_again_is_one_mail(report, mailbox):
    comment = asking(report)
    outcome = approve(comment)
    undo(outcome.batch, by=None)
    send_due(soon())
    approve(comment)
    for minutes in range(1, 5):
        send_due(timezone.now() + timedelta(minutes=minutes))
    approve(comment)
    send_due(soon())
    assert len(mailbox.mails) == 1


def test_nobody_is_asked_to_confirm_for_a_comment_that_is_taken_back(report, mailbox):
    withdraw_own(commented(report, email=AUTHOR, wants_mail=True))
    rejected = commented(report, email=OTHER, wants_mail=True)
    decide([(rejected.pk, 0)], "spam", by=person("Moderator"))
    # What a rule put away: its author must not learn it from a missing mail.
    commented(report, email="banned@example.org", body="Elsewhere", wants_mail=True)
    Comment.objects.filter(body="Elsewhere").update(status="spam", decided_at=timezone.now())
    send_due(soon())
    assert [mail["To"] for mail in mailbox.mails] == ["banned@example.org"]


def test_stopping_ends_everything_until_it_is_asked_for_and_confirmed_anew(report, mailbox):
    comment = asking(report)
    approve(comment)
    mute(comment.commenter_id)
    approved(report, email=OTHER, body="An answer", parent=comment)
    assert send_due(soon()) == 0
    again = commented(report, email=AUTHOR, body="Now tell me again", wants_mail=True)
    approve(again)
    send_due(soon())
    assert [mail["Subject"].strip() for mail in mailbox.mails] == ["Please confirm your address for Newsroom"]
    confirm(comment.commenter_id)
    send_due(soon())
    # Only of what was asked for since.
    assert len(mailbox.mails) == 2
    assert again.url in mailbox.mails[1].get_body(["plain"]).get_content()
    assert Commenter.objects.get(pk=comment.commenter_id).muted_at is None


def test_what_nobody_confirms_is_dropped_after_a_week(report, mailbox):
    comment = commented(report, email=AUTHOR, wants_mail=True)
    approve(comment)
    send_due(soon())
    assert drop_unconfirmed(timezone.now() + timedelta(days=6, hours=23)) == 0
    assert drop_unconfirmed(timezone.now() + timedelta(days=7, minutes=2)) == 1
    confirm(comment.commenter_id)
    assert send_due(timezone.now() + timedelta(days=8)) == 0


# When something goes wrong


def test_a_server_that_says_later_is_asked_again_and_at_last_given_up(report, mailbox, caplog):
    caplog.set_level(logging.DEBUG)
    approve(asking(report))
    mailbox.answer = lambda to: "451 4.7.1 greylisted"
    now = soon()
    waits = []
    while (notice := Notice.objects.get()).dropped_at is None:
        assert send_due(now) == 0
        assert send_due(now) == 0  # no sooner than it is due again
        again = Notice.objects.get().due_at
        waits.append(again - now)
        now = max(now, again)
        assert len(waits) < 20
    assert waits[:-1] == PAUSES
    assert (notice.attempts, notice.last_error) == (len(PAUSES) + 1, "451 4.7.1 refused")
    assert mailbox.mails == []
    assert AUTHOR not in caplog.text + notice.last_error
    assert "451 4.7.1 refused" in caplog.text


def test_greylisting_delays_a_mail_and_loses_none(report, mailbox):
    approve(asking(report))
    mailbox.answer = lambda to: "451 greylisted"
    now = soon()
    send_due(now)
    mailbox.answer = lambda to: "250 OK"
    assert send_due(now + timedelta(seconds=59)) == 0
    assert send_due(now + timedelta(seconds=60)) == 1
    assert send_due(now + timedelta(days=1)) == 0


def test_an_address_that_is_refused_is_dropped_at_once_and_the_others_go_out(report, mailbox, caplog):
    approve(asking(report))
    approve(asking(report, email=OTHER, body="Me too"))
    mailbox.answer = lambda to: "550 5.1.1 no such user" if to == AUTHOR else "250 OK"
    assert send_due(soon()) == 1
    assert [mail["To"] for mail in mailbox.mails] == [OTHER]
    notice = Notice.objects.get(dropped_at__isnull=False)
    assert (notice.attempts, notice.last_error) == (1, "550 5.1.1 refused")
    assert AUTHOR not in caplog.text


def test_a_server_that_is_away_delays_all_and_loses_none(report, mailbox, settings):
    for n in range(3):
        approve(asking(report, email=f"reader-{n}@example.org", body=f"Comment {n}"))
    settings.EMAIL_PORT = 1
    now = soon()
    assert send_due(now) == 0
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 0]  # none of them is to blame
    settings.EMAIL_PORT = mailbox.port
    assert send_due(now) == 2
    assert send_due(now + PAUSES[0]) == 1
    assert sorted(mail["To"] for mail in mailbox.mails) == [f"reader-{n}@example.org" for n in range(3)]


def test_the_one_exception_a_lost_answer_is_the_same_mail_again(report, mailbox):
    approve(asking(report))
    mailbox.answer = lambda to: "lost"
    now = soon()
    assert send_due(now) == 0
    mailbox.answer = lambda to: "250 OK"
    assert send_due(now + PAUSES[0]) == 1
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@127.0.0.1>")


def test_a_worker_killed_after_its_claim_delays_the_mail_and_loses_none(report, mailbox):
    approve(asking(report))
    now = soon()
    assert notices.claim(Notice.objects.get().pk, now)
    assert send_due(now + LEASE - timedelta(seconds=1)) == 0
    assert send_due(now + LEASE) == 1
    assert send_due(now + 2 * LEASE) == 0


def test_a_notice_that_kills_its_workers_is_given_up(report, mailbox):
    approve(asking(report))
    now = soon()
    for _ in range(len(PAUSES) + 1):
        assert notices.claim(Notice.objects.get().pk, now)
        now += LEASE
    assert send_due(now) == 0
    assert Notice.objects.get().dropped_at


@pytest.mark.parametrize("number", [1, 3])
def test_each_mail_costs_the_same(report, mailbox, django_assert_num_queries, number):
    for n in range(number):
        approve(asking(report, email=f"reader-{n}@example.org", body=f"Comment {n}"))
    with django_assert_num_queries(1 + 5 * number):
        assert send_due(soon()) == number
    assert mailbox.connections == 1


# Many at once


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_mail_once(mailbox):
    report = published(title="Talked about").report
    for n in range(12):
        approve(asking(report, email=f"reader-{n}@example.org", body=f"Comment {n}", network=f"n{n}"))
    now = soon()
    sent = at_once(lambda number: send_due(now), 4)
    assert sum(sent) == 12
    assert sorted(mail["To"] for mail in mailbox.mails) == sorted(f"reader-{n}@example.org" for n in range(12))


@pytest.mark.django_db(transaction=True)
def test_fifty_approvals_at_once_are_one_mail(mailbox):
    comment = asking(published(title="Talked about").report)
    moderators = [person("Moderator") for _ in range(50)]
    outcomes = at_once(lambda number: decide([(comment.pk, 0)], "approve", by=moderators[number]), 50)
    assert sum(len(outcome.done) for outcome in outcomes) == 1
    at_once(lambda number: send_due(soon()), 4)
    assert mailbox.subjects == ["Your comment on “Talked about” is published"]
