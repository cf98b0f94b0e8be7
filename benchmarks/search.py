"""
How fast search is, over whatever the database holds.

    .venv/bin/python -m benchmarks.search fill 10000      # issues of 20 stories, for an empty database
    .venv/bin/python -m benchmarks.search run             # add --http for searches a second over HTTP
    .venv/bin/python -m tests.postgres sh -c "python manage.py migrate && python -m benchmarks.search both 10000"

Every kind of question is asked many times, each time with other words; words are taken from the index itself, by how
many entries have them. Printed are the median and the 95th percentile in milliseconds, of the function and of the
page through Django's test client, and as a ratio to `SELECT 1` and to the page of one story in the same run.

With --http, two processes with eight threads each ask the function for ten seconds, each thread on a connection of its
own; then gunicorn is started on a free port with two processes, and 16 connections ask it for the page.
"""

import argparse
import http.client
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import accumulate
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

import policies.projection  # noqa: E402
import reports.projection  # noqa: E402
import watchlist.projection  # noqa: E402
from newsroom.lib.static import collect_if_changed  # noqa: E402
from newsroom.models import Entry, Name  # noqa: E402
from newsroom.search import finding, index, suggesting  # noqa: E402
from newsroom.search.entries import bare  # noqa: E402
from policies.models import Policy  # noqa: E402
from reports.models import Edition, EditionStory, Report, Revision, place_of  # noqa: E402
from watchlist.models import Company  # noqa: E402

SEED = 20250412
FORK = multiprocessing.get_context("fork")
STORIES, WORDS = 20, 130
BATCH = 100
COMMON, NEWS, SYLLABLES = (
    words.split()
    for words in (
        "the of to and in a is that for it as was with be by on not he his but at are this have from or had an",
        (
            "china ai company chip market policy trade tariff export regulator government model data court bank energy "
            "carbon battery vehicle robot satellite quantum cloud software antitrust privacy security investment fund "
            "growth inflation climate summit minister parliament election strike factory supply licence university"
        ),
        "ka lo mi ren tas vol der sim pur gal nex tor bin fay qui zel mor han dup wex",
    )
)
HAN = (
    "人工智能公司中国美国政府芯片市场政策贸易关税出口监管模型数据法院银行"
    "能源电池汽车机器卫星量子云软件反垄断隐私安全投资基金增长"
)


# --- An archive to search --------------------------------------------------------------------------------------


