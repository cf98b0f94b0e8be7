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


DOUBLE_SPACE = re.compile("(?<=[^\\s>])[ \u00a0]{2,}(?=[^\\s<])")


def double_spaces(subject: Subject) -> Iterator[Said]:
    for text in subject.texts:
        source = unescape(text.source) if text.is_rich else text.source
        if found := DOUBLE_SPACE.search(source):
            excerpt = around(source, found.start(), found.end(), room=20)
            yield Said(Level.INFO, text.place, text.field, _("Two spaces in a row."), excerpt)


# Controls but tab and line feed, what stands for a lost character, and what turns the direction of writing (UAX #9).
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069]")
# UTF-8 that was read as Windows-1252: ’ “ é £ and the like.
MISREAD = re.compile("â€[™œ\x9d˜¦“”]|Ã[©¨¼¶¤±§]|Â[£¥·°]|ï¿½|ä¸\xad")
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")


def odd_characters(subject: Subject) -> Iterator[Said]:
    for text in subject.texts:
        source = unescape(text.source) if text.is_rich else text.source
        if found := BROKEN.search(source):
            said = _("A character that can’t be shown (U+%(code)04X).") % {"code": ord(found[0])}
            yield odd(Level.BLOCK, text, source, found, said)
        elif found := MISREAD.search(source):
            yield odd(Level.BLOCK, text, source, found, _("Letters that were read in the wrong encoding."))
        elif found := UNSEEN.search(source):
            said = _("A character that nobody sees (U+%(code)04X).") % {"code": ord(found[0])}
            yield odd(Level.INFO, text, source, found, said)


def odd(level: Level, text: Text, source: str, found: re.Match[str], said: str) -> Said:
    tidy = BROKEN.sub("\ufffd", UNSEEN.sub("", around(source, found.start(), found.end(), room=20)))
    return Said(level, text.place, text.field, said, tidy)


LEFT_BEHIND = re.compile(
    r"\b(?:TK(?:TK)*|TODO|TBC|TBD|FIXME)\b(?! Maxx)"
    r"|(?<!Bowl )(?<!Article )(?<!Annex )(?<!Chapter )(?<!Title )(?<!Part )(?<!Louis )\bX{3,}\b"
    r"|\b[Ll]orem [Ii]psum\b|\bLOREM IPSUM\b|\?{3,}"
    r"|\[(?:insert|check|source|citation needed|tbc|tk)\b[^\]]*\]|待补|待定稿"
)
SURELY = re.compile(r"TK|TODO|FIXME|X{3}|lorem|\[|待补", re.IGNORECASE)


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
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s)?(?P<month>{MONTH})\.?\s(?:(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s)?(?P<year>20\d\d)\b"
    r"|\bQ(?P<quarter>[1-4])\s(?:of\s)?(?P<year2>20\d\d)\b"
    r"|\b(?:in|by|from|before|until|during|for)\s(?:early\s|mid-?|late\s|the\send\sof\s)?(?P<year3>20\d\d)\b(?![-–]\d)",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:will|shall|begins?|starts?|launches|opens|takes?\seffect|comes?\sinto\sforce|enters?\sinto\sforce|upcoming|forthcoming"
    r"|(?:is|are)\s(?:now\s)?(?:due|set|expected|scheduled|planned|slated|to\s\w+)|aims?\s(?:to|for)|plans?\sto|targets?)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[.;:!?—](?:\s|$)|—|\bafter\b|\bsince\b", re.IGNORECASE)
# "the programme launched in 2023" behind a "will": that date is past and said to be.
DONE = re.compile(r"(?<!be\s)\b(?:\w+ed|begun|made|set|built|won|held|cut)\s(?:on|in|by|from)?\s?$", re.IGNORECASE)
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
    before = words[max(0, found.start() - FARTHEST) : found.start()]
    clause = CLAUSE.split(before)[-1]
    verb = AHEAD.search(clause)
    if verb is None:
        return False
    leading = found[0].split()[0] if found["year3"] else ""
    return not DONE.search(f"{clause}{leading} " if leading else clause)


def last_day(found: re.Match[str]) -> date | None:
    """Of the time that is named; None if there is no such day."""
    year = int(found["year"] or found["year2"] or found["year3"])
    if found["year3"]:
        return date(year, 12, 31)
    month = int(found["quarter"]) * 3 if found["quarter"] else MONTHS[found["month"].lower()]
    days = calendar.monthrange(year, month)[1]
    day = int(found["day"] or found["day2"] or days) if not found["quarter"] else days
    return date(year, month, day) if 0 < day <= days else None


LIKENESS = 88  # of 100
FEWEST_LETTERS = 15  # shorter headlines are alike by chance


def repeated_headlines(subject: Subject) -> Iterator[Said]:
    """Nearly the same headline as one that readers have in another issue, or twice in this one."""
    earlier = {folded(row.headline): row for row in subject.known.earlier}
    seen: dict[str, Text] = {}
    for headline, _body in subject.story_texts:
        key = folded(headline.words)
        if len(key) < FEWEST_LETTERS:
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
    found = process.extractOne(key, others.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=LIKENESS)
    return found[0] if found else None
