"""What an editor should know about an issue that was read: each problem with its line and the way out.

Errors are only what no draft can be made of: no issue at all, no title, no stories, too large. All else is a
warning, because an editor can mend it on the desk; nothing is invented to fill a hole.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from newsroom.importing.front import Front
from newsroom.importing.markup import Line
from newsroom.importing.outline import Outline
from newsroom.importing.parsed import WHOLE, Note, Problem, Said
from newsroom.importing.parsed import said as _
from newsroom.importing.stories import LONGEST_HEADLINE, Draft, ends_like_sentence
from newsroom.importing.vocabulary import Part, promised_count

LABELS = {
    Part.CHINA: _("China"),
    Part.INTERNATIONAL: _("International"),
    Part.CREDITS: _("Sources"),
    Part.TAKEAWAYS: _("Key Takeaways"),
    Part.WATCHLIST: _("Company Watchlist"),
    Part.POLICIES: _("Policy Tracker"),
}
_ADVICE = {
    Part.CREDITS: _("They are read from a line such as “Reporting contributed by A, B, and C”."),
    Part.TAKEAWAYS: _("They are read from the lines under a heading “Key Takeaways”."),
    Part.WATCHLIST: _("It is read from the lines under a heading “Company Watchlist”."),
    Part.POLICIES: _("It is read from the lines under a heading “Policy Tracker”."),
}
_MANY = 3
_EXCERPT = 60
_MOST_LINES = 12


def warn(line: int, message: Said) -> Problem:
    return Problem(line, "warning", str(message), message)


def error(line: int, message: Said) -> Problem:
    return Problem(line, "error", str(message), message)


def excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[:_EXCERPT].rstrip() + "…"


def listed(numbers: Sequence[int]) -> Said | str:
    """``1`` · ``1 and 4`` · ``1, 4 and 7``"""
    *first, last = (str(number) for number in numbers)
    return _("%(first)s and %(last)s", first=", ".join(first), last=last) if first else last


def front_problems(front: Front) -> Iterator[Problem]:
    """No title, no intro, a missing or impossible date."""
    if front.title is None:
        yield error(WHOLE, _("No title was found. Put it on a line of its own above the date and the first section."))
        return
    yield from _date_problems(front, front.title.number)
    if front.byline and front.date_line:
        yield warn(
            front.date_line.number,
            _(
                "“%(byline)s” is left out, for an issue has no byline. Name sources in a line such as "
                "“Reporting contributed by A and B”.",
                byline=excerpt(front.byline),
            ),
        )
    if not front.intro:
        yield warn(front.title.number, _("There is no intro between the title and the first section."))


def _date_problems(front: Front, title_line: int) -> Iterator[Problem]:
    if front.dateline is None or front.date_line is None:
        yield warn(
            title_line,
            _(
                "No date was found. Begin the paragraph under the title with one, such as “April 12, 2025 —”, or set "
                "the date on the desk."
            ),
        )
    elif front.dateline.doubt:
        yield warn(
            front.date_line.number,
            _(
                "“%(printed)s” %(doubt)s, so the issue is left without a date. Write it as “April 12, 2025 —” here, or "
                "set the date on the desk.",
                printed=front.dateline.printed,
                doubt=front.dateline.doubt,
            ),
        )
    elif front.dateline.day is None:
        yield warn(
            front.date_line.number,
            _(
                "“%(printed)s” is no day of the calendar, so the issue is left without a date. Correct it here or set "
                "the date on the desk.",
                printed=front.dateline.printed,
            ),
        )


def no_stories(front: Front) -> Problem:
    """The one error for an issue with no story in any section."""
    line = _first_ranked(front)
    if line is None:
        return error(WHOLE, _("No ranked stories were found under a heading for China or International."))
    return error(
        line,
        _(
            "Stories seem to begin on line %(line)s, but no heading for China or International stands above them. Put "
            "a line such as “Top 10 China Stories” there.",
            line=line,
        ),
    )


def missing_section(part: Part, front: Front) -> Problem:
    """One of the two sections has no heading."""
    label = LABELS[part]
    line = _first_ranked(front)
    if line is None:
        return warn(
            WHOLE,
            _(
                "No %(list)s section was found: no line is a heading for it, such as “Top 10 %(heading)s Stories”.",
                list=label,
                heading=label.words,
            ),
        )
    return warn(
        line,
        _(
            "No %(list)s section was found, and line %(line)s looks like a ranked story without a heading above it. "
            "Put a line such as “Top 10 %(heading)s Stories” there; until then it stands in the intro.",
            list=label,
            line=line,
            heading=label.words,
        ),
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
                _(
                    "%(list)s: the heading is printed %(number)s times (lines %(lines)s); what stands under them is "
                    "put together.",
                    list=LABELS[part],
                    number=len(lines),
                    lines=listed(lines),
                ),
            )


def missing_lists(found: Mapping[Part, bool], sketch: Outline) -> Iterator[Problem]:
    """A list that is not there, or a heading with nothing under it."""
    for part, has_entries in found.items():
        heading = sketch.heading_of(part)
        if heading and not has_entries:
            empty = _("%(list)s: nothing stands under the heading “%(heading)s”.", **named(part, heading))
            yield warn(heading.number, empty)
        elif not heading:
            yield warn(WHOLE, _("No %(list)s found. %(advice)s", list=LABELS[part], advice=_ADVICE[part]))


def named(part: Part, heading: Line) -> dict[str, Said | str]:
    return {"list": LABELS[part], "heading": excerpt(heading.text)}


def note_problems(notes: Sequence[Note]) -> Iterator[Problem]:
    """A company of which nothing is said."""
    for note in notes:
        if not note.note:
            yield warn(
                note.line,
                _(
                    "Company Watchlist: nothing is said of “%(company)s”, so its note stays empty, and the desk asks "
                    "for one before it saves. Put a colon and the note after the name.",
                    company=excerpt(note.company),
                ),
            )


def section_problems(part: Part, drafts: Sequence[Draft], heading: Line) -> Iterator[Problem]:
    """Ranks that are missing, repeated or out of order, and stories without text."""
    label = LABELS[part]
    if not drafts:
        none = _("%(list)s: no stories stand under the heading “%(heading)s”.", list=label, heading=heading.text)
        yield warn(heading.number, none)
        return
    yield from _unnumbered(label, drafts)
    restart = _restart(drafts)
    yield from _rank_problems(label, drafts[:restart])
    if restart is not None:
        line = drafts[restart].heading.number
        yield warn(
            line,
            _(
                "%(list)s: the numbers begin again with 1 on line %(line)s. Is the heading of the next section missing "
                "above it?",
                list=label,
                line=line,
            ),
        )
    yield from _promise(label, drafts, heading)
    yield from _without_text(label, drafts)
    yield from _long_headlines(label, drafts)


def _restart(drafts: Sequence[Draft]) -> int | None:
    """Where the count begins again after at least two stories, as if a heading had been lost."""
    return next((i for i, draft in enumerate(drafts) if i > 1 and draft.rank == 1 and drafts[i - 1].rank > 1), None)


def _rank_problems(label: Said, drafts: Sequence[Draft]) -> Iterator[Problem]:
    first: dict[int, tuple[int, Draft]] = {}
    for place, draft in enumerate(drafts, start=1):
        first_place, other = first.setdefault(draft.rank, (place, draft))
        if other is not draft:
            # Ranks follow the printed order, so only one of the two can keep its number.
            moved = _("the second will become rank %(rank)s", rank=place)
            if place == draft.rank:
                moved = _("the first will become rank %(rank)s", rank=first_place)
            twice = _(
                "%(list)s: rank %(rank)s appears twice (lines %(first)s and %(second)s); %(moved)s.",
                list=label,
                rank=draft.rank,
                first=other.heading.number,
                second=draft.heading.number,
                moved=moved,
            )
            yield warn(draft.heading.number, twice)
    yield from _missing(label, drafts)
    yield from _disorder(label, drafts)


def _missing(label: Said, drafts: Sequence[Draft]) -> Iterator[Problem]:
    by_rank = {draft.rank: draft for draft in reversed(drafts)}
    last = 0
    for rank in sorted(by_rank):
        if rank > last + 1:
            line = by_rank[rank].heading.number
            before = by_rank.get(last)
            after = _("after line %(line)s", line=before.heading.number) if before else _("at the beginning")
            missing = _(
                "%(list)s: ranks %(first)s to %(last)s are missing %(after)s; the stories from line %(line)s on move "
                "up unless they are added.%(hint)s"
            )
            if rank == last + 2:
                missing = _(
                    "%(list)s: rank %(first)s is missing %(after)s; the stories from line %(line)s on move up unless "
                    "it is added.%(hint)s"
                )
            missing = missing.where(
                list=label, first=last + 1, last=rank - 1, after=after, line=line, hint=_hint(before)
            )
            yield warn(line, missing)
        last = rank


def _hint(before: Draft | None) -> Said | str:
    """A headline that lost its number has become a paragraph of the story before it."""
    for line in before.body[1:] if before else ():
        if line.gap and 3 <= len(line.printed.split()) <= 25 and not ends_like_sentence(line.printed):
            return _(
                " Line %(line)s, “%(words)s”, may be a headline without its number.",
                line=line.number,
                words=excerpt(line.printed),
            )
    return ""


def _disorder(label: Said, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for above, draft in pairwise(drafts):
        if draft.rank < above.rank:
            yield warn(
                draft.heading.number,
                _(
                    "%(list)s: rank %(rank)s stands below rank %(above)s (line %(line)s). Ranks follow the printed "
                    "order: check it.",
                    list=label,
                    rank=draft.rank,
                    above=above.rank,
                    line=above.heading.number,
                ),
            )
            return


def _unnumbered(label: Said, drafts: Sequence[Draft]) -> Iterator[Problem]:
    bare = [draft for draft in drafts if not draft.is_numbered]
    if not bare:
        return
    if len(bare) > _MANY:
        lines = listed([draft.heading.number for draft in bare])
        yield warn(
            bare[0].heading.number,
            _(
                "%(list)s: %(number)s headlines have no number (lines %(lines)s); they are ranked as printed.",
                list=label,
                number=len(bare),
                lines=lines,
            ),
        )
        return
    for draft in bare:
        line = draft.heading.number
        taken = _(
            "%(list)s: the headline on line %(line)s has no number; it is taken as rank %(rank)s.",
            list=label,
            line=line,
            rank=draft.rank,
        )
        yield warn(line, taken)


def _promise(label: Said, drafts: Sequence[Draft], heading: Line) -> Iterator[Problem]:
    promised = promised_count(heading.key)
    if promised and len(drafts) < promised and max(draft.rank for draft in drafts) < promised:
        fewer = _(
            "%(list)s: the heading “%(heading)s” promises %(promised)s stories, but %(found)s were found; ranks up to "
            "%(promised)s are missing at the end."
        )
        if len(drafts) == 1:
            fewer = _(
                "%(list)s: the heading “%(heading)s” promises %(promised)s stories, but %(found)s was found; ranks up "
                "to %(promised)s are missing at the end."
            )
        fewer = fewer.where(list=label, heading=heading.text, promised=promised, found=len(drafts))
        yield warn(heading.number, fewer)


def _without_text(label: Said, drafts: Sequence[Draft]) -> Iterator[Problem]:
    empty = [draft for draft in drafts if not draft.body]
    if len(empty) > _MANY:
        lines = listed([draft.heading.number for draft in empty])
        bare = _(
            "%(list)s: %(number)s stories have no text (lines %(lines)s).", list=label, number=len(empty), lines=lines
        )
        yield warn(empty[0].heading.number, bare)
        return
    for draft in empty:
        yield warn(
            draft.heading.number,
            _(
                "%(list)s: story %(rank)s, “%(headline)s”, has a headline but no text.",
                list=label,
                rank=draft.rank,
                headline=excerpt(draft.heading.text),
            ),
        )


def _long_headlines(label: Said, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for draft in drafts:
        length = len(draft.heading.text)
        if length > LONGEST_HEADLINE:
            yield warn(
                draft.heading.number,
                _(
                    "%(list)s: the headline of story %(rank)s has %(number)s characters. If its text begins on the "
                    "same line, put it on a line of its own.",
                    list=label,
                    rank=draft.rank,
                    number=length,
                ),
            )


def dropped_links(lines: Sequence[Line]) -> Iterator[Problem]:
    """One warning for all links: an issue is read as words, so their addresses are lost."""
    linked = [line for line in lines if line.links]
    if not linked:
        return
    links = [address for line in linked for address in line.links]
    addresses: Said | str = ", ".join(excerpt(address) for address in links[:_MANY])
    if len(links) > _MANY:
        addresses = _("%(some)s and %(number)s more", some=addresses, number=len(links) - _MANY)
    numbers = [line.number for line in linked]
    place = _("lines %(lines)s", lines=listed(numbers[:_MOST_LINES]))
    if len(numbers) == 1:
        place = _("line %(line)s", line=numbers[0])
    elif len(numbers) > _MOST_LINES:
        place = _("%(some)s and %(number)s more", some=place, number=len(numbers) - _MOST_LINES)
    dropped = _(
        "%(number)s links were dropped (%(place)s): %(addresses)s. Their words stay; set the links again on the desk."
    )
    if len(links) == 1:
        dropped = _(
            "%(number)s link was dropped (%(place)s): %(addresses)s. Their words stay; set the links again on the desk."
        )
    yield warn(numbers[0], dropped.where(number=len(links), place=place, addresses=addresses))


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
    first, more = run[0], len(run) - 1
    if first.number in headings:
        advice = _("Name China or International in the heading, so that its stories find their section.")
    else:
        advice = _(
            "Put what belongs to the issue under a heading the importer knows: “Key Takeaways”, “Company Watchlist”, "
            "“Policy Tracker”, “Sources”, or that of China or International."
        )
    what = _what_is_left_out(first, more)
    what = what.where(words=excerpt(first.printed), last=run[-1].number, number=more, advice=advice)
    return warn(first.number, what)


def _what_is_left_out(first: Line, more: int) -> Said:
    """The sentence for a run of lines, by how many come after the first, and whether that is a picture."""
    if first.alt is not None:
        if not more:
            return _("The picture “%(words)s” is left out, for no known heading fits. %(advice)s")
        if more == 1:
            return _(
                "The picture “%(words)s” and 1 more line up to line %(last)s are left out, for no known heading fits. "
                "%(advice)s"
            )
        return _(
            "The picture “%(words)s” and %(number)s more lines up to line %(last)s are left out, for no known heading "
            "fits. %(advice)s"
        )
    if not more:
        return _("“%(words)s” is left out, for no known heading fits. %(advice)s")
    if more == 1:
        return _("“%(words)s” and 1 more line up to line %(last)s are left out, for no known heading fits. %(advice)s")
    return _(
        "“%(words)s” and %(number)s more lines up to line %(last)s are left out, for no known heading fits. %(advice)s"
    )
