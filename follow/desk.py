"""
Reading for the desk: how many follow and since when, who they are, what was sent to them and how far it got.

Only what is for those who may see followers reads an address; everything else counts, and names none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from follow import letters, wishing
from follow.emails import GENERAL, NAMED, label
from follow.letters import WHOLE, Letter
from follow.mailing import cover_of, key_of, live_edition
from follow.models import Choice, Cover, Follower, Growth, Mailing
from follow.pacing import pace
from follow.topics import CORRECTIONS, Pair, Topic, named, topics_of
from newsroom.lib.addresses import one_spelling
from newsroom.lib.numbers import row_number
from newsroom.lib.rights import require
from newsroom.lib.text import Wording
from reports.models import Edition, Report

EXPORT = "follow.export_follower"
PER_PAGE = 50
MAILINGS_PER_PAGE = 20
SPANS = 12  # weeks or months of growth that are shown
MOST_REASONS = 20
JUST_LIVE = timedelta(days=7)

# The states of followers and of mailings: in words, and the colour of the badge.
STATES = {
    "active": (gettext_lazy("Active"), "success"),
    "paused": (gettext_lazy("Paused"), "info"),
    "unconfirmed": (gettext_lazy("Unconfirmed"), "warning"),
    "ended": (gettext_lazy("Left"), "info"),
    "disabled": (gettext_lazy("Stopped"), "danger"),
}
MAILING_STATES = {
    "sending": (pgettext_lazy("a mailing", "Sending"), "success"),
    "paused": (gettext_lazy("Paused"), "warning"),
    "held": (gettext_lazy("All mailings are paused"), "warning"),
    "withdrawn": (gettext_lazy("Issue withdrawn: stopped by itself"), "danger"),
    "done": (gettext_lazy("Done"), "info"),
    "stopped": (gettext_lazy("Stopped for good"), "danger"),
}
OVER = {"done", "stopped"}
REPORT_STATES = {
    "draft": (gettext_lazy("Draft"), "warning"),
    "scheduled": (gettext_lazy("Scheduled"), "info"),
    "live": (gettext_lazy("Live"), "success"),
    "changed": (gettext_lazy("Live, changes wait"), "success"),
    "withdrawn": (gettext_lazy("Withdrawn"), "danger"),
}


# How many follow


def in_state(state: str, now: datetime) -> Q:
    """Which followers are in one of STATES at a time: as `Follower.state` has it, for the database."""
    confirmed, here = Q(confirmed_at__isnull=False), Q(ended_at=None)
    paused = Q(paused_until__gt=now)
    return {
        "active": confirmed & here & Q(disabled_at=None) & ~paused,
        "paused": confirmed & here & Q(disabled_at=None) & paused,
        "unconfirmed": Q(confirmed_at=None),
        "ended": confirmed & Q(ended_at__isnull=False),
        "disabled": confirmed & here & Q(disabled_at__isnull=False),
    }[state]


@dataclass(frozen=True)
class Counts:
    """How many followers are in each state, how many of the active get the week's digest, and what these follow."""

    states: dict[str, int]
    weekly: int
    choices: list[tuple[str, int]]

    @property
    def active(self) -> int:
        return self.states["active"]

    @property
    def others(self) -> list[tuple[Wording, int]]:
        return [(STATES[state][0], number) for state, number in self.states.items() if state != "active"]


def counts(now: datetime | None = None) -> Counts:
    """Two queries, which read no address."""
    now = now or timezone.now()
    numbers = {state: Count("pk", filter=in_state(state, now)) for state in STATES}
    weekly = Count("pk", filter=in_state("active", now) & Q(frequency=Follower.Frequency.WEEKLY))
    found = Follower.objects.aggregate(weekly=weekly, **numbers)
    active = Choice.objects.filter(follower__in=Follower.objects.active(now).values("pk")).order_by()
    by_kind = dict(active.values_list("kind").annotate(number=Count("follower", distinct=True)))
    return Counts(
        states={state: found[state] for state in STATES},
        weekly=found["weekly"],
        choices=[(str(kind.label), by_kind[kind]) for kind in Choice.Kind if kind in by_kind],
    )


@dataclass(frozen=True)
class Span:
    """How many came and left in a week or a month, and the heights of their bars, of 100 both together."""

    begins_on: date
    label: str
    came: int
    left: int
    up: float = 0
    down: float = 0
    middle: float = 100  # where both begin, from above

    @property
    def top(self) -> float:
        return self.middle - self.up


