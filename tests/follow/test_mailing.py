"""Mailings: announced once, to those who chose what is in them; corrected, paused, stopped; the week's digest."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from follow import receivers
from follow.delivering import send_due
from follow.mailing import (
    Refused,
    correct,
    last_slot,
    make_up_for,
    pause,
    prepare,
    recipients_of_correction,
    resume,
    send_now,
    send_weekly,
    stop,
    try_again,
)
from follow.models import Cover, Delivery, Follower, Mailing
from follow.pacing import set_pace
from follow.subscribing import change, erase_own
from newsroom.announcing import announce_due
from newsroom.publishing import publish, withdraw
from policies.models import Policy
from reports.models import Edition
from tests.factories import announced, complete_issue, edit, follower, person, published
from tests.together import at_once
from watchlist.models import Company

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # the digest's day and hour, where the desk says nothing
DAY = timedelta(days=1)


def addressed(mailing: Mailing | None = None) -> list[str]:
    """Who is to get mail, by the first part of the address."""
    rows = Delivery.objects.filter(mailing=mailing) if mailing else Delivery.objects.all()
    return sorted(email.partition("@")[0] for email in rows.values_list("follower__email", flat=True))


def got(mailing: Mailing) -> None:
    """All of it went out."""
    mailing.deliveries.update(sent_at=timezone.now())


# Announcing


def test_publishing_announces_once_however_often_it_is_asked():
    follower()
    published(title="News")
    assert announce_due() == 1
    assert [announce_due() for _ in range(5)] == [0] * 5
    assert Mailing.objects.count() == Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_announcers_at_once_announce_once():
    for n in range(3):
        follower(f"{n}@example.org")
    edition = published(title="News")
    assert sum(at_once(lambda number: announce_due(), 4)) == 1
    assert Mailing.objects.get().issues.get() == edition.report
    assert addressed() == ["0", "1", "2"]


def test_a_scheduled_issue_is_announced_when_readers_have_it():
    follower()
    at = timezone.now() + timedelta(hours=1)
    published(title="Later", at=at)
    assert announce_due() == 0
    assert announce_due(at - timedelta(seconds=1)) == 0
    assert announce_due(at) == 1
    assert addressed() == ["follower"]


def test_an_update_is_no_news_and_nor_is_what_comes_back():
    follower()
    report = announced(title="News").report
    edit(report, standfirst="Better words")
    publish(report, by=None)
    assert announce_due() == 1  # it is marked, and nobody gets anything
    withdraw(report, by=None)
    publish(report, by=None)
    announce_due()
    assert Mailing.objects.count() == Delivery.objects.count() == 1


def test_what_was_withdrawn_before_anybody_was_told_is_news_when_it_comes_back():
    follower()
    report = published(title="Too soon").report
    withdraw(report, by=None)
    assert announce_due() == 0
    publish(report, by=None)
    assert announce_due() == 1
    assert addressed() == ["follower"]


def test_everybody_gets_what_was_chosen_and_nobody_else_anything():
    report = complete_issue(title="News", companies=["BYD"], policies=["AI Act"])
    other = complete_issue(title="Other", companies=["Baidu"], policies=["Chips Act"])
    report.stories.filter(section="international").delete()
    company, policy = Company.objects.get(name="BYD").pk, Policy.objects.get(title="AI Act").pk
    for name, choice in {
        "everything": "issues",
        "china": "china",
        "elsewhere": "international",
        "corrections": "corrections",
        "byd": ("company", company),
        "act": ("policy", policy),
        "baidu": ("company", Company.objects.get(name="Baidu").pk),
        "mixed-up": ("policy", company + 1000),
    }.items():
        follower(f"{name}@example.org", choice)
    follower("both@example.org", "china", ("company", company))
    follower("weekly@example.org", "issues", frequency=Follower.Frequency.WEEKLY)
    follower("unconfirmed@example.org", confirmed_at=None)
    follower("left@example.org", ended_at=timezone.now())
    follower("gone@example.org", disabled_at=timezone.now(), disabled_for="hard")
    follower("away@example.org", paused_until=timezone.now() + DAY)
    follower("back@example.org", paused_until=timezone.now() - DAY)
    edit(report)
    announced(report)
    assert addressed() == ["act", "back", "both", "byd", "china", "everything"]
    assert other.editions.count() == 0


def test_the_desk_may_want_no_mail():
    follower()
    report = complete_issue(title="Of the past")
    prepare(report, subject="", preheader="", is_silent=True, by=person("Writer"))
    announced(report)
    assert not Mailing.objects.exists()
    assert Edition.objects.get().announced_at


def test_the_words_of_the_cover_go_along_and_may_be_changed_on_the_way():
    follower()
    report = complete_issue(title="News")
    prepare(report, subject="A better\r\nsubject", preheader=" Look  inside ", is_silent=False, by=None)
    announced(report)
    mailing = Mailing.objects.get()
    assert (mailing.subject, mailing.preheader) == ("A better subject", "Look inside")
    prepare(report, subject="The best", preheader="", is_silent=False, by=None)
    mailing.refresh_from_db()
    assert (mailing.subject, mailing.preheader) == ("The best", "")
    assert Cover.objects.count() == 1


def test_deliveries_are_written_in_batches_without_gaps(monkeypatch):
    monkeypatch.setattr("follow.mailing.BATCH", 4)
    for n in range(11):
        follower(f"{n}@example.org")
    announced()
    assert len(addressed()) == 11
    assert set(Delivery.objects.values_list("domain", flat=True)) == {"example.org"}


def test_writing_deliveries_takes_the_same_statements_for_one_and_for_three(django_assert_num_queries):
    for n in range(4):
        if n in (1, 3):
            published(title=f"Issue {n}")
            with django_assert_num_queries(18 if connection.vendor == "sqlite" else 19):  # which needs a lock
                announce_due()
        follower(f"{n}@example.org")


# Corrections


def test_a_correction_reaches_only_those_who_were_sent_the_issue():
    early = follower("early@example.org", "issues", "corrections")
    follower("uninterested@example.org", "issues")
    follower("unsent@example.org", "issues", "corrections")
    report = announced(title="News").report
    mailing = Mailing.objects.get()
    got(mailing)
    mailing.deliveries.filter(follower__email__startswith="unsent").update(sent_at=None)
    follower("late@example.org", "issues", "corrections")
    follower("of-another@example.org", "issues", "corrections")
    other = announced(title="Another").report
    got(Mailing.objects.get(issues=other))
    Mailing.objects.get(issues=other).deliveries.exclude(follower__email__startswith="of-another").delete()

    assert recipients_of_correction(report) == 1
    correction = correct(report, note="The number was 12, not 21.", by=person("Editor"))
    assert addressed(correction) == ["early"]
    with pytest.raises(Refused, match="sent before"):
        correct(report, note="The  number was 12, not 21.\n", by=person("Editor"))
    follower_left = Follower.objects.get(pk=early.pk)
    Follower.objects.filter(pk=follower_left.pk).update(ended_at=timezone.now())
    with pytest.raises(Refused, match="Nobody"):
        correct(report, note="And the name was Li.", by=None)


def test_who_read_of_it_in_the_digest_is_told_too():
    with time_machine.travel(MONDAY - DAY):
        follower("weekly@example.org", "issues", "corrections", frequency=Follower.Frequency.WEEKLY)
        report = announced(title="News").report
    with time_machine.travel(MONDAY):
        got(send_weekly())
        assert addressed(correct(report, note="No.", by=None)) == ["weekly"]


def test_who_was_sent_the_other_issues_of_a_week_is_not_told(settings):
    with time_machine.travel(MONDAY - DAY):
        follower("china@example.org", "china", "corrections", frequency=Follower.Frequency.WEEKLY)
        follower("all@example.org", "issues", "corrections", frequency=Follower.Frequency.WEEKLY)
        abroad = complete_issue(title="Abroad")
        abroad.stories.filter(section="china").delete()
        edit(abroad)
        announced(abroad)
        announced(title="Both")
    with time_machine.travel(MONDAY):
        got(send_weekly())
        assert addressed(correct(abroad, note="No.", by=None)) == ["all"]


def test_what_readers_do_not_have_is_not_corrected():
    follower("x@example.org", "issues", "corrections")
    report = announced(title="News").report
    got(Mailing.objects.get())
    with pytest.raises(Refused, match="Say what"):
        correct(report, note=" \n ", by=None)
    withdraw(report, by=None)
    with pytest.raises(Refused, match="don’t have"):
        correct(report, note="All of it.", by=None)
    with pytest.raises(PermissionDenied):
        correct(report, note="All of it.", by=person("Writer"))


@pytest.mark.django_db(transaction=True)
def test_stopping_while_workers_are_busy_stops(monkeypatch, settings):
    monkeypatch.setattr("follow.mailing.STOPPED_AT_ONCE", 7)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    for n in range(60):
        follower(f"{n}@example.org")
    announced()
    mailing = Mailing.objects.get()
    outcomes = at_once(lambda number: stop(mailing, by=None) if number == 0 else send_due(seconds=2), 4)
    assert not Delivery.objects.unsent().exists()
    assert outcomes[0] + Delivery.objects.filter(sent_at__isnull=False).count() >= 60
    assert Delivery.objects.filter(last_error="stopped by the desk").count() <= outcomes[0]


@pytest.mark.django_db(transaction=True)
def test_who_wants_each_issue_while_one_is_announced_gets_it():
    row = follower("switches@example.org")
    for n in range(5):
        Follower.objects.filter(pk=row.pk).update(frequency=Follower.Frequency.WEEKLY)
        report = published(title=f"Issue {n}").report
        at_once(lambda number: announce_due() if number else change(row.pk, [("issues", 0)], "each"), 2)
        assert Delivery.objects.filter(follower=row, mailing__issues=report).count() == 1


@pytest.mark.django_db(transaction=True)
def test_erasing_somebody_while_an_issue_is_announced_disturbs_nobody():
    follower("stays@example.org")
    for n in range(5):
        row = follower(f"{n}@example.org")
        report = published(title=f"Issue {n}").report
        assert sum(at_once(lambda number, pk=row.pk: announce_due() if number else erase_own(pk), 2)) == 2
        assert Mailing.objects.get(issues=report).deliveries.filter(follower__isnull=False).count() == 1


def test_one_that_can_not_be_announced_keeps_no_other_from_it(monkeypatch):
    follower()
    broken, fine = published(title="Broken"), published(title="Fine")
    announce = receivers.announce

    def announce_or_not(edition, now):
        if edition == broken:
            raise ZeroDivisionError
        return announce(edition, now)

    monkeypatch.setattr(receivers, "announce", announce_or_not)
    with pytest.raises(ZeroDivisionError):
        announce_due()
    assert Mailing.objects.get().issues.get() == fine.report
    broken.refresh_from_db()
    assert broken.announced_at is None


@pytest.mark.django_db(transaction=True)
def test_an_impatient_finger_sends_one_correction():
    follower("x@example.org", "issues", "corrections")
    report = announced(title="News").report
    got(Mailing.objects.get())

    def press(number: int) -> str:
        try:
            return correct(report, note="12, not 21.", by=None).key
        except Refused:
            return "refused"

    assert sorted(key.partition("-")[0] for key in at_once(press, 4)) == ["correction", *["refused"] * 3]
    assert Delivery.objects.filter(mailing__kind="correction").count() == 1


# The week's digest


def weekly_followers() -> None:
    for name, choice in {"all": "issues", "china": "china", "corrections": "corrections"}.items():
        follower(f"{name}@example.org", choice, frequency=Follower.Frequency.WEEKLY)
    follower("each@example.org")


def test_a_week_is_sent_once_with_what_was_announced_in_it():
    weekly_followers()
    with time_machine.travel(MONDAY - 15 * DAY):
        announced(title="Before")
    assert send_weekly(MONDAY - 14 * DAY)
    with time_machine.travel(MONDAY - 6 * DAY):
        one, two = announced(title="One"), announced(title="Two")
        withdraw(announced(title="Withdrawn").report, by=None)
        silent = complete_issue(title="Silent")
        prepare(silent, subject="", preheader="", is_silent=True, by=None)
        announced(silent)
        published(title="Scheduled", at=MONDAY + DAY)
    assert send_weekly(MONDAY - timedelta(seconds=1)) is None
    with time_machine.travel(MONDAY + timedelta(minutes=5)):
        announced(title="A minute too late")
        digest = send_weekly()
        assert set(digest.issues.all()) == {one.report, two.report}
        assert addressed(digest) == ["all", "china"]
        assert send_weekly() is None
    later = send_weekly(MONDAY + 7 * DAY)
    assert [report.title for report in later.issues.all()] == ["A minute too late"]
    assert send_weekly(MONDAY + 14 * DAY) is None  # nothing new


def test_a_worker_that_was_away_makes_up_for_it():
    weekly_followers()
    with time_machine.travel(MONDAY - DAY):
        announced(title="First")
    assert send_weekly(MONDAY)
    with time_machine.travel(MONDAY + DAY):
        announced(title="Second")
    with time_machine.travel(MONDAY + 8 * DAY):
        announced(title="Third")
    late = send_weekly(MONDAY + 16 * DAY)
    assert sorted(report.title for report in late.issues.all()) == ["Second", "Third"]


def test_what_was_withdrawn_at_the_end_of_its_week_comes_with_a_later_one():
    weekly_followers()
    with time_machine.travel(MONDAY - DAY):
        away = announced(title="Away").report
        announced(title="There")
        withdraw(away, by=None)
    assert [report.title for report in send_weekly(MONDAY).issues.all()] == ["There"]
    with time_machine.travel(MONDAY + DAY):
        publish(away, by=None)
    assert [report.title for report in send_weekly(MONDAY + 7 * DAY).issues.all()] == ["Away"]


def test_who_wants_each_issue_from_now_on_misses_none_of_this_week():
    with time_machine.travel(MONDAY - 3 * DAY):
        row = follower("switches@example.org", frequency=Follower.Frequency.WEEKLY)
        before = announced(title="In the last digest").report
    with time_machine.travel(MONDAY):
        got(send_weekly())
    with time_machine.travel(MONDAY + DAY):
        missed = announced(title="Not in any yet").report
        Follower.objects.filter(pk=row.pk).update(frequency=Follower.Frequency.EACH)
        assert make_up_for(row) == 1
        assert make_up_for(row) == 0
    (delivery,) = Delivery.objects.unsent()
    assert delivery.mailing.issues.get() == missed
    assert before.mailings.count() == 2


@pytest.mark.django_db(transaction=True)
def test_digests_at_once_are_one():
    weekly_followers()
    with time_machine.travel(MONDAY - DAY):
        announced(title="News")
    made = at_once(lambda number: send_weekly(MONDAY), 4)
    assert len([mailing for mailing in made if mailing]) == 1
    assert Delivery.objects.filter(mailing__kind="digest").count() == 2


def test_the_desk_chooses_day_and_hour_in_the_zone_of_the_site(settings):
    set_pace(by=person("Editor"), digest_day=4, digest_hour=18)
    friday = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert last_slot(friday) == friday
    assert last_slot(friday - timedelta(seconds=1)) == friday - 7 * DAY
    settings.TIME_ZONE = "Asia/Shanghai"
    with timezone.override("Asia/Shanghai"):
        assert last_slot(friday) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):  # summer time ends on 25 October 2026
        slots = [last_slot(datetime(2026, 10, 20, tzinfo=UTC) + n * 7 * DAY).astimezone(UTC) for n in range(3)]
        assert [later - earlier for earlier, later in pairwise(slots)] == [7 * DAY, 7 * DAY + timedelta(hours=1)]


# By hand


def test_what_was_not_sent_by_mail_can_be_by_hand_once():
    follower()
    report = complete_issue(title="Silent")
    prepare(report, subject="By hand", preheader="", is_silent=True, by=None)
    with pytest.raises(Refused, match="don’t have"):
        send_now(report, by=person("Editor"))
    announced(report)
    assert not Delivery.objects.exists()
    with pytest.raises(PermissionDenied):
        send_now(report, by=person("Writer"))
    assert send_now(report, by=person("Editor")).subject == "By hand"
    with pytest.raises(Refused, match="before"):
        send_now(report, by=person("Editor"))
    assert Delivery.objects.count() == 1


def test_a_writer_prepares_what_nobody_has_decided_about_yet():
    report = complete_issue(title="News")
    writer = person("Writer")
    prepare(report, subject="A writer’s", preheader="", is_silent=False, by=writer)
    published(report, at=timezone.now() + DAY)
    with pytest.raises(PermissionDenied):
        prepare(report, subject="URGENT", preheader="", is_silent=True, by=writer)
    prepare(report, subject="An editor’s", preheader="", is_silent=False, by=person("Editor"))
    assert Cover.objects.get().subject == "An editor’s"


# While it is on its way


def test_who_may_stop_a_mailing():
    follower()
    announced()
    mailing = Mailing.objects.get()
    for role, may in {"Writer": False, "Moderator": False, "Editor": True, "Administrator": True, "": False}.items():
        somebody = person(role)
        for verb in (pause, resume, try_again):
            if may:
                verb(mailing, by=somebody)
            else:
                with pytest.raises(PermissionDenied):
                    verb(mailing, by=somebody)
        if not may:
            with pytest.raises(PermissionDenied):
                stop(mailing, by=somebody)
    assert stop(mailing, by=person("Editor")) == 1


def test_what_is_stopped_stays_stopped():
    follower("a@example.org")
    follower("b@example.org")
    report = announced().report
    mailing = Mailing.objects.get()
    Delivery.objects.filter(follower__email="a@example.org").update(sent_at=timezone.now())
    assert stop(mailing, by=None) == 1
    assert stop(mailing, by=None) == 0
    assert not Mailing.objects.sendable().exists()
    with pytest.raises(Refused, match="for good"):
        try_again(mailing, by=None)
    counts = Mailing.objects.with_progress().get()
    assert (counts.total, counts.sent, counts.dropped) == (2, 1, 1)
    publish(report, by=None)
    announce_due()
    assert Mailing.objects.count() == 1


def test_trying_again_leaves_out_who_wants_no_mail_any_more():
    kept, left = follower("kept@example.org"), follower("left@example.org")
    announced()
    mailing = Mailing.objects.get()
    refused = follower("refused-it@example.org")
    Delivery.objects.create(mailing=mailing, follower=refused, domain="example.org")
    mailing.deliveries.update(dropped_at=timezone.now(), last_error="452 full", attempts=8, has_failed=True)
    mailing.deliveries.filter(follower=refused).update(last_error="wants no mail", attempts=0, has_failed=False)
    Follower.objects.filter(pk=left.pk).update(ended_at=timezone.now())
    assert try_again(mailing, by=None) == 1
    assert [delivery.follower for delivery in Delivery.objects.unsent()] == [kept]
    assert Delivery.objects.unsent().get().attempts == 0
