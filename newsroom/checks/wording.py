"""Whether the words are finished: spelling, quotation marks, spaces, odd characters, what was left behind, dates."""

import calendar
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from html import unescape

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from newsroom.checks.findings import Level, Said
from newsroom.checks.subject import Subject, Text, around
from newsroom.lib.figures import ORDINALS
from newsroom.lib.spelling import Convention, Spelt, spelt
from newsroom.lib.text import folded

TITLES = {"title", "headline", "china_heading", "international_heading", "search_title"}


def spelling(subject: Subject) -> Iterator[Said]:
    """
    Words that are not of the house's convention (settings.SPELLING), once for each field.

    Without a convention, those of the one that fewer words of the issue are of, if it has both.
    """
    found = [(text, word) for text in subject.texts for word in told(subject, text)]
    counts = Counter(word.convention for _text, word in found)
    if subject.known.spelling:
        house = Convention(subject.known.spelling)
        said = _("“%(word)s”: the house spells it “%(other)s”.")
    elif len(counts) > 1:
        house = Convention.BRITISH if counts[Convention.BRITISH] >= counts[Convention.AMERICAN] else Convention.AMERICAN
        said = _("“%(word)s” beside words of the other spelling; there it is “%(other)s”.")
    else:
        return
    seen = set()
    for text, word in found:
        if word.convention != house and (text, word.word.lower()) not in seen:
            seen.add((text, word.word.lower()))
            end = word.start + len(word.word)
            yield Said(
                *(Level.WARN, text.place, text.field, said % {"word": word.word, "other": word.other}),
                around(text.words, word.start, end),
            )


def told(subject: Subject, text: Text) -> Iterator[Spelt]:
    for word in spelt(text.words, is_title=text.field in TITLES):
        if not subject.is_in_name(text, word.start, word.start + len(word.word)):
            yield word


# An apostrophe or quotation mark of typewriters; behind a digit it may mean feet or inches.
STRAIGHT = re.compile(r"(?<![\d])[\"']")
CURLY = re.compile("[“”‘’]")


def quotes(subject: Subject) -> Iterator[Said]:
    """Straight quotation marks where the issue has curly ones, or the other way round; whichever are fewer."""
    straight = {text: STRAIGHT.search(text.words) for text in subject.texts}
    curly = {text: CURLY.search(text.words) for text in subject.texts}
    few, said = curly, _("Curly quotation marks; the rest of the issue has straight ones.")
    if sum(map(bool, straight.values())) <= sum(map(bool, curly.values())):
        few, said = straight, _("Straight quotation marks; the rest of the issue has curly ones.")
    if not any(straight.values()) or not any(curly.values()):
        return
    for text, mark in few.items():
        if mark:
            excerpt = around(text.words, mark.start(), mark.end(), room=20)
            yield Said(Level.WARN, text.place, text.field, said, excerpt)


TAG = re.compile("<[^>]*>")
DOUBLE_SPACE = re.compile("(?<=\\S)[ \u00a0]{2,}(?=\\S)")


def double_spaces(subject: Subject) -> Iterator[Said]:
    for text in subject.texts:
        source = written(text)
        if found := DOUBLE_SPACE.search(source):
            excerpt = around(source, found.start(), found.end(), room=20)
            yield Said(Level.INFO, text.place, text.field, _("Two spaces in a row."), excerpt)


def written(text: Text) -> str:
    """Its characters as they were typed, with "\n" for each piece of markup."""
    return unescape(TAG.sub("\n", text.source)) if text.is_rich else text.source


# Controls but tab and line feed, what stands for a lost character, and what turns the direction of writing (UAX #9).
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069]")
# UTF-8 that was read as Windows-1252: ’ “ é £ and the like, Chinese, a byte order mark.
HIGH = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
MISREAD = re.compile(rf"â€[™œ\x9d˜¦“”]|Ã[©¨¼¶¤±§¯¢®´¥‰–œ]|Â[£¥·°\xa0«»]|ï¿½|ï»¿|[äåæç][{HIGH}]{{2}}")
ESCAPED = re.compile("&(?:amp|nbsp|quot|#39);")
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")


