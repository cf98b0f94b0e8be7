"""
Celery, where there is a broker (BROKER_URL): it calls the jobs of newsroom/schedule.py, as `manage.py work` does.

    celery --app newsroom.celery worker
    celery --app newsroom.celery beat

A task is a poke, and no more: the truth is in rows, so one that is lost or comes twice changes nothing.
"""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

from django.conf import settings

app = Celery("newsroom")
app.conf.update(
    broker_url=settings.BROKER_URL or "memory://",
    imports=["newsroom.tasks"],
    timezone="UTC",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},  # above the longest job; nothing is ever put off by it
    beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
)


@celeryd_init.connect  # type: ignore[untyped-decorator]
@beat_init.connect  # type: ignore[untyped-decorator]
def refuse_without_broker(**signal: Any) -> None:
    """A worker without a broker would wait for ever, and look well."""
    if not settings.BROKER_URL:
        sys.exit("Celery needs BROKER_URL; without one, `manage.py work` does the same work alone.")
