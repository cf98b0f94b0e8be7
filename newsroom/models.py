"""
The search index: what readers find, and the names that they may have meant. And links to previews.

An Entry is a story, an issue, a company or a policy as one edition has it. Entries are written with the edition
(newsroom/search/index.py) and may be of one that is still to come, so whoever reads them asks for `live()` ones.

And the links that the worker followed for the copy-desk checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsroom.lib.text import LineField
from reports.models import Edition, ProjectionQuerySet, Report, Revision

Terms = list[str | None]

if TYPE_CHECKING:
    BaseField = models.Field[Any, Any]
else:
    BaseField = models.Field

# PostgreSQL keeps 256 places of a term, up to place 16,383, and a megabyte of terms. Both databases get no more than
# fits, so that both find the same.
MOST_PLACES, MOST_REPEATS, MOST_BYTES = 16_000, 250, 500_000


class TermsField(BaseField):
    """
    Terms in a row (newsroom/lib/terms.py), None where a phrase is not to go on; for writing and matching only.

    PostgreSQL: a tsvector, made of our terms and not parsed by it. SQLite: the terms with spaces between, as the
    FTS5 tables beside the model's take them.
    """

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, str):
            return value
        return as_vector(value) if connection.vendor == "postgresql" else as_words(value)


def fitting(terms: Terms) -> Terms:
    """The terms that there is room for; a gap for each repeat that is too many."""
    if len(terms) <= MOST_REPEATS:
        return terms  # as most are
    kept: Terms = []
    repeats: dict[str, int] = {}
    room = MOST_BYTES
    for term in terms[:MOST_PLACES]:
        if term is not None:
            if term not in repeats:
                room -= len(term.encode())
                if room < 0:
                    break
            repeats[term] = repeats.get(term, 0) + 1
        kept.append(term if term is not None and repeats[term] <= MOST_REPEATS else None)
    return kept


def as_words(terms: Terms) -> str:
    """A gap is a word that nobody can look for."""
    return " ".join(term or "=" for term in terms)


def as_vector(terms: Terms) -> str:
    places: dict[str, list[str]] = {}
    for place, term in enumerate(terms, start=1):
        if term is not None:
            places.setdefault(term, []).append(str(place))
    return " ".join(f"'{term}':{','.join(at)}" for term, at in places.items())


# An entry's primary key is its place among all: by the day of its issue, the edition, and the position in it, so that
# "newest first, by rank in each issue" is the order of the primary key, and a year is a span of it.
DAY_BITS, EDITION_BITS = 41, 12
LAST_POSITION = (1 << EDITION_BITS) - 1
FIRST_STORY, FIRST_COMPANY, FIRST_POLICY = 1, 2000, 3000


def place_at(day: date, edition: int = 0, position: int = LAST_POSITION) -> int:
    return day.toordinal() << DAY_BITS | edition << EDITION_BITS | LAST_POSITION - position


class EntryQuerySet(ProjectionQuerySet):
    def shown(self, now: datetime | None = None) -> ProjectionQuerySet:
        """The live ones, and of a company or a policy its newest alone."""
        live = Edition.objects.live(now).filter(pk=OuterRef("edition"))
        newer = Entry.objects.filter(
            Exists(live),  # and no join or list: few rows are asked about, each by the index of its kind and number
            kind__in=Entry.REGISTERED,
            kind=OuterRef("kind"),
            ref=OuterRef("ref"),
            place__gt=OuterRef("place"),
        )
        return self.live(now).exclude(Q(kind__in=Entry.REGISTERED) & Exists(newer))


class Entry(models.Model):
    """
    Something to be found. `ref` is the number of the story, issue, company or policy (the working row's).

    `title` holds the terms of its name, `words` those of all it says, its name too; both begin with what can be
    filtered by (`newsroom.search.entries.facet`).
    """

    class Kind(models.TextChoices):
        STORY = "story", "Story"
        ISSUE = "issue", "Issue"
        COMPANY = "company", "Company"
        POLICY = "policy", "Policy"

    REGISTERED = (Kind.COMPANY.value, Kind.POLICY.value)

    place = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries")
    ref = models.BigIntegerField()
    title = TermsField()
    words = TermsField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-place",)
        verbose_name_plural = "entries"
        indexes = (models.Index(fields=["kind", "ref", "-place"], name="entry_newest_first"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref} in edition {self.edition_id}"


class Indexed(models.Model):
    """That the entries of an edition are written, and by which version of the index."""

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, primary_key=True, related_name="indexed")
    version = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"Edition {self.edition_id}, version {self.version}"


class Name(models.Model):
    """
    What a company, a policy or a tag is called, or was or will be, in some edition; for "did you mean".

    `ref` is the number of the company or policy, `tag` the slug of the tag. Nobody is shown one before it was found to
    be live (`newsroom.search.names`).
    """

    TAG = "tag"

    kind = models.CharField(max_length=10)
    ref = models.BigIntegerField(default=0)
    tag = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=250)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "ref", "tag", "name"], name="name_once"),)

    def __str__(self) -> str:
        return self.name


class PresenceQuerySet(models.QuerySet["Presence"]):
    def fresh(self, now: datetime | None = None) -> PresenceQuerySet:
        """Of those who said within `Presence.KEPT` that they are there."""
        return self.filter(seen_at__gt=(now or timezone.now()) - Presence.KEPT)


class Presence(models.Model):
    """
    That somebody has an issue open on the desk, and where in it; said again and again, and forgotten by itself.

    `story` is the number of the one that was last worked on, empty for the rest of the issue.
    """

    KEPT = timedelta(seconds=90)

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    story = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField(db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "person"], name="presence_once_per_issue"),)

    def __str__(self) -> str:
        return f"{self.person} at {self.report}"


class CheckedLinkQuerySet(models.QuerySet["CheckedLink"]):
    def dead(self, urls: Iterable[str]) -> dict[str, str]:
        """Of some addresses those that were followed in vain, each with what came of it. One query."""
        digests = {digest_of(url): url for url in urls}
        rows = self.filter(digest__in=digests, failures__gte=CheckedLink.TRIES)
        return {digests[digest]: outcome for digest, outcome in rows.values_list("digest", "outcome")}

    def due(self, now: datetime) -> CheckedLinkQuerySet:
        return self.filter(next_at__lte=now).order_by("next_at", "pk")


class CheckedLink(models.Model):
    """
    An address that issues link to, and what came of following it (newsroom/linking.py).

    `failures` are those in a row that leave no doubt; at TRIES of them the link counts as dead. `next_at` is when it
    is followed again, `wanted_at` when an issue was last seen to have it.
    """

    TRIES = 2

    digest = models.CharField(max_length=64, unique=True)  # of the address, which may be longer than an index takes
    url = models.TextField()
    wanted_at = models.DateTimeField(db_index=True)
    next_at = models.DateTimeField(db_index=True)
    asked_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=200, blank=True)

    objects = CheckedLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.url


def digest_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    def usable(self, now: datetime | None = None) -> PreviewLinkQuerySet:
        """Those that still open: neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=now or timezone.now())