class Writer:
    """Makes texts whose words are as common and as rare as those of a language are."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        invented = [
            "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(2, 4))) for _ in range(40_000)
        ]
        self.words = list(dict.fromkeys([*COMMON, *NEWS, *invented]))
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def text(self, length: int) -> str:
        words = " ".join(self.random.choices(self.words, cum_weights=self.weights, k=length))
        return f"{words[:1].upper()}{words[1:]}."

    def han(self, length: int) -> str:
        return "".join(self.random.choices(HAN, k=length)) + "。"

    def headline(self, number: int) -> str:
        return self.han(12) if number % 10 == 0 else self.text(9)[:-1]

    def body(self, number: int) -> str:
        if number % 10 == 0:
            return f"<p>{self.han(120)}</p><p>{self.text(15)}</p>"
        return f"<p>{self.text(WORDS // 2)}</p><p>{self.text(WORDS // 2)} <strong>AI</strong></p>"


def fill(issues: int) -> None:
    writer = Writer()
    names = [f"{writer.text(1)[:-1]} {writer.text(1)[:-1]} {n}".title() for n in range(max(20, issues // 4))]
    Company.objects.bulk_create(
        [Company(name=name, key=name.lower(), slug=f"company-{n}") for n, name in enumerate(names)]
    )
    titles = [f"{name} Act" for name in names[: len(names) // 4]]
    Policy.objects.bulk_create(
        [Policy(title=title, key=title.lower(), slug=f"policy-{n}") for n, title in enumerate(titles)]
    )
    companies, tracked = list(Company.objects.all()), list(Policy.objects.all())
    started = time.perf_counter()
    indexing = 0.0
    for first in range(0, issues, BATCH):
        with transaction.atomic():
            numbers = range(first, min(first + BATCH, issues))
            editions = [issue(writer, number, companies, tracked) for number in numbers]
            Report.objects.bulk_create([edition.report for edition in editions])
            for edition in editions:
                edition.revision.report = edition.report = edition.report
                edition.place = place_of(edition.issued_on, edition.report_id)
            Revision.objects.bulk_create([edition.revision for edition in editions])
            for edition in editions:
                edition.revision = edition.revision  # which has its number now
            Edition.objects.bulk_create(editions)
            for project in (reports.projection.project, watchlist.projection.project, policies.projection.project):
                project(editions)
            began = time.perf_counter()
            index.project(editions)
            indexing += time.perf_counter() - began
        taken = time.perf_counter() - started
        print(f"\r{numbers[-1] + 1} of {issues} issues, {taken:.0f} s, of that for the index {indexing:.0f} s", end="")
    print(f"\n{issues / indexing:.0f} issues a second are indexed")
    began = time.perf_counter()
    index.tidy()
    print(f"{time.perf_counter() - began:.1f} s to put the index in order")


def issue(writer: Writer, number: int, companies: list[Company], tracked: list[Policy]) -> Edition:
    day = date(1998, 1, 1) + timedelta(days=number)
    watched = writer.random.sample(companies, 5)
    title = writer.headline(number + 1)
    content: dict[str, Any] = {
        "title": title,
        "slug": f"bench-{number}",
        "number": None,
        "issued_on": day.isoformat(),
        "standfirst": writer.text(25),
        "intro": f"<p>{writer.text(60)}</p>",
        "hero": None,
        "takeaways": [writer.text(15) for _ in range(3)],
        "tags": [{"name": "Synthetic", "slug": "synthetic"}],
        "stories": [
            {
                "id": number * STORIES + n + 1,
                "section": "china" if n < STORIES // 2 else "international",
                "rank": n % (STORIES // 2) + 1,
                "headline": writer.headline(n),
                "slug": f"story-{n}",
                "body": writer.body(n),
                "tags": [{"name": f"Tag {tag}", "slug": f"tag-{tag}"} for tag in {n, number % 400}],
                "companies": [
                    {"company": company.pk, "name": company.name, "slug": company.slug} for company in [watched[n % 5]]
                ],
            }
            for n in range(STORIES)
        ],
        "watchlist": [
            {
                "company": company.pk,
                "name": company.name,
                "slug": company.slug,
                "country": "China",
                "link": "",
                "note": writer.text(9),
            }
            for company in watched
        ],
        "policies": [
            {"policy": policy.pk, "title": policy.title, "slug": policy.slug, "jurisdiction": "EU", "detail": "Adopted"}
            for policy in writer.random.sample(tracked, 3)
        ],
    }
    report = Report(title=title, slug=content["slug"], issued_on=day)
    revision = Revision(report=report, number=1, content=content, digest=f"{number:064x}", schema=2)
    return Edition(
        report=report,
        revision=revision,
        kind=Edition.Kind.FIRST,
        slug=content["slug"],
        title=title,
        issued_on=day,
        standfirst=content["standfirst"],
        live_from=timezone.now() - timedelta(days=1),
        announced_at=timezone.now(),
    )


# --- Questions -------------------------------------------------------------------------------------------------


class Questions:
    """Questions of every kind, as parameters of an address, made of what the archive holds."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.stories = self.sample()
        self.names = list(Name.objects.values_list("name", flat=True)[:2000])
        self.years = finding.years()
        self.kinds: dict[str, Callable[[], dict[str, str]]] = {
            "common word": lambda: {"q": self.random.choice(["AI", "the", "china", "market", "chips"])},
            "two common words": lambda: {"q": " ".join(self.random.sample(NEWS[:14], 2))},
            "rare word": lambda: {"q": self.rare()},
            "rare and common": lambda: {"q": f"{self.rare()} {self.random.choice(NEWS)}"},
            "word of an old story": lambda: {"q": self.rare(self.stories[-50:])},
            "headline": lambda: {"q": " ".join(self.random.choice(self.stories).headline.split()[:4])},
            "phrase": lambda: {"q": '"' + " ".join(self.words()[3:6]) + '"'},
            "phrase of common words": lambda: {"q": '"' + " ".join(self.random.sample(COMMON[:6], 2)) + '"'},
            "Chinese": lambda: {"q": self.random.choice(["人工智能", "中国", "芯片", "反垄断", "电池汽车"])},
            "one Chinese character": lambda: {"q": self.random.choice("人芯云罚")},
            "common, in a section": lambda: {"q": self.random.choice(NEWS[:9]), "section": "china"},
            "common, in a year": lambda: {"q": self.random.choice(NEWS[:9]), "year": self.year()},
            "rare, in a year": lambda: {"q": self.rare(), "year": self.year()},
            "a tag alone": lambda: {"tag": f"tag-{self.random.randrange(300)}"},
            "without a word": lambda: {"q": f"{self.random.choice(NEWS)} -{self.random.choice(NEWS)}"},
            "name": lambda: {"q": self.random.choice(self.names)},
            "misspelled name": lambda: {"q": self.misspelled()},
            "nothing there": lambda: {"q": "".join(self.random.choices("bcdfghjklm", k=9))},
        }

    def sample(self) -> list[EditionStory]:
        """Stories from all times, the newest first."""
        newest = EditionStory.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        picked = self.random.sample(range(1, newest + 1), min(400, newest))
        return list(EditionStory.objects.filter(pk__in=picked).order_by("-pk"))

    def year(self) -> str:
        return str(self.random.choice(self.years))

    def words(self) -> list[str]:
        while True:
            words = bare(self.random.choice(self.stories).body).split()
            if len(words) > 40:
                return words

    def rare(self, stories: list[EditionStory] | None = None) -> str:
        words = bare(self.random.choice(stories or self.stories).body).split()
        return max((word.strip(".,") for word in words), key=len)[:20]

    def misspelled(self) -> str:
        name = self.random.choice(self.names)
        at = self.random.randrange(1, max(2, len(name) - 1))
        return name[:at] + "x" + name[at + 1 :]


