"""The text of one issue → a ``ParsedIssue``.

The way of the text: source lines → the lines a reader sees (``markup``, ``html_page``) → the parts of an issue
(``outline``) → stories, lists, title (``stories``, ``lists``, ``front``) → what to tell the editor (``problems``).

``parse`` is pure and never raises, whatever the text. Every line that is not empty is either used or listed as
left out. The words survive as they were typed: curly quotes, signs, emoji and combining marks are never
normalised; only copies for matching are. No-break spaces stay inside paragraphs, takeaways and notes, and become
ordinary spaces in what is compared or looked up: titles, headlines, names, countries, details.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from newsroom.importing.entries import plain_spaces
from newsroom.importing.front import Front, read_front
from newsroom.importing.html_page import MAX_MARKS, count_marks, looks_like_html, read_html
from newsroom.importing.lists import read_credits, read_policies, read_takeaways, read_watchlist
from newsroom.importing.markup import Line, Page, plain_words, read_plain, without_emphasis
from newsroom.importing.outline import Outline, outline
from newsroom.importing.parsed import WHOLE, LeftOut, ParsedIssue, Problem, Said, Section, Story
from newsroom.importing.parsed import said as _
from newsroom.importing.problems import (
    dropped_links,
    error,
    front_problems,
    left_out_problems,
    missing_lists,
    missing_section,
    no_stories,
    note_problems,
    repeated_headings,
    section_problems,
)
from newsroom.importing.stories import Draft, paragraphs, read_stories
from newsroom.importing.vocabulary import Part

MAX_CHARACTERS = 5 * 1024 * 1024
MAX_LINES = 20_000
"""Lines that are not empty. An issue has about a hundred, a whole web page some thousand."""
MAX_ROWS = 200_000
"""The same with the empty ones."""

_SECTIONS: dict[Part, Section] = {Part.CHINA: "china", Part.INTERNATIONAL: "international"}


def parse(text: str) -> ParsedIssue:
    """Read ``text`` as one issue; what is wrong with it is in the result's ``problems``."""
    if len(text) > MAX_CHARACTERS:
        return _refused(
            _(
                "This text has %(number)s characters; the importer reads at most %(most)s. Paste one issue only.",
                number=f"{len(text):,}",
                most=f"{MAX_CHARACTERS:,}",
            )
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows = text.split("\n")
    filled = sum(1 for row in rows if row and not row.isspace())
    if not filled:
        return _refused(_("The text is empty. Paste an issue, or choose a file that holds one."))
    if filled > MAX_LINES or len(rows) > MAX_ROWS:
        return _refused(
            _(
                "This text has %(filled)s lines, and %(all)s with the empty ones; the importer reads at most "
                "%(most_filled)s, or %(most)s. Paste one issue only.",
                filled=f"{filled:,}",
                all=f"{len(rows):,}",
                most_filled=f"{MAX_LINES:,}",
                most=f"{MAX_ROWS:,}",
            )
        )
    if not looks_like_html(text):
        return _read(read_plain(rows))
    if count_marks(text) > MAX_MARKS:
        return _refused(
            _(
                "This page has more than %(most)s tags. Copy the issue's text from the page as a browser shows it, and "
                "paste that.",
                most=f"{MAX_MARKS:,}",
            )
        )
    return _read(read_html(text))


def _refused(reason: Said) -> ParsedIssue:
    """Nothing was read, so nothing is used, and no line is listed: the problem speaks for all of them."""
    return ParsedIssue(problems=(error(WHOLE, reason),))


def _read(page: Page) -> ParsedIssue:
    sketch = outline(page.lines)
    return _assemble(page, sketch) if sketch.names_a_part else _no_issue(page)


def _no_issue(page: Page) -> ParsedIssue:
    """No heading is known: one clear error is kinder than a warning for every line."""
    return ParsedIssue(
        ignored=_left_out(page, page.lines),
        problems=(
            error(
                WHOLE,
                _(
                    "This does not look like an issue: there is no heading for China or for International. Put a line "
                    "such as “Top 10 China Stories” above the first ranked story of each section."
                ),
            ),
        ),
        used=page.markup_only,
    )


def _assemble(page: Page, sketch: Outline) -> ParsedIssue:
    front = read_front(sketch.lines_of(Part.FRONT))
    sections, before = _read_sections(sketch)
    takeaways, odd_takeaways = read_takeaways(_words(sketch, Part.TAKEAWAYS))
    watchlist, odd_notes = read_watchlist(_words(sketch, Part.WATCHLIST))
    policies, odd_policies = read_policies(_words(sketch, Part.POLICIES))
    names, odd_names = read_credits(sketch.of(Part.CREDITS))
    unknown = [
        *front.left,
        *before,
        *odd_takeaways,
        *odd_notes,
        *odd_policies,
        *odd_names,
        *_unplaced(sketch),
    ]
    left = {id(line) for line in chain(unknown, sketch.furniture)}
    used = [line for line in page.lines if id(line) not in left]
    problems = chain(
        front_problems(front),
        _ranked_problems(sketch, sections, front),
        repeated_headings(sketch),
        note_problems(watchlist),
        missing_lists(
            {
                Part.TAKEAWAYS: bool(takeaways),
                Part.WATCHLIST: bool(watchlist),
                Part.POLICIES: bool(policies),
                Part.CREDITS: bool(names),
            },
            sketch,
        ),
        dropped_links(used),
        left_out_problems(page.lines, unknown, {line.number for line in sketch.unknown_sections}),
    )
    return ParsedIssue(
        title=_as_named(front.title) if front.title else "",
        title_line=front.title.number if front.title else None,
        issued_on=front.dateline.day if front.dateline else None,
        hero_alt=plain_spaces(plain_words(front.alt)),
        intro=paragraphs(front.intro),
        stories=tuple(_story(part, draft) for part, drafts in sections.items() for draft in drafts),
        credits=names,
        takeaways=takeaways,
        watchlist=watchlist,
        policies=policies,
        headings=_headings(sketch),
        ignored=_left_out(page, [line for line in page.lines if id(line) in left]),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        used=page.markup_only.union(*(line.sources for line in used)),
    )


def _words(sketch: Outline, part: Part) -> list[Line]:
    """The lines of a part without its pictures."""
    return [line for line in sketch.lines_of(part) if line.alt is None]


def _unplaced(sketch: Outline) -> list[Line]:
    """What stands under no known heading, such a heading itself, and pictures below the front."""
    blocks = [block for block in sketch.blocks if block.part in (Part.UNKNOWN, Part.TAIL)]
    pictures = [
        line
        for block in sketch.blocks
        if block.part not in (Part.FRONT, Part.UNKNOWN, Part.TAIL, Part.CREDITS)
        for line in block.lines
        if line.alt is not None
    ]
    return [*sketch.unknown_headings, *(line for block in blocks for line in block.lines), *pictures]


def _read_sections(sketch: Outline) -> tuple[dict[Part, list[Draft]], list[Line]]:
    """The stories of each section that has a heading, in printed order, and lines before a first story."""
    sections: dict[Part, list[Draft]] = {}
    before: list[Line] = []
    for part in dict.fromkeys(block.part for block in sketch.blocks if block.part.is_ranked):
        sections[part], odd = read_stories(_words(sketch, part))
        before.extend(odd)
    return sections, before


def _story(part: Part, draft: Draft) -> Story:
    return Story(
        section=_SECTIONS[part],
        rank=draft.rank,
        headline=plain_spaces(plain_words(draft.heading.text)),
        paragraphs=paragraphs(draft.body),
        line=draft.heading.number,
    )


def _as_named(line: Line) -> str:
    """A title or a heading with the number that it begins with: that is no rank."""
    return plain_spaces(plain_words(line.text if line.rank is None else without_emphasis(line.printed)))


def _headings(sketch: Outline) -> dict[Section, str]:
    """The first printed heading of each section."""
    return {section: _as_named(heading) for part, section in _SECTIONS.items() if (heading := sketch.heading_of(part))}


def _ranked_problems(sketch: Outline, sections: dict[Part, list[Draft]], front: Front) -> Iterator[Problem]:
    """What is wrong with the two sections; if no story was found at all, only that."""
    if not any(sections.values()):
        yield no_stories(front)
        return
    for part in _SECTIONS:
        heading = sketch.heading_of(part)
        if heading is None:
            yield missing_section(part, front)
        else:
            yield from section_problems(part, sections[part], heading)


def _left_out(page: Page, lines: Sequence[Line]) -> tuple[LeftOut, ...]:
    """Every source line of ``lines``: as the reader sees it where one line of HTML holds it, else as it is."""
    left = (
        LeftOut(number, line.printed if page.is_html and number == line.number else page.rows[number - 1].strip())
        for line in lines
        for number in line.sources
    )
    return tuple(sorted(left, key=lambda one: one.line))
