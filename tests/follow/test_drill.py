"""
The drill: several real worker processes, by themselves and under Celery, one killed with kill -9 in the middle.

Nothing is lost; nothing comes twice but the mail that the killed one had in its hands, with the same Message-ID.
"""

import time
from collections import Counter

import pytest
from django.utils import timezone

from follow.models import Delivery
from tests.factories import follower, published
from tests.mailbox import open_mailbox
from tests.processes import environment, kill, redis_server, running, within_time

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 120
WORK = ["django", "work"]
WORKER = [
    *("celery", "--app", "newsroom.celery", "worker", "--pool=solo", "--loglevel=warning"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]
BEAT = ["celery", "--app", "newsroom.celery", "beat", "--loglevel=warning"]


@pytest.fixture
def mailbox(settings):
    with open_mailbox(settings) as box:
        box.slowness = 0.02  # seconds for each mail, so that a worker can be killed between two
        yield box


def drill(mailbox, env, worker, *others) -> None:
    """One worker begins, a second one joins, the first is killed when a third of it is out; and all of it arrives."""
    for n in range(MANY):
        follower(f"f{n}@d{n % 7}.example.org")
    published(title="News")
    with running(worker, *others, env=env) as (first, *_):
        assert within_time(lambda: mailbox.mails)
        with running(worker, env=env):
            assert within_time(lambda: len(mailbox.mails) >= MANY // 3)
            kill(first)
            assert within_time(nothing_moves)
            # What is left is what the dead one had claimed. Its lease ends in ten minutes, which is now.
            left = Delivery.objects.unsent()
            assert left.values("lease").distinct().count() == 1, "nothing was in its hands"
            left.update(leased_until=timezone.now())
            assert within_time(lambda: not Delivery.objects.unsent().exists())
    assert Delivery.objects.filter(sent_at__isnull=False).count() == MANY
    arrived = Counter(mail["To"] for mail in mailbox.mails)
    assert len(arrived) == MANY, "lost"
    assert len(mailbox.mails) <= MANY + 1, "doubled"
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == MANY


def nothing_moves() -> bool:
    """Whether the living have done what they can."""
    before = Delivery.objects.unsent().count()
    time.sleep(3)
    return Delivery.objects.unsent().count() == before and not Delivery.objects.unsent().filter(lease=None).exists()


def test_workers_that_need_nothing(mailbox, tmp_path):
    drill(mailbox, environment(tmp_path, mailbox.port), WORK)


def test_workers_of_celery(mailbox, tmp_path):
    with redis_server(tmp_path) as broker:
        drill(mailbox, environment(tmp_path, mailbox.port, BROKER_URL=broker), WORKER, BEAT)
