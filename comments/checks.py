"""
What may be wrong with a comment: a list of small functions, each giving its suspicions or nothing.

They are pure: all they know is in a Candidate and in the Lists, so that the same list judges a new comment, a text that
an editor tries, and thirty days of old ones.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from newsroom.lib.text import folded

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)


class Action(StrEnum):
    HOLD = "hold"
    REJECT = "reject"
    SPAM = "spam"


@dataclass(frozen=True)
class Suspicion:
    action: Action
    reason: str


@dataclass(frozen=True)
class Candidate:
    """A comment as the checks see it, with what is known of its author."""

    name: str
    body: str
    site: str = ""
    email_domain: str = ""
    address: str = ""  # the digest
    network: str = ""
    trapped: bool = False  # the field that people don't see was filled in
    confirmed: bool = False
    approved_before: int = 0
    repeated: bool = False
    thought_spam: bool = False  # by the spam service, if one is asked


@dataclass(frozen=True)
class Lists:
    max_links: int = 2
    hold_repeats: bool = True
    words: list[tuple[re.Pattern[str], str, Action]] = field(default_factory=list)
    domains: list[tuple[str, Action]] = field(default_factory=list)
    bans: dict[str, set[str]] = field(default_factory=dict)
    staff_names: list[str] = field(default_factory=list)


def domain_of(address: str) -> str:
    """The host that a link or a website names, in lower case, "" if none."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname
    except ValueError:
        return ""
    return (host or "").rstrip(".").casefold()


def domains_of(candidate: Candidate) -> set[str]:
    """Every host that the comment, its website and its address name."""
    linked = {domain_of(match.group()) for match in LINK.finditer(candidate.body)}
    return (linked | {domain_of(candidate.site), candidate.email_domain.casefold()}) - {""}


def within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def banned(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if candidate.address and candidate.address in lists.bans.get("address", ()):
        yield Suspicion(Action.SPAM, "The address is banned")
    if folded(candidate.name) in lists.bans.get("name", ()):
        yield Suspicion(Action.SPAM, f"The name “{candidate.name}” is banned")
    if candidate.network and candidate.network in lists.bans.get("network", ()):
        yield Suspicion(Action.SPAM, "The network is banned")
    for host in sorted(domains_of(candidate)):
        if any(within(host, domain) for domain in lists.bans.get("domain", ())):
            yield Suspicion(Action.SPAM, f"The domain {host} is banned")


def trap(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if candidate.trapped:
        yield Suspicion(Action.SPAM, "A field that people don’t see was filled in")


def spam_service(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if candidate.thought_spam:
        yield Suspicion(Action.SPAM, "The spam service takes it for spam")


def listed_words(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    text = folded(f"{candidate.name} {candidate.body}")
    for pattern, word, action in lists.words:
        if pattern.search(text):
            yield Suspicion(action, f"Contains “{word}”")


def listed_domains(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    hosts = sorted(domains_of(candidate))
    for domain, action in lists.domains:
        for host in hosts:
            if within(host, domain):
                yield Suspicion(action, f"Names the domain {host}")


def many_links(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    links = len(LINK.findall(candidate.body))
    if lists.max_links and links >= lists.max_links:
        yield Suspicion(Action.HOLD, f"{links} link{'s' if links > 1 else ''} in the text")


# Letters of other scripts that pass for Latin ones, of Unicode's confusables (UTS #39) those in daily use for that.
PASSES_FOR = str.maketrans(
    "аеорсухіјѕһԁԛԝɡӏαβενοτυρκικϲ01",
    "aeopcyxijshdqwglabevotupkikcol",
)


def skeleton(name: str) -> str:
    """Under which names look the same: folded, without accents, marks and spaces, look-alike letters as Latin ones."""
    bare = unicodedata.normalize("NFD", folded(name).translate(PASSES_FOR))
    return "".join(letter for letter in bare if letter.isalnum()).replace("rn", "m").replace("vv", "w")


def staff_names(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    looks = skeleton(candidate.name)
    for name in lists.staff_names:
        if looks and looks == skeleton(name):
            yield Suspicion(Action.HOLD, f"The name looks like that of {name}, of the staff")


def repeated(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if lists.hold_repeats and candidate.repeated:
        yield Suspicion(Action.HOLD, "The same text was sent before")


Check = Callable[[Candidate, Lists], Iterable[Suspicion]]
CHECKS: list[Check] = [
    banned,
    trap,
    spam_service,
    listed_words,
    listed_domains,
    many_links,
    staff_names,
    repeated,
]
