"""
Reading the audit log: acts, and what other tables say of who did what, in one line of time, narrowed as somebody likes.

What has rows of its own is read from them: reviews, publishing in spite of the checks, links to previews, and Django's
log of rows that were added, changed, deleted or merged. A copy of them among the acts would be a second truth. Rows of
comments and followers are left to their own logs, which know how to tell of them without anybody's address; those of
people and roles are acts, which say what changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import get_user_model
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.lib.logpages import Page, day, within
from newsroom.lib.numbers import row_number
from newsroom.lib.text import Wording
from newsroom.models import Act, PreviewLink
from newsroom.staff.sessions import device
from reports.models import Override, Review

PER_PAGE = 50
APPS = ("reports", "watchlist", "policies", "taggit")  # whose rows are shown
ROWS: dict[str, tuple[int, Wording]] = {
    "added": (ADDITION, gettext_lazy("added")),
    "changed": (CHANGE, gettext_lazy("changed")),
    "deleted": (DELETION, gettext_lazy("deleted")),
}
REVIEWS: dict[str, Wording] = {
    Review.Verdict.SUBMITTED: gettext_lazy("submitted for review"),
    Review.Verdict.TAKEN_BACK: gettext_lazy("took back from review"),
    Review.Verdict.CHANGES: gettext_lazy("asked for changes"),
    Review.Verdict.APPROVED: gettext_lazy("approved"),
}
OVERRIDE, SHARE = "override", "share"
OTHERS: dict[str, Wording] = {
    OVERRIDE: gettext_lazy("published in spite of the checks"),
    SHARE: gettext_lazy("made a link to a preview"),
}
DONE: list[tuple[str, Wording]] = [
    *((value, label) for value, label in Act.Did.choices),
    *REVIEWS.items(),
    *OTHERS.items(),
    *((key, label) for key, (__, label) in ROWS.items()),
]


@dataclass(frozen=True)
class Wanted:
    """Which lines somebody wants to see, as the address of the page says it. What makes no sense counts as not said."""

    did: str = ""
    person: int = 0
    since: date | None = None
    until: date | None = None
    search: str = ""
    page: int = 1

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Wanted":
        did = params.get("did", "")
        return cls(
            did=did if did in dict(DONE) else "",
            person=row_number(params.get("person")),
            since=day(params.get("since")),
            until=day(params.get("until")),
            search=params.get("q", "").strip()[:200],
            page=min(row_number(params.get("page")) or 1, 10_000),
        )

    def query(self, page: int = 1) -> str:
        """The query of the address for a page of this, without what needs no saying."""
        said: dict[str, Any] = {"did": self.did, "person": self.person, "since": self.since, "until": self.until}
        said |= {"q": self.search, "page": page if page > 1 else None}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    @property
    def is_narrowed(self) -> bool:
        return self.query() != "?"


@dataclass(frozen=True)
class Line:
    """One line as people read it."""

    at: datetime
    who: str
    did: Wording
    what: str
    url: str
    facts: list[tuple[str, str]]

    @classmethod
    def of_act(cls, act: Act) -> "Line":
        return cls(
            at=timezone.localtime(act.at),
            who=act.by_name or (_("Somebody") if act.did in UNKNOWN else _("The command line")),
            did=act.get_did_display(),
            what="" if act.what_type == "auth.user" and act.what_name == act.by_name else act.what_name,
            url=url_of(act.what_type, act.what_id),
            facts=facts_of(act.detail),
        )

    @classmethod
    def of_row(cls, entry: LogEntry) -> "Line":
        kind = entry.content_type
        did = next(label for flag, label in ROWS.values() if flag == entry.action_flag)
        label = f"{kind.app_label}.{kind.model}" if kind else ""
        what = f"{kind.name}: {entry.object_repr}" if kind else entry.object_repr
        is_there = entry.action_flag != DELETION
        said = entry.get_change_message() if entry.action_flag == CHANGE else ""
        return cls(
            at=timezone.localtime(entry.action_time),
            who=entry.user.get_username(),
            did=did,
            what=what,
            url=url_of(label, entry.object_id or "") if is_there else "",
            facts=[("", said)] if said else [],
        )

    @classmethod
    def of_issue(cls, row: Any, at: datetime, by: Any, did: Wording, said: str) -> "Line":
        """Of a row about an issue: its `report`, and what was said with it."""
        return cls(
            at=timezone.localtime(at),
            who=by.get_username() if by else _("The command line"),
            did=did,
            what=str(row.report),
            url=url_of("reports.report", str(row.report_id)),
            facts=[("", said)] if said else [],
        )


@dataclass(frozen=True)
class Kind:
    """
    A table that lines are read from: which of its rows, and their line.

    `at`, `by`, `who` and `name` are where they have the time, the actor, his name, and that of what it was done to.

    `dids` are those of DONE that its rows are, each with the condition for it.
    """

    rows: Callable[[], QuerySet[Any]]
    at: str
    by: str
    who: str
    name: str
    dids: Mapping[str, Q]
    line: Callable[[Any], Line]
    of_person: Callable[[int], Q] = lambda person: Q()  # what else is somebody's than what he did

    def wanted(self, wanted: Wanted) -> QuerySet[Any]:
        found = self.rows().order_by().filter(within(self.at, wanted.since, wanted.until))
        if wanted.did:
            found = found.filter(self.dids[wanted.did])
        if wanted.person:
            found = found.filter(Q(**{self.by: wanted.person}) | self.of_person(wanted.person))
        if wanted.search:
            named, done_by = f"{self.name}__icontains", f"{self.who}__icontains"
            found = found.filter(Q(**{named: wanted.search}) | Q(**{done_by: wanted.search}))
        return found

    def lines(self, numbers: list[int]) -> dict[int, Line]:
        return {row.pk: self.line(row) for row in self.rows().filter(pk__in=numbers)}


def account(person: int) -> Q:
    """What was done to somebody's account."""
    return Q(what_type=get_user_model()._meta.label_lower, what_id=str(person))


