"""
What may be wrong with a comment: a list of small functions, each giving its suspicions or nothing.

They are pure: all they know is in a Candidate and in the Lists, so that the same list judges a new comment, a text that
an editor tries, and thirty days of old ones. Whatever the text, none takes longer than its length times that of the
lists: no rule comes back to a place in the text that it has passed.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from urllib.parse import unquote, urlsplit

from newsroom.lib.prose import URL
from newsroom.lib.text import UNSEEN, folded

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
MOST_LETTERS = 200_000  # of a text after folding, which may make one letter into eighteen
LONGEST_HOST = 253  # RFC 1035 §2.3.4, in characters


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
    """
    A comment as the checks see it, with what is known of its author.

    `thought_spam` is what the spam service says: None if it should have been asked and could not be.
    """

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
    thought_spam: bool | None = False

    @cached_property
    def words(self) -> str:
        """Name and text, as `Listed` looks for words in them."""
        return with_bounds(plain(f"{self.name}\n{self.body}")[:MOST_LETTERS])

    @cached_property
    def hosts(self) -> set[str]:
        """Every host that the name, the text and the website write, linked or not."""
        return hosts_in(f"{self.name}\n{self.body}\n{self.site}")


@dataclass(frozen=True)
class Listed:
    """
    A word or phrase of a list: whole words, * for any letters within one.

    In scripts that write no spaces (Chinese) a word may stand anywhere.
    """

    pattern: str
    action: Action = Action.HOLD

    @cached_property
    def parts(self) -> list[str]:
        """What must stand in the text letter for letter, one after the other."""
        return WORD_WITH_STARS.sub(bounded, plain(self.pattern)).split("*")

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """
        The parts with any letters of a word between them.

        Each part is sought where it comes first, and that is never tried again (atomic groups): for words with stars
        the first place is as good as any other. So a word of the text is read once from its beginning.
        """
        first, *others = map(re.escape, self.parts)
        return re.compile(first + "".join(rf"(?>[^{BOUND}]*?{part})" for part in others))

    def stands_in(self, text: str) -> bool:
        """Whether the word is in a text (`Candidate.words`); mostly it isn't, which one look at letters tells."""
        first, *others = self.parts
        if first not in text or not all(part in text for part in others):
            return False
        return not others or bool(self.expression.search(text))


@dataclass(frozen=True)
class Lists:
    """What the checks look things up in. Domains and names stand here as `canonical_host` and `plain` give them."""

    max_links: int = 2
    hold_repeats: bool = True
    words: list[Listed] = field(default_factory=list)
    domains: dict[str, Action] = field(default_factory=dict)
    bans: dict[str, set[str]] = field(default_factory=dict)
    staff_names: list[str] = field(default_factory=list)


# Text as it reads, whatever it is written with

# Scripts that write no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Chinese.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
MARKS = "".join(
    chr(point)
    for point in range(0x300, 0x10000)
    if unicodedata.category(chr(point)) in {"Mn", "Mc"} and not re.match(f"[{UNSPACED}]", chr(point))
)
WORD = re.compile(rf"(?:[^\W{UNSPACED}]|[{MARKS}])+")
WORD_WITH_STARS = re.compile(rf"(?:[^\W{UNSPACED}]|[{MARKS}*])+")
BOUND = "\n"  # plain text is one line, so there is none in it


def plain(text: str) -> str:
    """The text as it is compared: folded, on one line, and without characters that nobody sees."""
    return folded(UNSEEN.sub("", text))


def with_bounds(text: str) -> str:
    """Plain text with a mark before and behind every word, so that a whole word can be sought letter for letter."""
    return WORD.sub(bounded, text)


def bounded(word: re.Match[str]) -> str:
    return f"{BOUND}{word[0]}{BOUND}"


# Domains

DOTS = str.maketrans("。．｡", "...")  # which browsers take for a dot between labels (UTS #46)
# Two readings: of a host's own letters whatever the script, and of Latin ones right beside Chinese.
HOSTS = (
    re.compile(r"(?<![\w.-])(?>[\w-]+)(?:\.(?>[\w-]+))+"),
    re.compile(r"(?<![a-z0-9_.-])(?>[a-z0-9_-]+)(?:\.(?>[a-z0-9_-]+))+"),
)


def canonical_host(host: str) -> str:
    """A host as hosts are compared: folded, without dots at the ends, IDN labels in their own letters."""
    host = plain(host.translate(DOTS)).strip(".")[-LONGEST_HOST:]
    return ".".join(map(unpunycoded, host.split("."))) if "xn--" in host else host


def unpunycoded(label: str) -> str:
    """The letters of an IDN label (RFC 3492); any other label as it is."""
    try:
        return plain(label[4:].encode("ascii").decode("punycode")) if label.startswith("xn--") else label
    except (UnicodeError, ValueError, OverflowError):
        return label


def domain_of(address: str) -> str:
    """The host that a link or a website names, canonically; "" if none."""
    address = plain(unquote(address)).translate(DOTS).replace("\\", "/")
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname
    except ValueError:
        return ""
    return canonical_host(host or "")


