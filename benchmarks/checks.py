"""
How long the copy-desk checks take for an issue of 20 stories, as a ratio to reading that issue from the database.

    .venv/bin/python -m benchmarks.checks

Fills a database of its own (SQLite, or the one that DATABASE_URL names, which must be empty) with a year of issues, a
registry of 1,000 companies and the sample issue. Prints milliseconds (the median of several) and the ratio, for all
checks and for each. The allowance is 300 ms; a run over it ends with exit status 1.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ALLOWANCE = 300  # milliseconds
TIMES = 9
SAMPLE = Path(__file__).resolve().parent.parent / "newsroom" / "sample" / "report-2025-04-12.txt"


def fill() -> Any:
    """The sample among a year of issues, in a large registry."""
    from newsroom.importing import parse
    from newsroom.importing.drafts import save_draft
    from tests.factories import published
    from watchlist.models import Alias, Company

    for number in range(52):
        published(title=f"Issue {number}", stories=10)
    Company.objects.bulk_create(
        Company(name=f"Registered {n}", key=f"registered {n}", slug=f"registered-{n}") for n in range(1_000)
    )
    Alias.objects.bulk_create(
        Alias(name=f"Also {company.name}", key=f"also {company.key}", company=company)
        for company in Company.objects.filter(slug__startswith="registered-")
    )
    text = SAMPLE.read_text(encoding="utf-8")
    return save_draft(parse(text), by=None, source=text, copies=0)


def milliseconds(act: Callable[[], Any]) -> float:
    def once() -> float:
        started = time.perf_counter()
        act()
        return (time.perf_counter() - started) * 1000

    return statistics.median(once() for _ in range(TIMES))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="newsroom-checks-"))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    report = fill()

    from newsroom.checks.knowing import check
    from newsroom.issue import gather

    content = gather(report)
    reading = milliseconds(lambda: gather(report))
    taken = milliseconds(lambda: check(report, content))
    print(f"{reading:7.1f} ms   1.0 x  reading the issue")
    print(f"{taken:7.1f} ms  {taken / reading:4.1f} x  all checks, with what they ask of the database")
    return taken > ALLOWANCE


if __name__ == "__main__":
    sys.exit(main())
