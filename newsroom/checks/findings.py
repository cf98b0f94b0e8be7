"""What a check says: findings, how grave each is, and where in the issue."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from newsroom.checks.subject import Place, Subject
from newsroom.lib.text import Wording


class Level(TextChoices):
    """The gravest first."""

    BLOCK = "block", gettext_lazy("stops publishing")
    WARN = "warn", gettext_lazy("look at this")
    INFO = "info", gettext_lazy("good to know")


@dataclass(frozen=True)
class Finding:
    """
    What one check has to say of one field.

    `code` names the check (the same for all its findings), `excerpt` is the piece of the text that it means, or "".
    """

    level: Level
    code: str
    place: Place
    field: str
    message: str
    excerpt: str = ""

    @property
    def sentence(self) -> str:
        """Where, and what: for a list without anything around it."""
        return f"{self.place.label}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        return {
            "level": self.level.value,
            "code": self.code,
            "place": self.place.label,
            "story": self.place.story,
            "field": self.field,
            "message": self.message,
            "excerpt": self.excerpt,
        }


class Said(NamedTuple):
    """What a check's function gives, before the check's name is put to it."""

    level: Level
    place: Place
    field: str
    message: str
    excerpt: str = ""


@dataclass(frozen=True)
class Check:
    """One check of the list: its code, what it is called on the desk, and the function that does it."""

    code: str
    title: Wording
    look: Callable[[Subject], Iterable[Said]]
