"""
Feeds: one description of each (Channel), three ways to write it: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1.

    return respond(Channel(…, items=[Item(…)]), "atom")

Whatever the text, what is written is well-formed: what XML can't carry is left out here, and nowhere else.
"""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.encoding import iri_to_uri
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, Stylesheet, SyndicationFeed
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from newsroom.lib.links import joined
from newsroom.lib.mailed import absolute
from newsroom.lib.text import printable

MINUTES = 60  # after which a reader's program may ask again
SECOND = timedelta(seconds=1)
# For addresses of the scheme tag: (RFC 4151), in which a date never changes; and for a feed in which nothing ever was.
FOUNDED = datetime(2025, 1, 1, tzinfo=UTC)
CONTENT = "http://purl.org/rss/1.0/modules/content/"
# A tag as our templates and nh3 write it: every value in double quotes, so that no ">" in one ends it.
TAG = re.compile(r'<(?:a|img)(?:\s+[\w-]+="[^"]*")*\s*/?>')
ADDRESS = re.compile(r'(\s(?:href|src))="([^"]*)"')
# A reader's program shows one picture: what chooses among several is left out, as their addresses would not be found.
CHOICES = re.compile(r"</?picture>|<source\s[^>]*>")
CHOICE = re.compile(r'\s(?:srcset|sizes)="[^"]*"')


@dataclass(frozen=True)
class Item:
    """
    One thing in a feed. `id` stays the same whatever becomes of the rest (`stable_id`); `url` is whole.

    `text` is cleaned HTML whose addresses are whole; `summary` and all else is plain.
    """

    id: str
    title: str
    url: str
    text: str
    published_at: datetime
    updated_at: datetime
    summary: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channel:
    """
    What a feed is, whichever way it is written.

    `page` is the whole address of the page that shows the same, `path` that of the feed as RSS; `changed_at` is when
    something changed that no item tells, if anything did.
    """

    id: str
    title: str
    about: str
    page: str
    path: str
    items: tuple[Item, ...]
    changed_at: datetime | None = None


class Rss(Rss201rev2Feed):
    """With the day on which it changed last, the hub, and the whole text of an item beside its summary."""

    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed_at"]
        return changed

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": CONTENT}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["hub"]:
            handler.addQuickElement("atom:link", None, {"rel": "hub", "href": self.feed["hub"]})
        handler.startElement("image", AttributesImpl({}))
        handler.addQuickElement("url", self.feed["picture"])
        handler.addQuickElement("title", self.feed["title"])
        handler.addQuickElement("link", self.feed["link"])
        handler.endElement("image")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        # A description is HTML, and stands before the whole text (RSS Best Practices Profile); or it is the whole text.
        summary = escape(item["description"])
        super().add_item_elements(handler, {**item, "description": summary or item["content"]})
        if summary:
            handler.addQuickElement("content:encoded", item["content"])


class Atom(Atom1Feed):
    """With a style sheet, which Django's leaves out, the hub, and the whole text of an item beside its summary."""

    def write(self, outfile: IO[Any], encoding: str) -> None:
        handler = SimplerXMLGenerator(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        for sheet in self.feed["stylesheets"]:
            handler.processingInstruction("xml-stylesheet", str(sheet))
        handler.startElement("feed", AttributesImpl(self.root_attributes()))
        self.add_root_elements(handler)
        self.write_items(handler)
        handler.endElement("feed")

    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed_at"]
        return changed

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["hub"]:
            handler.addQuickElement("link", None, {"rel": "hub", "href": self.feed["hub"]})
        handler.addQuickElement("icon", self.feed["picture"])

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        if item["description"]:
            handler.addQuickElement("summary", item["description"])
        handler.addQuickElement("content", item["content"], {"type": "html"})


class Json(SyndicationFeed):
    """JSON Feed 1.1 (jsonfeed.org)."""

    def write(self, outfile: IO[Any], encoding: str) -> None:
        told = self.feed
        written = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": told["title"],
            "home_page_url": told["link"],
            "feed_url": told["feed_url"],
            "description": told["description"],
            "icon": told["picture"],
            "language": told["language"],
            "authors": [{"name": told["author_name"], "url": told["author_link"]}],
            **({"hubs": [{"type": "WebSub", "url": told["hub"]}]} if told["hub"] else {}),
            "items": [self.item(item) for item in self.items],
        }
        outfile.write(json.dumps(written, ensure_ascii=False, indent=1))

    @staticmethod
    def item(item: dict[str, Any]) -> dict[str, Any]:
        written = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_html": item["content"],
            "summary": item["description"],
            "date_published": item["pubdate"].isoformat(),
            "date_modified": item["updateddate"].isoformat(),
            "authors": [{"name": item["author_name"]}] if item["author_name"] else [],
            "tags": item["categories"],
        }
        return {name: value for name, value in written.items() if value}


