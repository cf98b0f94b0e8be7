"""
Ways to follow and to pass a page on: the kinds there are, where they lead, and how the desk arranged them.

Every address is made here, whole and encoded: no page of ours loads anything from those whom it names. What the desk
says (`Widget`) is laid over the defaults, so that a kind which came later appears in its place.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote, urlencode

import segno
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from follow.models import Widget
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.mailed import absolute
from newsroom.lib.rights import require
from newsroom.lib.text import one_line
from reports.models import Edition, EditionStory

CHANGE = "follow.change_widget"
BAR, LIST, OFF = Widget.Place.BAR, Widget.Place.LIST, Widget.Place.OFF
Link = Callable[[str, str], str]  # of a title and the path of its page

# Where links lead


def query(fields: dict[str, str]) -> str:
    """UTF-8 in percent signs. A mail program shows "+" as it stands, so spaces become %20 for all (RFC 6068 §5)."""
    return urlencode(fields, quote_via=quote)


def to(target: str, **fields: str) -> Link:
    """To a page elsewhere, which is given fields such as "{title} {address}"."""

    def link(title: str, path: str) -> str:
        words = {"title": title, "address": absolute(path)}
        return f"{target}?{query({name: text.format(**words) for name, text in fields.items()})}"

    return link


def by_way_of(view: str) -> Link:
    """To a page of ours about the page."""
    return lambda title, path: f"{reverse(view)}?{query({'of': unquote(path)})}"


def here(view: str) -> Link:
    """To a page of ours, the same for all pages."""
    return lambda title, path: reverse(view)


# The kinds


@dataclass(frozen=True)
class Kind:
    """
    One way to follow or to share, as it stands if the desk says nothing.

    Its label is kept in English, and each reader gets it in his language (`worded`); what the desk puts in its place
    stands as it is. Without a `link` it is something that only a script can do, or the list itself. `passes_on`:
    whether a press on it counts as sharing.
    """

    kind: str
    label: str
    place: str
    link: Link | None = None
    passes_on: bool = True

    @property
    def icon(self) -> str:
        """The template of its drawing."""
        return f"follow/icons/{self.kind}.svg"

    def worded(self, label: str) -> str:
        """Its label as readers get it now: in their language, if the desk left it as it was."""
        return _(label) if label == self.label else label


KINDS = {
    kind.kind: kind
    for kind in (
        Kind("rss", "RSS", BAR, here("feed"), passes_on=False),
        Kind("follow", gettext_noop("Follow by Email"), BAR, here("follow:follow"), passes_on=False),
        Kind("linkedin", "LinkedIn", BAR, to("https://www.linkedin.com/sharing/share-offsite/", url="{address}")),
        Kind("share", gettext_noop("Share"), BAR),
        Kind("x", "X", LIST, to("https://x.com/intent/post", text="{title}", url="{address}")),
        Kind("facebook", "Facebook", LIST, to("https://www.facebook.com/sharer/sharer.php", u="{address}")),
        Kind("reddit", "Reddit", LIST, to("https://www.reddit.com/submit", url="{address}", title="{title}")),
        Kind("whatsapp", "WhatsApp", LIST, to("https://wa.me/", text="{title} {address}")),
        Kind("telegram", "Telegram", LIST, to("https://t.me/share/url", url="{address}", text="{title}")),
        Kind("bluesky", "Bluesky", LIST, to("https://bsky.app/intent/compose", text="{title} {address}")),
        Kind("mastodon", "Mastodon", LIST, by_way_of("follow:mastodon")),
        Kind("threads", "Threads", LIST, to("https://www.threads.net/intent/post", text="{title}", url="{address}")),
        Kind(
            "hackernews", "Hacker News", LIST, to("https://news.ycombinator.com/submitlink", u="{address}", t="{title}")
        ),
        Kind("wechat", gettext_noop("WeChat"), LIST, by_way_of("follow:wechat")),
        Kind(
            "weibo",
            gettext_noop("Weibo"),
            LIST,
            to("https://service.weibo.com/share/share.php", url="{address}", title="{title}"),
        ),
        Kind("email", gettext_noop("Email"), LIST, to("mailto:", subject="{title}", body="{address}")),
        Kind("copy", gettext_noop("Copy link"), LIST),
        Kind("print", gettext_noop("Print"), LIST),
    )
}
PASSING_ON = tuple(kind.kind for kind in KINDS.values() if kind.passes_on)


# How they are arranged


@dataclass(frozen=True)
class Arranged:
    """A kind as readers get it: under which label, where, and the how manyeth there."""

    kind: str
    label: str
    place: str
    position: int


def defaults() -> list[Arranged]:
    """All kinds as they stand if the desk says nothing; in tens, so that something fits between them."""
    return [Arranged(kind.kind, kind.label, kind.place, 10 * n) for n, kind in enumerate(KINDS.values(), start=1)]


def arrangement() -> list[Arranged]:
    """All kinds in the order of the desk; where that says the same of two, in the order of the defaults. One query."""
    rows = {row.kind: Arranged(row.kind, row.label, row.place, row.position) for row in Widget.objects.all()}
    return sorted((rows.get(kind.kind, kind) for kind in defaults()), key=lambda kind: kind.position)


def state(arranged: Iterable[Arranged]) -> str:
    """A fingerprint of an arrangement, to tell whether it is still the one that somebody saw."""
    return sha256(repr(list(arranged)).encode()).hexdigest()[:16]


class Stale(Exception):
    """Somebody else arranged them in the meantime."""


@transaction.atomic
def arrange(wanted: Iterable[Arranged], *, seen: str, by: Any) -> bool:
    """
    Have readers get these kinds from now on; False if they do already.

    Only what differs from the default is kept. Raises PermissionDenied, and Stale if `seen` is not the state now.
    """
    require(by, CHANGE)
    one_at_a_time("follow.widgets")
    before = arrangement()
    if state(before) != seen:
        raise Stale(_("Somebody else arranged the widgets while you did."))
    rows = [kind for kind in wanted if kind not in defaults()]
    Widget.objects.all().delete()
    Widget.objects.bulk_create(
        Widget(kind=kind.kind, label=kind.label, place=kind.place, position=kind.position) for kind in rows
    )
    return arrangement() != before


@transaction.atomic
def back_to_defaults(*, by: Any) -> bool:
    """Forget what the desk arranged; False if that was nothing. Raises PermissionDenied."""
    require(by, CHANGE)
    gone, _ = Widget.objects.all().delete()
    return bool(gone)


# What stands on a page


@dataclass(frozen=True)
class Shown:
    """One widget on one page. Without a `url` it is a button."""

    kind: str
    label: str
    url: str

    @property
    def is_elsewhere(self) -> bool:
        return not self.url.startswith("/")


@dataclass(frozen=True)
class Widgets:
    """What stands on a page: in the bar, and behind "Share"."""

    title: str
    path: str
    bar: list[Shown]
    behind: list[Shown]

    @property
    def address(self) -> str:
        return absolute(self.path)

    @property
    def address_below(self) -> bool:
        """Whether the address stands below the bar to be copied by hand, as "Copy link" stands in it."""
        return any(widget.kind == "copy" for widget in self.bar)

    @property
    def address_behind(self) -> bool:
        """Whether it stands behind "Share", as "Copy link" does."""
        return any(widget.kind == "copy" for widget in self.behind)


def widgets(title: str, path: str) -> Widgets:
    """The widgets of the page at a path of ours, which has this title. One query."""
    shown: dict[str, list[Shown]] = {BAR: [], LIST: [], OFF: []}
    for arranged in arrangement():
        kind = KINDS[arranged.kind]
        url = kind.link(title, path) if kind.link else ""
        shown[arranged.place].append(Shown(kind.kind, kind.worded(arranged.label), url))
    bar = [widget for widget in shown[BAR] if widget.kind != "share" or shown[LIST]]
    return Widgets(title, path, bar, shown[LIST])


# The pages they are about


@dataclass(frozen=True)
class Page:
    """A live issue or a story of one: the numbers under which it is counted (story 0: the issue), title and path."""

    report: int
    story: int
    title: str
    path: str


def page_at(path: str) -> Page | None:
    """
    The issue or story that readers have at this path, in the language that it begins with; its title and path.

    None for any other address, ours or not. One query at most.
    """
    path = unquote(path)
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        return found_at(path)


def found_at(path: str) -> Page | None:
    try:
        match = resolve(path)
    except Resolver404:
        return None
    live = Edition.objects.live().without_article()
    if match.view_name == "reports:report":
        edition = live.filter(slug=match.kwargs["slug"]).first()
        return Page(edition.report_id, 0, edition.title, edition.url) if edition else None
    if match.view_name == "reports:story":
        place = {"slug": match.kwargs["story_slug"], "edition__slug": match.kwargs["slug"]}
        story: EditionStory | None = EditionStory.objects.live_few().filter(**place).with_edition().first()
        return Page(story.edition.report_id, story.story_id, story.headline, story.url) if story else None
    return None


# Mastodon and WeChat, which need a page of their own

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])")
# Names that lead nowhere, or only somewhere within a house: RFC 6761, 6762, 7686 and 9476, and ICANN's own.
NOT_PUBLIC = {"alt", "arpa", "example", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test"}


# What people paste in the place of it: the address of a page there, or an account's name.
PASTED = re.compile(r"(?:https?://)?([^\s/@:?#\\]+)(?:/[^\s?#\\]*)?|@?[^\s/@:?#\\]+@([^\s/@:?#\\]+)", re.IGNORECASE)


def instance_of(text: str) -> str:
    """
    The host name that somebody typed, in ASCII and lower case (IDNA, RFC 5891).

    Also that of a web address with no more than a path, such as https://mastodon.social/@me, and of an account's name,
    such as @me@mastodon.social. Raises ValidationError for all else: a port, a name with a password, another scheme, an
    IP address, a name without a dot.
    """
    found = PASTED.fullmatch(one_line(text))
    name = (found[1] or found[2]) if found else ""
    try:
        host = punycode(name.rstrip(".")).lower()  # before it is looked at: this makes a plain "/" of "／"
    except UnicodeError:
        host = ""
    if len(host) > 253 or not HOST.fullmatch(host) or host.rpartition(".")[2] in NOT_PUBLIC:
        raise ValidationError(_("Please enter the name of your server, such as mastodon.social."))
    return host


def mastodon_link(instance: str, page: Page) -> str:
    """Where an instance lets its people write a post, with the page already in it."""
    return to(f"https://{instance}/share", text="{title} {address}")(page.title, page.path)


@dataclass(frozen=True)
class Squares:
    """A QR code with its quiet zone, to be drawn as one path: `size` squares wide and high."""

    size: int
    path: str


def qr_code(address: str) -> Squares:
    """An address as a QR code (ISO 18004), its dark squares gathered row by row."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    quiet = 4  # squares of light around it, which the standard asks for
    dark = [
        f"M{found.start() + quiet} {y + quiet}h{len(found[0])}v1h-{len(found[0])}z"
        for y, row in enumerate(rows)
        for found in re.finditer(rb"\x01+", row)
    ]
    return Squares(len(rows) + 2 * quiet, "".join(dark))
