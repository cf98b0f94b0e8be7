"""
The mail that many get: an issue, a correction of one, a week of them.

A letter is drawn from editions, once for all who get the same of them (`Scope`), and is then addressed to each reader:
that puts in the two links that are a reader's own. Nothing else differs between readers, and opening a letter tells
nobody: it loads nothing, so it has no pictures either, and its links carry no marks.

Words stand in `templates/emails/{issue,correction,weekly}/`, what they share in `emails/newsletter.html` and `.txt`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from secrets import token_hex
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from follow.models import Mailing
from follow.sharing import KINDS
from follow.topics import ISSUES, SECTIONS, Pair, Topic, named, topics_of
from newsroom.lib.links import joined
from newsroom.lib.mail import draw, in_own_language
from newsroom.lib.mailed import absolute
from newsroom.lib.richtext import WORD, plain, shift_headings, without_pictures
from newsroom.lib.text import excerpt, one_line, printable
from reports.models import Edition, Revision, Section

# What stands in a letter for the two addresses that are a reader's own. No such host can be (RFC 6761 §6.4), and no
# author can know the rest, or the links of every reader would stand in an address of his.
OUT, PREFERENCES = f"https://out.invalid/{token_hex(16)}", f"https://preferences.invalid/{token_hex(16)}"

WHOLE_BODY = 150  # words of a story that are sent; of a longer one its beginning
BEGINNING = 90
NOON = 12
TOP = 5  # stories of a section in a week's letter
NAMED = 3  # companies and policies that a heading names
SHARED = ("linkedin", "x", "whatsapp", "email")
MOST_CHARACTERS = 200  # of a subject or a preheader
SHORT_TITLE = 44  # characters of a title up to which it is set in the largest size

# What turns the direction of writing, of the words that a mail program shows after a subject too (UAX #9 §2).
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
LINK = re.compile(r'(<a(?: [a-z]+="[^"]*")*? href=")([^"]*)"')  # as nh3 writes it
MANY_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")

# Where an issue has the lines about the things of a kind: the list, the row's number, its name, place and text.
LINES = {
    "company": ("watchlist", "company", "name", "country", "note"),
    "policy": ("policies", "policy", "title", "jurisdiction", "detail"),
}

# Seen by nobody: without it, mail programs show after a short preheader how the mail begins.
PADDING = "\u034f\u200c\u00a0" * 100

Shown = Callable[[Edition, dict[str, Any]], dict[str, Any]]  # what is shown of a story, by its row in the content

INLINER = CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True)
class Scope:
    """What of an issue somebody gets: all of it, or these of its sections, and these companies and policies."""

    whole: bool = False
    sections: frozenset[str] = frozenset()
    topics: frozenset[Pair] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.whole or self.sections or self.topics)


WHOLE = Scope(whole=True)


@dataclass(frozen=True)
class Letter:
    """A mail as all its readers get it, with OUT and PREFERENCES where the links of each go."""

    subject: str
    preheader: str
    text: str
    html: str

    def addressed(self, *, out: str, preferences: str) -> tuple[str, str]:
        """Text and HTML for one reader, by the whole addresses of his pages."""
        text = self.text.replace(OUT, out).replace(PREFERENCES, preferences)
        html = self.html.replace(OUT, escape(out)).replace(PREFERENCES, escape(preferences))
        return text, html


def scope_of(choices: Iterable[Pair], content: dict[str, Any]) -> Scope:
    """What somebody who chose these gets of an issue with this content."""
    chosen = set(choices)
    if ISSUES in chosen:
        return Scope(whole=True)
    here = chosen.intersection(topics_of(content))
    sections = frozenset(section for section, pair in SECTIONS.items() if pair in here)
    return Scope(sections=sections, topics=frozenset(pair for pair in here if pair[0] in LINES))


def unpublished(revision: Revision) -> Edition:
    """
    An edition of a revision that nobody publishes: for a letter that the desk looks at before there is one.

    It is not saved. Unlike a real one, it may have no date.
    """
    content = revision.content
    edition = Edition(
        report_id=revision.report_id,
        revision=revision,
        kind=Edition.Kind.FIRST,
        slug=content["slug"],
        title=content["title"],
        number=content["number"],
        standfirst=content["standfirst"] or excerpt(plain(content["intro"]), 220),
        live_from=timezone.now(),
    )
    if content["issued_on"]:
        edition.issued_on = date.fromisoformat(content["issued_on"])
    return edition


# The letters


@in_own_language
def issue(edition: Edition, scope: Scope, *, subject: str = "", preheader: str = "", postal: str = "") -> Letter:
    """
    An issue as this scope has it. Two queries at most, for the pages of companies and policies.

    Without a `subject` it is the title, or says which of what is followed is in the issue; without a `preheader` it is
    the standfirst. `postal` is the sender's address on paper.
    """
    content = edition.revision.content
    found = named(pairs_of(content) if scope.whole else scope.topics)
    followed = [] if scope.whole else followed_in(edition, found, scope)
    is_short = not (scope.whole or scope.sections)
    context = {
        "issue": heading(edition),
        "is_short": is_short,
        "heading": f"{are([line['name'] for line in followed])} in this issue" if is_short and followed else "",
        "followed": followed,
        "intro": rich(content["intro"], edition, -1),
        "sections": [
            section(edition, key, headline if is_short else story)
            for key in worlds(content)
            if not scope.sections or key in scope.sections
        ],
        "takeaways": content["takeaways"] if scope.whole else [],
        "ledgers": ledgers(edition, found) if scope.whole else [],
        "credits": [credit_of(credit) for credit in content["credits"]],
        "elsewhere": [] if scope.whole or is_short else elsewhere(edition, scope),
        "shares": ways_to_share(edition),
        "why": why(scope, followed),
    }
    about = followed[0]["text"] if is_short and followed else ""
    return letter("issue", context, subject, preheader or about or edition.standfirst, postal)


@in_own_language
def correction(
    edition: Edition, scope: Scope, *, note: str, subject: str = "", preheader: str = "", postal: str = ""
) -> Letter:
    """What was wrong in an issue and what is right, in the desk's words: `note`, plain paragraphs."""
    note = printable(note).strip()
    context = {
        "issue": heading(edition),
        "heading": f"Correction: {edition.title}",
        "note": note,
        "why": why(scope, lines(edition, {}, scope.topics), "corrections"),
    }
    return letter("correction", context, subject, preheader or note, postal)


