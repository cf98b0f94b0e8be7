"""
How many issues a second the bulk form publishes, as a ratio to the verbs that an editor's issue goes through.

    .venv/bin/python -m benchmarks.archive [--issues 2000] [--by-verbs 40]

Fills a database of its own (SQLite, or the one that DATABASE_URL names, which must be empty): first the oldest issues
of a synthetic archive one by one, through drafting, noting, tracking, keeping and publishing, then by
`manage.py generate_archive`, everything included: starting its processes, and tidying the search index at the end.
What both come to is the same; tests/archive holds that.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

TRIED = 5  # issues before anything is measured: templates are compiled, and words known, after that


def seconds(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description="How much sooner the bulk form publishes issues than the verbs do.")
    parser.add_argument("--issues", type=int, default=2000, help="how many the bulk form makes (2000)")
    parser.add_argument("--by-verbs", type=int, default=40, help="how many are made one by one (40)")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="newsroom-archive-"))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)

    from newsroom.synthetic import Archive
    from reports.models import Report
    from tests.archive.one_by_one import publish_one_by_one

    if Report.objects.exists():
        print("The database has issues; this needs an empty one.", file=sys.stderr)
        return 2
    places = list(reversed(range(options.issues, options.issues + TRIED + options.by_verbs)))
    publish_one_by_one(Archive(1, 1), places[:TRIED])
    verbs = options.by_verbs / seconds(lambda: publish_one_by_one(Archive(1, 1), places[TRIED:]))
    bulk = options.issues / seconds(
        lambda: call_command("generate_archive", issues=options.issues, every=1, stdout=StringIO())
    )
    print(f"{connection.vendor}, {os.cpu_count()} cores, {options.issues:,} issues of about 20 stories")
    print(f"{verbs:6.1f} a second   1.0 x  by the verbs, one by one")
    print(f"{bulk:6.1f} a second  {bulk / verbs:4.1f} x  by the bulk form, with its beginning and end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