def rows_of_the_desk() -> QuerySet[LogEntry]:
    """Without saves that changed nothing."""
    found = LogEntry.objects.filter(content_type__app_label__in=APPS).select_related("user", "content_type")
    return found.exclude(action_flag=CHANGE, change_message="[]")


def about_issues(model: Any, by: str) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.select_related("report", by)


KINDS: dict[str, Kind] = {
    "act": Kind(
        Act.objects.all,
        *("at", "by", "by_name", "what_name"),
        dids={value: Q(did=value) for value in Act.Did.values},
        line=Line.of_act,
        of_person=account,
    ),
    "row": Kind(
        rows_of_the_desk,
        *("action_time", "user", "user__username", "object_repr"),
        dids={key: Q(action_flag=flag) for key, (flag, __) in ROWS.items()},
        line=Line.of_row,
    ),
    "review": Kind(
        about_issues(Review, "by"),
        *("at", "by", "by__username", "report__title"),
        dids={verdict: Q(verdict=verdict) for verdict in REVIEWS},
        line=lambda row: Line.of_issue(row, row.at, row.by, REVIEWS[row.verdict], row.note),
    ),
    "override": Kind(
        about_issues(Override, "by"),
        *("at", "by", "by__username", "report__title"),
        dids={OVERRIDE: Q()},
        line=lambda row: Line.of_issue(row, row.at, row.by, OTHERS[OVERRIDE], row.reason),
    ),
    "link": Kind(
        about_issues(PreviewLink, "created_by"),
        *("created_at", "created_by", "created_by__username", "report__title"),
        dids={SHARE: Q()},
        line=lambda row: Line.of_issue(row, row.created_at, row.created_by, OTHERS[SHARE], row.label),
    ),
}


UNKNOWN = {Act.Did.WRONG_PASSWORD, Act.Did.WRONG_CODE}
FACTS: dict[str, Wording] = {
    "username": gettext_lazy("name"),
    "is_active": gettext_lazy("may log in"),
    "is_staff": gettext_lazy("on the staff"),
    "is_superuser": gettext_lazy("may do everything"),
    "email": gettext_lazy("email address"),
    "roles": gettext_lazy("roles"),
    "permissions": gettext_lazy("permissions"),
    "at": gettext_lazy("for"),
    "factor": gettext_lazy("kind"),
    "factors": gettext_lazy("second factors"),
    "sessions": gettext_lazy("other sessions ended"),
}
VALUES: dict[Any, Wording] = {
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
    "changed": gettext_lazy("changed"),
    True: gettext_lazy("yes"),
    False: gettext_lazy("no"),
}


def in_words(name: str, value: Any) -> tuple[str, str] | None:
    """A fact of `Act.detail` as people read it; None for what isn't worth a word."""
    label = FACTS.get(name)
    if label is None or value == 0:
        return None
    if isinstance(value, dict):  # of sets: what came and what went
        signs = [f"+ {added}" for added in value.get("added", ())] + [f"− {gone}" for gone in value.get("removed", ())]
        return str(label), ", ".join(signs)
    if isinstance(value, list):
        return str(label), " → ".join(str(VALUES.get(part, part)) for part in value)
    if name == "at" and (at := parse_datetime(str(value))):
        return str(label), date_format(timezone.localtime(at), _("j M Y, H:i"))
    return str(label), str(VALUES.get(value, value) if isinstance(value, str) else value)


def facts_of(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [fact for name, value in detail.items() if (fact := in_words(name, value))]
    return [*found, ("", device(detail["browser"], detail["system"]))] if "browser" in detail else found


def url_of(label: str, pk: str) -> str:
    """The desk's page of a row, "" if it has none."""
    try:
        return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk]) if label and pk else ""
    except NoReverseMatch:
        return ""


def page_of(wanted: Wanted) -> Page:
    """One page, the newest first, read with one line more than it has room for."""
    first = (wanted.page - 1) * PER_PAGE
    parts = [
        kind.wanted(wanted).annotate(kind=Value(name, CharField()), when=F(kind.at)).values_list("when", "kind", "pk")
        for name, kind in KINDS.items()
        if not wanted.did or wanted.did in kind.dids
    ]
    both = parts[0].union(*parts[1:], all=True).order_by("-when", "-pk")
    found = list(both[first : first + PER_PAGE + 1])
    lines = {
        (name, pk): line
        for name, kind in KINDS.items()
        if (numbers := [pk for __, of, pk in found[:PER_PAGE] if of == name])
        for pk, line in kind.lines(numbers).items()
    }
    return Page(wanted, [lines[kind, pk] for __, kind, pk in found[:PER_PAGE]], len(found) > PER_PAGE)


def people() -> list[tuple[int, str]]:
    """Those who did something that is in the log, for choosing one."""
    acted = [Exists(kind.rows().order_by().filter(**{kind.by: OuterRef("pk")})) for kind in KINDS.values()]
    return list(get_user_model().objects.filter(reduce(or_, acted)).order_by("username").values_list("pk", "username"))