@in_own_language
def weekly(
    editions: Sequence[Edition],
    scopes: Sequence[Scope],
    *,
    subject: str = "",
    preheader: str = "",
    postal: str = "",
    week: tuple[date, date] | None = None,
) -> Letter:
    """
    Several issues in short, each as its scope has it; one of which the scope has nothing is left out.

    `week` is its first and last day; without it, from the first to the last date of these issues. Two queries at most.
    Raises ValueError if the scopes have nothing at all.
    """
    shown = [(edition, scope) for edition, scope in zip(editions, scopes, strict=True) if not scope.is_empty]
    if not shown:
        raise ValueError("A letter about nothing.")
    found = named(sorted({pair for _, scope in shown for pair in scope.topics}))
    issues = [in_short(edition, scope, found) for edition, scope in shown]
    dates = [edition.issued_on for edition, _ in shown]
    everything = Scope(
        whole=any(scope.whole for _, scope in shown),
        sections=frozenset(section for _, scope in shown for section in scope.sections),
    )
    followed = {line["pair"]: line for shown_issue in issues for line in shown_issue["followed"]}
    context = {
        "heading": f"The week at {settings.SITE_NAME}: {span(*(week or (min(dates), max(dates))))}",
        "issues": issues,
        "why": why(everything, list(followed.values()), each="once a week"),
    }
    titles = "; ".join(edition.title for edition, _ in shown)
    return letter("weekly", context, subject, preheader or titles, postal)