def odd_characters(subject: Subject) -> Iterator[Said]:
    for text in subject.texts:
        source = written(text)
        if found := BROKEN.search(source):
            said = _("A character that can’t be shown (U+%(code)04X).") % {"code": ord(found[0])}
            yield odd(Level.BLOCK, text, source, found, said)
        elif found := MISREAD.search(source):
            yield odd(Level.BLOCK, text, source, found, _("Letters that were read in the wrong encoding."))
        elif found := ESCAPED.search(source):
            yield odd(Level.WARN, text, source, found, _("HTML that readers will see as it stands."))
        elif found := UNSEEN.search(source):
            said = _("A character that nobody sees (U+%(code)04X).") % {"code": ord(found[0])}
            yield odd(Level.INFO, text, source, found, said)


def odd(level: Level, text: Text, source: str, found: re.Match[str], said: str) -> Said:
    tidy = BROKEN.sub("\ufffd", UNSEEN.sub("", around(source, found.start(), found.end(), room=20)))
    return Said(level, text.place, text.field, said, tidy)


LEFT_BEHIND = re.compile(
    r"\b(?:TK(?:TK)*(?!-\d)|TODO|TBC|TBD|FIXME)\b(?! Maxx)"
    r"|(?<!Bowl )(?<!Article )(?<!Annex )(?<!Chapter )(?<!Title )(?<!Part )(?<!Louis )\bX{3,}\b(?!-rated| Olympiad)"
    r"|[$€£¥￥]X+\b|\bX+%|\bX{2,}\s?(?:per\scent|[mb]illion|bn|亿|万)"  # a figure that is still to come
    r"|\b[Ll]orem [Ii]psum\b|\bLOREM IPSUM\b|\?{3,}|<{7}|>{7}"
    r"|\[(?i:insert|check|source(?!:)|cite|citation needed|ref|tbc|tk|todo|to come|xx+|\?)(?![A-Za-z])[^\]]{0,80}\]"
    r"|待补|待定稿|[\[【（(]待(?:核实|确认|查|定)[\]】）)]"
)
SURELY = re.compile(r"TK|TODO|FIXME|\S?X|lorem|[\[【（(<>]|待补|待定", re.IGNORECASE)


def left_behind(subject: Subject) -> Iterator[Said]:
    """TK, TODO, XXX, lorem ipsum: what was to be replaced by words."""
    for text in subject.texts:
        for found in LEFT_BEHIND.finditer(text.words):
            if not subject.is_in_name(text, found.start(), found.end()):
                level = Level.BLOCK if SURELY.match(found[0]) else Level.WARN
                said = _("“%(mark)s” was left behind.") % {"mark": found[0]}
                yield Said(level, text.place, text.field, said, around(text.words, found.start(), found.end()))
                break


MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WHEN = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?)?(?P<month>{MONTH})\.?\s(?:(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s)?(?P<year>20\d\d)\b"
    r"|\bQ(?P<quarter>[1-4])\s(?:of\s)?(?P<year2>20\d\d)\b"
    r"|\b(?P<lead>in|by|from|before|until|during|for)\s(?:early\s|mid-?|late\s|end-|the\send\sof\s)?(?P<year3>20\d\d)\b(?![-–]\d|’s|'s|\slevels?\b)"
    r"|(?<!\d)(?P<year4>20\d\d)年(?:第?(?P<quarter4>[1-4一二三四])季度|(?P<month4>\d{1,2})月(?:(?P<day4>\d{1,2})日)?)?",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:will|shall|begins?|starts?|launches|opens|takes?\seffect|comes?\sinto\s(?:force|effect)|enters?\sinto\sforce|upcoming|forthcoming"
    r"|(?:is|are)\s(?:now\s)?(?:due|set|expected|scheduled|planned|slated|to\s\w+)|aims?\s(?:to|for)|plans?\sto|targets?"
    r"|(?<!was )(?<!were )(?<!been )(?:due|planned|scheduled|slated)\s(?:to|for|by|in|on))\b"
    r"|将于|将在|预计|计划(?:于|在)|定于|拟于",
    re.IGNORECASE,
)
# Said before its verb: "By March 2025 it will …".
LEADS = re.compile(r"(?:^|[.;:!?]\s)(?:In|By|From|On|As of|Before)\s$")
FOLLOWS = re.compile(r"^,?\s(?:(?!said\b|told\b|\w+ed\b)[\w’'.-]+\s){1,4}(?:will|is\sto|are\sto|must)\b")
CLAUSE = re.compile(
    r"[.;:!?—。；！？](?:\s|$|(?<=[。；！？]))|—|\b(?:after|since|as of|as in|up from|down from|compared with)\b",
    re.IGNORECASE,
)
# "the programme launched in 2023" behind a "will": that date is past and said to be; "from $3bn in 2024" compares.
DONE = re.compile(
    r"(?<!be\s)\b(?:(?!expected|scheduled|planned|slated)\w+ed|begun|made|set|built|won|held|cut)\s(?:on|in|by|from)?\s?$"
    r"|\bfrom\s\S+(?:\s[mb]illion)?\sin\s$|\bas\sin\s$",
    re.IGNORECASE,
)
OF_THAT_DAY = re.compile(r"(?:\bthe|\bits|\btheir|’s|'s)\s$", re.IGNORECASE)  # "will build on the March 2025 deal"
# "plans to open in 2024 were dropped": what comes after says that nothing is ahead.
UNDONE = re.compile(r"^[^.;!?]{0,40}\b(?:failed|were|was|had|dropped|slipped|missed|delayed)\b", re.IGNORECASE)
FARTHEST = 90  # letters from the verb to the date


