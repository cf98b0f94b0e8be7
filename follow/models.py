"""
Who follows the periodical by mail, what is sent to whom, and how readers pass pages on.

An address stands in `Follower` alone, and in no log, error or list for those who may not see it. What is left of one
that must never be written to again is its keyed hash (`Suppression`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsroom.lib.naming import called
from newsroom.lib.pseudonyms import pseudonym
from newsroom.lib.text import LineField, PlainTextField
from reports.models import Edition, Report

ADDRESS_LENGTH = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets


def address_key(email: str) -> str:
    """Under which an address is found, whatever its case. To be given in its one spelling (newsroom.lib.addresses)."""
    return email.casefold()[:ADDRESS_LENGTH]


def address_digest(email: str) -> str:
    """What may be kept of an address that is not kept."""
    return pseudonym("follower", address_key(email))


def domain_of(email: str) -> str:
    """To whose server a mail to this address goes."""
    return email.rpartition("@")[2].lower()


# Who follows


class FollowerQuerySet(models.QuerySet["Follower"]):
    def confirmed(self) -> FollowerQuerySet:
        """Those who said themselves that they want mail, and have not taken it back."""
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def active(self, now: datetime | None = None) -> FollowerQuerySet:
        """Those who get mail at a time. The one place that says so."""
        now = now or timezone.now()
        return self.confirmed().filter(Q(paused_until=None) | Q(paused_until__lte=now), disabled_at=None)

    def choosing(self, topics: Iterable[tuple[str, int]]) -> FollowerQuerySet:
        """Those who chose any of these: pairs of a kind and a row's number, 0 where the kind needs none."""
        return self.filter(pk__in=Choice.objects.of(topics).order_by().values("follower"))


@called(_("follower"), _("followers"))
class Follower(models.Model):
    """
    Somebody who follows by mail, or was asked whether the wish was his.

    Every wish is confirmed by its mailbox (double opt-in); `consent_text` is what was agreed to, where (`source`) and
    when. Without `confirmed_at` it is forgotten after a week.
    """

    class Frequency(models.TextChoices):
        EACH = "each", _("Each issue")
        WEEKLY = "weekly", _("Once a week")

    class Disabled(models.TextChoices):
        HARD = "hard", _("The mailbox does not exist")
        SOFT = "soft", _("Mail came back three times")
        COMPLAINT = "complaint", _("Marked as spam by its reader")
        DESK = "desk", _("Stopped by the desk")

    email = models.EmailField(max_length=ADDRESS_LENGTH)
    key = models.CharField(max_length=ADDRESS_LENGTH, unique=True, editable=False)
    domain = models.CharField(max_length=ADDRESS_LENGTH, editable=False)
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.EACH)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    consent_text = models.TextField(blank=True)
    source = LineField(max_length=300, blank=True)
    paused_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_for = models.CharField(max_length=10, choices=Disabled, blank=True)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(fields=["confirmed_at"], name="follower_confirmed"),
            models.Index(fields=["asked_at"], name="follower_unconfirmed", condition=Q(confirmed_at=None)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_for="") | Q(disabled_at__isnull=False) & ~Q(disabled_for=""),
                name="follower_disabled_for_a_reason",
            ),
        )
        permissions = (("import_follower", "Can import followers"), ("export_follower", "Can export followers"))

    def __str__(self) -> str:
        return f"Follower {self.pk}"  # never the address: this is what lists, logs and errors say

    def set_email(self, email: str) -> None:
        """The address in its one spelling, with what is made of it."""
        self.email, self.key, self.domain = email, address_key(email), domain_of(email)

    def state(self, now: datetime | None = None) -> str:
        """unconfirmed, ended, disabled, paused or active."""
        if self.confirmed_at is None:
            return "unconfirmed"
        if self.ended_at:
            return "ended"
        if self.disabled_at:
            return "disabled"
        return "paused" if self.paused_until and self.paused_until > (now or timezone.now()) else "active"


# By kind, the query for the rows that took the place of those with these numbers, which were merged into them since
# (follow.topics.register).
SUCCESSORS: dict[str, Callable[[list[int]], models.QuerySet[Any, Any]]] = {}


class ChoiceQuerySet(models.QuerySet["Choice"]):
    def of(self, topics: Iterable[tuple[str, int]]) -> ChoiceQuerySet:
        """
        Those of any of these: pairs of a kind and a row's number, 0 where the kind needs none.

        A row that was merged into another is that one: what was published before names it by its old number.
        """
        wanted: dict[str, list[int]] = {}
        for kind, ref in topics:
            wanted.setdefault(kind, []).append(ref)
        conditions = [Q(kind=kind, ref__in=refs) for kind, refs in wanted.items()]
        conditions += [
            Q(kind=kind, ref__in=SUCCESSORS[kind](refs)) for kind, refs in wanted.items() if kind in SUCCESSORS
        ]
        return self.filter(reduce(or_, conditions)) if conditions else self.none()