def of_mailing(mailing: Mailing, parts: Sequence[tuple[Edition, Scope]], *, postal: str = "") -> Letter:
    """What a mailing says: of each of its editions, what is in the scope beside it. One at least."""
    editions, scopes = [edition for edition, _ in parts], [scope for _, scope in parts]
    words = {"subject": mailing.subject, "preheader": mailing.preheader, "postal": postal}
    if mailing.kind == Mailing.Kind.CORRECTION:
        return correction(editions[0], scopes[0], note=mailing.note, **words)
    if mailing.kind == Mailing.Kind.ISSUE:
        return issue(editions[0], scopes[0], **words)
    ended_at = timezone.localtime(mailing.created_at)
    last = ended_at.date() - timedelta(days=1 if ended_at.hour < NOON else 0)  # a day that had hardly begun is no part
    return weekly(editions, scopes, week=(last - timedelta(days=6), last), **words)


def letter(name: str, context: Mapping[str, Any], subject: str, preheader: str, postal: str) -> Letter:
    """Draw `templates/emails/<name>/`; `subject` is the one that the desk wrote, or none."""
    filled = {
        **context,
        "site": {"name": settings.SITE_NAME, "url": settings.SITE_URL},
        "written": header_line(subject),
        "preheader": header_line(preheader),
        "padding": PADDING,
        "postal": one_line(postal),
        "out": OUT,
        "preferences": PREFERENCES,
    }
    filled["subject"] = header_line(draw(f"emails/{name}/subject.txt", filled, escape=False))
    return Letter(
        subject=filled["subject"],
        preheader=filled["preheader"],
        text=MANY_EMPTY_LINES.sub("\n\n", draw(f"emails/{name}/body.txt", filled, escape=False)).strip() + "\n",
        html=INLINER.inline(draw(f"emails/{name}/body.html", filled, escape=True)),
    )


def header_line(text: str) -> str:
    """
    A text that means nothing but itself in a header: one line, of at most MOST_CHARACTERS.

    What turns the direction of writing is left out, and "=?" is parted: it would begin an encoded word (RFC 2047 §2).
    """
    return excerpt(TURNING.sub("", one_line(text)).replace("=?", "= ?"), MOST_CHARACTERS)


# What is in them


def heading(edition: Edition) -> dict[str, Any]:
    """An issue's name, place and date."""
    return {
        "title": edition.title,
        "url": absolute(edition.url),
        "number": edition.number,
        "issued_on": edition.issued_on,
        "standfirst": edition.revision.content["standfirst"],
        "is_long": len(edition.title) > SHORT_TITLE,
    }


def worlds(content: dict[str, Any]) -> list[Section]:
    """The sections in which an issue has stories."""
    return [key for key in Section if any(row["section"] == key for row in content["stories"])]


def section(edition: Edition, key: Section, shown: Shown, most: int | None = None) -> dict[str, Any]:
    """One of the two worlds, as a ranked list of its first stories, or of all, each as `shown` has it."""
    content = edition.revision.content
    rows = [row for row in content["stories"] if row["section"] == key.value]
    return {
        "key": key.value,
        "label": key.label,
        "heading": content["headings"][key.value] or f"Top {len(rows)} {key.label} stories",
        "url": f"{absolute(edition.url)}#{key.value}",
        "stories": [shown(edition, row) for row in rows[:most]],
        "more": most is not None and len(rows) > most,
    }


def headline(edition: Edition, row: dict[str, Any]) -> dict[str, Any]:
    """A story by its place, its headline and its page."""
    return {
        "rank": row["rank"],
        "headline": row["headline"],
        "label": Section(row["section"]).label,
        "url": absolute(reverse("reports:story", args=[edition.slug, row["slug"]])),
    }


