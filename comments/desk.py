"""
What the queue on the desk reads: which comments somebody wants to see, and each as a card with all that helps to
decide about it.

A page of cards costs the same number of queries however many there are. Addresses are read apart, and only for those
who may see them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.models import (
    Address,
    Comment,
    Commenter,
    CommentQuerySet,
    Decision,
    Discussion,
    Flag,
    HouseRules,
    address_digest,
)
from comments.record import doer
from comments.rules import house_rules, is_open
from newsroom.lib.numbers import row_number
from newsroom.lib.text import Wording, excerpt
from reports.models import Edition

SEE_ADDRESSES = "comments.view_address"
TABS = {
    "pending": gettext_lazy("Pending"),
    "reported": gettext_lazy("Reported"),
    "approved": gettext_lazy("Approved"),
    "spam": gettext_lazy("Spam"),
    "bin": gettext_lazy("Bin"),
}
SIZES = (50, 100, 500)
FOLDED_FROM = 1_000  # letters; what is longer shows its beginning, and the rest on demand
COMPARED = 20_000  # letters; longer texts are shown one after the other, not word by word


@dataclass(frozen=True)
class Wanted:
    """Which part of the queue somebody wants to see, as the address of the page says it."""

    tab: str = "pending"
    page: int = 1
    per: int = SIZES[0]
    search: str = ""
    issue: int | None = None
    author: int | None = None

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Wanted":
        """Whatever makes no sense counts as not said."""
        per = row_number(params.get("per"))
        return cls(
            tab=params.get("tab", "") if params.get("tab", "") in TABS else "pending",
            page=row_number(params.get("page")) or 1,
            per=per if per in SIZES else SIZES[0],
            search=params.get("q", "").strip()[:200],
            issue=row_number(params.get("issue")) or None,
            author=row_number(params.get("author")) or None,
        )

    def query(self, **changes: Any) -> str:
        """The address's query for this, or for this with changes, without what needs no saying."""
        said, default = replace(self, **changes), Wanted()
        names = {"tab": "tab", "issue": "issue", "author": "author", "search": "q", "per": "per", "page": "page"}
        pairs = [
            (name, getattr(said, key)) for key, name in names.items() if getattr(said, key) != getattr(default, key)
        ]
        return f"?{urlencode(pairs)}" if pairs else "?"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.issue or self.author)

    def comments(self, *, by_address: bool) -> CommentQuerySet:
        """Those of every tab that are wanted; an exact address finds its author's, for those who may see addresses."""
        found = Comment.objects.all()
        if self.issue:
            found = found.filter(report=self.issue)
        if self.author:
            found = found.filter(commenter=self.author)
        if self.search:
            words = Q(name__icontains=self.search) | Q(body__icontains=self.search)
            if by_address and "@" in self.search:
                digest = address_digest(self.search)
                words |= Q(commenter__in=Commenter.objects.filter(digest=digest).values("pk"))
            found = found.filter(words)
        return found


# The cards


@dataclass(frozen=True)
class Talk:
    """The issue that a comment is about: as readers have it, or, where they have none, as the desk does."""

    pk: int
    title: str
    url: str  # "" if readers don't have it
    is_open: bool
    switch: bool | None  # what the desk decided about it; None: what the house rules say


@dataclass
class Complaint:
    """What readers reported about one comment for one reason."""

    reason: str
    count: int = 0
    open: int = 0
    notes: list[str] = field(default_factory=list)
    earlier: str = ""  # what was decided about this reason before


@dataclass(frozen=True)
class Record:
    """What is known of an author."""

    approved: int = 0
    rejected: int = 0
    reports: int = 0


class Button(NamedTuple):
    """What it does, what stands on it, its key, and its colour, if it has one."""

    does: str
    label: Wording
    key: str
    colour: str = ""


APPROVE, KEEP = (
    Button("approve", gettext_lazy("Approve"), "a", "approve"),
    Button("approve", gettext_lazy("Keep"), "a", "approve"),
)
SPAM, BIN = Button("spam", gettext_lazy("Spam"), "s", "spam"), Button("bin", gettext_lazy("Bin"), "d", "bin")
UNAPPROVE, NOT_SPAM, RESTORE = (
    Button("unapprove", label, "u")
    for label in (gettext_lazy("Unapprove"), gettext_lazy("Not spam"), gettext_lazy("Restore"))
)