def hosts_in(text: str) -> set[str]:
    """Every host that a text writes, with http:// or without, percent-encoded or not, canonically."""
    readings = {text, unquote(text)} if "%" in text else {text}
    found: set[str] = set()
    for reading in readings:
        line = plain(reading[:MOST_LETTERS].translate(DOTS))[:MOST_LETTERS]
        found.update(host for expression in HOSTS for host in expression.findall(line))
    return {canonical_host(host) if "xn--" in host else host[-LONGEST_HOST:] for host in found}


def listed(host: str, domains: Container[str]) -> str:
    """The domain of a collection in which a host lies, the nearest to it; "" if in none."""
    while host and host not in domains:
        host = host.partition(".")[2]
    return host


# The checks


def banned(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if candidate.address and candidate.address in lists.bans.get("address", ()):
        yield Suspicion(Action.SPAM, "The address is banned")
    if plain(candidate.name)[:250] in lists.bans.get("name", ()):
        yield Suspicion(Action.SPAM, "The name is banned")
    if candidate.network and candidate.network in lists.bans.get("network", ()):
        yield Suspicion(Action.SPAM, "The network is banned")
    domains = lists.bans.get("domain", set())
    for domain in sorted({listed(host, domains) for host in candidate.hosts} - {""}):
        yield Suspicion(Action.SPAM, f"The domain {domain} is banned")
    # Not which: the address is not for everybody who reads this.
    if listed(canonical_host(candidate.email_domain), domains):
        yield Suspicion(Action.SPAM, "The address is of a banned domain")


def trap(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if candidate.trapped:
        yield Suspicion(Action.SPAM, "A field that people don’t see was filled in")


def spam_service(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    if candidate.thought_spam is None:
        yield Suspicion(Action.HOLD, "The spam service could not be asked")
    elif candidate.thought_spam:
        yield Suspicion(Action.SPAM, "The spam service takes it for spam")


def listed_words(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    for word in lists.words:
        if word.stands_in(candidate.words):
            yield Suspicion(word.action, f"Contains “{word.pattern}”")


def listed_domains(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    for domain in sorted({listed(host, lists.domains) for host in candidate.hosts} - {""}):
        yield Suspicion(lists.domains[domain], f"Names the domain {domain}")
    domain_of_address = listed(canonical_host(candidate.email_domain), lists.domains)
    if domain_of_address:
        yield Suspicion(lists.domains[domain_of_address], "The address is of a domain on the list")


def many_links(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    # As many as are typed, or as readers would see, whichever is more.
    links = max(len(LINK.findall(candidate.body)), len(URL.findall(candidate.body)))
    if lists.max_links and links >= lists.max_links:
        yield Suspicion(Action.HOLD, f"{links} link{'s' if links > 1 else ''} in the text")


def too_dense(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    """Some signs stand for up to eighteen letters; nobody writes thousands of them."""
    if len(candidate.body) * 18 > MOST_LETTERS < len(plain(candidate.body)):
        yield Suspicion(Action.HOLD, "Written in signs that stand for many letters: the end was not looked at")


# Letters that pass for Latin ones, after the one they pass for: of Unicode's confusables (UTS #39) those in daily use
# for that. Capitals by themselves, as a capital may pass for another letter than its small one does.
CAPITALS = "AАΑ BВΒ CСϹ EЕΕ GԌ HНΗ IІΙӀ JЈ KКΚ MМΜ NΝ OОΟՕ PРΡ SЅՏ TТΤ WԜ XХΧ YΥҮ ZΖ"
SMALL = "aаαɑ@ bвьβ cсϲ dԁđ eеєε gɡց hһнħհ jјϳ kкκ li1|іιıӏł mм nпηո o0оοօø pрρ qԛ rг s5$ѕ tтτŧ uυս vν wԝω xхχ yуγү"


def letter_by_letter(groups: str) -> dict[int, str]:
    return {ord(odd): group[0] for group in groups.split() for odd in group[1:]}


CAPITALS_READ, SMALL_READ = letter_by_letter(CAPITALS), letter_by_letter(SMALL)


def skeleton(name: str) -> str:
    """Under which names look the same: without case, accents, marks, spaces; look-alike letters as Latin ones."""
    bare = unicodedata.normalize("NFKD", UNSEEN.sub("", name)).translate(CAPITALS_READ)
    small = unicodedata.normalize("NFKD", bare.casefold()).translate(SMALL_READ)
    return "".join(letter for letter in small if letter.isalnum()).replace("rn", "m").replace("vv", "w")


def staff_names(candidate: Candidate, lists: Lists) -> Iterator[Suspicion]:
    looks = skeleton(candidate.name)
    if looks and looks in map(skeleton, lists.staff_names):
        yield Suspicion(Action.HOLD, "The name looks like one of the staff’s")


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
    too_dense,
    staff_names,
    repeated,
]
