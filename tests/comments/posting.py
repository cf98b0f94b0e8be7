"""Sending forms as a browser does that had the page open for a while."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from comments.models import Comment
from newsroom.lib.stamps import stamp
from reports.models import Edition


def aged(form: str, subject: object, age: timedelta = timedelta(minutes=1)) -> str:
    """A stamp as of a page that was opened a while ago."""
    with time_machine.travel(timezone.now() - age):
        return stamp(form, subject)


def words(edition: Edition, **fields: Any) -> dict[str, Any]:
    """The fields of a valid form, with others in their place."""
    usual = {"name": "Reader", "email": "reader@example.org", "site": "", "body": "Well said.", "subject": ""}
    return {**usual, "stamp": aged("comment", edition.report_id), **fields}


def post(client: Client, edition: Edition, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post(f"/comments/on/{edition.slug}/new/", words(edition, **fields), headers=headers)


def report(client: Client, comment: Comment, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    given = {"reason": "spam", "note": "", "stamp": aged("flag", comment.pk), **fields}
    return client.post(f"/comments/{comment.pk}/report/", given, headers=headers)


def stamp_in(page: str) -> str:
    """The stamp in a page's form."""
    (found,) = re.findall(r'name="stamp" value="([^"]+)"', page)
    return found
