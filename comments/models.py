"""
What readers say about an issue, and everything that decides whether others see it.

Comment knows its author as a Commenter, a keyed hash. The address behind it stands in Address alone, a table that
only the mails and the views of those who may see addresses read; tests hold that by reading the SQL.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsroom.lib.addresses import one_spelling
from newsroom.lib.naming import called
from newsroom.lib.pseudonyms import pseudonym
from newsroom.lib.text import UNSEEN, FoldedField, LineField, PlainTextField, excerpt, folded
from reports.models import Report

DEPTH = 3  # a comment, a reply, a reply to a reply
NETWORK_KEPT = timedelta(days=30)


def address_digest(email: str) -> str:
    """Under which a commenter is known: the keyed hash of the address, whatever its case and spelling."""
    return pseudonym("comments.address", one_spelling(email).lower())


class Commenter(models.Model):
    """Somebody who comments, as a keyed hash of an address. One who was erased is nobody's."""

    digest = models.CharField(max_length=64, unique=True)
    confirmed_at = models.DateTimeField(null=True)
    muted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Commenter {self.pk}"

    @property
    def gets_mail(self) -> bool:
        return self.confirmed_at is not None and self.muted_at is None


@called(_("address"))
class Address(models.Model):
    """The address of a commenter. Nothing joins this table but what is meant to show or to write to the address."""

    commenter = models.OneToOneField(Commenter, on_delete=models.CASCADE, primary_key=True, related_name="address")
    email = models.EmailField(max_length=100)

    class Meta:
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return f"Address of commenter {self.pk}"