class PreviewLink(models.Model):
    """
    A way for somebody without an account to read an issue before it is published (newsroom/previews/sharing.py).

    `key` is the SHA-256 of the token in its address; the token itself is kept nowhere. With a `revision` it shows that
    one alone, without it whatever was saved last.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    label = LineField(max_length=100, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opens = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        default_permissions = ()
        permissions = (("share_preview", "Can share previews with people without an account"),)

    def __str__(self) -> str:
        return self.label or f"Link {self.pk}"

    @property
    def author(self) -> str:
        """Who made it; the operator's own shell has no name."""
        by = self.created_by
        return by.get_full_name() or by.get_username() if by else gettext("The operator")

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class Act(models.Model):
    """
    A line of the audit log (newsroom/audit.py writes it, and nothing changes it).

    Who and what are kept as words too, so that a line still says something when they are gone.
    """

    class Did(models.TextChoices):
        PUBLISH = "publish", _("published")
        SCHEDULE = "schedule", _("scheduled")
        CANCEL = "cancel", _("called off")
        WITHDRAW = "withdraw", _("withdrew")
        IMPORT = "import", _("imported")
        LOG_IN = "log_in", _("logged in")
        LOG_OUT = "log_out", _("logged out")
        WRONG_PASSWORD = "wrong_password", _("wrong password")
        WRONG_CODE = "wrong_code", _("wrong code")
        ADD_FACTOR = "add_factor", _("added a second factor")
        REMOVE_FACTOR = "remove_factor", _("removed a second factor")
        RESET_FACTORS = "reset_factors", _("reset all second factors")
        MAKE_CODES = "make_codes", _("made recovery codes")
        USE_CODE = "use_code", _("used a recovery code")
        END_SESSION = "end_session", _("ended a session")
        CHANGE_PASSWORD = "change_password", _("changed the password")
        RESET_PASSWORD = "reset_password", _("reset the password by mail")
        SET_PASSWORD = "set_password", _("set somebody’s password")
        ADD_PERSON = "add_person", _("added a person")
        CHANGE_PERSON = "change_person", _("changed a person")
        DELETE_PERSON = "delete_person", _("deleted a person")
        ADD_ROLE = "add_role", _("added a role")
        CHANGE_ROLE = "change_role", _("changed a role")
        DELETE_ROLE = "delete_role", _("deleted a role")

    at = models.DateTimeField(default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="acts", db_index=True
    )
    by_name = models.CharField(max_length=150, blank=True)
    did = models.CharField(max_length=20, choices=Did)
    what_type = models.CharField(max_length=100, blank=True)
    what_id = models.CharField(max_length=40, blank=True)
    what_name = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.by_name or '–'} {self.get_did_display()} {self.what_name}".strip()


class DeskSession(models.Model):
    """
    A log-in of somebody of the staff that has not ended, beside Django's own row of the session (`key`).

    Of where it comes from only the kind of browser and system is kept, and no address.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_sessions")
    key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=30, blank=True)
    system = models.CharField(max_length=30, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Session {self.pk}"
