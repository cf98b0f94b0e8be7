"""Walking through the public site as a search engine does: every page that a link leads to."""

import re
from collections.abc import Container, Iterable
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.test import Client

ELSEWHERE = ("/static/", "/admin/")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Links(HTMLParser):
    """
    All addresses that a page names, pictures too; and its ids.

    A form that asks names the address with its hidden fields; those to which forms post are in `posted` as well.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.posted: set[str] = set()
        self.ids: list[str] = []
        self._asks: str | None = None
        self._hidden: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("id"):
            self.ids.append(given["id"])
        for name in ("href", "src"):
            if given.get(name):
                self.found.append(given[name])
        for name in ("srcset", "imagesrcset"):
            self.found += [source.split()[0] for source in given.get(name, "").split(",") if source.strip()]
        if tag == "form":
            self.begin_form(given.get("action", ""), given.get("method", "get").lower())
        if tag == "input" and given.get("type") == "hidden":
            self._hidden.append((given.get("name", ""), given.get("value", "")))

    def begin_form(self, action: str, method: str) -> None:
        self._hidden = []
        self._asks = None if method == "post" else action
        if method == "post" and action:
            self.found.append(action)
            self.posted.add(action)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._asks:
            self.found.append(self._asks + (f"?{urlencode(self._hidden)}" if self._hidden else ""))
            self._asks = None


def ask(client: Client, address: str, **options: Any) -> Answer:
    response: Any = client.get(address, **options)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(response.status_code, dict(response.items()), body)


def own(page: str, link: str) -> str | None:
    """The path (and query) on this site that a link leads to, or None."""
    address = urljoin(f"{settings.SITE_URL}{page}", link)
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL or parts.path.startswith(ELSEWHERE):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def without_own_script(page: str) -> str:
    """
    A page less the scripts of the form for comments, of reading and of search, the only ones that readers get, and less
    what it says of itself to programs, which is no script: no sign in it can end it (tests/sharing/test_metadata.py).
    """
    page = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", page, count=1)
    for name in ("comments", "reading", "search"):
        page = re.sub(rf'<script src="/static/site/{name}(\.\w+)?\.js"></script>', "", page, count=1)
    return page


def crawl(
    client: Client, start: Iterable[str] = ("/",), *, passing_by: Container[str] = frozenset()
) -> dict[str, Answer]:
    """The answers at all addresses that can be reached by links from `start`, but for those that it is to pass by."""
    answers: dict[str, Answer] = {}
    waiting = list(start)
    while waiting:
        address = waiting.pop()
        if address in answers or address in passing_by:
            continue
        answers[address] = answer = ask(client, address)
        if "Location" in answer.headers:
            links = [answer.headers["Location"]]
        else:
            links = Links(answer.text).found if answer.headers["Content-Type"].startswith("text/html") else []
        waiting += [path for link in links if (path := own(address, link))]
    return answers