class Discussion(models.Model):
    """What the desk decided about the comments on one issue; without a row, what the house rules say."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="discussion")
    is_open = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"Comments on {self.report_id}"


class HouseRules(models.Model):
    """The one row of rules for all issues; `comments.rules` reads it together with the lists."""

    class Order(models.TextChoices):
        OLDEST = "oldest", _("Oldest first")
        NEWEST = "newest", _("Newest first")

    class Every(models.TextChoices):
        NEVER = "never", _("Never")
        AT_ONCE = "at once", _("At once")
        HOURLY = "hourly", _("Every hour")
        DAILY = "daily", _("Every day")

    is_open = models.BooleanField(
        _("comments are open"), default=True, help_text=_("Each issue can be closed by itself.")
    )
    close_after = models.PositiveSmallIntegerField(
        _("close after"),
        default=0,
        help_text=_("Days after the date of issue; 0: never."),
        validators=[MaxValueValidator(3650)],
    )
    order = models.CharField(_("order of the thread"), max_length=20, choices=Order, default=Order.OLDEST)
    approve_after = models.PositiveSmallIntegerField(
        _("approve by itself after"),
        default=0,
        help_text=_(
            "How many approved comments an author with a confirmed address needs, under the same name, before a new "
            "one appears at once, if nothing else speaks against it. 0: every comment waits for a person."
        ),
        validators=[MaxValueValidator(1000)],
    )
    max_links = models.PositiveSmallIntegerField(
        _("links that make suspicious"),
        default=2,
        help_text=_("A comment with so many links or more is held. 0: links don't matter."),
        validators=[MaxValueValidator(1000)],
    )
    hold_staff_names = models.BooleanField(_("hold names that look like those of the staff"), default=True)
    hold_repeats = models.BooleanField(_("hold text that was sent before"), default=True)
    digest = models.CharField(
        _("mail to moderators"),
        max_length=20,
        choices=Every,
        default=Every.DAILY,
        help_text=_("What waits, with links that decide. Each moderator may choose otherwise."),
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("house rules")
        verbose_name_plural = _("house rules")
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="houserules_one_row"),)

    def __str__(self) -> str:
        return str(_("House rules"))


class Rule(models.Model):
    """A word or a domain on one of the lists."""

    class Kind(models.TextChoices):
        WORD = "word", _("Word or phrase")
        DOMAIN = "domain", _("Domain")

    class Action(models.TextChoices):
        HOLD = "hold", _("Hold")
        SPAM = "spam", _("Spam")
        REJECT = "reject", _("Reject")

    kind = models.CharField(max_length=20, choices=Kind)
    pattern = LineField(
        max_length=200,
        help_text=_("A word matches whole words, * any letters (“casino*”); a domain matches what is below it too."),
    )
    pattern_folded = FoldedField(of="pattern", max_length=250)
    action = models.CharField(max_length=20, choices=Action, default=Action.HOLD)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("kind", "pattern_folded")
        constraints = (models.UniqueConstraint(fields=["kind", "pattern_folded"], name="rule_unique"),)

    def __str__(self) -> str:
        return self.pattern


class CommentQuerySet(models.QuerySet["Comment"]):
    def pending(self) -> CommentQuerySet:
        return self.filter(status=Comment.Status.PENDING)

    def approved(self) -> CommentQuerySet:
        """Those that readers see, on the issues that readers have."""
        return self.filter(status=Comment.Status.APPROVED)

    def reported(self) -> CommentQuerySet:
        """Approved ones about which a reader said something that nobody has decided yet."""
        return self.approved().filter(Exists(Flag.objects.filter(comment=OuterRef("pk")).open()))

    def in_tab(self, tab: str) -> CommentQuerySet:
        """Those of one tab of the queue: pending, reported, approved, spam or bin."""
        return self.reported() if tab == "reported" else self.filter(status=tab)

    def oldest_first(self) -> CommentQuerySet:
        return self.order_by("submitted_at", "pk")

    def newest_first(self) -> CommentQuerySet:
        return self.order_by("-submitted_at", "-pk")

    def counts(self) -> dict[str, int]:
        """How many are in each tab of the queue."""
        found = dict(self.order_by().values_list("status").annotate(n=Count("pk")))
        return {
            "pending": found.get("pending", 0),
            "reported": self.reported().count(),
            "approved": found.get("approved", 0),
            "spam": found.get("spam", 0),
            "bin": found.get("bin", 0),
        }

    def of_network(self, network: str, now: datetime) -> CommentQuerySet:
        """What came from a network, as long as that may be known."""
        return self.filter(network=network, submitted_at__gt=now - NETWORK_KEPT)


@called(_("comment"), _("comments"))
class Comment(models.Model):
    """
    What a reader said about an issue, or somebody of the staff in reply.

    `path` is the place in the thread: the numbers of the comments above and its own, so that sorting by it is reading
    order. `version` counts decisions, so that two moderators can't both decide one thing. `original` is what the
    author wrote, once the desk has edited it.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        APPROVED = "approved", _("Approved")
        SPAM = "spam", _("Spam")
        BIN = "bin", _("Bin")
        WITHDRAWN = "withdrawn", _("Withdrawn by its author")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="comments", verbose_name=_("issue"))
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    path = models.CharField(max_length=50, blank=True)
    name = LineField(max_length=245)
    site = models.CharField(_("website"), max_length=200, blank=True, validators=[URLValidator(["http", "https"])])
    body = PlainTextField(_("comment"), max_length=65_525)
    original = PlainTextField(blank=True)
    commenter = models.ForeignKey(Commenter, on_delete=models.SET_NULL, null=True, related_name="comments")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    version = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    network = models.CharField(max_length=64, blank=True)
    text_digest = models.CharField(max_length=64, db_index=True)
    token_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - many have none
    wants_mail = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(default=timezone.now)
    approved_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("submitted_at", "pk")
        indexes = (
            models.Index(fields=["report", "status", "path"], name="comment_thread"),
            models.Index(fields=["status", "submitted_at", "id"], name="comment_queue"),
            models.Index(fields=["network", "submitted_at"], name="comment_network"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(commenter=None) | Q(staff=None), name="comment_reader_or_staff"),
        )
        permissions = (("moderate_comment", "Can decide what becomes of comments"),)

    def __str__(self) -> str:
        return f"{self.name} on {self.report_id}, {self.submitted_at:%Y-%m-%d %H:%M}"

    @property
    def depth(self) -> int:
        """1 for a comment on the issue, up to DEPTH."""
        return self.path.count("/") + 1

    @property
    def above(self) -> list[int]:
        """The numbers of the comments that this one stands below, the outermost first."""
        return [int(part) for part in self.path.split("/")[:-1]]

    @property
    def url(self) -> str:
        """The permalink."""
        return reverse("comments:comment", args=[self.pk])

    @property
    def anchor(self) -> str:
        return f"comment-{self.pk}"

    def place(self, parent: Comment | None) -> None:
        """Fill in `path`, once the row has its number."""
        self.path = f"{parent.path}/{self.pk:012}" if parent else f"{self.pk:012}"

    def new_token(self) -> str:
        """A new secret for the author's own page about this comment; only its hash is kept."""
        token = secrets.token_urlsafe(24)
        self.token_digest = token_digest(token)
        return token


def token_digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def text_digest(body: str) -> str:
    """Under which the same text is found again, whatever its case, spaces, forms of letters and unseen characters."""
    return sha256(folded(UNSEEN.sub("", body)).encode()).hexdigest()


