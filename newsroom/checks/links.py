"""Whether links lead to where readers can follow. Nothing is asked of the web here; who did is newsroom/linking.py."""

import ipaddress
import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from newsroom.checks.findings import Level, Said
from newsroom.checks.subject import Place, Subject
from newsroom.lib.text import excerpt

HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
# Special-use domains (RFC 6761, RFC 6762, RFC 9476) and those that private networks use (ICANN, 2024: .internal).
PRIVATE_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "test", "invalid", "onion")
# A label of the host before its registered name: "dev.paper.com" and "paper-dev.herokuapp.com", not "dev.to".
STAGING = re.compile(
    r"(?:^|[.-])(?:staging|stage|stg|preview|preprod|uat|sandbox|dev|test)\d*(?=[.-][^.]+\.)"
    r"|(?:^|\.)(?:staging|preprod|uat)-|\.(?:ngrok\.io|ngrok-free\.app|trycloudflare\.com)$",
    re.IGNORECASE,
)
PUBLIC = {"dev.mysql.com", "dev.epicgames.com", "preview.redd.it"}  # named so, and for everybody
SHORT_ADDRESS = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", re.IGNORECASE)
HOST = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(?:\.(?!-)[\w-]{1,63}(?<!-))+\.?")


RICH = ("intro", "body")  # where a link may be written without an address; elsewhere none is simply none


class Link(NamedTuple):
    place: Place
    field: str
    url: str


def links_of(subject: Subject) -> Iterator[Link]:
    """Every address that the issue would give to readers."""
    for text in subject.texts:
        for found in HREF.finditer(text.source) if text.is_rich else ():
            yield Link(text.place, text.field, unescape(found[1] or found[2] or ""))
    content = subject.content
    for row, credit in enumerate(content["credits"]):
        yield Link(Place("credits", row, credit["name"]), "source", credit["url"])
    for row, note in enumerate(content["watchlist"]):
        yield Link(Place("watchlist", row, note["name"]), "company", note["link"])
    for row, policy in enumerate(content["policies"]):
        for milestone in policy["milestones"]:
            yield Link(Place("policies", row, policy["title"]), "policy", milestone["source_link"])


def web_addresses(subject: Subject) -> list[str]:
    """The addresses of the web that the worker may ask for, each once."""
    return list(dict.fromkeys(link.url for link in links_of(subject) if link.url.startswith(("http://", "https://"))))


def faults(subject: Subject) -> Iterator[Said]:
    """Malformed links, and links to machines that readers can't or shouldn't reach."""
    for link in links_of(subject):
        found = fault_of(link.url) if link.url or link.field in RICH else None
        if found:
            yield Said(found[0], link.place, link.field, found[1], excerpt(link.url, 80))


def fault_of(url: str) -> tuple[Level, str] | None:
    """What is wrong with an address as it is written, and how grave that is."""
    parts = split(url)
    if parts is None or re.search(r"\s", url.strip()):
        return Level.WARN, _("This link can’t be read as an address.")
    if parts.scheme == "mailto":
        return (
            None
            if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parts.path)
            else (Level.WARN, _("This is no address of mail."))
        )
    if not parts.scheme and not parts.netloc:
        return fault_of_path(parts)
    if parts.scheme not in ("http", "https", ""):  # "//paper.com/a" is as good as https
        return Level.WARN, _("This link is no address of the web.")
    if parts.username is not None or parts.password is not None:
        return Level.BLOCK, _("This link holds a name to log in with.")
    return fault_of_host((parts.hostname or "").rstrip("."))


def split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _port = parts.port
    except ValueError:
        return None
    return parts


def fault_of_path(parts: SplitResult) -> tuple[Level, str] | None:
    """Of a link within this site."""
    if re.match(r"/(?:[a-z-]+/)?admin(?:/|$)", parts.path):
        return Level.BLOCK, _("This link leads to the desk, where readers can’t go.")
    if parts.path.startswith("/") or (not parts.path and (parts.fragment or parts.query)):
        return None
    return Level.WARN, _("This link leads nowhere: it needs https:// and the name of a site.")


def fault_of_host(host: str) -> tuple[Level, str] | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None if address.is_global else (Level.BLOCK, _("This link leads to a machine that readers can’t reach."))
    if SHORT_ADDRESS.fullmatch(host):
        return Level.WARN, _("This link names no site.")
    if host.rpartition(".")[2] in PRIVATE_ENDINGS:
        return Level.BLOCK, _("This link leads to a machine that readers can’t reach.")
    if not HOST.fullmatch(host):
        return Level.WARN, _("This link names no site.")
    if host not in PUBLIC and STAGING.search(host):
        return Level.WARN, _("This link leads to a site for trying things out.")
    return None


def dead(subject: Subject) -> Iterator[Said]:
    """Links that the worker followed in vain (newsroom/linking.py)."""
    for link in links_of(subject):
        if outcome := subject.known.dead_links.get(link.url):
            said = _("This link leads nowhere: %(outcome)s.") % {"outcome": outcome}
            yield Said(Level.WARN, link.place, link.field, said, excerpt(link.url, 80))
