"""
Taking in a list of people who agreed to get mail elsewhere: a sheet, read, looked at, and then saved as a whole.

Nobody is written to by this. Addresses that are known, ended or suppressed stay as they are: an old list must bring
nobody back who has left. What agreeing means is said once for the whole list (the proof) and kept with each row.
"""

import csv
import io
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from follow.models import (
    ADDRESS_LENGTH,
    Choice,
    Departure,
    Follower,
    Growth,
    Suppression,
    address_digest,
    address_key,
)
from follow.topics import REGISTERS, SECTIONS, Pair, find
from newsroom.lib.addresses import one_spelling
from newsroom.lib.fields import room
from newsroom.lib.forms import AsciiMailbox
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from newsroom.lib.sheets import LIVE
from newsroom.lib.text import one_line
from newsroom.lib.tokens import Expired, Forged, make, read

IMPORT = "follow.import_follower"
MOST_BYTES, MOST_LINES, FAULTS_KEPT = 20 * 1024 * 1024, 200_000, 100
TOO_BIG = gettext_lazy("This file has more than 20 MB. Please cut it into several.")
NEEDED = ("email", "confirmed_at")
EVERYTHING, ALONE_NOTHING = str(Choice.Kind.ISSUES), str(Choice.Kind.CORRECTIONS)
CHOICES = (EVERYTHING, *SECTIONS, ALONE_NOTHING)
COMING = {"", "active"}  # the states of an exported list that say that somebody wants mail now
SKIPPED_SHOWN = 20
FIRST_YEAR = 1990
BATCH = 900  # addresses a query: fewer than SQLite's smallest limit of parameters
KEPT = timedelta(days=1)
mailbox = AsciiMailbox()


class Unreadable(Exception):
    """Why nothing of a file can be taken in, as a sentence."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Gone(Exception):
    """What was uploaded is not there any more, or was somebody else's."""


# Reading


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who agreed, as a line of the sheet has it. `things`: the companies and policies among what he chose."""

    line: int
    email: str
    confirmed_at: datetime
    source: str = ""
    choices: tuple[str, ...] = (EVERYTHING,)
    frequency: str = "each"
    things: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; never with the address that stands there."""

    line: int
    sentence: str


@dataclass
class Sheet:
    """
    What was read. Of the faults, the first are kept; `faulty` and `doubles` count all of them.

    `skipped` are choices that mean nothing here, which their rows do without: how often each stands there. `known` are
    the companies and policies that were looked up, so that each is once.
    """

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    faulty: int = 0
    doubles: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    known: dict[str, Pair | None] = field(default_factory=dict)

    @property
    def most_skipped(self) -> list[tuple[str, int]]:
        return self.skipped.most_common(SKIPPED_SHOWN)

    def thing(self, word: str) -> Pair | None:
        """What "company:nvidia" or "policy:ai-act" means on this site; None if it means nothing to its readers."""
        if word not in self.known:
            kind, _, slug = word.partition(":")
            topic = find(kind, slug) if kind in REGISTERS else None
            self.known[word] = topic.pair if topic else None
        return self.known[word]

    def blame(self, line: int, sentence: str) -> None:
        self.faulty += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(line, sentence))


