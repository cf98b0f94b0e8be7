"""
What readers' pages cost in the archive that a database holds, and whether they cost the same in a bigger one.

    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --json small.json
    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --compare small.json
    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --beside postgres://…/small
    DATABASE_URL=… .venv/bin/python -m benchmarks.pages --explain

The database has an archive in it (`manage.py generate_archive`) and is not changed. Each kind of page is asked for
through the test client, uncached: its status, its queries, its size, and the median of its time. `--compare` prints the
ratios of the times and of the sizes, those of the other run to those of this one: 1 is "costs the same". A time below
0.9 ends the run with exit status 1, unless the other's page is that much shorter, as the smaller archive has less to
fill it with. `--beside` asks for each page of both archives in turns, so that whatever else the machine does strikes
both alike. `--explain` shows how the database goes about the statements that take longest.
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
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


class Here:
    """The pages of the archive in this process's database."""

    def __init__(self) -> None:
        from django.test import Client

        self.client = Client()
        self.kinds = kinds()

    def count(self, kind: str) -> tuple[int, int, int]:
        """The status of a page, its queries, and its size in bytes."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(self.kinds[kind])
        return response.status_code, len(queries), len(response.getvalue())

    def milliseconds(self, kind: str) -> float:
        started = time.perf_counter()
        self.client.get(self.kinds[kind])
        return (time.perf_counter() - started) * 1000


class There:
    """The pages of another database's archive, asked for in a process of their own."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.pages", "--answer"],
            env={**os.environ, "DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.kinds = self.ask("kinds", "")

    def ask(self, what: str, kind: str) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps([what, kind]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def count(self, kind: str) -> tuple[int, int, int]:
        status, queries, size = self.ask("count", kind)
        return status, queries, size

    def milliseconds(self, kind: str) -> float:
        return float(self.ask("milliseconds", kind))


def answer() -> None:
    """Be the other process."""
    here = Here()
    for line in sys.stdin:
        what, kind = json.loads(line)
        found = here.kinds if what == "kinds" else getattr(here, what)(kind)
        print(json.dumps(found), flush=True)


def measured(archives: list[Any], kind: str, times: int) -> list[dict[str, Any]]:
    """Of each archive the status, queries, bytes, median and least milliseconds of a page, asked for in turns."""
    counts = [archive.count(kind) for archive in archives]
    taken = [[archive.milliseconds(kind) for archive in archives] for _ in range(times)]
    return [
        {
            "address": archive.kinds[kind],
            "status": status,
            "queries": queries,
            "bytes": size,
            "p50": statistics.median(each),
            "least": min(each),
        }
        for archive, (status, queries, size), each in zip(archives, counts, zip(*taken, strict=True), strict=True)
    ]


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
    print(f"{'ratio':>6} {'of least':>8} {'of bytes':>8} {'small':>9} {'here':>9}  queries  page")
    equal = True
    for kind, row in kinds.items():
        if kind not in other:
            continue
        ratio = other[kind]["p50"] / row["p50"]
        asked = sorted({other[kind]["queries"], row["queries"]})
        size = other[kind]["bytes"] / row["bytes"]
        same = ratio >= min(LEAST, size) and len(asked) == 1
        equal = equal and same
        least = other[kind]["least"] / row["least"]
        times = f"{ratio:6.2f} {least:8.2f} {size:8.2f} {other[kind]['p50']:6.1f} ms {row['p50']:6.1f} ms"
        print(f"{times}  {'→'.join(map(str, asked)):>7}  {kind}{'' if same else '  !'}")
    return equal


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description="What readers' pages cost.")
    parser.add_argument("--json", type=Path, help="write the result to this file")
    parser.add_argument("--compare", type=Path, help="a result of another archive, to compare with")
    parser.add_argument("--beside", metavar="URL", help="the database of another archive, to be measured in turns")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--explain", action="store_true", help="show the plans of all statements")
    parser.add_argument("--only", default="", help="the kinds whose names have this in them")
    parser.add_argument("--times", type=int, default=TIMES, help=f"how often each page is asked for ({TIMES})")
    options = parser.parse_args()

    import django
    from django.test.utils import setup_test_environment

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    setup_test_environment()
    logging.disable(logging.WARNING)
    call_command("collectstatic", interactive=False, verbosity=0)
    if options.answer:
        answer()
        return 0
    from reports.models import Edition

    here = Here()
    archives = [here, *([There(options.beside)] if options.beside else [])]
    result: dict[str, Any] = {"database": connection.vendor, "issues": Edition.objects.live().count(), "kinds": {}}
    other: dict[str, Any] = json.loads(options.compare.read_text())["kinds"] if options.compare else {}
    for kind in (kind for kind in here.kinds if options.only in kind):
        row, *beside = measured(archives, kind, options.times)
        result["kinds"][kind] = row
        if beside:
            other[kind] = beside[0]
        if options.explain:
            print(f"\n=== {kind}: {row['address']}")
            explain(here.client, row["address"])
        print(
            f"{row['p50']:7.1f} ms {row['queries']:3} queries  {row['status']}  {kind}  {row['address']}",
            file=sys.stderr,
        )
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    if not other:
        return 0
    print(f"{result['issues']:,} issues on {result['database']}")
    return 0 if compared(result["kinds"], other) else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    if "DATABASE_URL" in os.environ:
        os.environ.setdefault("DOTENV", os.devnull)
        os.environ.setdefault("VAR_DIR", str(Path(tempfile.gettempdir()) / "newsroom-pages"))
    sys.exit(main())