@called(_("decision"), _("decisions"))
class Decision(models.Model):
    """
    The log: what was done to a comment or a discussion, by whom, why, and what it changed.

    `before` and `after` hold the fields that changed and never an address. `version` is the comment's afterwards.
    Decisions that were made together share a `batch`, and are undone together.
    """

    class Actor(models.TextChoices):
        STAFF = "staff", _("Staff")
        RULE = "rule", _("Rule")
        AUTHOR = "author", _("Author")
        OPERATOR = "operator", _("Operator")

    class Act(models.TextChoices):
        HOLD = "hold", _("held")
        APPROVE = "approve", _("approved")
        UNAPPROVE = "unapprove", _("sent back to the queue")
        SPAM = "spam", _("marked as spam")
        BIN = "bin", _("binned")
        EDIT = "edit", _("edited")
        REPLY = "reply", _("replied")
        PIN = "pin", _("pinned")
        UNPIN = "unpin", _("unpinned")
        WITHDRAW = "withdraw", _("withdrawn by its author")
        CLOSE = "close", _("closed the comments")
        REOPEN = "reopen", _("reopened the comments")
        BAN = "ban", _("banned")
        LIFT = "lift", _("lifted a ban")
        RULES = "rules", _("changed the house rules")
        ERASE = "erase", _("erased personal data")

    batch = models.UUIDField(default=uuid.uuid4, db_index=True)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="decisions")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("issue"))
    act = models.CharField(max_length=20, choices=Act)
    actor = models.CharField(max_length=20, choices=Actor)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    why = PlainTextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone")

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["comment", "-at"], name="decision_of_comment"),)

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at:%Y-%m-%d %H:%M}"


class FlagQuerySet(models.QuerySet["Flag"]):
    def open(self) -> FlagQuerySet:
        """Those that nobody has decided about."""
        return self.filter(settled=None, known=False)


class Flag(models.Model):
    """
    A reader's report of an approved comment.

    `settled` is the decision that answered it. `known` is one for a reason about which somebody decided before: it
    is counted, and doesn't bring the comment back.
    """

    class Reason(models.TextChoices):
        SPAM = "spam", _("Spam or advertising")
        ABUSE = "abuse", _("Insulting or threatening")
        PERSONAL = "personal", _("Shows somebody’s personal data")
        FALSE = "false", _("False or misleading")
        OFF_TOPIC = "off topic", _("Not about this issue")
        OTHER = "other", _("Something else")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="flags")
    reason = models.CharField(max_length=20, choices=Reason)
    note = PlainTextField(blank=True, max_length=1000)
    network = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    known = models.BooleanField(default=False)
    settled = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True, related_name="settles")

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(fields=["comment", "reason"], name="flag_reasons"),
            models.Index(fields=["network", "created_at"], name="flag_network"),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.comment_id})"

    @property
    def words(self) -> str:
        """The reason, and the beginning of what the reader added to it."""
        note = excerpt(self.note)
        return f"{self.get_reason_display()}: “{note}”" if note else self.get_reason_display()


class BanQuerySet(models.QuerySet["Ban"]):
    def active(self, now: datetime | None = None) -> BanQuerySet:
        """Those in force at a time: begun, not over and not lifted. A question of time alone, so nothing runs out."""
        now = now or timezone.now()
        return self.filter(
            Q(until=None) | Q(until__gt=now), Q(lifted_at=None) | Q(lifted_at__gt=now), created_at__lte=now
        )


@called(_("ban"), _("bans"), kind=_("kind"), reason=_("reason"))
class Ban(models.Model):
    """Whom the house doesn't listen to for a time: what comes from there goes to spam, and nobody is told."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Address")
        NAME = "name", _("Name")
        DOMAIN = "domain", _("Domain")
        NETWORK = "network", _("Network")

    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=250)
    label = LineField(max_length=250)
    reason = PlainTextField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = BanQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["kind", "value"], name="ban_lookup"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.label}"


class Notice(models.Model):
    """
    A mail to a commenter that is to be sent, or was.

    One of each kind for a comment and a person (`about` is the comment it tells of), however often it is asked for.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("Confirm the address")
        PUBLISHED = "published", _("Your comment was published")
        REPLY = "reply", _("There is a reply")

    kind = models.CharField(max_length=20, choices=Kind)
    commenter = models.ForeignKey(Commenter, on_delete=models.CASCADE, related_name="notices")
    about = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="notices")
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "commenter", "about"], name="notice_once"),)
        indexes = (models.Index(fields=["due_at"], name="notice_due", condition=Q(sent_at=None, dropped_at=None)),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.about_id})"


@called(_("digest"), _("digests"))
class Digest(models.Model):
    """How often one moderator wants mail about what waits; without a row, as the house rules say."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comment_digest")
    every = models.CharField(max_length=20, choices=HouseRules.Every, blank=True)
    sent_at = models.DateTimeField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"Digest for {self.user_id}"
