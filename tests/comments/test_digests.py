"""Mail to moderators: to whom, when, what is in it; and where each chooses how often."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from comments import digests
from comments.digests import choose, latest_edge, send_due
from comments.models import Comment, Digest, Flag, HouseRules
from comments.moderating import decide
from tests.factories import approved, commented, person, published
from tests.mailbox import open_mailbox, whole
from tests.together import at_once

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MODERATOR = "moderator@newsroom.example"


@pytest.fixture
def mailbox(settings):
    with open_mailbox(settings) as box:
        yield box


@pytest.fixture(autouse=True)
def report(time_machine):
    time_machine.move_to(NOON, tick=False)
    return published(title="Talked about").report


@pytest.fixture
def moderator():
    return person("Moderator", email=MODERATOR, first_name="Mo")


def wait(report, at, body="Well said.", **words):
    """A comment that began to wait at a time."""
    comment = commented(report, body=body, **words)
    Comment.objects.filter(pk=comment.pk).update(submitted_at=at)
    return comment


def looks(begin, end):
    """Which of a worker's looks at the clock send a mail: each minute of an hour, then one minute past each hour."""
    minutes = [begin + n * MINUTE for n in range(60)]
    hours = [begin.replace(minute=1) + n * HOUR for n in range(1, 48)]
    return [time for time in [*minutes, *hours] if begin <= time <= end and send_due(time)]


# To whom


def test_those_who_decide_and_have_an_address_and_no_other(report, mailbox):
    for role in ("Moderator", "Editor", "Administrator", "Writer", ""):
        person(role, email=f"{role or 'nobody'}@newsroom.example")
    person("Moderator", email="")
    person("Moderator", email="gone@newsroom.example", is_active=False)
    person("Moderator", email="outside@newsroom.example", is_staff=False)
    User.objects.create_superuser("root", "root@newsroom.example")
    wait(report, NOON - DAY)
    assert send_due(NOON) == 4
    assert sorted(mail["To"] for mail in mailbox.mails) == [
        f"{name}@newsroom.example" for name in ("Administrator", "Editor", "Moderator", "root")
    ]


# When


@pytest.mark.parametrize(
    ("every", "now", "edge"),
    [
        ("never", "12:34:56", None),
        ("at once", "12:34:56", "2026-03-02 12:32:56"),
        ("hourly", "12:34:56", "2026-03-02 12:00:00"),
        ("hourly", "12:00:00", "2026-03-02 12:00:00"),
        ("daily", "12:34:56", "2026-03-02 00:00:00"),  # eight in Shanghai
        ("daily", "00:00:00", "2026-03-02 00:00:00"),
        ("daily", "23:59:59", "2026-03-02 00:00:00"),
    ],
)
def test_the_last_moment_at_which_mail_was_due(settings, every, now, edge):
    settings.TIME_ZONE = "Asia/Shanghai"
    moment = datetime.fromisoformat(f"2026-03-02 {now}+00:00")
    assert latest_edge(every, moment) == (edge and datetime.fromisoformat(f"{edge}+00:00"))


