"""Sending to a real mail server that refuses, stalls and vanishes: nothing lost, nothing doubled but in one case."""

import logging
import re
import smtplib
import time
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from follow import delivering, emails, letters, mailing
from follow.delivering import LEASE, MARGIN, PAUSES, Sender, claim, drop_stale, send_due
from follow.models import Bounce, Choice, Delivery, DeliveryQuerySet, Follower, Mailing, Suppression, Wish
from follow.pacing import set_pace
from newsroom.announcing import announce_due
from newsroom.lib import tokens
from newsroom.lib.mail import Post
from newsroom.publishing import publish, withdraw
from tests.factories import announced, complete_issue, edit, follower, published
from tests.mailbox import open_mailbox, whole
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings):
    with open_mailbox(settings) as box:
        yield box


def followers(count: int, *choices: str) -> list[Follower]:
    return [follower(f"f{n}@d{n}.example.org", *choices) for n in range(count)]


# As in production, where nothing is sent within a transaction.
CONNECTION = {"in_atomic_block": False, "close": lambda: None, "features": connection.features}


def kind_of(link: str) -> str:
    return emails.OUT if "/out/" in link else emails.PREFERENCES


def soon(**later: int):
    """A moment after everything that is due now, and the pause that a server that is away makes."""
    return timezone.now() + timedelta(minutes=1, **later)


def asked(email: str = "asks@example.org") -> Delivery:
    """The question whether a wish was the follower's own."""
    row = follower(email, "corrections", confirmed_at=None)
    wish = Wish.objects.create(follower=row, choices=[["issues", 0]], consent_text="Yes", source="/follow/")
    return Delivery.objects.create(wish=wish, follower=row, domain=row.domain)


# What is sent


def test_each_gets_one_mail_over_one_connection_and_none_twice(mailbox):
    people = followers(3)
    announced(title="News — 中文 “¥”")
    assert send_due() == 3
    assert send_due(soon(days=9)) == 0
    assert sorted(mail["To"] for mail in mailbox.mails) == [person.email for person in people]
    assert mailbox.connections == 1
    assert set(mailbox.subjects) == {"News — 中文 “¥”"}
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 3


def test_the_headers_of_a_mail(mailbox, settings):
    settings.SITE_HOST, settings.SITE_URL = "newsroom.example", "https://newsroom.example"
    person = follower()
    announced()
    send_due()
    (mail,) = mailbox.mails
    delivery = Delivery.objects.get()
    assert mail["Message-ID"] == f"<delivery-{delivery.pk}-{delivery.created_at:%Y%m%d%H%M%S}@newsroom.example>"
    assert mail["List-Id"] == "<issues.newsroom.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    out = mail["List-Unsubscribe"].strip().strip("<>")
    assert out.startswith("https://newsroom.example/follow/out/")
    for part in ("plain", "html"):
        text = mail.get_body([part]).get_content()
        assert out in text
        assert "/follow/preferences/" in text
        assert ".invalid" not in text
    assert delivery.sent_at
    assert person.email == mail["To"]


def test_nobody_else_is_named_in_a_mail(mailbox):
    people = followers(3)
    announced()
    send_due()
    for mail in mailbox.mails:
        text = whole(mail)
        assert [person.email for person in people if person.email in text] == [mail["To"]]
        mine = Follower.objects.get(email=mail["To"])
        links = set(re.findall(r"/follow/(?:out|preferences)/[^/\s\"]+", text))
        assert {tokens.read(link.rpartition("/")[2], kind_of(link)) for link in links} == {mine.pk}


def test_each_gets_what_was_chosen(mailbox):
    follower("china@example.org", "china")
    follower("all@example.org", "issues")
    announced(title="News")
    send_due()
    china, everything = (whole(mailbox.to(f"{name}@example.org")[0]) for name in ("china", "all"))
    assert "China story 1 of News" in china
    assert "International story 1 of News" not in china
    assert "International story 1 of News" in everything


def test_a_letter_is_drawn_once_for_all_who_chose_alike(mailbox, monkeypatch):
    drawn = []
    draw = letters.of_mailing
    monkeypatch.setattr(letters, "of_mailing", lambda *about, **more: drawn.append(1) or draw(*about, **more))
    followers(6)
    follower("china@example.org", "china")
    announced()
    assert send_due() == 7
    assert len(drawn) == 2


