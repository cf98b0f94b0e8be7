"""Cards of our issues and stories on other sites: what an oEmbed consumer is told (oembed.com, version 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from follow.sharing import Page, page_at
from newsroom import cards
from newsroom.lib.mailed import absolute
from newsroom.lib.text import printable

WIDTH, HEIGHT = 560, 240  # px, of a card where there is room for it
NARROWEST, LOWEST = 240, 180
KEPT = 24 * 3600  # seconds for which a consumer may keep an answer


@dataclass(frozen=True)
class Room:
    """What a consumer has for a card, in pixels, and whether for our picture, which comes in one size."""

    width: int = WIDTH
    height: int = HEIGHT
    takes_picture: bool = True

    @classmethod
    def of(cls, most_wide: str, most_high: str) -> Room:
        """As the parameters `maxwidth` and `maxheight` say, which hold for the picture too; nonsense says nothing."""
        wide, high = (int(most[:9]) if most.isascii() and most.isdecimal() else None for most in (most_wide, most_high))
        return cls(
            limited(wide, NARROWEST, WIDTH),
            limited(high, LOWEST, HEIGHT),
            (wide is None or wide >= cards.WIDTH) and (high is None or high >= cards.HEIGHT),
        )


def limited(asked: int | None, least: int, usual: int) -> int:
    return usual if asked is None else min(usual, max(least, asked))


def page_of(url: str) -> Page | None:
    """The issue or story that readers have at a whole address of ours; None for any other."""
    try:
        parts, own = urlsplit(url), urlsplit(settings.SITE_URL)
    except ValueError:
        return None
    if parts.netloc.lower() != own.netloc.lower() or parts.scheme not in {"http", "https"}:
        return None
    return page_at(parts.path)


def answer(page: Page, room: Room) -> dict[str, Any]:
    """What oEmbed's section 2.3.4 has for the type "rich": a frame with the card in it, and no script."""
    picture = picture_of(page) if room.takes_picture else ""
    html = format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" frameborder="0" loading="lazy"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>',
        absolute(frame_path(page)),
        _("%(title)s — %(site)s") % {"title": page.title, "site": settings.SITE_NAME},
        room.width,
        room.height,
    )
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": page.title,
        "author_name": settings.SITE_NAME,
        "author_url": f"{settings.SITE_URL}/",
        "provider_name": settings.SITE_NAME,
        "provider_url": f"{settings.SITE_URL}/",
        "cache_age": KEPT,
        "html": html,
        "width": room.width,
        "height": room.height,
    }
    if picture:
        told |= {"thumbnail_url": picture, "thumbnail_width": cards.WIDTH, "thumbnail_height": cards.HEIGHT}
    return told


def frame_path(page: Page) -> str:
    """The card's own page, in the language of the page itself."""
    path = unquote(page.path)
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        match = resolve(path)
        return reverse("story-embed" if page.story else "issue-embed", kwargs=match.kwargs)


def picture_of(page: Page) -> str:
    """The address of the page's share image."""
    found = cards.find("story", page.story) if page.story else cards.find("issue", page.report)
    if found is None:
        return ""
    kind, pk = ("story", page.story) if page.story else ("issue", page.report)
    return absolute(cards.url_of(kind, pk, found[0]))


def as_xml(told: dict[str, Any]) -> bytes:
    """The same as XML, as section 2.3.3 has it."""
    root = ET.Element("oembed")
    for name, value in told.items():
        ET.SubElement(root, name).text = printable(str(value))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
