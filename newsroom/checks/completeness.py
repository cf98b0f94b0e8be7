"""Whether everything is there: both sections, every rank, every text, and as much of it as one expects."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.checks.findings import Level, Said
from newsroom.checks.subject import Place, Subject, Text
from newsroom.lib import richtext
from newsroom.lib.text import excerpt
from reports.models import Section


class Length(NamedTuple):
    """In words (a Chinese character is one); outside of these a text is probably unfinished, or too much."""

    least: int
    most: int


HEADLINE = Length(3, 20)
BODY = Length(40, 400)
INTRO = Length(8, 150)

NUMBERS = [
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
]
HAN = "一二三四五六七八九十"
NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})\b(?!\s?%)"
# "Top 10 …", "Ten stories of China"; not "The Two Worlds", "The Top 10% of Firms", "Three Gorges News".
PROMISE = re.compile(
    rf"\btop[\s-](?P<top>{NUMBER})"
    rf"|\b(?P<number>{NUMBER})\s(?!minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b)(?:[\w’'/&-]+\s){{0,3}}"
    r"(?:stories|story|developments?|headlines?|items?|picks?|highlights?|things)\b"
    rf"|(?P<digits>\d{{1,3}})\s?[大条]|(?<![{HAN}])(?P<han>[{HAN}])大(?=\w{{0,4}}(?:新闻|事件|动态|要闻|进展|故事|看点|热点|消息))",
    re.IGNORECASE,
)


def date_and_stories(subject: Subject) -> Iterator[Said]:
    """What `publish` can't do without. No reason overrides these two."""
    if not subject.content["issued_on"]:
        yield Said(Level.BLOCK, subject.issue, "issued_on", _("The issue has no date."))
    if not subject.content["stories"]:
        yield Said(Level.BLOCK, subject.issue, "", _("The issue has no stories."))


def sections(subject: Subject) -> Iterator[Said]:
    counts = {section: len(subject.in_section(section)) for section in Section}
    if not any(counts.values()):
        return
    for section, count in counts.items():
        if not count:
            said = _("The section %(section)s has no stories.") % {"section": section.label}
            yield Said(Level.WARN, subject.issue, "", said)
    china, international = counts[Section.CHINA], counts[Section.INTERNATIONAL]
    if china and international and china != international:
        said = _("%(china)d stories from China stand beside %(international)d from elsewhere.")
        yield Said(Level.INFO, subject.issue, "", said % {"china": china, "international": international})


def ranks(subject: Subject) -> Iterator[Said]:
    for section in Section:
        for expected, (place, story) in enumerate(subject.in_section(section), start=1):
            if story["rank"] != expected:
                said = _("This story’s rank is %(rank)d, but it stands in place %(place)d; drag it to put that right.")
                yield Said(Level.BLOCK, place, "rank", said % {"rank": story["rank"], "place": expected})
                break  # all that follow are wrong for the same reason


def promised_number(subject: Subject) -> Iterator[Said]:
    for section in Section:
        heading = subject.content["headings"][section.value]
        promise = PROMISE.search(heading)
        if promise is None:
            continue
        promised = promised_by(promise)
        count = len(subject.in_section(section))
        if promised != count:
            said = ngettext(
                "The heading promises %(promised)d, the section has %(count)d story.",
                "The heading promises %(promised)d, the section has %(count)d stories.",
                count,
            )
            words = {"promised": promised, "count": count}
            yield Said(Level.BLOCK, subject.issue, f"{section.value}_heading", said % words, heading)


def promised_by(promise: re.Match[str]) -> int:
    if promise["han"]:
        return HAN.index(promise["han"]) + 1
    word = (promise["top"] or promise["number"] or promise["digits"]).lower()
    return int(word) if word.isdecimal() else NUMBERS.index(word) + 1