def growth(by: str, now: datetime | None = None) -> list[Span]:
    """The last 12 weeks, or months (`by` "month"), the oldest first; days are those of the site. One query."""
    today = timezone.localdate(now)
    begins = months(today) if by == "month" else weeks(today)
    rows = list(Growth.objects.filter(on__gte=begins[0], on__lte=today).values_list("on", "came", "left"))
    spans = []
    for begin, end in pairwise([*begins, date.max]):
        within = [(came, left) for on, came, left in rows if begin <= on < end]
        spans.append((begin, sum(came for came, _ in within), sum(left for _, left in within)))
    most_came = max(came for _, came, _ in spans)
    most_left = max(left for _, _, left in spans)
    scale = 100 / ((most_came + most_left) or 1)
    return [
        Span(
            begins_on=begin,
            label=date_format(begin, _("F Y") if by == "month" else _("j M Y")),
            came=came,
            left=left,
            up=round(came * scale, 1),
            down=round(left * scale, 1),
            middle=round(most_came * scale, 1),
        )
        for begin, came, left in spans
    ]


def weeks(today: date) -> list[date]:
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in range(SPANS - 1, -1, -1)]


def months(today: date) -> list[date]:
    passed = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(passed - SPANS + 1, passed + 1)]


# Who follows: for those who may see followers


@dataclass(frozen=True)
class Wanted:
    """Which followers somebody wants to see. `search` is never part of an address of a page."""

    state: str = ""
    search: str = ""
    page: int = 1

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Wanted":
        state = params.get("state", "")
        return cls(
            state=state if state in STATES else "",
            search=one_spelling(params.get("q", "")[:254]),
            page=row_number(params.get("page")) or 1,
        )

    def followers(self, now: datetime) -> QuerySet[Follower]:
        """The newest first: an address, what it begins with, or a whole domain."""
        found = Follower.objects.order_by("-pk")
        if self.state:
            found = found.filter(in_state(self.state, now))
        if self.search:
            key = self.search.casefold()
            domain = Q(domain=key.removeprefix("@"))
            found = found.filter(domain if key.startswith("@") else Q(key__startswith=key) | domain)
        return found


@dataclass(frozen=True)
class Page:
    """Some rows of a list. Nothing counts all of it: one row more than there is room for tells whether it goes on."""

    number: int
    rows: list[Any]
    has_more: bool

    @property
    def newer(self) -> int:
        return self.number - 1

    @property
    def older(self) -> int:
        return self.number + 1 if self.has_more else 0


def paged(rows: QuerySet[Any], number: int, size: int = PER_PAGE) -> Page:
    first = (min(number, 1_000_000) - 1) * size
    found = list(rows[first : first + size + 1])
    return Page(number, found[:size], len(found) > size)


def page_of(wanted: Wanted, now: datetime | None = None) -> Page:
    """A page of followers, each with its `badge` and what it follows in `words`."""
    now = now or timezone.now()
    page = paged(wanted.followers(now).prefetch_related("choices"), wanted.page)
    pairs = {follower.pk: pairs_of(follower) for follower in page.rows}
    found = named({pair for chosen in pairs.values() for pair in chosen})
    for follower in page.rows:
        follower.badge = STATES[follower.state(now)]
        follower.words = "; ".join(in_words(pairs[follower.pk], found)) or _("nothing")
    return page


def pairs_of(follower: Follower) -> list[Pair]:
    """What somebody follows, of a row whose choices are fetched."""
    return [(choice.kind, choice.ref) for choice in follower.choices.all()]


def in_words(pairs: Iterable[Pair], found: Mapping[Pair, Topic]) -> list[str]:
    """What is followed, in the words of the site; `found` as `follow.topics.named` gives it."""
    chosen = set(pairs)
    general = [str(words) for pair, words in GENERAL.items() if pair in chosen]
    things = sorted(label(pair[0], found.get(pair)) for pair in chosen if pair[0] in NAMED)
    return [*general, *things, *([_("Corrections")] if CORRECTIONS in chosen else [])]


COLUMNS = ("email", "state", "choices", "frequency", "confirmed_at", "consent", "source")


def sheet(*, by: Any) -> Iterator[Iterable[Any]]:
    """
    All followers as rows of a sheet, its head first, read while they are written.

    Importing it takes in those who are active, with all that they follow and that readers find there too. Raises
    PermissionDenied at once.
    """
    require(by, EXPORT)
    return sheet_lines(timezone.now())


