"""
Reading the audit log: acts and the desk's own log of rows in one line of time, narrowed as somebody likes.

Rows come from Django's log as they are: a copy of them among the acts would be a second truth. Those of comments and
followers are left to their own logs, which know how to tell of them without anybody's address; those of people and
roles are acts, which say what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
from newsroom.models import Act
from newsroom.staff.sessions import device

PER_PAGE = 50
APPS = ("reports", "watchlist", "policies", "taggit")  # whose rows are shown
ROWS = {
    "added": (ADDITION, gettext_lazy("added")),
    "changed": (CHANGE, gettext_lazy("changed")),
    "deleted": (DELETION, gettext_lazy("deleted")),
}
DONE: list[tuple[str, Wording]] = [
    *((value, label) for value, label in Act.Did.choices),
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

    def acts(self) -> QuerySet[Act]:
        found = Act.objects.order_by()
        if self.did:
            found = found.filter(did=self.did)
        if self.person:  # what he did, and what was done to his account
            user = get_user_model()._meta.label_lower
            found = found.filter(Q(by=self.person) | Q(what_type=user, what_id=str(self.person)))
        if self.search:
            found = found.filter(Q(what_name__icontains=self.search) | Q(by_name__icontains=self.search))
        return found.filter(within("at", self.since, self.until))

    def rows(self) -> QuerySet[LogEntry]:
        found = LogEntry.objects.order_by().filter(content_type__app_label__in=APPS)
        found = found.exclude(action_flag=CHANGE, change_message="[]")  # a save that changed nothing
        if self.did:
            flag = ROWS.get(self.did, (0, ""))[0]
            found = found.filter(action_flag=flag)
        if self.person:
            found = found.filter(user=self.person)
        if self.search:
            found = found.filter(Q(object_repr__icontains=self.search) | Q(user__username__icontains=self.search))
        return found.filter(within("action_time", self.since, self.until))


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


UNKNOWN = {Act.Did.WRONG_PASSWORD, Act.Did.WRONG_CODE}
FACTS: dict[str, Wording] = {
    "username": gettext_lazy("name"),
    "is_active": gettext_lazy("may log in"),
    "is_staff": gettext_lazy("on the staff"),
    "is_superuser": gettext_lazy("may do everything"),
    "email": gettext_lazy("address of mail"),
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
    acts = wanted.acts().annotate(kind=Value("act", CharField()), when=F("at")).values_list("when", "kind", "pk")
    rows = wanted.rows().annotate(kind=Value("row", CharField()), when=F("action_time"))
    both = acts.union(rows.values_list("when", "kind", "pk"), all=True).order_by("-when", "-pk")
    found = list(both[first : first + PER_PAGE + 1])
    numbers = {kind: [pk for __, of, pk in found[:PER_PAGE] if of == kind] for kind in ("act", "row")}
    lines: dict[tuple[str, int], Line] = {
        **{("act", act.pk): Line.of_act(act) for act in Act.objects.filter(pk__in=numbers["act"])},
        **{
            ("row", row.pk): Line.of_row(row)
            for row in LogEntry.objects.filter(pk__in=numbers["row"]).select_related("user", "content_type")
        },
    }
    return Page(wanted, [lines[kind, pk] for __, kind, pk in found[:PER_PAGE]], len(found) > PER_PAGE)


def people() -> list[tuple[int, str]]:
    """Those who did something that is in the log, for choosing one."""
    acted = Exists(Act.objects.filter(by=OuterRef("pk"))) | Exists(LogEntry.objects.filter(user=OuterRef("pk")))
    return list(get_user_model().objects.filter(acted).order_by("username").values_list("pk", "username"))