class Choice(models.Model):
    """One thing that somebody follows. `ref` is the number of the company or policy, 0 for the others."""

    class Kind(models.TextChoices):
        ISSUES = "issues", _("Every issue")
        CHINA = "china", _("China stories only")
        INTERNATIONAL = "international", _("International stories only")
        COMPANY = "company", _("A company")
        POLICY = "policy", _("A policy")
        CORRECTIONS = "corrections", _("Corrections")

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField(max_length=20, choices=Kind)
    ref = models.BigIntegerField(default=0)

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "ref")
        constraints = (models.UniqueConstraint(fields=["follower", "kind", "ref"], name="choice_once"),)
        indexes = (models.Index(fields=["kind", "ref"], name="choice_of_topic"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}" if self.ref else self.kind


class Wish(models.Model):
    """
    What somebody asked for on the site, and the mailbox has yet to confirm. Not every wish is asked about by mail.

    `choices` are pairs of a kind and a number, as `Choice` has them. A link in the mail names this row.
    """

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="wishes")
    choices = models.JSONField(default=list)
    frequency = models.CharField(max_length=10, choices=Follower.Frequency, default=Follower.Frequency.EACH)
    consent_text = models.TextField()
    source = LineField(max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"Wish {self.pk}"


class Knock(models.Model):
    """That a network asked for a mail, so that it can't ask for too many. Forgotten after a day."""

    network = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["network", "at"], name="knock_of_network"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Question(models.Model):
    """
    That somebody wanted an address to be asked whether a wish was its own, and whether it was: its hash, and when.

    So no address is asked too often, even where its follower is forgotten in between. Forgotten after 30 days, or once
    a question is answered.
    """

    digest = models.CharField(max_length=64)
    was_asked = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["digest", "at"], name="question_of_address"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Departure(models.Model):
    """
    That somebody left or had himself erased: the hash of the address, so that no old list brings it back.

    It keeps nobody from asking anew, and goes once a new wish is confirmed.
    """

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Suppression(models.Model):
    """An address that is never written to, whoever asks for it: its hash, and why."""

    digest = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=Follower.Disabled)
    note = LineField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.created_at:%Y-%m-%d}"


