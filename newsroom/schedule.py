"""
What runs from time to time, and how often: all of it, and nothing else.

Each is a plain function that may run at any moment, in any number of processes, and be killed in the middle: the truth
is in rows. `manage.py work` calls them, or Celery (newsroom/tasks.py); cron may call them as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore

from comments import digests, notices, privacy
from follow import delivering, enrolling, mailing, pacing, subscribing
from newsroom import audit, briefing, linking, presence, websub
from newsroom.announcing import announce_due
from newsroom.staff import sessions
from reports import images


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[], object]
    is_keen: bool = False  # done again at once as long as it finds something to do, and says so


JOBS = [
    Job("announce editions", timedelta(seconds=5), announce_due),
    Job("tell the hub", timedelta(seconds=10), websub.ping_due, is_keen=True),
    Job("draw briefings", timedelta(seconds=30), briefing.draw_due, is_keen=True),
    Job("note links of issues", timedelta(minutes=5), linking.note_links),
    Job("follow links", timedelta(seconds=30), linking.follow_due, is_keen=True),
    Job("draw pictures", timedelta(seconds=5), images.draw_due, is_keen=True),
    Job("announce the weekly digest", timedelta(minutes=5), mailing.send_weekly),
    Job("send mailings", timedelta(seconds=5), delivering.send_due, is_keen=True),
    Job("send notices", timedelta(seconds=10), notices.send_due),
    Job("send digests", timedelta(minutes=1), digests.send_due),
    Job("drop notices that nobody confirmed", timedelta(hours=1), notices.drop_unconfirmed),
    Job("forget networks", timedelta(hours=1), privacy.forget_networks),
    Job("forget addresses", timedelta(hours=1), privacy.forget_addresses),
    Job("forget unconfirmed followers", timedelta(hours=1), subscribing.forget_unconfirmed),
    Job("forget followers who left", timedelta(hours=1), subscribing.forget_ended),
    Job("forget who asked for mail", timedelta(hours=1), subscribing.forget_knocks),
    Job("forget whom we asked", timedelta(hours=1), subscribing.forget_questions),
    Job("forget uploaded lists", timedelta(hours=1), enrolling.forget_uploads),
    Job("drop stale deliveries", timedelta(hours=1), delivering.drop_stale),
    Job("forget turns", timedelta(hours=1), pacing.forget_turns),
    Job("forget stray briefings", timedelta(hours=1), briefing.sweep),
    Job("forget who was at an issue", timedelta(hours=1), presence.forget_presences),
    Job("forget stray pictures", timedelta(days=1), images.sweep),
    Job("forget old sessions", timedelta(days=1), SessionStore.clear_expired),
    Job("forget notes of old sessions", timedelta(days=1), sessions.forget_expired),
    Job("forget old acts", timedelta(days=1), audit.forget_old),
]