# --- Measuring -------------------------------------------------------------------------------------------------


def milliseconds(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - started)


def line(name: str, times: list[float], unit: float = 0.0) -> None:
    high = quantiles(times, n=20)[-1]
    ratio = f"  {median(times) / unit:6.1f} x" if unit else ""
    print(f"{name:28} p50 {median(times):7.2f}  p95 {high:7.2f}  max {max(times):7.2f} ms{ratio}")


def select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def run(times: int) -> None:
    collect_if_changed()
    kinds = dict.fromkeys(Entry.Kind.values, 0) | {kind: Entry.objects.filter(kind=kind).count() for kind in Entry.Kind}
    print(f"{connection.vendor}, {Entry.objects.count()} entries: {kinds}; {Name.objects.count()} names")
    questions = Questions()
    client = Client()
    story = EditionStory.objects.select_related("edition").last()
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        client.get(reverse("search"), {"q": "warm"})
        one = [milliseconds(select_one) for _ in range(200)]
        page = [milliseconds(lambda: client.get(story.url)) for _ in range(50)] if story else [1.0]
        line("SELECT 1", one)
        line("page of one story", page)
        print("\nThe function, and as many times SELECT 1:")
        everything: list[float] = []
        for name, make in questions.kinds.items():
            asked = [make() for _ in range(times)]
            taken = [milliseconds(lambda: answer(parameters)) for parameters in asked]  # noqa: B023
            everything += taken
            line(name, taken, median(one))
        line("all", everything, median(one))
        print("\nThe page, and as many times the page of one story:")
        everything = []
        for name, make in questions.kinds.items():
            asked = [make() for _ in range(times)]
            taken = [milliseconds(lambda: client.get(reverse("search"), parameters)) for parameters in asked]  # noqa: B023
            everything += taken
            line(name, taken, median(page))
        line("all", everything, median(page))
        typed = [name[:length] for name in questions.names[:60] for length in (1, 2, 3, 5)]
        typed += [word[:length] for word in NEWS[:20] for length in (1, 2, 3, 4)]
        line("suggestions", [milliseconds(lambda: suggesting.suggest(text)) for text in typed], median(one))  # noqa: B023