def decoded(data: bytes) -> str:
    """The text of a file. Raises Unreadable: for what is too big, or is no text in UTF-8."""
    if len(data) > MOST_BYTES:
        raise Unreadable(str(TOO_BIG))
    if data.startswith(b"PK"):
        raise Unreadable(_("This is a workbook, not a CSV file. Save it as “CSV UTF-8” and choose that file."))
    if b"\x00" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("This file is in UTF-16, or is no text. Save it as “CSV UTF-8” and choose that file."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = _("Line %(line)d is not in UTF-8. Save the file as “CSV UTF-8”, so that every letter arrives as it is.")
        raise Unreadable(said % {"line": line}) from None


def read_sheet(text: str, now: datetime | None = None) -> Sheet:
    """
    The rows of a CSV text, separated by commas, semicolons or tabs, whose first line names the columns.

    `email` and `confirmed_at` are needed; `source`, `choices`, `frequency` and `state` may be there, all others are
    passed over. A line that is wrong is blamed and left out, and so is the second of the same address; a choice that
    means nothing here is left out alone, as long as there is another. A query or two for each company and policy that
    is named. Raises Unreadable where nothing can be relied on: no such columns, too many lines, a quotation mark that
    is never closed.
    """
    now = now or timezone.now()
    sheet = Sheet()
    seen: set[str] = set()
    lines = cells_of(text)
    _, head = next(lines, (0, []))
    columns = columns_of(head)
    for line, cells in lines:
        try:
            row = row_of(sheet, line, {name: cells[at] for name, at in columns.items() if at < len(cells)}, now)
        except ValueError as fault:
            sheet.blame(line, str(fault))
            continue
        key = address_key(row.email)
        if key in seen:
            sheet.doubles += 1
            continue
        seen.add(key)
        sheet.rows.append(row)
    return sheet


def cells_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with something in them: the number at which each begins, and its cells. Raises Unreadable."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            if begins > MOST_LINES + 1:
                said = ngettext(
                    "This file has more than %(number)s line. Please cut it into several.",
                    "This file has more than %(number)s lines. Please cut it into several.",
                    MOST_LINES,
                )
                raise Unreadable(said % {"number": f"{MOST_LINES:,}"})
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        said = _(
            "Line %(line)d can’t be read, and so nothing after it: a quotation mark is never closed, or stands "
            "inside a text without a second one before it."
        )
        raise Unreadable(said % {"line": begins}) from None


def delimiter_of(text: str) -> str:
    """What most separates the words of the first line that has any."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    return max(",;\t", key=first.count)


def columns_of(head: list[str]) -> dict[str, int]:
    """Where each column stands. Raises Unreadable."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(head):
        columns.setdefault(one_line(cell).casefold().replace(" ", "_"), at)
    missing = [name for name in NEEDED if name not in columns]
    if len(missing) == 1:
        said = _("The first line must name the columns, and “%(column)s” is not there.")
        raise Unreadable(said % {"column": missing[0]})
    if missing:
        said = _("The first line must name the columns, and “%(column)s” and “%(other)s” are not there.")
        raise Unreadable(said % {"column": missing[0], "other": missing[1]})
    return columns


def row_of(sheet: Sheet, line: int, cells: dict[str, str], now: datetime) -> Row:
    """A line's row. Raises ValueError with a sentence."""
    state = one_line(cells.get("state", "")).casefold()
    if state not in COMING:
        said = _("The column “state” says “%(state)s”, so this is nobody to write to now.")
        raise ValueError(said % {"state": state[:20]})
    source = unquoted(one_line(cells.get("source", "")))
    if len(source) > room(Follower, "source"):
        most = room(Follower, "source")
        said = ngettext(
            "“source” has more than %(number)d character.", "“source” has more than %(number)d characters.", most
        )
        raise ValueError(said % {"number": most})
    chosen, things = choices(cells.get("choices", ""), sheet)
    return Row(
        line=line,
        email=address(cells.get("email", "")),
        confirmed_at=moment(cells.get("confirmed_at", ""), now),
        source=source,
        choices=chosen,
        frequency=frequency(cells.get("frequency", "")),
        things=things,
    )


def address(cell: str) -> str:
    """The address in its one spelling. Raises ValueError."""
    email = one_spelling(unquoted(cell))
    if not email:
        raise ValueError(_("“email” is empty."))
    try:
        mailbox(email)
    except ValidationError:
        raise ValueError(_("“email” is no address that mail can be sent to.")) from None
    if len(email) > ADDRESS_LENGTH:
        raise ValueError(_("“email” is longer than an address can be."))
    return email


def moment(cell: str, now: datetime) -> datetime:
    """When somebody agreed, in UTC; without a zone, in the site's. Raises ValueError."""
    said = one_line(cell)
    if not said:
        raise ValueError(_("“confirmed_at” is empty: nobody can be written to who didn’t agree at some time."))
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        fault = _("“%(date)s” is no date such as 2025-04-12 or 2025-04-12T09:30Z.")
        raise ValueError(fault % {"date": said[:40]}) from None
    if not FIRST_YEAR <= at.year < 9000:
        fault = _("“%(date)s” is before %(year)s, or no year of ours.")
        raise ValueError(fault % {"date": said[:40], "year": FIRST_YEAR})
    at = (at if at.tzinfo else timezone.make_aware(at)).astimezone(UTC)
    if at > now:
        raise ValueError(_("“%(date)s” lies in the future.") % {"date": said[:40]})
    return at


def choices(cell: str, sheet: Sheet) -> tuple[tuple[str, ...], tuple[Pair, ...]]:
    """
    What is followed, each once: of CHOICES, and companies and policies by name. Every issue if nothing is said.

    What means nothing here is counted in `sheet.skipped`. Raises ValueError if nothing else is there.
    """
    said = set(re.split(r"[\s,;]+", cell.strip().casefold())) - {""}
    if not said:
        return (EVERYTHING,), ()
    general = said.intersection(CHOICES)
    found = {word: sheet.thing(word) for word in sorted(said - general)}
    things = tuple(sorted({pair for pair in found.values() if pair}))
    unknown = ["…@…" if "@" in word else word[:40] for word, pair in found.items() if not pair]
    if not things and not general - {ALONE_NOTHING}:
        if unknown:
            fault = _(
                "“%(choice)s” means nothing here, and nothing else is chosen: %(choices)s can be followed, "
                "and company: or policy: with a name that stands in an address of this site."
            )
            raise ValueError(fault % {"choice": unknown[0], "choices": ", ".join(CHOICES)})
        fault = _("“%(choice)s” alone would bring nothing: %(choices)s would.")
        raise ValueError(fault % {"choice": ALONE_NOTHING, "choices": ", ".join(CHOICES[:-1])})
    sheet.skipped.update(unknown)
    if EVERYTHING in general:
        general.difference_update(SECTIONS)
    return tuple(kind for kind in CHOICES if kind in general), things


def frequency(cell: str) -> str:
    said = one_line(cell).casefold() or str(Follower.Frequency.EACH)
    if said not in Follower.Frequency.values:
        fault = _("“%(frequency)s” is no frequency: %(one)s and %(other)s are.")
        one, other = Follower.Frequency.values
        raise ValueError(fault % {"frequency": said[:40], "one": one, "other": other})
    return said


def unquoted(cell: str) -> str:
    """Without the apostrophe that our own sheets put before what would be a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(LIVE) else cell


# Looking and saving


@dataclass
class Outcome:
    """How many come, how many are there already, how many left, and how many must never be written to."""

    new: int = 0
    known: int = 0
    left: int = 0
    suppressed: int = 0


def survey(sheet: Sheet) -> Outcome:
    """What `enrol` would do with a sheet now; nothing is saved."""
    outcome = Outcome()
    for rows in newcomers(sheet.rows, outcome):
        del rows
    return outcome


def newcomers(rows: Iterable[Row], outcome: Outcome) -> Iterator[list[Row]]:
    """The rows that come in, in batches, each looked up in three queries; the others are counted in `outcome`."""
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        digests = {row.email: address_digest(row.email) for row in batch}
        suppressed, left = (
            set(model.objects.filter(digest__in=digests.values()).values_list("digest", flat=True))
            for model in (Suppression, Departure)
        )
        known = known_keys(batch)
        new = []
        for row in batch:
            if digests[row.email] in suppressed:
                outcome.suppressed += 1
            elif address_key(row.email) in known:
                outcome.known += 1
            elif digests[row.email] in left:
                outcome.left += 1
            else:
                new.append(row)
        outcome.new += len(new)
        yield new


def known_keys(rows: list[Row]) -> set[str]:
    found = Follower.objects.filter(key__in=[address_key(row.email) for row in rows])
    return set(found.values_list("key", flat=True))


@transaction.atomic
def enrol(sheet: Sheet, *, proof: str, by: Any, now: datetime | None = None) -> Outcome:
    """
    Take in everybody of a sheet who is neither known nor suppressed, and did not leave before; all or nobody.

    `proof` says where and how they agreed, and is kept with each. Nobody is written to. Effects: the growth of the
    day is counted. Raises PermissionDenied, ValueError without a proof.
    """
    require(by, IMPORT)
    if not proof.strip():
        raise ValueError(_("Nobody is taken in without a proof of consent."))
    now = now or timezone.now()
    one_at_a_time("enrol followers")
    outcome = Outcome()
    for rows in newcomers(sheet.rows, outcome):
        overtaken = len(rows) - save(rows, proof, now)
        outcome.new -= overtaken
        outcome.known += overtaken
    Growth.count(came=outcome.new, now=now)
    return outcome


def save(rows: list[Row], proof: str, now: datetime) -> int:
    """
    Save a batch, and how many it became: whoever asked on the site in the same second stays as he asked.

    The rows that are ours bear the moment of this import.
    """
    followers = []
    for row in rows:
        follower = Follower(
            frequency=row.frequency,
            asked_at=now,
            confirmed_at=row.confirmed_at,
            consent_text=proof,
            source=row.source or "An imported list",
        )
        follower.set_email(row.email)
        followers.append(follower)
    Follower.objects.bulk_create(followers, ignore_conflicts=True)
    wanted = {address_key(row.email): [*((kind, 0) for kind in row.choices), *row.things] for row in rows}
    saved = dict(Follower.objects.filter(key__in=list(wanted), asked_at=now).values_list("key", "pk"))
    Choice.objects.bulk_create(
        Choice(follower_id=pk, kind=kind, ref=ref) for key, pk in saved.items() for kind, ref in wanted[key]
    )
    return len(saved)


# What was uploaded, between looking and saving


def folder() -> Path:
    return Path(settings.VAR_DIR) / "imports"


def keep_upload(data: bytes, *, by: Any) -> str:
    """
    Keep a file until its import is confirmed, for a day at most; returns the token that opens it to this user alone.

    It lies where the site's data lie, under a random name, readable by the site's own user. Raises PermissionDenied.
    """
    require(by, IMPORT)
    forget_uploads()
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    with os.fdopen(os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return make("import", [name, by.pk if by else 0])


def kept_upload(token: str, *, by: Any) -> Path:
    """Where the file of a token lies. Raises Gone."""
    try:
        name, owner = read(token, "import", good_for=KEPT)
    except (Forged, Expired):
        raise Gone from None
    path = folder() / str(name)
    if owner != (by.pk if by else 0) or not path.is_file():
        raise Gone
    return path


def forget_uploads(now: datetime | None = None) -> int:
    """Delete what was uploaded more than a day ago and never confirmed; how many files that were."""
    before = ((now or timezone.now()) - KEPT).timestamp()
    old = [path for path in folder().glob("*") if path.stat().st_mtime < before] if folder().is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