def test_eight_in_the_morning_is_eight_in_summer_too(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert latest_edge("daily", datetime(2026, 3, 29, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert latest_edge("daily", datetime(2026, 3, 29, 5, tzinfo=UTC)) == datetime(2026, 3, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "times"),
    [
        ("never", []),
        ("at once", ["12:03", "12:33"]),
        ("hourly", ["13:01"]),
        ("daily", ["08:01"]),
    ],
)
def test_a_burst_is_one_mail_and_nothing_new_is_none(report, mailbox, moderator, every, times):
    choose(moderator, every)
    for seconds in range(10, 60, 10):  # a burst within a minute, then a straggler
        wait(report, NOON + timedelta(seconds=seconds), body=f"Burst {seconds}", email=f"r{seconds}@example.org")
    Digest.objects.update(sent_at=NOON - DAY)
    found = looks(NOON, NOON + 25 * MINUTE)
    wait(report, NOON + 30 * MINUTE, body="Straggler", email="straggler@example.org")
    found += looks(NOON + 26 * MINUTE, NOON + 2 * DAY)
    assert [f"{time:%H:%M}" for time in found] == times
    for mail in mailbox.mails:
        assert whole(mail).count("Burst 50") == 2  # in both texts: the first mail tells of all


def test_nothing_waits_no_mail(report, mailbox, moderator):
    comment = wait(report, NOON - DAY)
    approved(report, body="Seen", email="seen@example.org")
    decide([(comment.pk, 0)], "bin", by=None)
    assert send_due(NOON + DAY) == 0
    assert mailbox.mails == []


def test_what_readers_report_is_told_and_what_authors_edit(report, mailbox, moderator):
    comment = approved(report, body="Published words")
    assert send_due(NOON + DAY) == 0
    Flag.objects.create(comment=comment, reason="abuse", created_at=NOON + HOUR)
    assert send_due(NOON + DAY) == 1
    assert "Reported: Insulting or threatening" in whole(mailbox.mails[0])
    assert "Published words" in whole(mailbox.mails[0])
    assert send_due(NOON + 2 * DAY) == 0
    # Edited by its author within the quarter of an hour, an approved comment waits again.
    Flag.objects.all().delete()
    Comment.objects.update(status="pending", edited_at=NOON + DAY + HOUR)
    assert send_due(NOON + 2 * DAY) == 1


def test_the_house_rules_hold_for_who_chose_nothing(report, mailbox, moderator):
    wait(report, NOON - DAY)
    HouseRules.objects.create(pk=1, digest="never")
    assert send_due(NOON) == 0
    choose(moderator, "daily")
    assert send_due(NOON) == 1


# What is in it


def test_the_first_twenty_whole_the_rest_a_number_and_no_address(report, mailbox, moderator):
    wait(report, NOON - DAY, body="Long " + "words " * 400, email="longwinded@example.org")
    for n in range(24):
        wait(
            report,
            NOON - DAY + n * MINUTE,
            name=f"<b>Reader {n}</b>",
            body=f"Said {n}.",
            email=f"r{n}@example.org",
            network=f"n{n}",
        )
    send_due(NOON)
    (mail,) = mailbox.mails
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert mail["Subject"].strip() == "Newsroom: 25 comments wait for you"
    assert "And 5 more" in text
    assert "Said 18." in text
    assert "Said 19." not in text
    assert max(len(line) for line in text.splitlines()) < 1_010
    assert "words…" in text
    assert "on “Talked about”" in text
    assert "Every comment waits for a person" in text
    assert text.count("/comments/decide/") == html.count("/comments/decide/") == 20
    assert "&lt;b&gt;Reader 3&lt;/b&gt;" in html
    assert "@example.org" not in text + html
    assert reverse("admin:comments_digest_changelist") in text


@pytest.mark.parametrize("number", [1, 3])
def test_a_digest_costs_the_same(report, mailbox, moderator, django_assert_num_queries, number):
    Digest.objects.create(user=moderator)
    for n in range(number):
        wait(report, NOON - DAY, body=f"Said {n}.", email=f"r{n}@example.org", network=f"n{n}")
    with django_assert_num_queries(13) as queries:
        assert send_due(NOON) == 1
    assert not any("comments_address" in query["sql"] for query in queries)


# When something goes wrong


@pytest.mark.parametrize("answer", ["451 not now", "550 no such user", "lost"])
def test_a_failing_server_delays_and_loses_nothing(report, mailbox, moderator, caplog, answer):
    wait(report, NOON - DAY, body="Waited for")
    mailbox.answer = lambda to: answer
    assert send_due(NOON) == 0
    assert send_due(NOON + MINUTE) == 0
    refused = len(mailbox.mails)
    mailbox.answer = lambda to: "250 OK"
    assert len(looks(NOON + MINUTE, NOON + 7 * HOUR)) == 1
    assert "Waited for" in whole(mailbox.mails[-1])
    assert len(mailbox.mails) == refused + 1
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert MODERATOR not in caplog.text


def test_a_worker_killed_after_its_claim_delays_the_mail(report, mailbox, moderator):
    wait(report, NOON - DAY)
    row = Digest.objects.create(user=moderator)
    assert digests.claim(row, NOON)
    assert send_due(NOON + digests.LEASE - MINUTE) == 0
    assert send_due(NOON + digests.LEASE + MINUTE) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_one(mailbox, report):
    people = [person("Moderator", email=f"m{n}@newsroom.example") for n in range(3)]
    wait(report, NOON - DAY)
    assert sum(at_once(lambda number: send_due(NOON), 4)) == 3
    assert sorted(mail["To"] for mail in mailbox.mails) == [user.email for user in people]


# The page


@pytest.mark.parametrize(
    ("role", "status"), [("Moderator", 200), ("Editor", 200), ("Administrator", 200), ("Writer", 403), ("", 403)]
)
def test_each_moderator_chooses_for_himself(client, role, status):
    user, other = person(role, email="me@newsroom.example"), person("Moderator")
    client.force_login(user)
    page = reverse("admin:comments_digest_changelist")
    assert client.get(page).status_code == status
    client.post(page, {"every": "hourly"})
    assert list(Digest.objects.values_list("user", "every")) == ([(user.pk, "hourly")] if status == 200 else [])
    assert client.post(page, {"every": "yearly"}).status_code == (422 if status == 200 else 403)
    assert not Digest.objects.filter(user=other).exists()