WRITERS: dict[str, type[SyndicationFeed]] = {"rss": Rss, "atom": Atom, "json": Json}
# What a page says that it links to.
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
# What is sent. Browsers show application/rss+xml as bare text, and plain XML by our style sheet. Programs take either.
SENT = {"rss": "application/xml", "atom": "application/xml", "json": TYPES["json"]}
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


def in_form(path: str, form: str) -> str:
    """The address of a feed in one of its forms, from that of the same as RSS."""
    return path if form == "rss" else f"{path}{form}/"


def stable_id(thing: str) -> str:
    """A name for something that is this site's alone and never changes, such as `story/7` (RFC 4151)."""
    return iri_to_uri(f"tag:{settings.SITE_HOST},{FOUNDED.year}:{thing}")


def titled(name: str) -> str:
    """What a feed of something is called, so that it can be told from those of other sites."""
    return f"{name} — {settings.SITE_NAME}"


def respond(channel: Channel, form: str) -> HttpResponse:
    """The feed in one of its forms. Where there is a hub, the headers name it too (WebSub §4)."""
    response = HttpResponse(write(channel, form), content_type=f"{SENT[form]}; charset=utf-8")
    if settings.WEBSUB_HUB:
        own = absolute(in_form(channel.path, form))
        response.headers["Link"] = f'<{settings.WEBSUB_HUB}>; rel="hub", <{own}>; rel="self"'
    return response


def write(channel: Channel, form: str) -> str:
    """The feed as text, in one of its forms."""
    items = list(told_apart(channel.items))
    writer = WRITERS[form](
        title=printable(channel.title),
        link=channel.page,
        description=printable(channel.about),
        language=settings.LANGUAGE_CODE,
        author_name=printable(settings.SITE_NAME),
        author_link=f"{settings.SITE_URL}/",
        feed_url=absolute(in_form(channel.path, form)),
        feed_guid=channel.id,
        subtitle=printable(channel.about),
        ttl=MINUTES,
        stylesheets=[] if form == "json" else [Stylesheet(static("site/feed.css"), mimetype="text/css", media="all")],
        changed_at=max(filter(None, [channel.changed_at, *(item.updated_at for item in items)]), default=FOUNDED),
        picture=absolute(static("site/icon-180.png")),
        hub=settings.WEBSUB_HUB,
    )
    for item in items:
        writer.add_item(
            title=printable(item.title),
            link=item.url,
            description=printable(item.summary),
            content=printable(item.text),
            author_name=printable(item.author) or None,
            pubdate=item.published_at,
            updateddate=item.updated_at,
            unique_id=item.id,
            unique_id_is_permalink=False,
            categories=list(dict.fromkeys(filter(None, map(printable, item.tags)))),
        )
    return str(writer.writeString("utf-8"))


def told_apart(items: Iterable[Item]) -> Iterable[Item]:
    """
    The items, no two of which have the same times: of those that appeared at once, each is a second before the last.

    So readers' programs, which sort by time, keep the ranks of the stories of one issue.
    """
    published: set[datetime] = set()
    updated: set[datetime] = set()
    for item in items:
        changed_at = free(item.updated_at, updated)
        yield replace(item, published_at=min(free(item.published_at, published), changed_at), updated_at=changed_at)


def free(at: datetime, taken: set[datetime]) -> datetime:
    """The last second up to a time that is not taken; it is now."""
    at = at.replace(microsecond=0)
    while at in taken:
        at -= SECOND
    taken.add(at)
    return at


def with_whole_addresses(text: str, base: str) -> str:
    """Cleaned HTML whose links and pictures are found from anywhere, as they would be on the page at `base`."""

    def whole(found: re.Match[str]) -> str:
        return f'{found[1]}="{html.escape(joined(base, html.unescape(found[2])))}"'

    return TAG.sub(lambda tag: ADDRESS.sub(whole, CHOICE.sub("", tag[0])), CHOICES.sub("", text))