def sheet_lines(now: datetime) -> Iterator[Iterable[Any]]:
    yield COLUMNS
    things = Choice.objects.filter(kind__in=NAMED).order_by().values_list("kind", "ref").distinct()
    found = named(list(things))
    rows = Follower.objects.order_by("pk").prefetch_related("choices")
    for follower in rows.iterator(chunk_size=1_000):
        yield (
            *(follower.email, follower.state(now), ", ".join(coded(pairs_of(follower), found)), follower.frequency),
            follower.confirmed_at.isoformat(timespec="seconds") if follower.confirmed_at else "",
            *(follower.consent_text, follower.source),
        )


def coded(pairs: Iterable[Pair], found: Mapping[Pair, Topic]) -> list[str]:
    """What is followed as an import reads it, a company or a policy by its name in addresses."""
    return [f"{kind}:{found[kind, ref].slug if (kind, ref) in found else ref}" if ref else kind for kind, ref in pairs]


# Mailings

NO_ADDRESS = gettext_lazy(
    "No postal address stands at the foot of mails yet, as the law asks in many countries; it is set under"
)


def lacks_postal_address() -> bool:
    return not pace().postal_address


def mailings(number: int) -> Page:
    """A page of mailings with their progress and `badge`, the newest first. The same queries however many there are."""
    page = paged(Mailing.objects.values_list("pk", flat=True), number, MAILINGS_PER_PAGE)
    counted = Mailing.objects.with_progress().filter(pk__in=page.rows).prefetch_related("issues")
    found = {mailing.pk: mailing for mailing in counted}
    rows = [found[pk] for pk in page.rows if pk in found]
    tell(rows)
    return Page(page.number, rows, page.has_more)


def mailing_with_progress(pk: int) -> Mailing | None:
    """One mailing, as `mailings` has it; three queries and one for the pace."""
    found = list(Mailing.objects.with_progress().filter(pk=pk).prefetch_related("issues"))
    tell(found)
    return found[0] if found else None


def tell(rows: Iterable[Any]) -> None:
    """Say of mailings with their progress how many are `left`, their `state`, `badge` and `name`."""
    issues = {issue.pk for mailing in rows for issue in mailing.issues.all()}
    live = set(Edition.objects.live().filter(report__in=issues).values_list("report", flat=True))
    is_paused = pace().is_paused
    for mailing in rows:
        mailing.left = mailing.total - mailing.sent - mailing.dropped
        mailing.state = state_of(mailing, live, is_paused=is_paused)
        mailing.badge = MAILING_STATES[mailing.state]
        mailing.is_over = mailing.state in OVER
        mailing.name = name_of(mailing)


def name_of(mailing: Mailing) -> str:
    """
    What it is, and about what, so that an issue, its correction and its week's digest are told apart.

    Of a row whose issues are fetched.
    """
    if mailing.kind == Mailing.Kind.DIGEST:
        day = date_format(timezone.localtime(mailing.created_at), "DATE_FORMAT")
        return _("The week to %(day)s") % {"day": day}
    words = mailing.subject or ", ".join(issue.title for issue in mailing.issues.all()) or mailing.key
    is_told_by_kind = mailing.kind == Mailing.Kind.CORRECTION and not words.startswith(("Correction", _("Correction")))
    return _("Correction: %(what)s") % {"what": words} if is_told_by_kind else words


def state_of(mailing: Any, live: set[int], *, is_paused: bool) -> str:
    """One of MAILING_STATES."""
    if mailing.stopped_at:
        return "stopped"
    if not mailing.left:
        return "done"
    if not live.intersection(issue.pk for issue in mailing.issues.all()):
        return "withdrawn"
    if mailing.paused_at:
        return "paused"
    return "held" if is_paused else "sending"


def reasons(mailing: Mailing) -> list[dict[str, Any]]:
    """Why deliveries failed, the most frequent first: how many were given up for it, and how many are tried again."""
    failed = mailing.deliveries.exclude(last_error="").order_by()
    counted = failed.values("last_error").annotate(
        number=Count("pk"), given_up=Count("pk", filter=Q(dropped_at__isnull=False))
    )
    found = list(counted.order_by("-number", "last_error")[:MOST_REASONS])
    return [{**row, "tried": row["number"] - row["given_up"]} for row in found]


def failures(mailing: Mailing, number: int, *, with_address: bool) -> Page:
    """A page of the deliveries that failed; with addresses only for those who may see them."""
    rows = mailing.deliveries.exclude(last_error="").order_by("-pk")
    return paged(rows.select_related("follower") if with_address else rows, number)