def test_what_readers_have_at_that_moment_is_sent(mailbox):
    follower()
    report = announced(title="News", standfirst="With a mistaek").report
    edit(report, standfirst="With a mistake put right")
    publish(report, by=None)
    send_due()
    assert "put right" in whole(mailbox.mails[0])
    assert "mistaek" not in whole(mailbox.mails[0])


# A last look


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": timezone.now()},
        {"paused_until": timezone.now() + timedelta(days=9)},
        {"disabled_at": timezone.now(), "disabled_for": "complaint"},
        {"confirmed_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_who_wants_none_any_more_gets_none(mailbox, change):
    person = follower()
    announced()
    Follower.objects.filter(pk=person.pk).update(**change)
    assert send_due() == 0
    assert mailbox.mails == []
    assert Delivery.objects.get().last_error.startswith("the follower is ")


def test_who_was_erased_or_chose_otherwise_gets_none(mailbox):
    erased, other = followers(2)
    announced()
    erased.delete()
    other.choices.all().delete()
    Choice.objects.create(follower=other, kind="company", ref=99)
    assert send_due() == 0
    assert mailbox.mails == []
    assert sorted(Delivery.objects.values_list("last_error", flat=True)) == [
        "nothing in it was chosen, or all of it was sent before",
        "the follower is gone",
    ]


def test_a_withdrawn_issue_is_not_sent_and_goes_on_when_it_is_back(mailbox):
    followers(2)
    report = announced(title="News").report
    Delivery.objects.filter(pk=Delivery.objects.first().pk).update(sent_at=timezone.now())
    withdraw(report, by=None)
    assert send_due() == 0
    publish(report, by=None)
    announce_due()
    assert send_due() == 1
    assert Delivery.objects.filter(sent_at__isnull=False).count() == 2


def test_a_withdrawal_is_heeded_in_the_middle_of_a_batch(mailbox, monkeypatch):
    monkeypatch.setattr(delivering, "GLANCE", 0)
    followers(5)
    report = announced(title="News").report

    # Withdrawn while the third is on its way: that one can't be called back, the others stay.
    edition_pk = report.editions.get().pk
    take = delivering.mark_sent

    def taken(pk, now):
        if len(mailbox.mails) == 3:
            report.editions.filter(pk=edition_pk).update(live_until=timezone.now())
        return take(pk, now)

    monkeypatch.setattr(delivering, "mark_sent", taken)
    assert send_due() == 3
    assert Delivery.objects.unsent().filter(lease=None).count() == 2


def test_pausing_holds_back_and_resuming_sends(mailbox):
    follower()
    announced()
    asked()
    found = Mailing.objects.get()
    mailing.pause(found, by=None)
    assert send_due() == 1  # the question, which waits for nothing
    mailing.resume(found, by=None)
    set_pace(by=None, is_paused=True)
    assert send_due() == 0
    set_pace(by=None, is_paused=False)
    assert send_due() == 1
    assert Delivery.objects.unsent().count() == 0


# Questions


def test_a_question_goes_out_first_and_once(mailbox):
    followers(2)
    announced()
    question = asked()
    assert send_due() == 3
    assert mailbox.mails[0]["To"] == "asks@example.org"
    assert f"delivery-{question.pk}-" in mailbox.mails[0]["Message-ID"]
    assert send_due(soon()) == 0


def test_a_question_that_is_answered_suppressed_or_stale_is_not_asked(mailbox):
    answered, suppressed, stale = (asked(f"{name}@example.org") for name in ("answered", "suppressed", "stale"))
    Wish.objects.filter(pk=answered.wish_id).update(confirmed_at=timezone.now())
    mailing_stop = suppressed.follower
    delivering.bounce(mailing_stop, "complaint")
    Wish.objects.filter(pk=stale.wish_id).update(asked_at=timezone.now() - timedelta(days=2))
    assert drop_stale() == 1
    assert send_due() == 0
    assert mailbox.mails == []


# When something goes wrong


def test_a_server_that_says_later_is_asked_again_and_at_last_given_up(mailbox, caplog):
    caplog.set_level(logging.DEBUG)
    person = follower()
    announced()
    mailbox.answer = lambda to: "451 4.3.0 later"
    now, waits = timezone.now(), []
    while (delivery := Delivery.objects.get()).dropped_at is None:
        assert send_due(now) == 0
        assert send_due(now) == 0  # no sooner than it is due again
        again = Delivery.objects.get().due_at
        waits.append(again - now)
        now = max(now, again)
        assert len(waits) < 20
    assert waits[:-1] == PAUSES
    assert (delivery.attempts, delivery.last_error) == (len(PAUSES) + 1, "451 4.3.0 refused")
    bounced = Bounce.objects.get()
    assert (bounced.kind, bounced.said) == ("soft", "451 4.3.0 refused")
    person.refresh_from_db()
    assert person.state() == "active"  # the first of three
    assert person.email not in caplog.text + delivery.last_error + bounced.said


def test_greylisting_delays_and_loses_nothing(mailbox):
    followers(3)
    announced()
    seen = set()

    def grey(to: str) -> str:
        known = to in seen
        seen.add(to)
        return "250 OK" if known else "451 4.7.1 greylisted"

    mailbox.answer = grey
    now = timezone.now()
    assert send_due(now) == 0
    assert send_due(now + PAUSES[0]) == 3
    assert not Bounce.objects.exists()


def test_a_mailbox_that_does_not_exist_is_never_written_to_again(mailbox, caplog):
    gone, other = followers(2)
    announced()
    mailbox.answer = lambda to: "550 5.1.1 no such user" if to == gone.email else "250 OK"
    assert send_due() == 1
    assert [mail["To"] for mail in mailbox.mails] == [other.email]
    gone.refresh_from_db()
    assert (gone.state(), gone.disabled_for) == ("disabled", "hard")
    assert Suppression.objects.get().reason == "hard"
    announced(title="Next")
    mailbox.answer = lambda to: "250 OK"
    assert send_due() == 1
    assert gone.email not in caplog.text


def test_three_mails_that_come_back_within_a_fortnight_are_enough(mailbox):
    person = follower()
    mailbox.answer = lambda to: "552 5.2.2 mailbox full"
    for n in range(2):
        announced(title=f"Issue {n}")
        send_due()
    person.refresh_from_db()
    assert person.state() == "active"
    Bounce.objects.filter(pk=Bounce.objects.first().pk).update(at=timezone.now() - timedelta(days=14))
    announced(title="Third, of which one was long ago")
    send_due()
    person.refresh_from_db()
    assert person.state() == "active"
    announced(title="Fourth")
    send_due()
    person.refresh_from_db()
    assert (person.state(), person.disabled_for) == ("disabled", "soft")


def test_a_refusal_of_the_words_ends_no_following(mailbox):
    person = follower()
    announced()
    mailbox.answer = lambda to: "DATA 554 5.7.1 looks like spam"
    send_due()
    person.refresh_from_db()
    assert person.state() == "active"
    assert Delivery.objects.get().last_error == "554 5.7.1 refused after the text"


def test_a_server_that_is_gone_blames_nobody_and_holds_all_back(mailbox, settings):
    followers(3)
    announced()
    settings.EMAIL_PORT = 1
    now = timezone.now()
    for n in range(20):
        assert send_due(now + timedelta(days=n)) == 0
    assert set(Delivery.objects.values_list("attempts", "lease", "dropped_at")) == {(0, None, None)}
    settings.EMAIL_PORT = mailbox.port
    last = now + timedelta(days=19)
    assert send_due(last + timedelta(seconds=20)) == 0  # not before half a minute is over
    assert send_due(last + timedelta(seconds=30)) == 3


def test_a_server_that_refuses_the_sender_blames_nobody(mailbox, monkeypatch):
    followers(2)
    announced()

    def refuse(self, sender, options=()):
        return 451, b"too many from you"

    give = smtplib.SMTP.mail
    monkeypatch.setattr(smtplib.SMTP, "mail", refuse)
    now = timezone.now()
    for n in range(30):  # a month
        assert send_due(now + timedelta(days=n)) == 0
    assert not Delivery.objects.filter(dropped_at__isnull=False).exists()
    monkeypatch.setattr(smtplib.SMTP, "mail", give)
    assert send_due(now + timedelta(days=40)) == 2


def test_a_mail_that_always_cuts_the_line_stops_no_other(mailbox):
    poison, *others = followers(4)
    announced()
    mailbox.answer = lambda to: "cut" if to == poison.email else "250 OK"
    now, sent = timezone.now(), 0
    for _ in range(40):
        sent += send_due(now)
        now += timedelta(hours=3)
    assert sent == len(others)
    assert sorted(mail["To"] for mail in mailbox.mails) == [person.email for person in others]
    assert Delivery.objects.get(dropped_at__isnull=False).attempts == len(PAUSES) + 1


def test_the_one_exception_a_lost_answer_is_the_same_mail_again(mailbox):
    follower()
    announced()
    mailbox.answer = lambda to: "lost"
    now = timezone.now()
    assert send_due(now) == 0
    mailbox.answer = lambda to: "250 OK"
    assert send_due(now + PAUSES[0]) == 1
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_that_can_not_be_written_harms_no_other(mailbox):
    broken, fine = followers(2)
    Follower.objects.filter(pk=broken.pk).update(email="a@example.org\r\nBcc: victim@example.org")
    announced()
    assert send_due() == 1
    assert [mail["To"] for mail in mailbox.mails] == [fine.email]
    assert Delivery.objects.get(follower=broken).last_error == "no valid address"


def test_a_server_that_ends_connections_after_so_many_mails_is_asked_again(mailbox):
    followers(12)
    announced()
    mailbox.most_on_a_connection = 5
    assert send_due() == 12
    assert mailbox.connections == 3
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("answer", ["421 not you", "DATA 421 not you", "hang up", "stall"])
def test_a_recipient_with_whom_the_server_ends_the_line_stops_no_other(mailbox, settings, answer):
    settings.EMAIL_TIMEOUT = 1
    poison, *others = followers(3)
    announced()
    question = asked()  # which goes before all mailings
    mailbox.answer = lambda to: answer if to in {poison.email, "asks@example.org"} else "250 OK"
    now, sent = timezone.now(), 0
    for n in range(4):
        sent += send_due(now + timedelta(minutes=n))
    assert sent == len(others)
    assert sorted(mail["To"] for mail in mailbox.mails) == [person.email for person in others]
    for delivery in (Delivery.objects.get(follower=poison), Delivery.objects.get(pk=question.pk)):
        assert delivery.dropped_at is None
        assert delivery.last_error
    mailbox.answer = lambda to: "250 OK"
    assert send_due(now + timedelta(days=1)) == 2


def test_a_server_that_looks_at_the_text_for_long_is_waited_for(mailbox, settings):
    settings.EMAIL_TIMEOUT = 1
    mailbox.slowness = 2
    follower()
    announced()
    assert send_due() == 1
    assert send_due(soon()) == 0
    assert len(mailbox.mails) == 1


def test_what_went_out_is_marked_though_the_database_is_busy(mailbox, monkeypatch):
    follower()
    announced()
    update, busy = DeliveryQuerySet.update, [1, 1]

    def locked(self, **fields):
        if fields.get("sent_at") and busy and busy.pop():
            raise OperationalError("database is locked")
        return update(self, **fields)

    monkeypatch.setattr(DeliveryQuerySet, "update", locked)
    monkeypatch.setattr(delivering, "connection", SimpleNamespace(**CONNECTION))
    monkeypatch.setattr(delivering.time, "sleep", lambda seconds: None)
    assert send_due() == 1
    assert busy == []
    assert Delivery.objects.get().sent_at


def test_an_issue_that_a_digest_brought_meanwhile_is_not_sent_again(mailbox):
    person = follower(frequency="weekly")
    now = timezone.now()
    announced(title="News")
    Follower.objects.filter(pk=person.pk).update(frequency="each")
    assert mailing.make_up_for(person) == 1
    issue = Mailing.objects.get()
    mailing.pause(issue, by=None)
    Follower.objects.filter(pk=person.pk).update(frequency="weekly")
    mailing.send_weekly(now + timedelta(days=7))
    assert send_due(now + timedelta(days=7)) == 1
    mailing.resume(issue, by=None)
    assert send_due(now + timedelta(days=8)) == 0
    assert len(mailbox.mails) == 1


def test_nor_is_one_that_waited_while_its_follower_chose_the_digest(mailbox):
    person = follower()
    now = timezone.now()
    announced(title="News")
    issue = Mailing.objects.get()
    mailing.pause(issue, by=None)
    Follower.objects.filter(pk=person.pk).update(frequency="weekly")
    mailing.send_weekly(now + timedelta(days=7))
    assert send_due(now + timedelta(days=7)) == 1
    mailing.resume(issue, by=None)
    assert send_due(now + timedelta(days=8)) == 0
    assert len(mailbox.mails) == 1


def test_a_mail_that_is_too_large_for_the_server_stops_no_other(mailbox, monkeypatch):
    large, fine = followers(2)
    announced()
    give = smtplib.SMTP.mail
    sizes = []

    def measure(self, sender, options=()):
        sizes.append(sender)
        return (552, b"5.3.4 too large") if len(sizes) == 1 else give(self, sender, options)

    monkeypatch.setattr(smtplib.SMTP, "mail", measure)
    assert send_due() == 1
    assert Delivery.objects.get(dropped_at__isnull=False).last_error == "552 too large"
    assert {person.state() for person in Follower.objects.all()} == {"active"}
    assert large.email != fine.email


def test_a_list_of_blocked_senders_ends_no_following(mailbox):
    people = followers(5)
    announced()
    mailbox.answer = lambda to: "550 rejected because 192.0.2.1 is in a black list"
    assert send_due() == 0
    assert {person.state() for person in Follower.objects.all()} == {"active"}
    assert Bounce.objects.filter(kind="soft").count() == len(people)


def test_a_letter_that_can_not_be_drawn_stops_no_other_mailing(mailbox, monkeypatch, caplog):
    person = follower()
    announced(title="Broken")
    announced(title="Fine")
    draw = letters.of_mailing

    def drawn(mailing, parts, **more):
        if parts[0][0].title == "Broken":
            raise ZeroDivisionError
        return draw(mailing, parts, **more)

    monkeypatch.setattr(letters, "of_mailing", drawn)
    now = timezone.now()
    assert send_due(now) == 1
    assert mailbox.subjects == ["Fine"]
    for pause in PAUSES:
        now += pause
        send_due(now)
    broken = Delivery.objects.get(dropped_at__isnull=False)
    assert broken.last_error == "could not be drawn (ZeroDivisionError)"
    assert person.email not in caplog.text
    assert not Bounce.objects.exists()  # it was no fault of the follower's
    monkeypatch.setattr(letters, "of_mailing", draw)
    assert mailing.try_again(broken.mailing, by=None) == 1
    assert send_due(now) == 1


def test_an_address_that_the_mail_library_stumbles_over_stops_no_other(mailbox):
    broken, fine = followers(2)
    Follower.objects.filter(pk=broken.pk).update(email="=?x?q??=@example.org")
    announced()
    assert send_due() == 1
    assert [mail["To"] for mail in mailbox.mails] == [fine.email]


def test_an_odd_link_in_a_story_keeps_nobody_from_the_mail(mailbox):
    report = complete_issue(title="Odd")
    story = report.stories.first()
    type(story).objects.filter(pk=story.pk).update(body='<p><a href="https://a[1@example.org/">Odd</a></p>')
    edit(report)
    follower()
    announced(report)
    assert send_due() == 1


def test_a_follower_of_the_week_is_not_sent_again_what_came_by_itself(mailbox):
    person = follower()
    now = timezone.now()
    announced(title="Had by itself")
    assert send_due() == 1
    Follower.objects.filter(pk=person.pk).update(frequency="weekly")
    announced(title="New")
    digest = mailing.send_weekly(now + timedelta(days=7))
    assert digest.deliveries.count() == 1
    assert send_due(now + timedelta(days=8)) == 1
    text = whole(mailbox.mails[-1])
    assert "New" in text
    assert "Had by itself" not in text


# Several workers


def test_a_claim_keeps_others_away_until_the_lease_ends(mailbox):
    follower()
    announced()
    now = timezone.now()
    assert claim(uuid.uuid4(), now)
    assert send_due(now + LEASE - timedelta(seconds=1)) == 0
    assert send_due(now + LEASE) == 1


def test_a_worker_that_slept_through_its_lease_leaves_the_mails_to_whoever_has_them_now(mailbox):
    """A laptop that was shut, a machine that was moved: its own clock stood still, the others' went on."""
    people = followers(5)
    announced()
    now = timezone.now()
    late = [now]
    with Post() as post:
        sleeper, other = (Sender(post, lambda: late[0], ends=time.monotonic() + 60) for _ in range(2))
        batch = claim(sleeper.lease, now)
        late[0] = now + LEASE
        taken = claim(other.lease, late[0])
        assert sleeper.send(batch) == 0
        assert Delivery.objects.filter(lease=other.lease, dropped_at=None).count() == 5
        assert other.send(taken) == 5
    assert sorted(mail["To"] for mail in mailbox.mails) == [person.email for person in people]


@pytest.mark.parametrize("answer", ["451 later", "550 5.1.1 gone", "cut"])
def test_who_lost_the_lease_while_the_server_thought_decides_nothing(mailbox, answer):
    follower()
    announced()
    now, other = timezone.now(), uuid.uuid4()

    class Slow(Post):
        def send(self, message):
            Delivery.objects.update(lease=other)
            super().send(message)

    mailbox.answer = lambda to: answer
    with Slow() as post:
        sleeper = Sender(post, lambda: now, ends=time.monotonic() + 60)
        sleeper.send(claim(sleeper.lease, now))
    delivery = Delivery.objects.get()
    assert (delivery.lease, delivery.dropped_at, delivery.attempts) == (other, None, 0)
    assert not Bounce.objects.exists()


def test_near_the_end_of_its_lease_nothing_is_begun(mailbox):
    followers(2)
    announced()
    now = timezone.now()
    late = [now]
    with Post() as post:
        slow = Sender(post, lambda: late[0], ends=time.monotonic() + 60)
        batch = claim(slow.lease, now)
        late[0] = now + LEASE - MARGIN
        assert slow.send(batch) == 0
    assert mailbox.mails == []
    assert send_due(now + LEASE) == 2


def test_a_round_ends_in_time_and_lets_go_of_the_rest(mailbox):
    mailbox.slowness = 0.1
    followers(40)
    announced()
    sent = send_due(seconds=1)
    assert 0 < sent < 40
    assert not Delivery.objects.filter(lease__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_mail_once(mailbox):
    people = followers(60)
    announced()
    assert sum(at_once(lambda number: send_due(), 4)) == 60
    assert sorted(mail["To"] for mail in mailbox.mails) == sorted(person.email for person in people)


@pytest.mark.django_db(transaction=True)
def test_jobs_at_once_announce_and_send_one_mail_each(mailbox):
    """The publishing job, run six times, four at once."""
    people = followers(5)
    published(title="News")

    def job(number: int) -> int:
        announce_due()
        return send_due()

    at_once(job, 4)
    job(0)
    job(0)
    assert sorted(mail["To"] for mail in mailbox.mails) == [person.email for person in people]


# The pace


def test_so_many_a_second_and_no_more(mailbox):
    followers(6)
    announced()
    set_pace(by=None, per_second=5)
    begun = time.monotonic()
    assert send_due() == 6
    assert time.monotonic() - begun >= 1.0  # five intervals of a fifth of a second


def test_a_domain_gets_its_share_and_holds_up_no_other(mailbox):
    for n in range(60):
        follower(f"{n}@slow.example")
        follower(f"{n}@quick-{n}.example")
    announced()
    set_pace(by=None, per_domain=60)  # one a second
    begun, sent = time.monotonic(), 0
    while Delivery.objects.filter(sent_at=None).exclude(domain="slow.example").exists():
        sent += send_due(seconds=1)
    slow = sum(mail["To"].endswith("@slow.example") for mail in mailbox.mails)
    assert slow <= time.monotonic() - begun + 2
    assert slow < 60, "the others waited for all of them"
    assert sent == len(mailbox.mails) == 60 + slow


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_keep_one_pace(mailbox):
    followers(8)
    announced()
    set_pace(by=None, per_second=5)
    begun = time.monotonic()
    assert sum(at_once(lambda number: send_due(), 3)) == 8
    assert time.monotonic() - begun >= 1.4


def test_drafts_are_in_nobodys_mail(mailbox):
    follower()
    complete_issue(title="A draft zzz")
    report = announced(title="News").report
    edit(report, standfirst="Unpublished zzz")
    send_due()
    assert "zzz" not in whole(mailbox.mails[0])
