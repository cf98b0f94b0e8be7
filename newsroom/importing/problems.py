"""What an editor should know about an issue that was read: each problem with its line and the way out.

Errors are only what no draft can be made of: no issue at all, no title, no stories, too large. All else is a
warning, because an editor can mend it on the desk; nothing is invented to fill a hole.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from newsroom.importing.front import Front
from newsroom.importing.markup import Line
from newsroom.importing.outline import Outline
from newsroom.importing.parsed import Note, Problem
from newsroom.importing.stories import LONGEST_HEADLINE, Draft, ends_like_sentence
from newsroom.importing.vocabulary import Part, promised_count

LABELS = {
    Part.CHINA: "China",
    Part.INTERNATIONAL: "International",
    Part.CREDITS: "Sources",
    Part.TAKEAWAYS: "Key Takeaways",
    Part.WATCHLIST: "Company Watchlist",
    Part.POLICIES: "Policy Tracker",
}
_ADVICE = {
    Part.CREDITS: "They are read from a line such as “Reporting contributed by A, B, and C”.",
    Part.TAKEAWAYS: "They are read from the lines under a heading “Key Takeaways”.",
    Part.WATCHLIST: "It is read from the lines under a heading “Company Watchlist”.",
    Part.POLICIES: "It is read from the lines under a heading “Policy Tracker”.",
}
_MANY = 3
_EXCERPT = 60
_MOST_LINES = 12


def warn(line: int, message: str) -> Problem:
    return Problem(line, "warning", message)


def error(line: int, message: str) -> Problem:
    return Problem(line, "error", message)


def excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[:_EXCERPT].rstrip() + "…"


def listed(numbers: Sequence[int]) -> str:
    """``1`` · ``1 and 4`` · ``1, 4 and 7``"""
    *first, last = (str(number) for number in numbers)
    return f"{', '.join(first)} and {last}" if first else last


def front_problems(front: Front) -> Iterator[Problem]:
    """No title, no intro, a missing or impossible date."""
    if front.title is None:
        yield error(1, "No title was found. Put it on a line of its own above the date and the first section.")
        return
    yield from _date_problems(front, front.title.number)
    if front.byline and front.date_line:
        yield warn(
            front.date_line.number,
            f"“{excerpt(front.byline)}” is left out, for an issue has no byline. Name sources in a line such as "
            "“Reporting contributed by A and B”.",
        )
    if not front.intro:
        yield warn(front.title.number, "There is no intro between the title and the first section.")


def _date_problems(front: Front, title_line: int) -> Iterator[Problem]:
    if front.dateline is None or front.date_line is None:
        yield warn(
            title_line,
            "No date was found. Begin the paragraph under the title with one, such as “April 12, 2025 —”, or set "
            "the date on the desk.",
        )
    elif front.dateline.doubt:
        yield warn(
            front.date_line.number,
            f"“{front.dateline.printed}” {front.dateline.doubt}, so the issue is left without a date. Write it as "
            "“April 12, 2025 —” here, or set the date on the desk.",
        )
    elif front.dateline.day is None:
        yield warn(
            front.date_line.number,
            f"“{front.dateline.printed}” is no day of the calendar, so the issue is left without a date. Correct "
            "it here or set the date on the desk.",
        )


def no_stories(front: Front) -> Problem:
    """The one error for an issue with no story in any section."""
    line = _first_ranked(front)
    if line is None:
        return error(1, "No ranked stories were found under a heading for China or International.")
    return error(
        line,
        f"Stories seem to begin on line {line}, but no heading for China or International stands above them. Put "
        "a line such as “Top 10 China Stories” there.",
    )


def missing_section(part: Part, front: Front) -> Problem:
    """One of the two sections has no heading."""
    label = LABELS[part]
    line = _first_ranked(front)
    if line is None:
        return warn(1, f"No {label} section was found: no line is a heading for it, such as “Top 10 {label} Stories”.")
    return warn(
        line,
        f"No {label} section was found, and line {line} looks like a ranked story without a heading above it. Put a "
        f"line such as “Top 10 {label} Stories” there; until then it stands in the intro.",
    )


def _first_ranked(front: Front) -> int | None:
    return next((line.number for line in front.intro if line.rank), None)


def repeated_headings(sketch: Outline) -> Iterator[Problem]:
    """A list or section whose heading is printed twice; what stands under both is put together."""
    for part in (Part.CHINA, Part.INTERNATIONAL, Part.TAKEAWAYS, Part.WATCHLIST, Part.POLICIES):
        lines = [block.heading.number for block in sketch.of(part) if block.heading]
        if len(lines) > 1:
            yield warn(
                lines[1],
                f"{LABELS[part]}: the heading is printed {len(lines)} times (lines {listed(lines)}); what stands "
                "under them is put together.",
            )


def missing_lists(found: Mapping[Part, bool], sketch: Outline) -> Iterator[Problem]:
    """A list that is not there, or a heading with nothing under it."""
    for part, has_entries in found.items():
        heading = sketch.heading_of(part)
        if heading and not has_entries:
            yield warn(heading.number, f"{LABELS[part]}: nothing stands under the heading “{excerpt(heading.text)}”.")
        elif not heading:
            yield warn(1, f"No {LABELS[part]} found. {_ADVICE[part]}")


def note_problems(notes: Sequence[Note]) -> Iterator[Problem]:
    """A company of which nothing is said."""
    for note in notes:
        if not note.note:
            yield warn(
                note.line,
                f"Company Watchlist: nothing is said of “{excerpt(note.company)}”, so its note stays empty, and the "
                "desk asks for one before it saves. Put a colon and the note after the name.",
            )


def section_problems(part: Part, drafts: Sequence[Draft], heading: Line) -> Iterator[Problem]:
    """Ranks that are missing, repeated or out of order, and stories without text."""
    label = LABELS[part]
    if not drafts:
        yield warn(heading.number, f"{label}: no stories stand under the heading “{heading.text}”.")
        return
    yield from _unnumbered(label, drafts)
    restart = _restart(drafts)
    yield from _rank_problems(label, drafts[:restart])
    if restart is not None:
        line = drafts[restart].heading.number
        yield warn(
            line,
            f"{label}: the numbers begin again with 1 on line {line}. Is the heading of the next section missing "
            "above it?",
        )
    yield from _promise(label, drafts, heading)
    yield from _without_text(label, drafts)
    yield from _long_headlines(label, drafts)


def _restart(drafts: Sequence[Draft]) -> int | None:
    """Where the count begins again after at least two stories, as if a heading had been lost."""
    return next((i for i, draft in enumerate(drafts) if i > 1 and draft.rank == 1 and drafts[i - 1].rank > 1), None)


def _rank_problems(label: str, drafts: Sequence[Draft]) -> Iterator[Problem]:
    first: dict[int, tuple[int, Draft]] = {}
    for place, draft in enumerate(drafts, start=1):
        first_place, other = first.setdefault(draft.rank, (place, draft))
        if other is not draft:
            # Ranks follow the printed order, so only one of the two can keep its number.
            moved = f"the second will become rank {place}"
            if place == draft.rank:
                moved = f"the first will become rank {first_place}"
            lines = f"lines {other.heading.number} and {draft.heading.number}"
            yield warn(draft.heading.number, f"{label}: rank {draft.rank} appears twice ({lines}); {moved}.")
    yield from _missing(label, drafts)
    yield from _disorder(label, drafts)


def _missing(label: str, drafts: Sequence[Draft]) -> Iterator[Problem]:
    by_rank = {draft.rank: draft for draft in reversed(drafts)}
    last = 0
    for rank in sorted(by_rank):
        if rank > last + 1:
            is_one = rank == last + 2
            ranks = f"rank {last + 1} is" if is_one else f"ranks {last + 1} to {rank - 1} are"
            line = by_rank[rank].heading.number
            before = by_rank.get(last)
            after = f"after line {before.heading.number}" if before else "at the beginning"
            yield warn(
                line,
                f"{label}: {ranks} missing {after}; the stories from line {line} on move up unless "
                f"{'it is' if is_one else 'they are'} added.{_hint(before)}",
            )
        last = rank


def _hint(before: Draft | None) -> str:
    """A headline that lost its number has become a paragraph of the story before it."""
    for line in before.body[1:] if before else ():
        if line.gap and 3 <= len(line.printed.split()) <= 25 and not ends_like_sentence(line.printed):
            return f" Line {line.number}, “{excerpt(line.printed)}”, may be a headline without its number."
    return ""


def _disorder(label: str, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for above, draft in pairwise(drafts):
        if draft.rank < above.rank:
            yield warn(
                draft.heading.number,
                f"{label}: rank {draft.rank} stands below rank {above.rank} (line {above.heading.number}). "
                "Ranks follow the printed order: check it.",
            )
            return


def _unnumbered(label: str, drafts: Sequence[Draft]) -> Iterator[Problem]:
    bare = [draft for draft in drafts if not draft.is_numbered]
    if not bare:
        return
    if len(bare) > _MANY:
        lines = listed([draft.heading.number for draft in bare])
        yield warn(
            bare[0].heading.number,
            f"{label}: {len(bare)} headlines have no number (lines {lines}); they are ranked as printed.",
        )
        return
    for draft in bare:
        line = draft.heading.number
        yield warn(line, f"{label}: the headline on line {line} has no number; it is taken as rank {draft.rank}.")


def _promise(label: str, drafts: Sequence[Draft], heading: Line) -> Iterator[Problem]:
    promised = promised_count(heading.key)
    if promised and len(drafts) < promised and max(draft.rank for draft in drafts) < promised:
        yield warn(
            heading.number,
            f"{label}: the heading “{heading.text}” promises {promised} stories, but {len(drafts)} "
            f"{'was' if len(drafts) == 1 else 'were'} found; ranks up to {promised} are missing at the end.",
        )


def _without_text(label: str, drafts: Sequence[Draft]) -> Iterator[Problem]:
    empty = [draft for draft in drafts if not draft.body]
    if len(empty) > _MANY:
        lines = listed([draft.heading.number for draft in empty])
        yield warn(empty[0].heading.number, f"{label}: {len(empty)} stories have no text (lines {lines}).")
        return
    for draft in empty:
        yield warn(
            draft.heading.number,
            f"{label}: story {draft.rank}, “{excerpt(draft.heading.text)}”, has a headline but no text.",
        )


def _long_headlines(label: str, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for draft in drafts:
        length = len(draft.heading.text)
        if length > LONGEST_HEADLINE:
            yield warn(
                draft.heading.number,
                f"{label}: the headline of story {draft.rank} has {length} characters. If its text begins on the "
                "same line, put it on a line of its own.",
            )


def dropped_links(lines: Sequence[Line]) -> Iterator[Problem]:
    """One warning for all links: an issue is read as words, so their addresses are lost."""
    linked = [line for line in lines if line.links]
    if not linked:
        return
    links = [address for line in linked for address in line.links]
    named = ", ".join(excerpt(address) for address in links[:_MANY])
    more = f" and {len(links) - _MANY} more" if len(links) > _MANY else ""
    numbers = [line.number for line in linked]
    place = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {listed(numbers[:_MOST_LINES])}"
    place += f" and {len(numbers) - _MOST_LINES} more" if len(numbers) > _MOST_LINES else ""
    yield warn(
        numbers[0],
        f"{len(links)} {'link was' if len(links) == 1 else 'links were'} dropped ({place}): {named}{more}. Their words "
        "stay; set the links again on the desk.",
    )


def left_out_problems(lines: Sequence[Line], left: Sequence[Line], headings: set[int]) -> Iterator[Problem]:
    """One warning for each run of lines that belong nowhere, not one for each line."""
    ids = {id(line) for line in left}
    run: list[Line] = []
    for line in lines:
        if id(line) in ids:
            run.append(line)
        elif run:
            yield _left_out(run, headings)
            run = []
    if run:
        yield _left_out(run, headings)


def _left_out(run: Sequence[Line], headings: set[int]) -> Problem:
    first = run[0]
    what = f"“{excerpt(first.printed)}”"
    if first.alt is not None:
        what = f"the picture {what}"
    if len(run) > 1:
        what += f" and {len(run) - 1} more {'line' if len(run) == 2 else 'lines'} up to line {run[-1].number}"
    verb = "is" if len(run) == 1 else "are"
    if first.number in headings:
        advice = "Name China or International in the heading, so that its stories find their section."
    else:
        advice = (
            "Put what belongs to the issue under a heading the importer knows: “Key Takeaways”, “Company Watchlist”, "
            "“Policy Tracker”, “Sources”, or that of China or International."
        )
    return warn(first.number, f"{what[0].upper()}{what[1:]} {verb} left out, for no known heading fits. {advice}")
