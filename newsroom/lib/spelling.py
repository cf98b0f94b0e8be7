"""
British and American spelling of the same word.

Only words that are spelt one way here and the other way there, whatever they mean: not "program", which is British for
software, though "programme" is British alone (ONLY_BRITISH); not "meter" and "tire", which are other British words; not
"license" and "practice", of which each side has both; not "dialogue", which Americans write too. -ize counts as
American, though some British houses (Oxford) write it.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Convention(StrEnum):
    BRITISH = "british"
    AMERICAN = "american"


class Spelt(NamedTuple):
    """A word at a place of the text, how it is spelt there, and how the other side spells it."""

    word: str
    start: int
    convention: Convention
    other: str


# Stems before -ise and -ize.
ISE = """
    antagon apolog author capital categor central character civil colon commercial computer critic custom
    decentral democrat digit econom emphas empath energ equal fertil final formal general global harmon hospital
    hypnot ideal immun incentiv industrial initial institutional international legal liberal local maxim mechan
    memor militar minim mobil modern monet monopol national natural neutral normal optim organ patron penal
    personal polar popular priorit privat public radical rational real recogn reorgan revolution sanit scrutin
    securit social special stabil standard steril subsid summar symbol sympath synchron systemat terror urban
    util vandal verbal victim visual weapon
"""
YSE = "anal catal paral"  # before -yse and -yze
DOUBLED = """
    cancel channel counsel fuel label level marshal model quarrel rival signal travel tunnel
"""
# With any of the ENDINGS on both.
STEMS = """
    colour color, favour favor, honour honor, labour labor, neighbour neighbor, rumour rumor,
    behaviour behavior, endeavour endeavor, flavour flavor, harbour harbor, humour humor, vapour vapor,
    armour armor, tumour tumor, odour odor, rigour rigor, centre center, fibre fiber, litre liter,
    theatre theater, calibre caliber, manoeuvre maneuver, spectre specter, sombre somber, defence defense,
    offence offense, pretence pretense, artefact artifact, grey gray, plough plow, sceptic skeptic,
    kilometre kilometer, centimetre centimeter, millimetre millimeter, nanometre nanometer, mould mold, cosy cozy,
    smoulder smolder, orthopaedic orthopedic, anaemia anemia, leukaemia leukemia,
    aluminium aluminum, anaesthetic anesthetic, paediatric pediatric, jewellery jewelry, aeroplane airplane,
    enrolment enrollment, fulfilment fulfillment, instalment installment
"""
ENDINGS = (
    *("", "s", "ed", "ing", "er", "ers", "ful", "able", "ably", "al", "ally", "ism", "ist", "ists", "less", "ly"),
    *("hood", "hoods", "ite", "ites", "itism"),
)
SINGLE = {"fulfil": "fulfill", "fulfils": "fulfills", "enrol": "enroll", "skilful": "skillful", "ageing": "aging"}
# Americans never write these; what they write instead, the British have too, for something else.
ONLY_BRITISH = """
    programme program, programmes programs, metre meter, metres meters, licence license, licences licenses,
    practise practice, practised practiced, practising practicing, tyre tire, tyres tires, cheque check, cheques checks,
    kerb curb, whilst while
"""
PREFIXES = ("un", "re", "de", "dis", "mis", "multi", "over", "under", "non", "pre")
# Half of a name more often than not where they begin with a capital: "Labor Department", "World Health Organization".
IN_NAMES = {
    *("center", "centre", "defense", "defence", "labor", "labour", "harbor", "harbour", "theater", "theatre"),
    *("organization", "organisation", "grey", "gray", "programme"),
}
WORD = re.compile(r"[A-Za-z]{4,}")
BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:]\s|[“\"‘(•]\s?|[—–]\s?)$")


@lru_cache(maxsize=1)
def british_to_american() -> dict[str, str]:
    """All the words there are, in small letters."""
    found = dict(SINGLE)
    for stems, vowel, endings in (
        (ISE, "i", ("e", "ed", "es", "ing", "er", "ers", "ation", "ations", "able")),
        (YSE, "y", ("e", "ed", "es", "ing", "er", "ers")),
    ):
        found |= {f"{stem}{vowel}s{end}": f"{stem}{vowel}z{end}" for stem in stems.split() for end in endings}
    for british, american in (pair.split() for pair in STEMS.split(",")):
        found |= {british + end: american + end for end in ENDINGS}
        if british.endswith("re"):  # centring, centred
            found |= {f"{british[:-1]}ing": f"{american}ing", f"{british}d": f"{american}ed"}
    return found | {f"{stem}l{end}": stem + end for stem in DOUBLED.split() for end in ("ed", "ing", "er", "ers")}


@lru_cache(maxsize=1)
def words() -> dict[str, tuple[Convention, str]]:
    """Each word with the convention that it belongs to, and what it is in the other."""
    pairs = british_to_american()
    return {
        **{british: (Convention.BRITISH, american) for british, american in map(str.split, ONLY_BRITISH.split(","))},
        **{american: (Convention.AMERICAN, british) for british, american in pairs.items()},
        **{british: (Convention.BRITISH, american) for british, american in pairs.items()},
    }


@lru_cache(maxsize=8192)
def look_up(word: str) -> tuple[Convention, str] | None:
    """What is known of a word in small letters; "unlabelled" is as "labelled"."""
    known = words()
    if word in known:
        return known[word]
    for prefix in PREFIXES:
        if word.startswith(prefix) and (told := known.get(word.removeprefix(prefix))):
            return told[0], f"{prefix}{told[1]}"
    return None


def spelt(text: str, *, is_title: bool = False) -> Iterator[Spelt]:
    """
    The words of a text that tell a convention.

    A word with a capital within a sentence is half of a name, and passed over; in a title, where every word may have
    one, only those that names are made of.
    """
    for found in WORD.finditer(text):
        word = found[0]
        told = look_up(word.lower())
        if told is None or (word[0].isupper() and is_probably_a_name(text, found, is_title=is_title)):
            continue
        yield Spelt(word, found.start(), *told)


def is_probably_a_name(text: str, found: re.Match[str], *, is_title: bool) -> bool:
    if found[0].lower() in IN_NAMES:
        return True
    return not is_title and not BEGINS_SENTENCE.search(text[max(0, found.start() - 3) : found.start()])