def story(edition: Edition, row: dict[str, Any]) -> dict[str, Any]:
    """A story with its whole body if that is short, else with how it begins."""
    words = plain(row["body"])
    found = list(WORD.finditer(words))
    is_long = len(found) > WHOLE_BODY
    return {
        **headline(edition, row),
        "body": None if is_long else rich(row["body"], edition, 1),
        "beginning": excerpt(words, found[BEGINNING].start() + 1) if is_long else "",
    }


def pairs_of(content: dict[str, Any]) -> list[Pair]:
    """The companies and policies that an issue has lines about."""
    return [pair for pair in topics_of(content) if pair[0] in LINES]


def lines(edition: Edition, found: Mapping[Pair, Topic], wanted: Iterable[Pair]) -> list[dict[str, Any]]:
    """What an issue says of these companies and policies, in its order, with the pages of those that were `found`."""
    content, wanted = edition.revision.content, set(wanted)
    told = []
    for kind, (rows, number, name, place, text) in LINES.items():
        for row in content[rows]:
            pair = (kind, row[number])
            if pair in wanted:
                url = absolute(found[pair].url) if pair in found else ""
                told.append({"pair": pair, "name": row[name], "place": row[place], "text": row[text], "url": url})
    return told


def followed_in(edition: Edition, found: Mapping[Pair, Topic], scope: Scope) -> list[dict[str, Any]]:
    """The lines about what is followed, each with the stories that name it."""
    told = lines(edition, found, scope.topics)
    rows = edition.revision.content["stories"] if told else []
    words = [(row, f"{row['headline']} {plain(row['body'])}") for row in rows]
    return [
        {**line, "stories": [headline(edition, row) for row, text in words if names(text, line["name"])]}
        for line in told
    ]


def names(text: str, name: str) -> bool:
    """Whether a text has this name, as a word of its own where it is in Latin letters. An apple is no Apple."""
    before, after = (r"\b" if edge.isascii() and edge.isalnum() else "" for edge in (name[:1], name[-1:]))
    return re.search(f"{before}{re.escape(name)}{after}", text, re.ASCII) is not None


def ledgers(edition: Edition, found: Mapping[Pair, Topic]) -> list[dict[str, Any]]:
    """The company watchlist and the policy tracker."""
    told = lines(edition, found, pairs_of(edition.revision.content))
    titles = {"company": "Company watchlist", "policy": "Policy tracker"}
    both = [
        {"title": title, "lines": [line for line in told if line["pair"][0] == kind]} for kind, title in titles.items()
    ]
    return [ledger for ledger in both if ledger["lines"]]


def in_short(edition: Edition, scope: Scope, found: Mapping[Pair, Topic]) -> dict[str, Any]:
    """An issue in a week's letter."""
    content = edition.revision.content
    return {
        **heading(edition),
        "standfirst": edition.standfirst,
        "sections": [
            section(edition, key, headline, TOP) for key in worlds(content) if scope.whole or key in scope.sections
        ],
        "followed": [] if scope.whole else followed_in(edition, found, scope),
    }


def elsewhere(edition: Edition, scope: Scope) -> list[dict[str, str]]:
    """What else is in an issue, for those who get one section of it: what it is called, and where it is."""
    content = edition.revision.content
    sections = [section(edition, key, headline, 0) for key in worlds(content) if key not in scope.sections]
    others = [("takeaways", "Key takeaways"), ("watchlist", "Company watchlist"), ("policies", "Policy tracker")]
    page = absolute(edition.url)
    return [
        *({"title": section["heading"], "url": section["url"]} for section in sections),
        *({"title": title, "url": f"{page}#{part}"} for part, title in others if content[part]),
    ]


def credit_of(credit: dict[str, Any]) -> dict[str, str]:
    """Whom an issue thanks. A link that isn't one of the web is left out."""
    url = credit["url"] or ""
    return {"name": credit["name"], "url": url if url.startswith(("http://", "https://")) else ""}


