"""Setting text into a picture: as large as there is room for, in whatever script, drawn with Pillow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from fontTools.ttLib import TTFont
from PIL import ImageDraw, ImageFont

# Where a line may end: after white space, and on either side of a character of a script without spaces.
PIECE = re.compile(
    r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+"
)
CLOSING = "，。、；：！？”’）》」』…)]}.,;:!?"  # begin no line
OPENING = "“‘（《「『([{"  # end no line
NEEDLESS = {"So", "Sk", "Cf", "Mn"}  # Unicode categories of pictures, and of what joins and colours them
ELLIPSIS = "…"


class Face(NamedTuple):
    """A font, and how bold it is drawn if its file holds more than one weight."""

    path: Path
    weight: int = 400
    number: int = 0  # in a file that holds several fonts


@lru_cache(maxsize=64)
def covered(face: Face) -> frozenset[int]:
    """The characters that a face can draw."""
    with TTFont(face.path, lazy=True, fontNumber=face.number) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=256)
def sized(face: Face, size: int) -> Any:
    """A face at a size in pixels."""
    font = ImageFont.truetype(str(face.path), size, index=face.number, layout_engine=ImageFont.Layout.BASIC)
    try:
        axes = font.get_variation_axes()
    except OSError:  # one weight, and no other
        return font
    font.set_variation_by_axes(
        [face.weight if axis["name"] in (b"Weight", "Weight") else axis["default"] or 0 for axis in axes]
    )
    return font


class Typesetter:
    """
    Draws text in the first of several faces that has each character.

    A character that none has is drawn as the last face draws what it does not know.
    """

    def __init__(self, faces: Sequence[Face]) -> None:
        self.faces = [face for face in faces if face.path.exists()]

    def runs(self, text: str, size: int) -> Iterator[tuple[str, Any]]:
        """The text in pieces of one face each."""
        run, current = "", None
        for letter in text:
            face = next((face for face in self.faces if ord(letter) in covered(face)), self.faces[-1])
            if letter == " " and current is not None:
                face = current
            if face != current and run and current is not None:
                yield run, sized(current, size)
                run = ""
            run, current = run + letter, face
        if run and current is not None:
            yield run, sized(current, size)

    def width(self, text: str, size: int) -> float:
        """In pixels."""
        return float(sum(font.getlength(run) for run, font in self.runs(text, size)))

    def wrap(self, text: str, size: int, width: int) -> list[str]:
        """The text in lines that are no wider than `width` pixels; a word that is wider is cut, emoji are left out."""
        lines = [""]
        for piece in PIECE.findall(" ".join(self.without_needless(text).split())):
            if self.width((lines[-1] + piece).rstrip(), size) <= width or (piece in CLOSING and lines[-1]):
                lines[-1] += piece
            elif self.width(piece, size) <= width:
                stays = lines[-1].rstrip(OPENING)
                opening, lines[-1] = lines[-1][len(stays) :], stays
                lines.append((opening + piece).lstrip())
            else:
                for letter in piece:
                    if self.width(lines[-1] + letter, size) > width:
                        lines.append("")
                    lines[-1] += letter
        return [line.strip() for line in lines if line.strip()]

    def without_needless(self, text: str) -> str:
        """The text without pictures, marks and joiners that no face has: an empty box in their place tells nothing."""
        return "".join(
            letter
            for letter in text
            if unicodedata.category(letter) not in NEEDLESS or any(ord(letter) in covered(face) for face in self.faces)
        )

    def fit(self, text: str, sizes: Sequence[int], width: int, height: int, leading: float) -> tuple[int, list[str]]:
        """
        The largest of the sizes (largest first) at which the text has room in `width` × `height` pixels, and its lines.

        What has no room at the smallest is cut, and ends with an ellipsis.
        """
        for size in sizes:
            lines = self.wrap(text, size, width)
            if len(lines) * size * leading <= height:
                return size, lines
        size = sizes[-1]
        lines = lines[: max(1, int(height / (size * leading)))]
        last = lines[-1]
        while last and self.width(last + ELLIPSIS, size) > width:
            last = last[:-1]
        return size, [*lines[:-1], last.rstrip(" ,;:—–-") + ELLIPSIS]

    def draw(self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: str) -> None:
        """Draw one line with its baseline's beginning at this point."""
        x, y = at
        for run, font in self.runs(text, size):
            draw.text((x, y), run, font=font, fill=colour, anchor="ls")
            x += font.getlength(run)
