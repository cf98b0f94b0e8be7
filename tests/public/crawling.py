"""Walking through the public site as a search engine does: every page that a link leads to."""

import re
from collections.abc import Container, Iterable
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

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
    """All addresses that a page names, pictures too."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action") and value:
                self.found.append(value)
            if name == "srcset" and value:
                self.found += [source.split()[0] for source in value.split(",")]


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
    """A page less the scripts of the form for comments and of the widgets, the only ones that readers get."""
    for name in ("comments", "share"):
        page = re.sub(rf'<script src="/static/site/{name}(\.\w+)?\.js" defer></script>', "", page, count=1)
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