def upcoming() -> list[Any]:
    """
    The issues that have no mailing: drafts, scheduled ones, and those that came to readers within a week.

    Each with the `cover` that the desk gave it, if any, its `badge`, and whether it is `passed_over`: it came to
    readers, and their followers were not told.
    """
    now = timezone.now()
    came = Edition.objects.filter(report=OuterRef("pk"), announced_at__isnull=False)
    mailed = Mailing.objects.filter(kind=Mailing.Kind.ISSUE, issues=OuterRef("pk"))
    waiting = Report.objects.with_state(now).annotate(passed_over=Exists(came))
    long_ago = Exists(came.filter(announced_at__lte=now - JUST_LIVE))
    found: list[Any] = list(waiting.filter(~long_ago, ~Exists(mailed))[:10])
    covers = {cover.report_id: cover for cover in Cover.objects.filter(report__in=found)}
    for report in found:
        report.badge = REPORT_STATES[report.state]
        report.said = covers.get(report.pk)
    return found


def recipients(content: dict[str, Any]) -> tuple[int, int]:
    """To how many an issue with this content would go by itself, and in the week's digest. One query."""
    found = Follower.objects.active().choosing(topics_of(content))
    weekly = Q(frequency=Follower.Frequency.WEEKLY)
    numbers = found.aggregate(each=Count("pk", filter=~weekly), weekly=Count("pk", filter=weekly))
    return numbers["each"], numbers["weekly"]


PASSED_OVER = gettext_lazy("Followers were not told of this issue; that can be done by hand on the page of its mail.")


def outlook(report: Report, content: dict[str, Any]) -> str:
    """What publishing an issue with this content means for its followers, in a sentence or two; HTML that is safe."""
    if Mailing.objects.filter(key=key_of(report)).exists():
        return _("Followers were told of this issue before, so no mail is sent.")
    if was_announced(report):
        return str(PASSED_OVER)
    if cover_of(report).is_silent:
        return _("It is not sent by mail, as somebody of the desk said.")
    each, weekly = recipients(content)
    if not each + weekly:
        return _("Nobody follows yet who would be sent it.")
    if weekly:
        goes = ngettext(
            "It goes by mail to %(number)d follower, and to %(weekly)d in the week’s digest.",
            "It goes by mail to %(number)d followers, and to %(weekly)d in the week’s digest.",
            each,
        )
    else:
        goes = ngettext("It goes by mail to %(number)d follower.", "It goes by mail to %(number)d followers.", each)
    goes %= {"number": each, "weekly": weekly}
    if pace().postal_address:
        return goes
    said = _("{goes} {no_address} <a class='follow-link' href='{url}'>Sending</a>.")
    return format_html(said, goes=goes, no_address=NO_ADDRESS, url=reverse("admin:follow_pace_changelist"))


def was_announced(report: Report) -> bool:
    """Whether an issue came to readers, and followers were told then or passed over."""
    return report.editions.filter(announced_at__isnull=False).exists()


# Letters, to look at


def letter_of_correction(report: Report, *, note: str, subject: str) -> Letter | None:
    """What a correction would say; None if readers don't have the issue."""
    edition = live_edition(report)
    if edition is None:
        return None
    return letters.correction(edition, WHOLE, note=note, subject=subject, postal=pace().postal_address)


def letter_of(mailing: Mailing) -> Letter | None:
    """A mailing as somebody gets it who follows everything; None if readers have none of its issues now."""
    live = Edition.objects.live().filter(report__in=mailing.issues.all())
    editions = list(live.select_related("revision").newest_first())
    if not editions:
        return None
    return letters.of_mailing(mailing, [(edition, WHOLE) for edition in editions], postal=pace().postal_address)


# One follower


def history(follower: Follower, most: int = 20) -> dict[str, Any]:
    """What was asked for, in `words`, sent and came back lately; each delivery with its `name`."""
    wishes: list[Any] = list(follower.wishes.all()[:most])
    found = named({pair for wish in wishes for pair in wishing.pairs_of(wish)})
    for wish in wishes:
        wish.words = in_words(wishing.pairs_of(wish), found)
    deliveries: list[Any] = list(follower.deliveries.prefetch_related("mailing__issues").order_by("-pk")[:most])
    for delivery in deliveries:
        delivery.name = name_of(delivery.mailing) if delivery.mailing else _("The question whether the wish was his")
    return {
        "wishes": wishes,
        "deliveries": deliveries,
        "bounces": list(follower.bounces.all()[:most]),
    }
