"""
Who did what: the log of acts that change what readers get, or who may do what here. Written by the verbs themselves.

Rows that editors add, change or delete are not repeated here: the desk writes them in Django's own log, in the
transaction of the change, and the page of the log shows both (newsroom/staff/log.py). What is decided about comments
is in the log of comments.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.utils import timezone

from newsroom.models import Act

Did = Act.Did


def record(did: Did, *, by: Any, what: Model | None = None, detail: dict[str, Any] | None = None) -> None:
    """
    Note an act; call it inside the transaction of what it tells of, so that there is neither one without the other.

    `by` is the user who acts, None the operator's own shell or nobody that we know. `what` is the row that it was done
    to; its name stays in the log when it is gone. `detail` holds plain facts by name, {"roles": ["Writer", "Editor"]}
    being from and to, and never an address, a password, a code or the key of a session.
    """
    Act.objects.create(
        did=did,
        by=by,
        by_name=by.get_username() if by is not None else "",
        what_type=what._meta.label_lower if what is not None else "",
        what_id=str(what.pk) if what is not None else "",
        what_name=str(what)[:200] if what is not None else "",
        detail=detail or {},
    )


def forget_old(now: datetime | None = None) -> int:
    """Forget what is older than `settings.AUDIT_DAYS`, in both logs; how many lines that were."""
    before = (now or timezone.now()) - timedelta(days=settings.AUDIT_DAYS)
    acts, __ = Act.objects.filter(at__lt=before).delete()
    rows, __ = LogEntry.objects.filter(action_time__lt=before).delete()
    return acts + rows
