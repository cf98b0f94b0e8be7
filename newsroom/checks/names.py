"""Companies and policies: whether they are spelt as registered, and whether lists and stories name the same ones."""

import re
from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rapidfuzz.distance import OSA

from newsroom.checks.findings import Level, Said
from newsroom.checks.subject import Company, Place, Subject, Text, around
from newsroom.lib.mentions import typed
from newsroom.lib.names import essence
from newsroom.lib.text import folded

OFTEN = 3  # stories
SHORTEST = 6  # letters of a name in which one wrong letter is no other word
CAPITALISED = re.compile(r"\b[A-Z][A-Za-z]{4,}\b")


def spelling(subject: Subject) -> Iterator[Said]:
    """
    A registered name in other capitals ("Nvidia"), once for each field.

    An alias that differs from the name in more than that ("Google", of Alphabet) may be written as it is registered.
    """
    texts = [*(text for texts in subject.story_texts for text in texts), *subject.lines]
    for text in texts:
        if text.words.isupper():
            continue
        seen = set()
        for found in subject.known.company_names.find(text.words):
            written = text.words[found.start : found.end]
            company = subject.known.companies[found.key]
            if written not in seen and not is_spelt_right(written, company):
                seen.add(written)
                right = registered_as(written, company)
                said = _("Written “%(written)s”; the registry has “%(right)s”.")
                yield Said(
                    *(Level.WARN, text.place, text.field, said % {"written": written, "right": right}),
                    around(text.words, found.start, found.end),
                )


def is_spelt_right(written: str, company: Company) -> bool:
    others = [alias for alias in company.aliases if folded(alias) != folded(company.name)]
    return typed(written) in map(typed, (company.name, *others))


def registered_as(written: str, company: Company) -> str:
    """The name or alias that was meant."""
    return next((name for name in (company.name, *company.aliases) if folded(name) == folded(written)), company.name)


def near_misses(subject: Subject) -> Iterator[Said]:
    """A word that is one letter away from a company of this issue: "Huawai"."""
    issue_has = {note["company"] for note in subject.content["watchlist"]} | {key for _t, key, _w in subject.named}
    names = [subject.known.companies[key].name for key in sorted(issue_has & subject.known.companies.keys())]
    long_ones = [name for name in names if len(name) >= SHORTEST and name.isalpha() and name.isascii()]
    for text in [*(text for texts in subject.story_texts for text in texts), *subject.lines]:
        seen = set()
        for word in CAPITALISED.finditer(text.words):
            if word[0] in seen or subject.is_in_name(text, word.start(), word.end()):
                continue
            seen.add(word[0])
            if meant := next((name for name in long_ones if is_near(word[0], name)), ""):
                said = _("Is “%(written)s” meant to be %(right)s?") % {"written": word[0], "right": meant}
                yield Said(Level.WARN, text.place, text.field, said, around(text.words, word.start(), word.end()))


def is_near(word: str, name: str) -> bool:
    """One letter wrong, missing, too many, or two exchanged; but neither a plural nor another first letter."""
    one, other = word.casefold(), name.casefold()
    if one[0] != other[0] or abs(len(one) - len(other)) > 1 or one.rstrip("s") == other.rstrip("s"):
        return False
    return bool(OSA.distance(one, other, score_cutoff=1) == 1)


def unnamed_companies(subject: Subject) -> Iterator[Said]:
    """On the watchlist, and in no story."""
    named = {key for _text, key, _written in subject.named}
    for row, note in enumerate(subject.content["watchlist"]):
        if note["company"] in subject.known.companies and note["company"] not in named:
            place = Place("watchlist", row, _("Watchlist %(number)d") % {"number": row + 1})
            said = _("No story names %(company)s.") % {"company": note["name"]}
            yield Said(Level.WARN, place, "company", said)


def unwatched_companies(subject: Subject) -> Iterator[Said]:
    """In many stories, and not on the watchlist."""
    watched = {note["company"] for note in subject.content["watchlist"]}
    stories: dict[int, dict[Place, Text]] = defaultdict(dict)
    for text, key, _written in subject.named:
        stories[key].setdefault(text.place, text)
    for key, places in stories.items():
        if len(places) >= OFTEN and key not in watched:
            said = ngettext(
                "%(count)d story names %(company)s, which is not on the watchlist.",
                "%(count)d stories name %(company)s, which is not on the watchlist.",
                len(places),
            )
            words = {"count": len(places), "company": subject.known.companies[key].name}
            where = ", ".join(place.label for place in places)
            yield Said(Level.INFO, subject.issue, "watchlist", said % words, where)


# What a title has besides the policy's name: whose it is, and where it stands.
OWNER = re.compile(
    r"^(?:(?:the\s)?(?:EU|US|U\.S\.|USA|UK|UN|G7|G20|PRC|China|India|Japan|European|Chinese|American|British)(?:’s|'s)?\s)+",
    re.IGNORECASE,
)
STANDING = re.compile(
    r"\s*(?:\([^)]*\)|\b(?:phase|stage|part|version)\s+[\w.]+|\bdraft|\bproposal|\bbill)\s*$", re.IGNORECASE
)
QUOTES = re.compile('["“”„«»「」『』]')


def unnamed_policies(subject: Subject) -> Iterator[Said]:
    """Tracked, and in no story by its title, an alias, or its title without what goes before and after the name."""
    words = " \n ".join(comparable(text.words) for texts in subject.story_texts for text in texts)
    for row, policy in enumerate(subject.content["policies"]):
        aliases = subject.known.policy_aliases.get(policy["policy"], ())
        names = {
            spelling for title in (policy["title"], *aliases) for spelling in spellings(title, policy["jurisdiction"])
        }
        if not any(stands_in(name, words) for name in names):
            place = Place("policies", row, _("Policy %(number)d") % {"number": row + 1})
            yield Said(Level.INFO, place, "policy", _("No story names “%(title)s”.") % {"title": policy["title"]})


def comparable(text: str) -> str:
    return folded(QUOTES.sub("", text)).replace("’", "'")


def spellings(title: str, jurisdiction: str) -> Iterator[str]:
    yield comparable(title)
    core = OWNER.sub("", title)
    if jurisdiction:
        core = re.sub(rf"^{re.escape(jurisdiction)}(?:’s|'s)?\s", "", core, flags=re.IGNORECASE)
    shorter = STANDING.sub("", core)
    while shorter != core:
        core, shorter = shorter, STANDING.sub("", shorter)
    if len(core.split()) > 1 or not essence(core).isascii():  # one word alone may mean anything
        yield comparable(core)


def stands_in(name: str, words: str) -> bool:
    if not name:
        return False
    if not name.isascii():
        return name in words
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) is not None
