"""Plain text: what is stored is what was typed, less what no page, feed or mail can carry."""

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    CharField = models.CharField[str, str]
    TextField = models.TextField[str, str]
    Wording = StrOrPromise  # a text, perhaps one that is put into the reader's language when it is shown
else:
    CharField, TextField, Wording = models.CharField, models.TextField, str

# C0 and C1 controls (but tab and line feed), lone surrogates and noncharacters: XML 1.0 §2.2 forbids most of them and
# discourages the rest, HTML takes them for errors, PostgreSQL refuses NUL.
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
UNPRINTABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{NONCHARACTERS}]")


# Marks that normalising sorts, in quadratic time. More than 30 in a row stand in no language (UAX #15, Stream-Safe).
SORTED = "".join(chr(point) for point in range(0x300, 0x1F000) if unicodedata.combining(chr(point)))
LONG_RUN = re.compile(rf"([{SORTED}]{{30}})[{SORTED}]+")

# Unicode's Default_Ignorable_Code_Point (UAX #44): what takes no room on the page. And the empty Braille
# pattern, which takes some and shows nothing.
UNSEEN = re.compile(
    "[\xad\u2800\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


def has_printable_lines(text: str) -> bool:
    """Whether there is nothing in it but line ends as \\n and what Python calls printable: so most texts are."""
    return all(map(str.isprintable, text.split("\n")))


def printable(text: str) -> str:
    """The text with line ends as \\n and without characters that XML or a database refuses."""
    if has_printable_lines(text):  # which is seen at once, and such have nothing of the following
        return text
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text on one line: every run of white space, line ends too, as one space."""
    return " ".join(printable(text).split())


def folded(name: str) -> str:
    """
    The key under which two spellings of a name are the same: "NVIDIA" and "nvidia", "Ａ" and "A".

    NFKC and case folding, as Unicode's UAX #31 has it for caseless compatibility matching. White space comes last:
    NFKC writes some marks as a space and a mark, so that one pass could leave what a second would change.
    """
    short = LONG_RUN.sub(r"\1", printable(name))
    return one_line(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", short).casefold()))


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a text, at most `length` characters, cut between words and closed with an ellipsis."""
    text = one_line(text)
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at = head.rfind(" ")
    return (head[:at] if at > length // 2 else head).rstrip(" ,;:—–-") + "…"


class LineField(CharField):
    """A CharField that keeps one printable line, on every way to the database."""

    def to_python(self, value: Any) -> Any:
        """For forms: so that what has nothing printable in it is blank."""
        value = super().to_python(value)
        return one_line(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = one_line(super().pre_save(model_instance, add) or "")
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """For the ways on which `pre_save` is passed by: `update()`, `bulk_update()`, fixtures."""
        return super().get_db_prep_save(one_line(value) if isinstance(value, str) else value, connection)


class PlainTextField(TextField):
    """A TextField that keeps printable text with its line ends."""

    def to_python(self, value: Any) -> Any:
        """For forms: so that what has nothing printable in it is blank."""
        value = super().to_python(value)
        return printable(value).strip() if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = printable(super().pre_save(model_instance, add) or "").strip()
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """For the ways on which `pre_save` is passed by: `update()`, `bulk_update()`, fixtures."""
        return super().get_db_prep_save(printable(value).strip() if isinstance(value, str) else value, connection)


class FoldedField(CharField):
    """
    The folded form of another field, kept beside it for lookups and for a unique constraint.

    `of` names that field. Databases fold ASCII only (SQLite) or by locale (PostgreSQL); this folds alike on both.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("max_length", 250)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable")
        return name, path, list(args), {**kwargs, "of": self.of}

    def key(self, name: str) -> str:
        """What is stored for a name. Some letters grow when they are folded (ß, ﬃ), perhaps beyond the column."""
        return folded(name)[: self.max_length]

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.key(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value
