"""What runs from time to time: named once, run in time, and one failure stops nothing else."""

import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from comments.models import Comment
from newsroom import schedule, tasks
from newsroom.management.commands import work
from newsroom.schedule import JOBS, Job
from tests.factories import commented, published


@pytest.fixture
def jobs(monkeypatch):
    """The work is what the test puts here."""
    jobs = []
    monkeypatch.setattr(work, "JOBS", jobs)
    return jobs


def test_every_job_has_a_name_and_a_period_of_its_own():
    assert len({job.name for job in JOBS}) == len({job.run for job in JOBS}) == len(JOBS) >= 6
    assert all(timedelta(seconds=5) <= job.every <= timedelta(days=1) for job in JOBS)


@pytest.mark.django_db(transaction=True)
def test_once_does_all_of_it(mailoutbox):
    report = published(title="Talked about").report
    comment = commented(report, wants_mail=True)
    old = commented(report, body="Old", email="old@example.org", network="an old network")
    Comment.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=31))
    call_command("work", "--once")
    assert [mail.subject for mail in mailoutbox] == ["Please confirm your address for Newsroom"]
    assert list(Comment.objects.order_by("pk").values_list("network", flat=True)) == [comment.network, ""]
    call_command("work", "--once")
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_is_logged_and_the_others_go_on(jobs, caplog):
    done = []
    second = timedelta(seconds=1)
    jobs += [Job("lift the moon", second, lambda: 1 // 0), Job("sweep the floor", second, lambda: done.append(1))]
    with pytest.raises(CommandError, match="lift the moon"):
        call_command("work", "--once")
    assert done == [1]
    assert "Could not lift the moon" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_each_runs_when_its_time_has_come_until_a_signal_ends_it(jobs, number):
    often, seldom = [], []
    jobs += [
        Job("often", timedelta(seconds=0.5), lambda: often.append(1)),
        Job("seldom", timedelta(hours=1), lambda: seldom.append(1)),
    ]
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    signal.signal(number, signal.SIG_DFL)  # a shell that runs tests in the background has them ignore some
    threading.Timer(1.8, os.kill, [os.getpid(), number]).start()
    begun = time.monotonic()
    try:
        call_command("work")
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    assert time.monotonic() - begun < 4
    assert 2 <= len(often) <= 5
    assert seldom == [1]


def test_the_worker_does_what_the_schedule_says():
    assert work.JOBS is schedule.JOBS


@pytest.mark.django_db(transaction=True)
def test_a_keen_job_goes_on_at_once_as_long_as_it_finds_something(jobs):
    left, often = [1, 1, 1, 1], []
    jobs += [
        Job("empty the tray", timedelta(hours=1), lambda: left and left.pop(), is_keen=True),
        Job("look out", timedelta(hours=1), lambda: often.append(1) or True),
    ]
    threading.Timer(4, os.kill, [os.getpid(), signal.SIGTERM]).start()
    before = signal.getsignal(signal.SIGTERM)
    try:
        call_command("work")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert left == []
    assert often == [1]


class TestCelery:
    def test_beat_asks_for_every_job_as_often_as_the_schedule_says_and_oftener_for_keen_ones(self):
        asked = {entry["args"][0]: entry for entry in tasks.app.conf.beat_schedule.values()}
        second = timedelta(seconds=1)
        usual = {job.name: second if job.is_keen else job.every for job in JOBS}
        assert {name: entry["schedule"] for name, entry in asked.items()} == usual
        assert {entry["task"] for entry in asked.values()} == {"newsroom.do"}
        # A queue that nobody empties does not grow.
        assert all(entry["options"]["expires"] == entry["schedule"].total_seconds() for entry in asked.values())

    def test_a_task_does_its_job_and_asks_for_none(self, monkeypatch):
        done, asked = [], []
        job = Job("empty the tray", timedelta(seconds=5), lambda: done.append(1) or True, is_keen=True)
        monkeypatch.setattr(tasks, "BY_NAME", {job.name: job})
        monkeypatch.setattr(tasks.do, "apply_async", lambda *args, **options: asked.append(args))
        tasks.do(job.name)
        assert (done, asked) == ([1], [])

    def test_a_job_that_is_none_any_more_is_an_error(self):
        with pytest.raises(KeyError):
            tasks.do("lift the moon")