def headlines(subject: Subject) -> Iterator[Said]:
    for headline, _body in subject.story_texts:
        if not headline.words:
            yield Said(Level.BLOCK, headline.place, "headline", _("This story has no headline."))
        else:
            yield from length(headline, HEADLINE)


def bodies(subject: Subject) -> Iterator[Said]:
    for _headline, body in subject.story_texts:
        if not body.words:
            yield Said(Level.BLOCK, body.place, "body", _("This story has no text."))
        else:
            yield from length(body, BODY)


def intro(subject: Subject) -> Iterator[Said]:
    text = next(text for text in subject.texts if text.field == "intro")
    if not text.words:
        yield Said(Level.WARN, subject.issue, "intro", _("The issue has no intro."))
    else:
        yield from length(text, INTRO)


def length(text: Text, usual: Length) -> Iterator[Said]:
    words = richtext.count_words(text.words)
    if usual.least <= words <= usual.most:
        return
    if words < usual.least:
        said = ngettext("Very short: %(words)d word.", "Very short: %(words)d words.", words)
    else:
        said = ngettext("Very long: %(words)d word.", "Very long: %(words)d words.", words)
    yield Said(Level.WARN, text.place, text.field, said % {"words": words}, excerpt(text.words, 60))


IMAGE_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|heic|tiff?|svg|bmp)$"
    r"|^(?:(?:IMG|DSCN?|PXL|MVIMG|Screenshot|Untitled|unnamed|image|photo|picture|pic|hero|alt text|download)[\s_-]?\d*"
    r"|[a-z0-9]+(?:[_-][a-z0-9]+){2,}|[a-z0-9]+_[a-z0-9]+|[0-9a-f]{12,}|\d{4,})$",
    re.IGNORECASE,
)
CAMERA = re.compile(
    r"^(?:(?:IMG|DSCN?|PXL|MVIMG|Screen ?shot|Bildschirmfoto|i?stock(?:photo)?|shutterstock|AdobeStock|Getty ?Images"
    r"|WhatsApp Image)[\s_-]*\d[\w\s.-]*(?:\(\d+\))?|DALL[·.-]E \d{4}.*)$",
    re.IGNORECASE,
)
IMAGE_OF = re.compile(
    r"^(?:(?:an? |the )?(?:(?:close-up|stock|colou?r|black-and-white) )?|this (?:is an? )?)"
    r"(?:image|picture|photo|photograph|graphic|illustration|icon) (?:of|showing|shows|depicting)\b"
    r"|^(?:一张)?(?:图片|照片)",
    re.IGNORECASE,
)


def pictures(subject: Subject) -> Iterator[Said]:
    """The main picture, and pictures within texts."""
    hero = subject.content["hero"]
    if hero:
        if not hero["file"]:
            said = _("The main picture is described, but its file is still to come; readers won’t see a picture.")
            yield Said(Level.WARN, subject.issue, "hero", said)
        if not hero["decorative"]:
            yield from described(subject.issue, "hero", hero["alt"])
    known = {picture["id"]: picture for picture in subject.content.get("pictures", [])}
    for text in subject.texts:
        for number in richtext.pictures_in(text.source) if text.is_rich else ():
            if (picture := known.get(number)) is None:
                said = _("A picture here is no longer in the library; readers won’t see it.")
                yield Said(Level.WARN, text.place, text.field, said)
            elif not picture["decorative"]:
                yield from described(text.place, text.field, picture["alt"])


def described(place: Place, field: str, alt: str) -> Iterator[Said]:
    alt = alt.strip()
    if not alt:
        yield Said(Level.BLOCK, place, field, _("The picture has no alternative text, and isn’t marked as decorative."))
    elif IMAGE_FILE.search(alt) or CAMERA.match(alt):
        yield Said(
            Level.WARN, place, field, _("The alternative text is the name of a file; say what the picture shows."), alt
        )
    elif IMAGE_OF.match(alt):
        said = _("Screen readers say that it is a picture; begin with what it shows.")
        yield Said(Level.INFO, place, field, said, alt)
