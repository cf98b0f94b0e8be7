"""Share images, 1200 × 630 px as Open Graph has it: what a link looks like where an issue or a story is passed on."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from PIL import Image, ImageDraw

from newsroom.lib.typesetting import Face, Typesetter
from reports.models import Edition, EditionStory, Section

WIDTH, HEIGHT = 1200, 630
MARGIN = 64
BAND = 14  # of the two colours, at the top
PICTURE_WIDTH = 420
DRAWING = 2  # raised when cards look different, so that none of the old ones is shown
PAPER, INK, QUIET = "#f6f6f2", "#15181c", "#565b61"
CHINA, INTERNATIONAL = "#b3301a", "#0f5870"
HUES = {Section.CHINA.value: CHINA, Section.INTERNATIONAL.value: INTERNATIONAL}

FONTS = settings.BASE_DIR / "static" / "site" / "fonts"
# Of our own, and then whatever the system may have for scripts that no page of ours has been in yet.
ELSEWHERE = [
    Face(settings.BASE_DIR / "newsroom" / "fonts" / "noto-sans-sc.woff2"),
    Face(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), number=2),  # the Simplified Chinese one
    Face(Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")),
]


def typesetter(names: Sequence[str], weight: int) -> Typesetter:
    return Typesetter([*(Face(FONTS / f"{name}.woff2", weight) for name in names), *ELSEWHERE])


HEADLINE = typesetter(("newsreader-headline", "newsreader-headline-ext"), 500)
LABEL = typesetter(("instrument-sans", "instrument-sans-ext"), 600)


@dataclass(frozen=True)
class Card:
    """What is on a share image. `rank` is 0 on that of an issue; `picture` names a file of the media storage."""

    title: str
    section: str
    rank: int
    issued_on: date | None
    number: int | None
    picture: str

    @property
    def digest(self) -> str:
        """Changes with everything that can be seen on the card."""
        seen = (*astuple(self), settings.SITE_NAME, settings.SITE_TAGLINE, DRAWING)
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def of_edition(edition: Edition) -> Card:
    return Card(edition.title, "", 0, edition.issued_on, edition.number, edition.image)


def of_story(story: EditionStory, edition: Edition) -> Card:
    return Card(story.headline, story.section, story.rank, edition.issued_on, edition.number, edition.image)


def url_of(kind: str, pk: int, card: Card) -> str:
    """The path of a card: another one whenever it looks different."""
    return reverse("card", args=[kind, pk, card.digest])


def issue_card_url(edition: Edition) -> str:
    return url_of("issue", edition.report_id, of_edition(edition))


def story_card_url(story: EditionStory, edition: Edition) -> str:
    return url_of("story", story.story_id, of_story(story, edition))


def of_site() -> Card:
    """For pages that are neither issue nor story."""
    return Card(settings.SITE_TAGLINE or settings.SITE_NAME, "", 0, None, None, "")


def site_card_url() -> str:
    return url_of("site", 0, of_site())


def find(kind: str, pk: int) -> tuple[Card, Edition | None] | None:
    """The card of what readers have now, and its edition if it has one; None if they have no such thing."""
    if kind == "site":
        return of_site(), None
    if kind == "issue":
        edition = Edition.objects.live().filter(report=pk).without_article().first()
        return (of_edition(edition), edition) if edition else None
    if kind != "story":
        return None
    story = EditionStory.objects.live_few().filter(story_id=pk).with_edition().first()
    return (of_story(story, story.edition), story.edition) if story else None


def file_of(card: Card, edition: Edition | None) -> Path:
    """The file with the card; it is drawn if there is none yet. Two that draw it at once write the same."""
    folder = Path(settings.VAR_DIR) / "cards"
    file = folder / f"{card.digest}.jpg"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        hero = (edition and edition.revision.content["hero"]) or {}
        handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "wb") as out:
            draw(card, focus_of(hero)).save(out, "JPEG", quality=88, optimize=True)
        Path(unfinished).rename(file)
    return file


def focus_of(hero: dict[str, Any]) -> tuple[float, float]:
    """The point of the picture that must be seen, as imagefield writes it: "0.5x0.5"."""
    try:
        x, y = (float(part) for part in hero.get("focal_point", "0.5x0.5").split("x"))
    except ValueError:
        return 0.5, 0.5
    return x, y


def draw(card: Card, focus: tuple[float, float] = (0.5, 0.5)) -> Any:
    """The card as a Pillow image."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    right = WIDTH - MARGIN
    if picture := opened(card.picture):
        image.paste(crop(picture, (PICTURE_WIDTH, HEIGHT), focus), (WIDTH - PICTURE_WIDTH, 0))
        right = WIDTH - PICTURE_WIDTH - MARGIN * 3 // 4
    pen.rectangle((0, 0, WIDTH // 2, BAND), fill=CHINA)
    pen.rectangle((WIDTH // 2, 0, WIDTH, BAND), fill=INTERNATIONAL)
    top = MARGIN + 52
    draw_label(pen, card, top)
    headline_top, foot = top + 42, HEIGHT - MARGIN
    room = foot - 62 - headline_top
    size, lines = HEADLINE.fit(card.title, range(92, 39, -4), right - MARGIN, room, 1.08)
    baseline = headline_top + size * 0.86
    for line in lines:
        HEADLINE.draw(pen, (MARGIN - size * 0.03, baseline), line, size, INK)
        baseline += size * 1.08
    draw_name(pen, foot)
    return image


def draw_label(pen: ImageDraw.ImageDraw, card: Card, baseline: int) -> None:
    """What the card is of: section and rank, or the issue's number; and the date."""
    x = float(MARGIN)
    if card.rank:
        hue = HUES[card.section]
        HEADLINE.draw(pen, (x, baseline), str(card.rank), 84, hue)
        x += HEADLINE.width(str(card.rank), 84) + 24
        label = str(Section(card.section).label)
    else:
        hue, label = INK, f"No. {card.number}" if card.number else ""
    if label:
        LABEL.draw(pen, (x, baseline), label, 30, hue)
        x += LABEL.width(label, 30) + 24
    if card.issued_on:
        LABEL.draw(pen, (x, baseline), date_format(card.issued_on, "DATE_FORMAT"), 30, QUIET)


def draw_name(pen: ImageDraw.ImageDraw, baseline: int) -> None:
    """The mark (two halves of a disc, one a little lower), and the site's name."""
    x, y, radius = MARGIN, baseline - 30, 17
    pen.pieslice((x, y - 3, x + 2 * radius, y - 3 + 2 * radius), 90, 270, fill=CHINA)
    pen.pieslice((x + 4, y + 3, x + 4 + 2 * radius, y + 3 + 2 * radius), -90, 90, fill=INTERNATIONAL)
    HEADLINE.draw(pen, (x + 2 * radius + 18, baseline), settings.SITE_NAME, 40, INK)


def opened(name: str) -> Any:
    """A picture of the media storage, decoded; None if there is none that can be."""
    if not name:
        return None
    try:
        with Image.open(Path(settings.MEDIA_ROOT) / name) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError):
        return None


def crop(picture: Any, size: tuple[int, int], focus: tuple[float, float]) -> Any:
    """The picture in exactly this size, cut around the point `focus` (0–1 from the left and from the top)."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    grown = picture.resize((max(size[0], round(picture.width * scale)), max(size[1], round(picture.height * scale))))
    left = round(min(max(grown.width * focus[0] - size[0] / 2, 0), grown.width - size[0]))
    top = round(min(max(grown.height * focus[1] - size[1] / 2, 0), grown.height - size[1]))
    return grown.crop((left, top, left + size[0], top + size[1]))