@dataclass(frozen=True)
class Card:
    comment: Comment
    talk: Talk
    complaints: list[Complaint]
    record: Record
    address: str
    last: Decision | None
    edits: list[Decision]
    notice: str = ""

    @property
    def pk(self) -> str:
        """The comment's number; as text, since a template would write a number with the marks of the language."""
        return str(self.comment.pk)

    @property
    def pair(self) -> str:
        """Which comment, and as of which version: what every button sends."""
        return f"{self.comment.pk}:{self.comment.version}"

    @property
    def buttons(self) -> list[Button]:
        """The buttons that always stand on a card, in their places: letting it through, spam, bin."""
        status = self.comment.status
        let_through = UNAPPROVE if status == Comment.Status.APPROVED else APPROVE
        return [
            KEEP if self.is_reported else let_through,
            NOT_SPAM if status == Comment.Status.SPAM else SPAM,
            RESTORE if status == Comment.Status.BIN else BIN,
        ]

    @property
    def is_reported(self) -> bool:
        return self.comment.status == Comment.Status.APPROVED and any(complaint.open for complaint in self.complaints)

    @property
    def parts(self) -> tuple[str, str]:
        """The text in two, of which the second is folded away; together they are all of it."""
        return folded_in_two(self.comment.body)

    @property
    def parent_words(self) -> str:
        parent = self.comment.parent
        return excerpt(parent.body, 160) if parent and parent.status != Comment.Status.WITHDRAWN else ""

    @property
    def website(self) -> str:
        """The author's website, if it is one that may be a link."""
        return self.comment.site if self.comment.site.startswith(("http://", "https://")) else ""

    @property
    def decided(self) -> str:
        """Who did what last; nothing for a comment that nobody has touched."""
        return told(self.last) if self.last and self.last.act != Decision.Act.HOLD else ""

    @property
    def difference(self) -> "list[Piece]":
        """How the text differs from what its author wrote, once the desk has edited it."""
        return difference(self.comment.original, self.comment.body) if self.comment.original else []

    @property
    def first_name(self) -> str:
        """The name that the author gave, if the desk has changed it."""
        given = next((edit.before["name"] for edit in reversed(self.edits) if "name" in edit.before), "")
        return given if given != self.comment.name else ""


def folded_in_two(text: str) -> tuple[str, str]:
    if len(text) <= FOLDED_FROM and text.count("\n") <= 20:
        return text, ""
    lines = [end.end() for end in re.finditer("\n", text)]
    most = min(FOLDED_FROM * 4 // 5, lines[15] if len(lines) > 15 else len(text))
    at = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most)) + 1
    at = at if at > most // 2 else most
    return text[:at], text[at:]


def cards(comments: Iterable[Comment], *, addresses: bool, notices: Mapping[int, str] | None = None) -> list[Card]:
    """
    The comments with everything that is shown of each, in nine queries (ten with addresses), however many they are.

    `notices` are sentences to show on some of them, by their numbers.
    """
    shown = list(comments)
    authors = {comment.commenter_id for comment in shown if comment.commenter_id}
    talks = talks_of({comment.report_id for comment in shown})
    complaints = complaints_about(shown)
    records = records_of(authors)
    known = dict(Address.objects.filter(commenter__in=authors).values_list("commenter", "email")) if addresses else {}
    done = decisions_about(shown)
    return [
        Card(
            comment=comment,
            talk=talks[comment.report_id],
            complaints=complaints.get(comment.pk, []),
            record=records.get(comment.commenter_id or 0, Record()),
            address=known.get(comment.commenter_id or 0, ""),
            last=next(iter(done.get(comment.pk, [])), None),
            edits=[line for line in done.get(comment.pk, []) if line.act == Decision.Act.EDIT],
            notice=(notices or {}).get(comment.pk, ""),
        )
        for comment in shown
    ]


def with_neighbours(comments: CommentQuerySet) -> CommentQuerySet:
    """With the comment that each answers, without the long texts that no card shows."""
    return comments.select_related("parent", "staff").defer("parent__original", "parent__reasons")


def talks_of(reports: set[int]) -> dict[int, Talk]:
    live = {
        edition.report_id: edition for edition in Edition.objects.live().without_article().filter(report__in=reports)
    }
    titles = Edition.objects.titles_of(reports)
    switches = {row.report_id: row for row in Discussion.objects.filter(report__in=reports)}
    rules = house_rules()
    return {pk: talk(pk, titles[pk], live.get(pk), switches.get(pk), rules) for pk in titles}


def talk(pk: int, title: str, edition: Edition | None, switch: Discussion | None, rules: HouseRules) -> Talk:
    return Talk(
        pk=pk,
        title=edition.title if edition else title,
        url=edition.url if edition else "",
        is_open=edition is not None and is_open(edition.issued_on, switch, rules),
        switch=switch.is_open if switch else None,
    )


def talk_of(report: int) -> Talk | None:
    return talks_of({report}).get(report)


def complaints_about(comments: Iterable[Comment]) -> dict[int, list[Complaint]]:
    """By comment, what readers reported, a line for each reason, with what was decided about it before."""
    found: dict[int, dict[str, Complaint]] = {}
    flags = Flag.objects.filter(comment__in=[comment.pk for comment in comments]).select_related("settled__by")
    for flag in flags:
        reasons = found.setdefault(flag.comment_id, {})
        complaint = reasons.setdefault(flag.reason, Complaint(flag.get_reason_display()))
        complaint.count += 1
        complaint.open += flag.settled is None and not flag.known
        if flag.note:
            complaint.notes.append(flag.note)
        if flag.settled:
            complaint.earlier = told(flag.settled)
    return {pk: list(reasons.values()) for pk, reasons in found.items()}


