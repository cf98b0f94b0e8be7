"""Reading feeds as programs do, the same whatever form they are in; and what every form must keep."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.test import Client

from newsroom.lib.feeds import WRITERS, in_form
from tests.public.crawling import Answer, ask

FORMS = list(WRITERS)
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[\w/%~.-]+", re.ASCII)  # RFC 4151 §2.1


@dataclass(frozen=True)
class Read:
    id: str
    title: str
    url: str
    text: str
    summary: str
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...]
    author: str


@dataclass(frozen=True)
class Feed:
    title: str
    about: str
    page: str
    own: str
    hubs: list[str]
    items: list[Read]


def read(path: str, form: str, client: Client | None = None) -> Feed:
    """The feed at a path, given as that of the RSS, in one of its forms; held to the rules of the form."""
    answer = ask(client or Client(), in_form(path, form))
    assert answer.status == 200, path
    return parse(answer, form)


def parse(answer: Answer, form: str) -> Feed:
    found = {"rss": parse_rss, "atom": parse_atom, "json": parse_json}[form](answer)
    hold_to_common_rules(found)
    return found


def parse_rss(answer: Answer) -> Feed:
    """RSS 2.0, and what the RSS Best Practices Profile and the W3C's validator ask for beside."""
    root = ET.fromstring(answer.body)
    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    channel = root[0]
    once(channel, "title", "link", "description", "language", "lastBuildDate", "ttl", "image")
    assert channel.findtext("language") == settings.LANGUAGE_CODE
    image = channel.find("image")
    assert image is not None
    assert (image.findtext("title"), image.findtext("link")) == (channel.findtext("title"), channel.findtext("link"))
    assert re.search(r"\.(gif|jpe?g|png)$", image.findtext("url") or "")
    names = [child.tag for child in channel]
    assert "item" not in names or names.index("item") == len(names) - names.count("item"), "items come last"
    links = {rel: [link.get("href") for link in channel.findall(f"{ATOM}link") if link.get("rel") == rel]
             for rel in ("self", "hub")}  # fmt: skip
    return Feed(
        title=channel.findtext("title") or "",
        about=channel.findtext("description") or "",
        page=channel.findtext("link") or "",
        own=str(links["self"][0]),
        hubs=[str(link) for link in links["hub"]],
        items=[rss_item(item) for item in channel.findall("item")],
    )


def rss_item(item: ET.Element) -> Read:
    once(item, "title", "link", "pubDate", "guid", "description")
    names = [child.tag for child in item]
    has_summary = CONTENT in names
    if has_summary:
        assert names.index("description") < names.index(CONTENT)
    description = item.findtext("description") or ""
    guid = item.find("guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    at = parsedate_to_datetime(item.findtext("pubDate") or "")
    return Read(
        id=guid.text or "",
        title=item.findtext("title") or "",
        url=item.findtext("link") or "",
        text=(item.findtext(CONTENT) or "") if has_summary else description,
        summary=plain(description) if has_summary else "",
        published_at=at,
        updated_at=at,
        tags=tuple(tag.text or "" for tag in item.findall("category")),
        author=item.findtext(CREATOR) or "",
    )


def parse_atom(answer: Answer) -> Feed:
    """RFC 4287 §4.1."""
    root = ET.fromstring(answer.body)
    assert root.tag == f"{ATOM}feed"
    assert root.get(LANG) == settings.LANGUAGE_CODE
    once(root, *(ATOM + name for name in ("id", "title", "updated", "author", "subtitle", "icon")))
    assert TAG_URI.fullmatch(root.findtext(f"{ATOM}id") or "")
    datetime.fromisoformat(root.findtext(f"{ATOM}updated") or "")
    items = [atom_entry(entry) for entry in root.findall(f"{ATOM}entry")]
    assert len({item.updated_at for item in items}) == len(items), "no two entries have the same time"
    return Feed(
        title=root.findtext(f"{ATOM}title") or "",
        about=root.findtext(f"{ATOM}subtitle") or "",
        page=links_of(root, "alternate")[0],
        own=links_of(root, "self")[0],
        hubs=links_of(root, "hub"),
        items=items,
    )


def atom_entry(entry: ET.Element) -> Read:
    once(entry, *(ATOM + name for name in ("id", "title", "updated", "published", "content")))
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    return Read(
        id=entry.findtext(f"{ATOM}id") or "",
        title=entry.findtext(f"{ATOM}title") or "",
        url=links_of(entry, "alternate")[0],
        text=content.text or "",
        summary=entry.findtext(f"{ATOM}summary") or "",
        published_at=datetime.fromisoformat(entry.findtext(f"{ATOM}published") or ""),
        updated_at=datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or ""),
        tags=tuple(tag.get("term") or "" for tag in entry.findall(f"{ATOM}category")),
        author=entry.findtext(f"{ATOM}author/{ATOM}name") or "",
    )


def parse_json(answer: Answer) -> Feed:
    """JSON Feed 1.1: what it requires, and nothing that it does not know."""
    told: dict[str, Any] = json.loads(answer.body)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    known = {"version", "title", "home_page_url", "feed_url", "description", "icon", "language", "authors", "hubs"}
    assert told.keys() <= known | {"items"}
    assert told["language"] == settings.LANGUAGE_CODE
    return Feed(
        title=told["title"],
        about=told["description"],
        page=told["home_page_url"],
        own=told["feed_url"],
        hubs=[hub["url"] for hub in told.get("hubs", [])],
        items=[json_item(item) for item in told["items"]],
    )


def json_item(item: dict[str, Any]) -> Read:
    known = {"id", "url", "title", "content_html", "summary", "date_published", "date_modified", "authors", "tags"}
    assert {"id", "content_html"} <= item.keys() <= known
    return Read(
        id=item["id"],
        title=item["title"],
        url=item["url"],
        text=item["content_html"],
        summary=item.get("summary", ""),
        published_at=datetime.fromisoformat(item["date_published"]),
        updated_at=datetime.fromisoformat(item["date_modified"]),
        tags=tuple(item.get("tags", ())),
        author=item["authors"][0]["name"] if "authors" in item else "",
    )


def hold_to_common_rules(feed: Feed) -> None:
    """Whole addresses everywhere, ids that are no addresses and told apart, times that are in order."""
    assert feed.title.strip()
    assert feed.about.strip()
    assert len({item.id for item in feed.items}) == len(feed.items)
    for address in (feed.page, feed.own, *(item.url for item in feed.items)):
        assert is_whole(address), address
        assert address.isascii()
    for item in feed.items:
        assert TAG_URI.fullmatch(item.id), item.id
        assert item.title.strip()
        assert item.text.strip()
        assert item.published_at <= item.updated_at
        assert all(is_whole(link) for link in Links(item.text).found), item.text


def is_whole(address: str) -> bool:
    return urlsplit(address).scheme in {"http", "https", "mailto"}


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def plain(text: str) -> str:
    """The words of a piece of HTML."""
    return "".join(Links(text).words)


def links_of(element: ET.Element, rel: str) -> list[str]:
    links = element.findall(f"{ATOM}link")
    return [link.get("href") or "" for link in links if link.get("rel", "alternate") == rel]


def once(element: ET.Element, *names: str) -> None:
    assert {name: len(element.findall(name)) for name in names} == dict.fromkeys(names, 1)
