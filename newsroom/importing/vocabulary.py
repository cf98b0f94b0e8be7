"""The words by which the importer knows a heading.

They are looked for in a *key*: a folded copy of a line (``fold``), made for matching and then thrown away.
The text itself is never normalised.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

LONGEST_KEY = 200
"""A line longer than this is never a heading and never furniture, so it is not worth folding."""


def words(printed: str) -> frozenset[str]:
    """The words of ``printed``: a set of them is read more easily in a row than one a line."""
    return frozenset(printed.split())


class Part(Enum):
    """The parts of an issue, and the two places for lines that belong to none."""

    FRONT = "front"
    CHINA = "china"
    INTERNATIONAL = "international"
    CREDITS = "credits"
    TAKEAWAYS = "takeaways"
    WATCHLIST = "watchlist"
    POLICIES = "policies"
    UNKNOWN = "unknown"
    TAIL = "tail"

    @property
    def is_ranked(self) -> bool:
        return self in (Part.CHINA, Part.INTERNATIONAL)

    @property
    def is_list(self) -> bool:
        return self in (Part.CREDITS, Part.TAKEAWAYS, Part.WATCHLIST, Part.POLICIES)


_QUOTES = str.maketrans(dict.fromkeys("‘’ʼ′`", "'") | dict.fromkeys("“”„″", '"'))
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"  # controls and halves of characters
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]"  # hyphens, joiners, directions
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def is_invisible(text: str) -> bool:
    """Whether nothing of ``text`` can be seen: zero-width spaces, control characters, a stray mark."""
    return not _INVISIBLE.sub("", text[:LONGEST_KEY]).strip() and len(text) <= LONGEST_KEY


def fold(text: str) -> str:
    """A copy for matching: one width, one case, straight quotes, single spaces, no signs at either end.

    "" for a line too long to be a heading. "🔑 KEY TAKEAWAYS:" and "Key Takeaways" have the same key.
    """
    if len(text) > LONGEST_KEY:
        return ""
    seen = _INVISIBLE.sub("", text)
    key = unicodedata.normalize("NFKC", seen).translate(_QUOTES).casefold()
    return _EDGES.sub("", " ".join(key.split()))


# --- Headings of the lists ---------------------------------------------------------------------------------

_NUMBER = r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)"
_LEAD = rf"(?:(?:the|our|this week's|this month's|today's|main|key|top|big|biggest|{_NUMBER}) )*"
_COUNT = r"(?: \(?\d{1,3})?"
_TAKEAWAYS = (
    rf"{_LEAD}take[- ]?aways?(?: (?:of|from|for) (?:the|this) (?:week|month|issue|report))?"
    r"|(?:the )?key points|(?:本期|关键|关鍵|核心|主要|本周)?(?:要点|要點|看点|看點)(?:总结|總結)?"
)
_WATCHLIST = (
    rf"{_LEAD}(?:(?:company|companies|corporate) )?watch-? ?list|(?:company|companies) (?:watch|tracker)"
    rf"|{_LEAD}companies (?:to watch|on watch|in focus)"
    r"|(?:重点|重點)?(?:关注|關注)(?:公司|企业|企業)"
    r"|(?:公司|企业|企業)(?:关注|關注|观察|觀察|追踪|追蹤)(?:名单|名單|列表)?"
)
_POLICIES = (
    rf"{_LEAD}(?:policy|policies|regulation|regulatory) "
    r"(?:tracker|tracking|watch-? ?list|watch|updates?|monitor)"
    rf"|{_LEAD}policies to watch"
    r"|(?:政策|法规|法規)(?:追踪|追蹤|跟踪|跟蹤|动态|動態|观察|觀察|关注|關注)"
)
_LISTS = tuple(
    (part, re.compile(rf"(?:{pattern}){_COUNT}"))
    for part, pattern in (
        (Part.TAKEAWAYS, _TAKEAWAYS),
        (Part.WATCHLIST, _WATCHLIST),
        (Part.POLICIES, _POLICIES),
    )
)
# These words are a heading only where they stand like one: companies and policies are spoken of everywhere.
_NAMED_TAKEAWAYS = (
    r"what (?:we|you|to)(?:'ve| have)? (?:learn(?:ed|t)?|know|remember|take away)|(?:the )?bottom lines?"
    rf"|{_LEAD}(?:things|points|lessons|facts|ideas|insights) (?:to (?:remember|know|note|take away|keep in mind)"
    r"|(?:we|you)(?:'ve| have)? learn(?:ed|t)|learn(?:ed|t))"
    rf"|{_LEAD}(?:lessons|learnings|highlights|conclusions|points|messages|findings|insights)"
    r"|(?:the week |the issue |the news )?(?:in brief|in short|in summary|at a glance|in a nutshell)|to sum up"
    r"|tl;?dr|summary|(?:本期|本周|一周)?(?:小结|小結|总结|總結|结论|結論)"
)
_NAMED_WATCHLIST = (
    rf"{_LEAD}(?:companies|firms|businesses)(?: (?:mentioned|in the news|in this issue|this week|news))?"
    r"|(?:company|corporate) (?:news|moves|notes|updates|roundup|mentions)"
    r"|(?:companies |also |we're |what we're |who we're |still )watching|(?:also )?on our radar"
    rf"|{_LEAD}(?:stocks|names|firms) to watch|(?:also|others|more) to watch"
    r"|公司|企业|企業|(?:公司|企业|企業)(?:动态|動態|新闻|新聞)|(?:观察|觀察|关注|關注)(?:名单|名單)"
)
_RULES = r"(?:policy|policies|regulations?|legislation|governance|laws?(?= (?:and|&|/))|(?<=[&/d] )laws?)"
_NAMED_POLICIES = (
    rf"{_LEAD}{_RULES}(?: ?(?:and|&|/) ?{_RULES})?(?: (?:news|moves|notes|developments|roundup|corner|brief))?"
    r"|(?:政策|法规|法規|监管|監管)(?:(?:与|與|和|及)?(?:政策|法规|法規|监管|監管))?(?:新闻|新聞|进展|進展)?"
)
_NAMED_LISTS = tuple(
    (part, re.compile(rf"(?:{pattern}){_COUNT}"))
    for part, pattern in (
        (Part.TAKEAWAYS, _NAMED_TAKEAWAYS),
        (Part.WATCHLIST, _NAMED_WATCHLIST),
        (Part.POLICIES, _NAMED_POLICIES),
    )
)
_CONTENTS = re.compile(
    r"(?:in|inside) this (?:issue|edition|week's issue|report|newsletter)|(?:table of )?contents|本期目录|目录"
)
# "一、要点", "II. Key Takeaways"
_ENUMERATOR = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.,]|[ivx]{1,4}[.)]) ?")


def list_part(key: str) -> Part | None:
    """The list that a line with this key is the whole heading of, wherever it stands."""
    return _part_of(key, _LISTS)


def named_list_part(key: str) -> Part | None:
    """The list that a line with this key names, if it stands like a heading: "Companies", "Bottom line"."""
    return _part_of(key, _NAMED_LISTS)


def _part_of(key: str, lists: tuple[tuple[Part, re.Pattern[str]], ...]) -> Part | None:
    bare = _ENUMERATOR.sub("", key, count=1) if _ENUMERATOR.match(key) else key
    return next((part for part, pattern in lists if pattern.fullmatch(bare)), None)


def names_contents(key: str) -> bool:
    """ "In this issue": what is listed under it repeats the headlines."""
    return _CONTENTS.fullmatch(key) is not None


# --- Headings of the two sections --------------------------------------------------------------------------

_CHINA = words("china chinese domestic prc")
_INTERNATIONAL = words("international global world worldwide overseas abroad foreign elsewhere")
_NOUNS = words(
    """
    developments stories news headlines updates highlights events items roundup section list picks briefs briefing
    breakthroughs moves advances
    """
)
_FILLERS = words(
    """
    top the this week's week weekly month's today's in of from inside around across rest greater mainland focus
    watch and ai artificial intelligence robotics robot robots tech technology technologies ml latest best biggest
    leading main key most important ten five twenty
    """
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_TOP_N = re.compile(rf"(?:the )?(?:top|best|biggest|leading) {_NUMBER}\b|(?:the )?{_NUMBER} (?:top|best|biggest) ")
_PROMISED = re.compile(rf"(?:top|best|前|十大) ?(\d{{1,3}}(?!\d)|{_NUMBER}\b)")
_IN_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10} | {
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
}
_EXCEPT_CHINA = re.compile(r"\b(?:outside|beyond|excluding|except|ex|without)[ -](?:of )?china\b")
_LONGEST_HEADING = 100
_SENTENCE_END = (".", "。", "!", "！", "?", "？", ",", "，", ";", "；")

_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_CHINA = re.compile("中国|中國|国内|國內|本土")
_HAN_INTERNATIONAL = re.compile("国际|國際|海外|全球|世界|国外|國外|环球|環球")
_HAN_NOUN = re.compile(
    "(?:新闻|新聞|要闻|要聞|动态|動態|进展|進展|头条|頭條|大事|大事件|事件|故事|资讯|資訊|热点|熱點|发展|發展|板块|板塊|篇|部分)$"
)
_HAN_TOP = re.compile(r"十大|top ?\d|前\d|前十")


class Strength(Enum):
    """How sure a line is to be a section heading by itself; the weaker, the more what follows must agree."""

    WEAK = 1  # "China AI landscape": only if a story with rank 1 follows
    NAMED = 2  # "China AI/Robotics developments": if stories follow
    BARE = 3  # "China", "International news"
    TOP_N = 4  # "Top 10 China stories"


@dataclass(frozen=True, slots=True)
class SectionHeading:
    part: Part  # UNKNOWN for a "Top N" that names both worlds or neither
    strength: Strength


def section_heading(key: str, printed: str) -> SectionHeading | None:
    """The section that a line could be the heading of.

    A title such as "Global Report: China’s Surge" names both worlds and is the heading of neither; a story
    that happens to speak of China is at most WEAK. ``printed`` tells a sentence by its full stop.
    """
    if not key or len(key) > _LONGEST_HEADING or printed.rstrip().endswith(_SENTENCE_END):
        return None
    bare = _ENUMERATOR.sub("", key, count=1) if _ENUMERATOR.match(key) else key
    return _han_heading(bare) if _HAN.search(bare) else _english_heading(bare)


def promised_count(key: str) -> int | None:
    """The N of "Top N", so that a last story that was not copied is missed."""
    match = _PROMISED.search(key)
    if match is None:
        return None
    return int(match[1]) if match[1].isdecimal() else _IN_WORDS[match[1]]


def _english_heading(key: str) -> SectionHeading | None:
    exclusive = _EXCEPT_CHINA.search(key)
    found = [word.removesuffix("'s") for word in _WORD.findall(_EXCEPT_CHINA.sub("", key))]
    part = _one_of(any(word in _CHINA for word in found), any(word in _INTERNATIONAL for word in found))
    if part is None and exclusive:
        part = Part.INTERNATIONAL
    if _TOP_N.match(key) and len(found) <= 14:
        return SectionHeading(part or Part.UNKNOWN, Strength.TOP_N)
    if part is None or len(found) > 10:
        return None
    rest = [w for w in found if w not in _CHINA | _INTERNATIONAL and not w.isdecimal()]
    if all(word in _NOUNS or word in _FILLERS for word in rest):
        return SectionHeading(part, Strength.BARE)
    return SectionHeading(part, Strength.NAMED if found[-1] in _NOUNS else Strength.WEAK)


def _han_heading(key: str) -> SectionHeading | None:
    if len(key) > 30 or re.search("[，。：；,:;]", key):
        return None
    china, world = bool(_HAN_CHINA.search(key)), bool(_HAN_INTERNATIONAL.search(key))
    part = _one_of(china, world)
    if _HAN_TOP.search(key):
        return SectionHeading(part or Part.UNKNOWN, Strength.TOP_N)
    if part is None:
        return None
    rest = _HAN_NOUN.sub("", _HAN_INTERNATIONAL.sub("", _HAN_CHINA.sub("", key)))
    if not rest:
        return SectionHeading(part, Strength.BARE)
    return SectionHeading(part, Strength.NAMED if _HAN_NOUN.search(key) else Strength.WEAK)


def _one_of(china: bool, world: bool) -> Part | None:
    if china == world:
        return None
    return Part.CHINA if china else Part.INTERNATIONAL
