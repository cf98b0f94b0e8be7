"""
`manage.py work`: do what is due, again and again, until it is told to stop.

A job that fails is logged, and the others go on. SIGTERM, SIGINT (Ctrl-C) and SIGHUP let the job that is running come
to its end; a job that is killed instead loses nothing, since the truth is in rows.
"""

import logging
import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from newsroom.schedule import JOBS, Job

logger = logging.getLogger(__name__)

SECONDS_AT_ONCE = 45  # that a keen job may take of the minute until cron calls again
SECONDS_BETWEEN_LOOKS = 0.5  # at the clock, and at whether we are to stop


class Command(BaseCommand):
    help = "Do what runs from time to time: sending mail, forgetting what must be forgotten."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything once, as cron wants it")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        if options["once"]:
            deadline = time.monotonic() + SECONDS_AT_ONCE
            failed = [job.name for job in JOBS if done_with(job, deadline) is None]
            if failed:
                raise CommandError(f"Failed: {', '.join(failed)}. What was wrong is above.")
            return
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup's wish
                signal.signal(number, self.stop)
        self.work()

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def work(self) -> None:
        """Each job when its time has come, counted from when it last began."""
        due = {job.name: 0.0 for job in JOBS}
        while not self.stopping:
            for job in JOBS:
                if not self.stopping and time.monotonic() >= due[job.name]:
                    due[job.name] = time.monotonic() + job.every.total_seconds()
                    if done(job) and job.is_keen:
                        due[job.name] = 0.0
            time.sleep(SECONDS_BETWEEN_LOOKS)


def done_with(job: Job, deadline: float) -> bool | None:
    """As `done`; a keen job as long as it finds something to do, and there is time."""
    found = done(job)
    while found and job.is_keen and time.monotonic() < deadline:
        found = done(job)
    return found


def done(job: Job) -> bool | None:
    """Do it, and let go of the database; whether it found something to do, None if it failed, which the log tells."""
    try:
        return bool(job.run())
    except Exception:  # whatever one job runs into, the others must go on
        logger.exception("Could not %s", job.name)
        return None
    finally:
        connections.close_all()