def past_dates(subject: Subject) -> Iterator[Said]:
    """A date that is said to be ahead, and lies before the day of the issue."""
    for text in subject.texts:
        for found in WHEN.finditer(text.words):
            last = last_day(found)
            if last and last < subject.date and is_said_to_be_ahead(text.words, found):
                said = _("Said to be ahead, but over on %(day)s, the day of the issue.")
                words = {"day": date_format(subject.date, "DATE_FORMAT")}
                yield Said(
                    *(Level.WARN, text.place, text.field, said % words),
                    around(text.words, found.start(), found.end(), room=50),
                )


def is_said_to_be_ahead(words: str, found: re.Match[str]) -> bool:
    before, after = words[max(0, found.start() - FARTHEST) : found.start()], words[found.end() : found.end() + FARTHEST]
    if found["lead"]:
        before += f"{found['lead']} "
    elif not found["day"] and OF_THAT_DAY.search(before):
        return False
    clause = CLAUSE.split(before)[-1]
    if AHEAD.search(clause):
        return not DONE.search(clause) and not UNDONE.match(after)
    return bool(LEADS.search(before) and FOLLOWS.match(after))


def last_day(found: re.Match[str]) -> date | None:
    """Of the time that is named; None if there is no such day."""
    year = int(found["year"] or found["year2"] or found["year3"] or found["year4"])
    if quarter := found["quarter"] or found["quarter4"]:
        month = ORDINALS.get(quarter, 0) or int(quarter)
        return last_of_month(year, month * 3)
    if named := found["month"] or found["month4"]:
        month = MONTHS.get(named.lower()) or int(named)
        day = found["day"] or found["day2"] or found["day4"]
        return last_of_month(year, month, int(day) if day else None)
    return date(year, 12, 31)


def last_of_month(year: int, month: int, day: int | None = None) -> date | None:
    """The day, or without one the month's last; None if the calendar has it not."""
    if not 0 < month <= 12:
        return None
    days = calendar.monthrange(year, month)[1]
    return date(year, month, day or days) if 0 < (day or days) <= days else None


LIKENESS = 88  # of 100
FEWEST_LETTERS = 15  # shorter headlines are alike by chance; a Chinese character weighs as two
CJK = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def repeated_headlines(subject: Subject) -> Iterator[Said]:
    """Nearly the same headline as one that readers have in another issue, or twice in this one."""
    earlier = {folded(row.headline): row for row in subject.known.earlier}
    seen: dict[str, Text] = {}
    for headline, _body in subject.story_texts:
        key = folded(headline.words)
        if len(key) + len(CJK.findall(key)) < FEWEST_LETTERS:
            continue
        if (found := like(key, earlier)) is not None:
            said = _("Nearly the headline of “%(issue)s”: %(headline)s")
            words = {"issue": earlier[found].issue, "headline": earlier[found].headline}
            yield Said(Level.WARN, headline.place, "headline", said % words, headline.words)
        if (found := like(key, seen)) is not None:
            said = _("Nearly the headline of %(place)s.") % {"place": seen[found].place.label}
            yield Said(Level.WARN, headline.place, "headline", said, headline.words)
        seen[key] = headline


def like(key: str, others: Mapping[str, object]) -> str | None:
    """The one of `others` that is most like it; not one of the same series: "Q1 Revenue …", "Q2 Revenue …"."""
    alike = process.extract(key, others.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=LIKENESS, limit=5)
    numbers = set(DIGITS.findall(key))
    for other, *_score in alike:
        others_numbers = set(DIGITS.findall(other))
        if not numbers or not others_numbers or numbers & others_numbers:
            return other
    return None