def ways_to_share(edition: Edition) -> list[dict[str, str]]:
    """Where an issue can be passed on, as on its page, whatever the desk shows there."""
    kinds = (KINDS[kind] for kind in SHARED)
    return [
        {"label": kind.worded(kind.label), "url": kind.link(edition.title, edition.url)} for kind in kinds if kind.link
    ]


def why(scope: Scope, followed: Sequence[dict[str, Any]], *more: str, each: str = "") -> str:
    """The sentence that tells readers why they get a letter."""
    sections = [f"{key.label} stories" for key in Section if key in scope.sections]
    chosen = ["every issue"] if scope.whole else [*sections, *(line["name"] for line in followed)]
    what = f"{listed([*chosen, *more])} at " if chosen or more else ""
    often = f", {each}" if each else ""
    return f"You get this mail because you follow {what}{settings.SITE_NAME}{often}."


def are(words: Sequence[str]) -> str:
    """“A is”, “A and B are”."""
    return f"{listed(words)} {'is' if len(words) == 1 else 'are'}"


def listed(words: Sequence[str]) -> str:
    """As a sentence has them: “A”, “A and B”, “A, B, and C”, “A, B, C, and 2 more”."""
    shown = list(words) if len(words) <= NAMED + 1 else [*words[:NAMED], f"{len(words) - NAMED} more"]
    if len(shown) < 3:
        return " and ".join(shown)
    return f"{', '.join(shown[:-1])}, and {shown[-1]}"


def span(first: date, last: date) -> str:
    """“12–18 April”, “28 April – 4 May”, “29 December 2025 – 4 January 2026”, each date on one line."""
    form = "j\xa0F" if first.year == last.year else "j\xa0F\xa0Y"
    if first == last:
        return date_format(last, form)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_format(last, form)}"
    return f"{date_format(first, form)} – {date_format(last, form)}"


# Rich text


@dataclass(frozen=True)
class Rich:
    """Rich text in its two forms."""

    html: SafeString
    text: str


def rich(text: str, edition: Edition, deeper: int) -> Rich:
    """Cleaned HTML of an issue for a mail: its links whole, its headings `deeper` by so many levels."""
    base = absolute(edition.url)
    html = LINK.sub(lambda found: f'{found[1]}{joined(base, found[2])}"', without_pictures(text))
    return Rich(mark_safe(shift_headings(html, deeper)), plainly(html))  # noqa: S308 (cleaned as it was stored)


def plainly(html: str) -> str:
    """Cleaned HTML as plain text: blocks apart, items marked, the address of a link on a line below its block."""
    writer = Plain()
    writer.feed(html)
    writer.close()
    writer.end_block()
    return "".join(writer.written)


class Plain(HTMLParser):
    """Writes HTML as plain text, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.lists: list[int | None] = []  # of each list that is open the number of its last item; None: no numbers
        self.quotes = 0
        self.mark = ""  # of the item that begins
        self.after_item = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        elif tag == "br":
            self.words.append("\n")
        elif tag not in {"em", "strong"}:
            self.end_block()
        if tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "li":
            self.mark = self.next_mark()

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"a", "br", "em", "strong"}:
            self.end_block()
        if tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "blockquote" and self.quotes:
            self.quotes -= 1

    def handle_data(self, data: str) -> None:
        self.words.append(re.sub(r"\s+", " ", data))

    def next_mark(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "• "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def end_block(self) -> None:
        """Write what was gathered."""
        rows = [one_line(row) for row in "".join(self.words).split("\n")]
        if any(rows):
            is_item = bool(self.mark)
            rows = [self.mark + "\n".join(rows).strip(), *(link for link in self.links if link not in rows)]
            quoted = "\n".join(rows).replace("\n", "\n" + "> " * self.quotes)
            if self.written:
                self.written.append("\n" if is_item and self.after_item else "\n\n")
            self.written.append("> " * self.quotes + quoted)
            self.after_item, self.mark = is_item, ""
        self.words, self.links = [], []