class Bounce(models.Model):
    """A mail that came back, or was complained about, by what its server or the provider said; never an address."""

    class Kind(models.TextChoices):
        HARD = "hard", _("Hard bounce")
        SOFT = "soft", _("Soft bounce")
        COMPLAINT = "complaint", _("Complaint")

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="bounces")
    delivery = models.ForeignKey("Delivery", on_delete=models.SET_NULL, null=True, related_name="bounces")
    kind = models.CharField(max_length=10, choices=Kind)
    said = LineField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=["delivery", "kind"], name="bounce_once"),)
        indexes = (models.Index(fields=["follower", "at"], name="bounce_of_follower"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


# What is sent


class Cover(models.Model):
    """What the desk says of an issue's mail before it goes out: its subject and preheader, or that there is none."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="cover", verbose_name=_("issue"))
    subject = LineField(max_length=200, blank=True, help_text=_("Empty: the title of the issue."))
    preheader = LineField(
        max_length=200, blank=True, help_text=_("What mail programs show after the subject. Empty: the standfirst.")
    )
    is_silent = models.BooleanField(
        _("don’t send this issue by mail"), default=False, help_text=_("For an issue of the past, for instance.")
    )

    def __str__(self) -> str:
        return self.subject or f"Cover of {self.report_id}"


class MailingQuerySet(models.QuerySet["Mailing"]):
    def sendable(self, now: datetime | None = None) -> MailingQuerySet:
        """
        Those that workers send at a time: not stopped, not paused, and readers have an issue of it.

        A withdrawn issue so stops by itself, and goes on if it is published again.
        """
        live = Edition.objects.live(now).values("report")
        return self.filter(stopped_at=None, paused_at=None, issues__in=live).distinct()

    def with_progress(self) -> MailingQuerySet:
        """Each with how many of its deliveries are `sent`, `dropped` and in `total`."""
        return self.annotate(
            total=Count("deliveries"),
            sent=Count("deliveries", filter=Q(deliveries__sent_at__isnull=False)),
            dropped=Count("deliveries", filter=Q(deliveries__dropped_at__isnull=False)),
        )


@called(_("mailing"), _("mailings"))
class Mailing(models.Model):
    """
    One thing that is sent to many: an issue, a correction of one, a week's digest.

    `key` names it once and for ever, so that nothing is announced twice. `issues` are those it is about: one, or a
    week's. What it says is drawn from the editions that readers have at that moment.
    """

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Issue")
        CORRECTION = "correction", _("Correction")
        DIGEST = "digest", _("Weekly digest")

    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(max_length=60, unique=True)
    issues = models.ManyToManyField(Report, related_name="mailings")
    subject = LineField(max_length=200, blank=True)
    preheader = LineField(max_length=200, blank=True)
    note = PlainTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        permissions = (
            ("send_mailing", "Can pause, resume, stop, throttle and correct mailings"),
            ("test_mailing", "Can send a mailing to oneself as a test"),
        )

    def __str__(self) -> str:
        return self.subject or self.key


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unsent(self) -> DeliveryQuerySet:
        """What is still to go out."""
        return self.filter(sent_at=None, dropped_at=None)

    def unclaimed(self, now: datetime) -> DeliveryQuerySet:
        """What is due and no worker has, or had for too long. Names columns of the delivery alone."""
        return self.unsent().filter(Q(leased_until=None) | Q(leased_until__lte=now), due_at__lte=now)


class Delivery(models.Model):
    """
    One mail to one follower: of a mailing, or the question whether a wish was his.

    The Message-ID is made of its number. `lease` is the worker that has it, until `leased_until`. A delivery is sent
    (`sent_at`), dropped with a reason (`last_error`), or still to be sent. `has_failed` tells what was given up after
    failures from what its follower did not want any more.
    """

    # No index of its own: the constraint and the indexes below begin with it.
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, null=True, related_name="deliveries", db_index=False)
    wish = models.OneToOneField(Wish, on_delete=models.CASCADE, null=True, related_name="delivery")
    follower = models.ForeignKey(Follower, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    domain = models.CharField(max_length=ADDRESS_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    has_failed = models.BooleanField(default=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(fields=["mailing", "follower"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(mailing=None, wish__isnull=False) | Q(mailing__isnull=False, wish=None),
                name="delivery_of_a_mailing_or_a_wish",
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(dropped_at=None), name="delivery_sent_or_dropped"),
        )
        indexes = (
            models.Index(
                fields=["mailing", "due_at", "id"],
                name="delivery_due",
                condition=Q(sent_at=None, dropped_at=None, mailing__isnull=False),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="delivery_question_due",
                condition=Q(sent_at=None, dropped_at=None, mailing=None),
            ),
            models.Index(fields=["mailing", "sent_at"], name="delivery_progress"),
        )

    def __str__(self) -> str:
        return f"Delivery {self.pk}"


class Throttle(models.Model):
    """
    How fast mail may leave: the one row (`domain` empty) for all of it, and one for each domain that was written to.

    `next_at` is when the next mail may go; workers take their turns by moving it on.
    """

    domain = models.CharField(max_length=ADDRESS_LENGTH, unique=True, blank=True)
    next_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.domain or str(_("All mail"))


class Pace(models.Model):
    """The one row of what the desk says about sending: at which pace, and whether at all."""

    per_second = models.PositiveIntegerField(
        _("mails a second"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("By all workers together. 0: as fast as the server takes them."),
    )
    per_domain = models.PositiveIntegerField(
        _("mails a minute to one domain"),
        default=0,
        validators=[MaxValueValidator(100_000)],
        help_text=_("Some providers put off whoever comes too fast. 0: no limit."),
    )
    is_paused = models.BooleanField(_("pause all mailings"), default=False)
    digest_day = models.PositiveSmallIntegerField(
        _("day of the weekly digest"),
        choices=[
            (n, day)
            for n, day in enumerate(
                (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
            )
        ],
        default=0,
    )
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the weekly digest"),
        default=8,
        validators=[MinValueValidator(0), MaxValueValidator(23)],
        help_text=_("0 to 23, in the site’s time zone."),
    )
    postal_address = LineField(
        max_length=300,
        blank=True,
        help_text=_(
            "Stands at the foot of every mail, as the law asks in many countries: name, street, town, country."
        ),
    )

    class Meta:
        verbose_name = _("sending")
        verbose_name_plural = _("sending")
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="pace_one_row"),)

    def __str__(self) -> str:
        return str(_("Sending"))


# Passing on


class Widget(models.Model):
    """One way to follow or to share, as the desk arranged it; without rows, as `follow.sharing` has them."""

    class Place(models.TextChoices):
        BAR = "bar", _("In the bar")
        LIST = "list", _("Behind “Share”")
        OFF = "off", _("Not shown")

    kind = models.CharField(max_length=20, unique=True)
    label = LineField(max_length=40)
    place = models.CharField(max_length=10, choices=Place, default=Place.LIST)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")
        verbose_name_plural = _("share and follow")

    def __str__(self) -> str:
        return self.label


class Tally(models.Model):
    """
    How often a page was read or passed on, by kind and day; nothing about by whom.

    `story` is the number of the working row's story, as `EditionStory` has it, 0 for the issue itself.
    """

    on = models.DateField()
    kind = models.CharField(max_length=20)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    story = models.BigIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-on",)
        verbose_name_plural = _("reach")
        constraints = (models.UniqueConstraint(fields=["on", "kind", "report", "story"], name="tally_once"),)
        indexes = (models.Index(fields=["kind", "on"], name="tally_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.on}: {self.number}"


class Growth(models.Model):
    """How many confirmed and how many left on one day; kept when the followers themselves are gone."""

    on = models.DateField(unique=True)
    came = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("on",)

    def __str__(self) -> str:
        return f"{self.on}: +{self.came} −{self.left}"

    @classmethod
    def count(cls, *, came: int = 0, left: int = 0, now: datetime | None = None) -> None:
        """Add to the numbers of a day (default: today, in the site's time zone)."""
        if not came and not left:
            return
        row, _ = cls.objects.get_or_create(on=timezone.localdate(now))
        cls.objects.filter(pk=row.pk).update(came=F("came") + came, left=F("left") + left)