def records_of(authors: set[int]) -> dict[int, Record]:
    """What became of all that these authors ever wrote; two queries."""
    counted = (
        Comment.objects.filter(commenter__in=authors)
        .order_by()
        .values_list("commenter")
        .annotate(approved=Count("pk", Q(status="approved")), rejected=Count("pk", Q(status__in=("spam", "bin"))))
    )
    reports = dict(
        Flag.objects.filter(comment__commenter__in=authors)
        .order_by()
        .values_list("comment__commenter")
        .annotate(n=Count("pk"))
    )
    return {pk: Record(approved, rejected, reports.get(pk, 0)) for pk, approved, rejected in counted}


def decisions_about(comments: Iterable[Comment]) -> dict[int, list[Decision]]:
    """By comment, the lines of the log, the newest first."""
    found: dict[int, list[Decision]] = {}
    lines = Decision.objects.filter(comment__in=[comment.pk for comment in comments]).select_related("by")
    for line in lines:
        if line.comment_id:
            found.setdefault(line.comment_id, []).append(line)
    return found


# Words


def ago(then: datetime, now: datetime | None = None) -> str:
    now = now or timezone.now()
    if (now - then).total_seconds() < 60:
        return _("a moment ago")
    return _("%(time)s ago") % {"time": timesince(then, now, depth=1)}


def told(decision: Decision) -> str:
    """Who did what, and when: "Approved by Ann, a moment ago"."""
    did = capfirst(decision.get_act_display())
    if decision.undoes_id:
        said = _("%(who)s undid “%(did)s”, %(when)s")
        who = capfirst(doer(decision))
        return said % {"who": who, "did": decision.get_act_display(), "when": ago(decision.at)}
    if decision.act == Decision.Act.WITHDRAW:
        return _("%(did)s, %(when)s") % {"did": did, "when": ago(decision.at)}
    return _("%(did)s by %(who)s, %(when)s") % {"did": did, "who": doer(decision), "when": ago(decision.at)}


@dataclass(frozen=True)
class Piece:
    """Some words of a text: `kind` is "same", "gone" or "new"."""

    kind: str
    text: str


# Words with the space after them; in scripts that write no spaces, every letter.
WORDS = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\s぀-ヿ㐀-鿿豈-﫿]+\s*|\s+")


def difference(old: str, new: str) -> list[Piece]:
    """The way from one text to another, word by word."""
    if len(old) + len(new) > COMPARED:
        return [Piece("gone", old), Piece("new", new)]
    before, after = WORDS.findall(old), WORDS.findall(new)
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=True).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        pieces += [Piece("gone", "".join(before[a:b]))] if b > a else []
        pieces += [Piece("new", "".join(after[c:d]))] if d > c else []
    return pieces


# The page


@dataclass(frozen=True)
class Page:
    """One page of one tab."""

    wanted: Wanted
    counts: dict[str, int]
    cards: list[Card]
    pages: int
    total: int

    @property
    def tabs(self) -> list[tuple[str, Wording, int, str]]:
        return [(tab, label, self.counts[tab], self.wanted.query(tab=tab, page=1)) for tab, label in TABS.items()]

    @property
    def first(self) -> int:
        """The place of the page's first card in the tab, counted from one."""
        return (self.wanted.page - 1) * self.wanted.per + 1

    @property
    def span(self) -> str:
        if not self.cards:
            return ""
        first, last = f"{self.first:,}", f"{self.first + len(self.cards) - 1:,}"
        return _("%(first)s–%(last)s of %(total)s") % {"first": first, "last": last, "total": f"{self.total:,}"}

    @property
    def earlier(self) -> str:
        return self.wanted.query(page=self.wanted.page - 1) if self.wanted.page > 1 else ""

    @property
    def later(self) -> str:
        return self.wanted.query(page=self.wanted.page + 1) if self.wanted.page < self.pages else ""


def page_of(wanted: Wanted, *, addresses: bool) -> Page:
    """The wanted page of the queue, or the last there is; pending ones oldest first, all others newest first."""
    found = wanted.comments(by_address=addresses)
    counts = found.counts()
    total = counts[wanted.tab]
    pages = max(1, -(-total // wanted.per))
    wanted = replace(wanted, page=min(wanted.page, pages))
    rows = found.in_tab(wanted.tab)
    rows = rows.oldest_first() if wanted.tab == "pending" else rows.newest_first()
    first = (wanted.page - 1) * wanted.per
    shown = with_neighbours(rows)[first : first + wanted.per]
    return Page(wanted, counts, cards(shown, addresses=addresses), pages, total)


def talked_about() -> list[tuple[int, str]]:
    """The issues on which there are comments, for choosing one."""
    titles = Edition.objects.titles_of(Comment.objects.order_by().values("report"))
    return list(reversed(titles.items()))


def waiting() -> dict[str, int]:
    """What waits for a moderator."""
    return {"pending": Comment.objects.pending().count(), "reported": Comment.objects.reported().count()}