def answer(parameters: dict[str, str]) -> None:
    question = finding.ask(parameters)
    if not (question.is_empty or question.faults):
        for hit in finding.answer(question).hits:
            _ = hit.marked, hit.snippet


def together(processes: int, threads: int, seconds: float) -> None:
    """Searches a second of the function, as many at once as there are threads in all."""
    questions = Questions()
    mix = [make() for _ in range(400) for make in questions.kinds.values()]
    questions.random.shuffle(mix)
    connection.close()
    answers: multiprocessing.Queue[int] = FORK.Queue()
    share = len(mix) // processes
    workers = [
        FORK.Process(target=ask_for, args=(mix[share * nth :], threads, seconds, answers)) for nth in range(processes)
    ]
    for worker in workers:
        worker.start()
    number = sum(answers.get() for _ in workers)
    for worker in workers:
        worker.join()
    print(f"searches by the function: {number / seconds:.0f} a second on {processes * threads} connections")


def ask_for(mix: list[dict[str, str]], threads: int, seconds: float, answers: "multiprocessing.Queue[int]") -> None:
    done = [0] * threads
    next_question = iter(range(10**9))

    def ask(thread: int) -> None:
        answer(mix[0])  # warm
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            answer(mix[next(next_question) % len(mix)])
            done[thread] += 1
        connection.close()

    asking = [threading.Thread(target=ask, args=(thread,)) for thread in range(threads)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    answers.put(sum(done))


def over_http(connections: int, seconds: float) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "newsroom.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2"]
    command += ["--worker-class=gthread", "--threads=8", "--no-control-socket", "--log-level=warning"]
    server = subprocess.Popen(command, env={**os.environ, "DJANGO_SETTINGS_MODULE": "newsroom.settings"})
    try:
        wait_for(port)
        questions = Questions()
        mix = [make() for _ in range(400) for make in questions.kinds.values()]
        questions.random.shuffle(mix)
        for name, paths in {
            "page of one story": [EditionStory.objects.select_related("edition").last().url],  # type: ignore[union-attr]
            "searches": [f"{reverse('search')}?{urlencode(parameters)}" for parameters in mix],
        }.items():
            load(port, paths, connections, 2.0)  # warm
            taken = load(port, paths, connections, seconds)
            print(f"{name}: {len(taken) / seconds:.0f} a second on {connections} connections")
            line(name, taken)
    finally:
        server.terminate()
        server.wait(15)


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("The server did not start.")


def load(port: int, paths: list[str], connections: int, seconds: float) -> list[float]:
    end = time.perf_counter() + seconds
    taken: list[float] = []
    next_path = iter(range(10**9))
    host = settings.ALLOWED_HOSTS[0]

    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (started := time.perf_counter()) < end:
            link.request("GET", paths[next(next_path) % len(paths)], headers={"Host": host})
            response = link.getresponse()
            response.read()
            if response.status != 200:
                sys.exit(f"{response.status} for a search")
            taken.append(1000 * (time.perf_counter() - started))

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fill", "run", "both"])
    parser.add_argument("issues", nargs="?", type=int, default=1000)
    parser.add_argument("--times", type=int, default=60, help="how often each kind of question is asked (60)")
    parser.add_argument("--http", action="store_true", help="also over HTTP, with 16 connections")
    options = parser.parse_args()
    if options.what != "run":
        if Report.objects.exists():
            sys.exit("This database holds issues; fill an empty one.")
        fill(options.issues)
    if options.what != "fill":
        run(options.times)
        if options.http:
            together(2, 8, 10.0)
            over_http(16, 10.0)


if __name__ == "__main__":
    main()
