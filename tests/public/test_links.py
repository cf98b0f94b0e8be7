"""No link, picture, style sheet or script of any kind of page leads nowhere, nor the long way round."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import Resolver404, resolve

from tests.public.crawling import Answer, Links, ask
from tests.public.page_kinds import Kinds, everything, fetch, in_chinese, page_kinds, reading

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LANGUAGE = re.compile(r"/zh-hans(?=/)")
# The one address of a comment, which leads to the page of the thread that holds it now; and the desk, to its door.
LEADS_ON = re.compile(r"/comments/\d+/|/admin/.*")
SCHEMES = {"https", "http", "mailto"}
ALIKE = 5  # links of a page to others of one kind, such as to the answers of fifty comments, of which no more are tried


@dataclass(frozen=True)
class Found:
    """A page: its address, how it was answered, and what it names."""

    address: str
    status: int
    links: Links
    came_by_post: bool = False

    def targets(self) -> Iterator["Target"]:
        """Where its links lead, each once; of those to pages of one kind, the first few."""
        met: Counter[str] = Counter()
        for link in dict.fromkeys(self.links.found):
            whole, fragment = urldefrag(urljoin(f"{django_settings.SITE_URL}{self.address}", link))
            address = whole.removeprefix(django_settings.SITE_URL) or "/"
            met[kind := kind_of(address)] += 1
            if met[kind] <= ALIKE or fragment:
                yield Target(address, unquote(fragment), is_posted=link in self.links.posted)


class Target(NamedTuple):
    address: str
    fragment: str
    is_posted: bool


def kind_of(address: str) -> str:
    """By which pattern an address is made; of any other, such as a file's, the address itself."""
    try:
        return resolve(unquote(LANGUAGE.sub("", address.partition("?")[0]))).route
    except Resolver404:
        return address


def pages_of(visitor: Client, kinds: Kinds) -> list[Found]:
    """The pages of these kinds."""
    found = []
    for page in kinds.values():
        response = fetch(visitor, page)
        if response.headers.get("Content-Type", "").startswith("text/html") and "Location" not in response.headers:
            links = Links(response.content.decode())
            found.append(Found(page.address, response.status_code, links, came_by_post=page.sent is not None))
    return found


class Crawl:
    """Follows links, and remembers where they led."""

    def __init__(self, visitor: Client) -> None:
        self.visitor = visitor
        self.answers: dict[str, Answer] = {}

    def faults(self, page: Found) -> list[str]:
        """What is wrong with the links and ids of a page, a line for each."""
        twice = [f"the id {name} is there {n} times" for name, n in Counter(page.links.ids).items() if n > 1]
        wrong = [f"{target.address} {fault}" for target in page.targets() if (fault := self.fault(page, target))]
        return twice + wrong

    def fault(self, page: Found, target: Target) -> str:
        """What is wrong with a link; "" if nothing is."""
        if not target.address.startswith("/"):
            return "" if urlsplit(target.address).scheme in SCHEMES else "is no address"
        if target.address == page.address:
            return "" if target.fragment in ("", *page.links.ids) else f"has nothing called #{target.fragment}"
        answer = self.ask(target.address)
        if same(page.address, target.address) and (page.came_by_post or answer.status == page.status):
            return ""  # the same refusal in another language
        if target.is_posted:  # asked for without what the form sends, it may say that this is not the way
            return f"answers {answer.status}" if answer.status in {404, 410} or answer.status >= 500 else ""
        if "Location" in answer.headers:
            may_lead_on = LEADS_ON.fullmatch(LANGUAGE.sub("", target.address))
            return "" if may_lead_on else f"leads on to {answer.headers['Location']}"
        if answer.status != 200:
            return f"answers {answer.status}"
        missing = target.fragment and target.fragment not in Links(answer.text).ids
        return f"has nothing called #{target.fragment}" if missing else ""

    def ask(self, address: str) -> Answer:
        if address not in self.answers:
            self.answers[address] = ask(self.visitor, address)
        return self.answers[address]


def same(one: str, other: str) -> bool:
    """Whether these are one page in two languages."""
    return LANGUAGE.sub("", one) == LANGUAGE.sub("", other)


@pytest.fixture(autouse=True)
def _with_pages_that_fail(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.public.page_kinds"


@pytest.fixture
def crawl() -> Crawl:
    return Crawl(Client(raise_request_exception=False))


def test_no_kind_of_page_leads_nowhere(crawl: Crawl) -> None:
    site = everything()
    pages = pages_of(crawl.visitor, page_kinds(site)) + pages_of(crawl.visitor, in_chinese(reading(site)))
    faults: dict[str, list[str]] = {}
    for page in pages:
        for fault in crawl.faults(page):
            faults.setdefault(fault, []).append(page.address)
    assert not faults, "\n".join(f"{fault}, on {len(on)} pages such as {on[0]}" for fault, on in faults.items())
    assert len(crawl.answers) > 200


def test_dead_links_are_found(crawl: Crawl) -> None:
    page = """
        <p id="twice"><i id="twice"></i>
        <a href="/nothing/">404</a> <a href="/reports">the long way round</a> <a href="javascript:x()">no address</a>
        <a href="#none">nothing of this name</a> <a href="/follow/#none">nor there</a>
        <img src="/media/none.jpg"> <script src="/static/none.js"></script> <link href="/static/none.css">
        <img srcset="/media/small.jpg 1x, /media/large.jpg 2x"> <form method="post" action="/nobody/"></form>
        <a href="/feed/">right</a> <a href="#twice">right</a> <a href="/follow/#content">right</a>
    """
    assert crawl.faults(Found("/page/", 200, Links(page))) == [
        "the id twice is there 2 times",
        "/nothing/ answers 404",
        "/reports leads on to /reports/",
        "javascript:x() is no address",
        "/page/ has nothing called #none",
        "/follow/ has nothing called #none",
        "/media/none.jpg answers 404",
        "/static/none.js answers 404",
        "/static/none.css answers 404",
        "/media/small.jpg answers 404",
        "/media/large.jpg answers 404",
        "/nobody/ answers 404",
    ]
