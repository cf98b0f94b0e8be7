"""
What readers' pages cost in the archive that a database holds, and whether they cost the same in a bigger one.

    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --json small.json
    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --compare small.json
    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --explain

The database has an archive in it (`manage.py generate_archive`) and is not changed. Each kind of page is asked for
through the test client, uncached: its status, its queries, and the median of its time. `--compare` prints the ratio
of the times, those of the other run to those of this one: 1 is "costs the same", and less than 0.9 ends the run with
exit status 1. `--explain` shows how the database goes about the statements that take longest.
"""

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TIMES = 25
LEAST = 0.9
DEEP = 0.9  # of the way back, but with a full page still to come
FULL = 51


def kinds() -> dict[str, str]:
    """An address of each kind of page; what is asked about is what most issues name."""
    from django.urls import reverse

    from policies.models import Appearance as Policy
    from reports.models import Edition, EditionTag
    from watchlist.models import Appearance as Company

    live = Edition.objects.live().newest_first().without_article()
    newest = live[0]
    count = live.count()
    deep = live[max(0, min(int(count * DEEP), count - FULL))]
    before = f"?before={deep.issued_on.isoformat()}.{deep.report_id}"
    shown = {edition.pk for edition in live[:20]}
    found = {
        "front page": "/",
        "issue": newest.url,
        "old issue": deep.url,
        "story": newest.stories.all()[0].url,
        "old story": deep.stories.all()[0].url,
        "archive": "/reports/",
        "archive, deep": f"/reports/{before}",
        "archive in Chinese": "/zh-hans/reports/",
        "section": "/sections/china/",
        "section, deep": f"/sections/china/{before}",
        "missing issue": "/reports/there-is-no-such-issue/",
    }
    tag, company, policy = (
        frequent(EditionTag, shown, story__isnull=False),
        frequent(Company, shown),
        frequent(Policy, shown),
    )
    for word, view, slug in (
        ("tag of all", "reports:tag", "synthetic-archive"),
        ("tag", "reports:tag", tag),
        ("company", "watchlist:company", company),
        ("policy", "policies:policy", policy),
    ):
        address = reverse(view, args=[slug])
        found |= {word: address, f"{word}, deep": address + before}
    for word, view, arguments in (
        ("feed", "feed", []),
        ("feed of a section", "section-feed", ["china"]),
        ("feed of a tag", "tag-feed", ["synthetic-archive"]),
        ("feed of a company", "company-feed", [company]),
        ("feed of a policy", "policy-feed", [policy]),
        ("feed of corrections", "corrections-feed", []),
        ("list of companies", "watchlist:company-list", []),
        ("list of policies", "policies:policy-list", []),
    ):
        found[word] = reverse(view, args=arguments)
    return found


def frequent(model: Any, editions: set[int], **like: Any) -> str:
    """The slug that stands most often in these editions."""
    from django.db.models import Count

    rows = model.objects.filter(edition__in=editions, **like).values("slug").annotate(times=Count("pk"))
    return str(rows.order_by("-times", "slug")[0]["slug"])


def measured(client: Any, address: str, times: int) -> dict[str, Any]:
    """Status, number of queries, median and least milliseconds of a page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        status = client.get(address).status_code
    asked = len(queries)  # the next request empties the list
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
    return {
        "address": address,
        "status": status,
        "queries": asked,
        "p50": statistics.median(taken),
        "least": min(taken),
    }


def explain(client: Any, address: str) -> None:
    """The plan of each statement of a page, the slowest first."""
    from django.db import connection

    said: list[tuple[str, Any]] = []

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        client.get(address)
    how = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    for sql, params in said:
        with connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute(sql, params)
            cursor.fetchall()
            taken = (time.perf_counter() - started) * 1000
            cursor.execute(f"{how} {sql}", params)
            print(f"\n{taken:.2f} ms  {sql[:2000]}")
            for row in cursor.fetchall():
                print("   ", row[-1])


def compared(kinds: dict[str, Any], other: dict[str, Any]) -> bool:
    """Print how each page's time compares; whether all cost the same."""
    print(f"{'ratio':>6} {'small':>9} {'here':>9}  queries  page")
    equal = True
    for kind, row in kinds.items():
        if kind not in other:
            continue
        ratio = other[kind]["p50"] / row["p50"]
        asked = sorted({other[kind]["queries"], row["queries"]})
        same = ratio >= LEAST and len(asked) == 1
        equal = equal and same
        times = f"{ratio:6.2f} {other[kind]['p50']:6.1f} ms {row['p50']:6.1f} ms"
        print(f"{times}  {'→'.join(map(str, asked)):>7}  {kind}{'' if same else '  !'}")
    return equal


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description="What readers' pages cost.")
    parser.add_argument("--json", type=Path, help="write the result to this file")
    parser.add_argument("--compare", type=Path, help="a result of another archive, to compare with")
    parser.add_argument("--explain", action="store_true", help="show the plans of all statements")
    parser.add_argument("--only", default="", help="the kinds whose names have this in them")
    parser.add_argument("--times", type=int, default=TIMES, help=f"how often each page is asked for ({TIMES})")
    options = parser.parse_args()

    import django
    from django.test import Client
    from django.test.utils import setup_test_environment

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    setup_test_environment()
    logging.disable(logging.WARNING)
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client(raise_request_exception=True)
    from reports.models import Edition

    result: dict[str, Any] = {"database": connection.vendor, "issues": Edition.objects.live().count(), "kinds": {}}
    for kind, address in kinds().items():
        if options.only not in kind:
            continue
        result["kinds"][kind] = row = measured(client, address, options.times)
        if options.explain:
            print(f"\n=== {kind}: {address}")
            explain(client, address)
        print(f"{row['p50']:7.1f} ms {row['queries']:3} queries  {row['status']}  {kind}  {address}", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    if options.compare:
        print(f"{result['issues']:,} issues on {result['database']}")
        return 0 if compared(result["kinds"], json.loads(options.compare.read_text())["kinds"]) else 1
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    if "DATABASE_URL" in os.environ:
        os.environ.setdefault("DOTENV", os.devnull)
        os.environ.setdefault("VAR_DIR", str(Path(tempfile.gettempdir()) / "newsroom-pages"))
    sys.exit(main())
