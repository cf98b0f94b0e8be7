"""Bytes of an uploaded file → text.

Tried in order: a byte order mark, UTF-16 that shows itself by its zero bytes, UTF-8, windows-1252. What is
no text at all is refused with one sentence that an editor can act on.
"""

import codecs
import re

from newsroom.importing.parsed import Said
from newsroom.importing.parsed import said as _

MAX_BYTES = 5 * 1024 * 1024
"""An issue with twenty stories has about 17 kB; five megabytes is somebody's wrong file."""


class UnreadableText(ValueError):
    """The bytes are no text that can be read; ``str()`` is one plain sentence for the editor, and so is ``said``."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__(str(said))


_PASTE = _("open it, copy the text and paste it here, or save it as plain text.")

_SIGNATURES: tuple[tuple[bytes, Said], ...] = (
    (b"%PDF", _("a PDF")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _("an old Office document (.doc, .xls or .ppt)")),
    (b"{\\rtf", _("a Rich Text document (.rtf)")),
    (b"\x89PNG", _("a PNG picture")),
    (b"\xff\xd8\xff", _("a JPEG picture")),
    (b"GIF87a", _("a GIF picture")),
    (b"GIF89a", _("a GIF picture")),
    (b"II*\x00", _("a TIFF picture")),
    (b"MM\x00*", _("a TIFF picture")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"7z\xbc\xaf\x27\x1c", _("a 7-Zip archive")),
    (b"Rar!\x1a\x07", _("a RAR archive")),
    (b"SQLite format 3\x00", _("an SQLite database")),
    (b"\x7fELF", _("a program")),
)

_IN_ZIP: tuple[tuple[bytes, Said], ...] = (
    (b"word/", _("a Word document (.docx)")),
    (b"xl/", _("an Excel workbook (.xlsx)")),
    (b"ppt/", _("a PowerPoint presentation (.pptx)")),
    (b"opendocument.text", _("an OpenDocument text (.odt)")),
    (b"epub", _("an EPUB book")),
)

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Python's cp1252 refuses 81, 8D, 8F, 90 and 9D. Like browsers, keep them as the control characters of the
# same number: one stray byte must not cost the whole file.
_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xA0)}

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> str:
    """The text in ``data``, without its byte order mark.

    Raises ``UnreadableText`` if the file is larger than ``MAX_BYTES`` or is no text.
    """
    if len(data) > MAX_BYTES:
        megabytes = len(data) / (1024 * 1024)
        raise UnreadableText(
            _(
                "This file has %(megabytes)s MB, but the importer reads at most %(most)s MB of text: choose a file "
                "that holds one issue.",
                megabytes=f"{megabytes:.1f}",
                most=MAX_BYTES // (1024 * 1024),
            )
        )
    if seems := _what_it_seems(data):
        raise UnreadableText(_("This seems to be %(kind)s, not a text file: %(advice)s", kind=seems, advice=_PASTE))
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            # The file says what it is, so a damaged character is shown as � rather than guessed again.
            return data[len(mark) :].decode(encoding, errors="replace")
    return _decode_unmarked(data)


def _what_it_seems(data: bytes) -> Said | None:
    """The kind of file that begins like this, if it is one people upload by mistake."""
    if data.startswith(b"PK\x03\x04"):
        head = data[:4096]
        return next((kind for clue, kind in _IN_ZIP if clue in head), _("a ZIP archive"))
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return _("a picture, sound or film")
    if data[4:8] == b"ftyp":
        return _("a picture or film from a phone or camera")
    return next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)


def _decode_unmarked(data: bytes) -> str:
    if b"\x00" in data:
        encoding = _utf16_by_its_zeros(data)
        try:
            return _as_text(data.decode(encoding)) if encoding else _refuse_binary()
        except UnicodeDecodeError:
            return _refuse_binary()
    try:
        return _as_text(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _as_text(data.decode("latin-1").translate(_WINDOWS_1252))


def _utf16_by_its_zeros(data: bytes) -> str | None:
    """The byte order, if zeros stand (almost) only in the high halves: spaces, digits, line ends have them."""
    at_even, at_odd = data[0::2].count(0), data[1::2].count(0)
    if at_odd > 10 * at_even:
        return "utf-16-le"
    if at_even > 10 * at_odd:
        return "utf-16-be"
    return None


def _as_text(text: str) -> str:
    """``text``, unless so many control characters stand in it that it was never meant to be read."""
    if len(_CONTROL.findall(text)) > len(text) * 0.05:
        _refuse_binary()
    return text


def _refuse_binary() -> str:
    raise UnreadableText(
        _("This file holds bytes that no text has, so it seems to be another kind of file: %(advice)s", advice=_PASTE)
    )
