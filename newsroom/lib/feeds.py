"""RSS 2.0: what Django's feeds leave out, and making pages into what can stand in one."""

import html
import re
from datetime import datetime
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator

from newsroom.lib.links import joined

CONTENT = "http://purl.org/rss/1.0/modules/content/"
# A tag as our templates and nh3 write it: every value in double quotes, so that no ">" in one ends it.
TAG = re.compile(r'<(?:a|img)(?:\s+[\w-]+="[^"]*")*\s*/?>')
ADDRESS = re.compile(r'(\s(?:href|src))="([^"]*)"')


class Rss(Rss201rev2Feed):
    """
    With the day on which it changed last, and with the whole text of an item beside its summary.

    Further keywords of the feed: `changed_at`, when something about it changed that no item's date tells; `picture`,
    the whole address of one. Of an item: `content`, cleaned HTML.
    """

    def latest_post_date(self) -> datetime:
        """When the feed changed last: with no item, and with none that is new, not all the time."""
        dates: list[datetime] = [self.feed["changed_at"], *(item["pubdate"] for item in self.items)]
        return max(dates)

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": CONTENT}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed.get("picture"):
            handler.startElement("image", AttributesImpl({}))
            handler.addQuickElement("url", self.feed["picture"])
            handler.addQuickElement("title", self.feed["title"])
            handler.addQuickElement("link", self.feed["link"])
            handler.endElement("image")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item.get("content"):
            handler.addQuickElement("content:encoded", item["content"])


def with_whole_addresses(text: str, base: str) -> str:
    """Cleaned HTML whose links and pictures are found from anywhere, as they would be on the page at `base`."""

    def whole(found: re.Match[str]) -> str:
        return f'{found[1]}="{html.escape(joined(base, html.unescape(found[2])))}"'

    return TAG.sub(lambda tag: ADDRESS.sub(whole, tag[0]), text)
