"""What the importer found in a text: plain, frozen values that know neither Django nor the parser.

Every ``line`` is the 1-based line of the text that was given to ``parse()``, counted as editors count:
``\\n``, ``\\r\\n`` and ``\\r`` end a line, nothing else does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Section = Literal["china", "international"]
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or a part of one, in English: its ``words``, with ``values`` where they say ``%(name)s``."""

    words: str
    values: Mapping[str, "int | str | Said"]

    def where(self, /, **values: "int | str | Said") -> "Said":
        """The same words with these values."""
        return Said(self.words, values)

    def through(self, translate: Callable[[str], str]) -> str:
        """In another language: ``translate`` puts its words into it, and those among its values."""
        put = {name: one.through(translate) if isinstance(one, Said) else one for name, one in self.values.items()}
        return translate(self.words) % put

    def __str__(self) -> str:
        return self.through(str)


def said(words: str, /, **values: "int | str | Said") -> Said:
    """Something to say. Modules call this ``_``, as gettext is called, for the catalogue to find the words there."""
    return Said(words, values)


WHOLE = 0  # where a line's number would stand


@dataclass(frozen=True, slots=True)
class Problem:
    """
    Something an editor should know. An error forbids the import; a warning only asks for a look.

    `line` is WHOLE for what is about no line, such as a list that is nowhere.
    """

    line: int
    level: Level
    message: str  # in English
    said: Said | None = field(default=None, compare=False)  # the same, for other languages

    def through(self, translate: Callable[[str], str]) -> str:
        """The message, put into another language."""
        return self.said.through(translate) if self.said else self.message


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of the text that became no part of the issue, as it was printed."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A ranked story. ``rank`` is the printed number, even where the text repeats or skips one."""

    section: Section
    rank: int
    headline: str
    paragraphs: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Takeaway:
    """One of the key takeaways."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """What the watchlist says about a company; ``country`` is "" where none is printed."""

    company: str
    country: str
    note: str
    line: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A line of the policy tracker; ``detail`` is as printed, None where there is none."""

    name: str
    detail: str | None
    line: int


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """One issue as read from text. Made by ``parse()``, which never raises: see ``problems``."""

    title: str = ""
    title_line: int | None = None
    issued_on: date | None = None
    hero_alt: str = ""
    intro: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()
    credits: tuple[str, ...] = ()
    takeaways: tuple[Takeaway, ...] = ()
    watchlist: tuple[Note, ...] = ()
    policies: tuple[Policy, ...] = ()
    headings: dict[Section, str] = field(default_factory=dict)
    """The section headings as printed, such as "Top 10 China AI/Robotics Developments"."""
    ignored: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()
    used: frozenset[int] = frozenset()
    """The lines that became part of the issue. With those of ``ignored`` they are all lines that are not
    empty. In plain text and Markdown the two never share a line; one line of HTML can hold both."""

    @property
    def importable(self) -> bool:
        """Whether this can become a draft as it is: no problem is an error."""
        return all(problem.level != "error" for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-ready values, with exactly the keys that other doors print."""
        return {
            "title": self.title,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            "hero_alt": self.hero_alt,
            "intro": list(self.intro),
            "stories": [
                {
                    "section": story.section,
                    "rank": story.rank,
                    "headline": story.headline,
                    "paragraphs": list(story.paragraphs),
                    "line": story.line,
                }
                for story in self.stories
            ],
            "credits": list(self.credits),
            "takeaways": [takeaway.text for takeaway in self.takeaways],
            "watchlist": [
                {"company": note.company, "country": note.country, "note": note.note} for note in self.watchlist
            ],
            "policies": [{"name": policy.name, "detail": policy.detail} for policy in self.policies],
            "ignored": [{"line": left.line, "text": left.text} for left in self.ignored],
            "problems": [
                {"line": problem.line, "level": problem.level, "message": problem.message} for problem in self.problems
            ],
        }
