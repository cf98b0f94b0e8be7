"""
How long the queue takes to open over 10,000 pending comments, as a ratio to the issue list of the same desk.

    .venv/bin/python -m benchmarks.queue

Fills a database of its own (SQLite, or the one that DATABASE_URL names, which must be empty) with 10,000 pending and
20,000 approved comments, each decided about, and 2,000 reports, and opens every tab as a moderator. Prints a line for
each page, slowest last: milliseconds (the median of several), the ratio, queries. The allowance is half a second; a
page over it ends the run with exit status 1.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

PENDING, APPROVED, FLAGS = 10_000, 20_000, 2_000
ALLOWANCE = 500  # milliseconds
TIMES = 7
LIST = "/admin/comments/comment/"
PAGES = {
    "pending": "",
    "pending, 500 on a page": "?per=500",
    "pending, last page": "?page=200",
    "reported": "?tab=reported",
    "approved": "?tab=approved",
    "approved, last page": "?tab=approved&page=400",
    "spam": "?tab=spam",
    "searched": "?q=number+9",
    "one issue": "?issue=1",
}


def fill() -> Any:
    """The rows, written past the verbs: what is measured is reading them. Gives back a moderator."""
    from django.utils import timezone

    from comments.models import Comment, Commenter, Decision, Flag
    from tests.factories import person, published

    moderator, now = person("Moderator"), timezone.now()
    reports = [published(title=f"Issue {n}", stories=1).report for n in range(20)]
    authors = Commenter.objects.bulk_create(Commenter(digest=f"{n:064x}") for n in range(3_000))
    comments = Comment.objects.bulk_create(
        (
            Comment(
                report=reports[n % len(reports)],
                name=f"Reader {n}",
                body=f"A remark of usual length, number {n}. " * 8,
                commenter=authors[n % len(authors)],
                status="pending" if n < PENDING else "approved",
                reasons=["Every comment waits for a person"],
                text_digest=f"{n:064x}",
                path=f"{n + 1:012}",
                submitted_at=now - timedelta(minutes=PENDING + APPROVED - n),
            )
            for n in range(PENDING + APPROVED)
        ),
        batch_size=2_000,
    )
    held = (Decision(comment=row, act="hold", actor="rule", at=row.submitted_at) for row in comments)
    Decision.objects.bulk_create(held, batch_size=2_000)
    approved = comments[PENDING:]
    lines = [Decision(comment=row, act="approve", actor="staff", by=moderator, version=1) for row in approved]
    lines = Decision.objects.bulk_create(lines, batch_size=2_000)
    Flag.objects.bulk_create(
        Flag(comment=row, reason="abuse", settled=line if n % 4 else None)
        for n, (row, line) in enumerate(zip(approved[:FLAGS], lines, strict=False))
    )
    return moderator


def milliseconds(client: Any, address: str) -> tuple[float, int]:
    """The median of several requests, and how many queries one takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    asked = len(queries)
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), asked


def main() -> int:
    import django
    from django.test import Client
    from django.test.utils import setup_test_environment

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    setup_test_environment()
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(fill())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    from tests.factories import person

    editor = Client()
    editor.force_login(person("Editor"))
    base, _ = milliseconds(editor, "/admin/reports/report/")
    rows = sorted((*milliseconds(client, LIST + query), name) for name, query in PAGES.items())
    print(f"{base:7.1f} ms                        the list of 20 issues, on the same desk")
    for taken, queries, name in rows:
        print(f"{taken:7.1f} ms  {taken / base:5.2f} x list  {queries:3} queries  {name}")
    return rows[-1][0] > ALLOWANCE


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DJANGO_SETTINGS_MODULE="newsroom.settings", DOTENV=os.devnull, VAR_DIR=str(Path(folder)))
        sys.exit(main())
