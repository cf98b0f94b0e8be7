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
from newsroom import schedule
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
