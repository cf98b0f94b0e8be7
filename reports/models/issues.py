"""
One issue: the rows that editors edit, the revisions kept of them, and the editions that readers get.

No public page reads the working rows. A revision is a whole issue as it stood at one save; an edition is a revision
that readers get for a span of time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from newsroom.lib.constraints import PostgresExclusion
from newsroom.lib.naming import called
from newsroom.lib.richtext import RichTextField
from newsroom.lib.slugs import validate_slug
from newsroom.lib.text import LineField, PlainTextField
from reports.models.pictures import Image
from reports.models.registry import Source


class Section(models.TextChoices):
    CHINA = "china", _("China")
    INTERNATIONAL = "international", _("International")


class ReportQuerySet(models.QuerySet["Report"]):
    def with_state(self, now: datetime | None = None) -> ReportQuerySet:
        """Each report with what readers get of it now, so that `state` costs no query a row."""
        editions = Edition.objects.filter(report=OuterRef("pk"))
        return self.annotate(
            live_from=Subquery(editions.live(now).values("live_from")[:1]),
            live_digest=Subquery(editions.live(now).values("revision__digest")[:1]),
            scheduled_for=Subquery(editions.scheduled(now).values("live_from")[:1]),
            scheduled_digest=Subquery(editions.scheduled(now).values("revision__digest")[:1]),
            withdrawn_at=Subquery(editions.withdrawn(now).values("live_from")[:1]),
        ).with_standing()

    def with_standing(self) -> ReportQuerySet:
        """Each with the digests of its newest revision and of the one approved last: what `standing` asks for."""
        approvals = Review.objects.filter(report=OuterRef("pk"), verdict=Review.Verdict.APPROVED)
        return self.annotate(
            kept_digest=Subquery(Revision.objects.filter(report=OuterRef("pk")).values("digest")[:1]),
            approved_digest=Subquery(approvals.values("revision__digest")[:1]),
        )

    def in_review(self) -> ReportQuerySet:
        """Those that wait for a reviewer: submitted, or changed after they were approved."""
        changed = Q(approved_digest=None) | ~Q(approved_digest=F("kept_digest"))
        waiting = Q(stage=Report.Stage.REVIEW) | (Q(stage=Report.Stage.APPROVED) & changed)
        return self.with_standing().filter(waiting)

    def approved(self) -> ReportQuerySet:
        """Those whose text, as it was kept last, is approved and not published yet."""
        return self.with_standing().filter(Q(stage=Report.Stage.APPROVED) & Q(approved_digest=F("kept_digest")))

    def sent_back(self) -> ReportQuerySet:
        """Those that a reviewer asked changes of, and that were not submitted again."""
        last = Review.objects.filter(report=OuterRef("pk")).values("verdict")[:1]
        return self.annotate(last_verdict=Subquery(last)).filter(
            stage=Report.Stage.DRAFT, last_verdict=Review.Verdict.CHANGES
        )

    def in_state(self, state: str) -> ReportQuerySet:
        """Those of one `Report.state`; to be called after `with_state()`."""
        live, absent = Q(live_from__isnull=False), Q(live_from=None)
        settled = Q(live_digest=F("kept_digest"))
        return self.filter(
            {
                "draft": absent & Q(scheduled_for=None, withdrawn_at=None),
                "scheduled": absent & Q(scheduled_for__isnull=False),
                "live": live & settled,
                "changed": live & ~settled,
                "withdrawn": absent & Q(scheduled_for=None, withdrawn_at__isnull=False),
            }[state]
        )


@called(
    _("issue"),
    _("issues"),
    title=_("title"),
    slug=_("slug"),
    number=_("number"),
    standfirst=_("standfirst"),
    intro=_("intro"),
    hero=_("hero"),
    china_heading=_("china heading"),
    international_heading=_("international heading"),
    search_title=_("search title"),
    search_description=_("search description"),
)
class Report(models.Model):
    """
    One issue as the desk sees it: working rows, which readers never see.

    `stage` is where its unpublished text is on its way; only newsroom/reviewing.py and publishing change it. Whether an
    approval still holds is no fact of this column but of the text: ask `standing`.
    """

    class Stage(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")

    title = LineField(max_length=250)
    slug = models.CharField(
        max_length=80,
        unique=True,
        validators=[validate_slug],
        help_text=_("The last part of the address: /reports/…/. Empty: from the title."),
    )
    number = models.PositiveIntegerField(null=True, blank=True, unique=True, help_text=_("Issue number, if you count."))
    issued_on = models.DateField(_("date of issue"), null=True, blank=True)
    standfirst = PlainTextField(
        blank=True, help_text=_("One or two sentences under the title, for lists, feeds and shared links.")
    )
    intro = RichTextField(blank=True)
    hero = models.ForeignKey(Image, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    china_heading = LineField(
        max_length=200, blank=True, help_text=_("Empty: “Top 10 China stories”, by their number.")
    )
    international_heading = LineField(max_length=200, blank=True)
    tags = TaggableManager(blank=True, help_text=_("Separated by commas."))
    search_title = LineField(
        max_length=120, blank=True, help_text=_("For search engines and shared links. Empty: the title.")
    )
    search_description = LineField(
        max_length=300, blank=True, help_text=_("For search engines and shared links. Empty: the standfirst.")
    )
    source_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = (F("issued_on").desc(nulls_first=True), "-pk")
        verbose_name = _("issue")
        constraints = (
            models.CheckConstraint(
                condition=Q(stage__in=["draft", "in_review", "approved"]), name="report_stage_known"
            ),
        )
        permissions = (
            ("approve_report", "Can approve an issue"),
            ("publish_report", "Can publish, schedule and withdraw an issue"),
            ("override_checks", "Can publish an issue in spite of what the checks found, for a reason"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """draft, scheduled, live, changed (live, with changes that wait) or withdrawn; needs `with_state()`."""
        row: Any = self
        if row.live_from:
            return "live" if row.live_digest == row.kept_digest else "changed"
        if row.scheduled_for:
            return "scheduled"
        return "withdrawn" if row.withdrawn_at else "draft"

    @property
    def is_settled(self) -> bool:
        """Whether readers have its text, as it was kept last, or are about to get it; needs `with_state()`."""
        row: Any = self
        coming = row.scheduled_digest or row.live_digest
        return coming is not None and coming == row.kept_digest

    @property
    def standing(self) -> Report.Stage:
        """
        Where the text is on its way to readers; needs `with_state()` or `with_standing()`.

        An approval is of one text. Once that changed, the issue waits for a reviewer again.
        """
        row: Any = self
        stage = self.Stage(self.stage)
        is_void = stage == self.Stage.APPROVED and row.approved_digest != row.kept_digest
        return self.Stage.REVIEW if is_void else stage


@called(
    _("story"),
    section=_("section"),
    rank=_("rank"),
    headline=_("headline"),
    slug=_("slug"),
    body=_("body"),
    search_title=_("search title"),
    search_description=_("search description"),
)
class Story(models.Model):
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="stories", db_index=False)
    section = models.CharField(max_length=20, choices=Section)
    rank = models.PositiveSmallIntegerField(default=0)
    headline = LineField(max_length=250)
    slug = models.CharField(
        max_length=80, blank=True, validators=[validate_slug], help_text=_("Empty: from the headline.")
    )
    body = RichTextField(blank=True)
    tags = TaggableManager(blank=True, help_text=_("Separated by commas."))
    search_title = LineField(
        max_length=120, blank=True, help_text=_("For search engines and shared links. Empty: the headline.")
    )
    search_description = LineField(
        max_length=300,
        blank=True,
        help_text=_("For search engines and shared links. Empty: the beginning of the text."),
    )

    class Meta:
        ordering = ("section", "rank")
        verbose_name_plural = _("stories")
        constraints = (
            models.UniqueConstraint(fields=["report", "section", "rank"], name="story_rank_unique"),
            models.UniqueConstraint(fields=["report", "slug"], name="story_slug_unique"),
            models.CheckConstraint(condition=Q(section__in=Section.values), name="story_section_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_section_display()} {self.rank} · {self.headline}"


@called(_("takeaway"), _("takeaways"), text=_("text"), position=_("position"))
class Takeaway(models.Model):
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="takeaways")
    position = models.PositiveSmallIntegerField(default=0)
    text = LineField(max_length=500)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.text


@called(_("credit"), _("credits"), source=_("source"), position=_("position"))
class Credit(models.Model):
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="credits", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="credits")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=["report", "source"], name="credit_once"),)

    def __str__(self) -> str:
        return self.source.name


class Revision(models.Model):
    """A snapshot of one whole issue, as `newsroom.issue.gather` gives it. Never changed, never deleted alone."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    schema = models.PositiveSmallIntegerField()
    note = LineField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["report", "number"], name="revision_number_unique"),)

    def __str__(self) -> str:
        return f"Revision {self.number}"


@called(_("override"), _("overrides"), at=_("at"), by=_("by"), reason=_("reason"))
class Override(models.Model):
    """
    That an issue was published in spite of findings that stop publishing: who, why, and which. Never changed.

    `findings` are those, as `newsroom.checks.Finding.as_json` gives them; `unable` are the checks that could not run.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="overrides")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="overrides")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = PlainTextField()
    findings = models.JSONField(default=list)
    unable = models.JSONField(default=list)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),)

    def __str__(self) -> str:
        return f"{self.report}: {self.reason}"


class Review(models.Model):
    """A move of an issue's text between its writers and its reviewers, about one revision. Never changed."""

    class Verdict(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted for review")
        TAKEN_BACK = "taken_back", _("Taken back")
        CHANGES = "changes", _("Changes asked for")
        APPROVED = "approved", _("Approved")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="reviews")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="reviews")
    verdict = models.CharField(max_length=20, choices=Verdict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = PlainTextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        default_permissions = ()  # whoever may see the issue sees what became of it
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict__in=["submitted", "taken_back", "changes", "approved"]), name="review_verdict_known"
            ),
        )

    def __str__(self) -> str:
        return self.get_verdict_display()


# The column that holds an edition's page, by the language of what stands around the editors' own words.
ARTICLES = {"en-gb": "article", "zh-hans": "article_zh_hans"}


def article_column() -> str:
    """The column for the language that is active."""
    return ARTICLES.get(translation.get_language() or "", "article")


def place_of(issued_on: date, report_id: int) -> int:
    """
    Where an issue stands in the order of all: by date, and by number among those of one day.

    As one number, so that one index and one comparison do for "newest first" and for what comes before and after.
    """
    return issued_on.toordinal() << 32 | report_id


def day_of(place: int) -> date:
    """The date of the issue at a place."""
    return date.fromordinal(place >> 32)


def not_over(now: datetime | None = None, *, of: str = "") -> Q:
    """
    `now < live_until`: in force, or to come (default: now).

    As a condition on editions, or on rows from which `of` leads to them, such as "edition__".
    """
    return Q(**{f"{of}live_until__gt": now or timezone.now()}) | Q(**{f"{of}live_until": None})


def in_force(now: datetime | None = None, *, of: str = "") -> Q:
    """`live_from <= now < live_until`, the one place that says so; as a condition as `not_over` is."""
    now = now or timezone.now()
    return not_over(now, of=of) & Q(**{f"{of}live_from__lte": now})


def is_live(now: datetime | None = None, *, of: str = "") -> Q:
    """In force, and no withdrawal: what readers get."""
    return in_force(now, of=of) & ~Q(**{f"{of}kind": Edition.Kind.WITHDRAWAL})


def is_live_or_to_come(now: datetime | None = None, *, of: str = "") -> Q:
    """What readers get, and what they will get later."""
    return not_over(now, of=of) & ~Q(**{f"{of}kind": Edition.Kind.WITHDRAWAL})


LAST_PLACE = place_of(date.max, 0)


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self, now: datetime | None = None) -> EditionQuerySet:
        """In force at a time (default: now)."""
        return self.filter(in_force(now))

    def live(self, now: datetime | None = None) -> EditionQuerySet:
        """What readers get at a time: in force, and no withdrawal."""
        return self.filter(is_live(now))

    def not_live(self, now: datetime | None = None) -> EditionQuerySet:
        """What readers don't get at a time: past ones, withdrawals, and those that are scheduled."""
        return self.exclude(is_live(now))

    def withdrawn(self, now: datetime | None = None) -> EditionQuerySet:
        """The withdrawals in force: where an issue was, readers are told that it is gone."""
        return self.current(now).filter(kind=Edition.Kind.WITHDRAWAL)

    def scheduled(self, now: datetime | None = None) -> EditionQuerySet:
        """Those that readers will get later."""
        return self.filter(live_from__gt=now or timezone.now())

    def begun(self, now: datetime | None = None) -> EditionQuerySet:
        """Those whose time has come, past ones too: what was public once."""
        return self.filter(live_from__lte=now or timezone.now())

    def titles_of(self, reports: Iterable[int] | models.QuerySet[Any, Any]) -> dict[int, str]:
        """By issue, the title under which readers have it, or had it last; nothing for one they never had."""
        begun = self.begun().exclude(kind=Edition.Kind.WITHDRAWAL).filter(report__in=reports)
        return dict(begun.order_by("live_from", "pk").values_list("report", "title"))

    def newest_first(self) -> EditionQuerySet:
        # All places are before the last one: a bound is what has SQLite go by their index, and not sort all issues.
        return self.filter(place__lt=LAST_PLACE).order_by("-place")

    def without_article(self) -> EditionQuerySet:
        """For lists: everything but the page itself."""
        return self.defer(*ARTICLES.values())

    def with_article(self) -> EditionQuerySet:
        """With the page in the language that is active, and without those in others."""
        return self.defer(*(column for column in ARTICLES.values() if column != article_column()))

    def before(self, issued_on: date, report_id: int) -> EditionQuerySet:
        """The issues before a place in the order, nearest first."""
        return self.filter(place__lt=place_of(issued_on, report_id)).newest_first()

    def after(self, issued_on: date, report_id: int) -> EditionQuerySet:
        """The issues after a place in the order, nearest first."""
        return self.filter(place__gt=place_of(issued_on, report_id)).order_by("place")

    def next_change(self, now: datetime | None = None) -> datetime | None:
        """When the next scheduled edition goes live, so that nothing is cached beyond it."""
        return self.scheduled(now).aggregate(at=Min("live_from"))["at"]


class Edition(models.Model):
    """
    A revision that readers get from `live_from` until `live_until` (empty: until further notice).

    `place` is its place in the order of all issues. `changed_at` is when what readers read changed last: no typo put
    right, and no publishing again of the same, moves it. `note` is public; `about` names the stories that it is about,
    by `Story.pk` (empty: the whole issue). `announced_at`: when those who want to hear of it were told
    (newsroom/announcing.py). `briefing` names the file of its PDF, once that is drawn.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("First publication")
        TYPO = "typo", _("Typo")
        UPDATE = "update", _("Update")
        CLARIFICATION = "clarification", _("Clarification")
        CORRECTION = "correction", _("Correction")
        RETRACTION = "retraction", _("Story withdrawn")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="editions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="editions")
    kind = models.CharField(max_length=20, choices=Kind)
    slug = models.CharField(max_length=80, db_index=True)
    title = models.CharField(max_length=250)
    number = models.PositiveIntegerField(null=True)
    issued_on = models.DateField()
    place = models.BigIntegerField()
    standfirst = models.TextField(blank=True)
    search_title = models.CharField(max_length=120, blank=True)
    search_description = models.CharField(max_length=300, blank=True)
    article = models.TextField(blank=True)
    article_zh_hans = models.TextField(blank=True)
    image = models.CharField(max_length=100, blank=True)
    briefing = models.CharField(max_length=100, blank=True)
    live_from = models.DateTimeField()
    live_until = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = PlainTextField(blank=True)
    about = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    announced_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ("-live_from", "-pk")
        indexes = (
            models.Index(fields=["-place"], name="edition_by_place"),
            # All that "live" asks, so that the answer is in the index and no page has to be passed over to find it.
            models.Index(fields=["live_from", "live_until", "kind", "place"], name="edition_spans"),
            models.Index(fields=["live_from"], name="edition_unannounced", condition=Q(announced_at=None)),
            models.Index(
                fields=["-live_from"],
                name="edition_corrections",
                condition=Q(kind__in=["clarification", "correction", "retraction", "withdrawal"]),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        *("first", "typo", "update", "clarification", "correction", "retraction", "withdrawal"),
                    ]
                ),
                name="edition_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(live_until=None) | Q(live_until__gte=F("live_from")), name="edition_span_forward"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(live_until=None), name="edition_one_open_per_report"
            ),
            PostgresExclusion(
                name="edition_spans_never_overlap",
                expressions=[
                    ("report", RangeOperators.EQUAL),
                    (
                        Func("live_from", "live_until", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.get_kind_display()}, {self.live_from:%Y-%m-%d %H:%M})"

    @property
    def url(self) -> str:
        return reverse("reports:report", args=[self.slug])

    @property
    def drawn(self) -> str:
        """The page, in the language that is active, if it was drawn in that."""
        text: str = getattr(self, article_column()) or self.article
        return text


class Ping(models.Model):
    """
    That a WebSub hub is to hear of a feed which an edition changed (newsroom/websub.py), and what came of it.

    `next_at` is when it is tried, or tried again; empty once it was given up.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="pings", db_index=False)
    topic = models.TextField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("next_at", "pk")
        indexes = (models.Index(fields=["next_at"], name="ping_due", condition=Q(sent_at=None)),)
        constraints = (models.UniqueConstraint(fields=["edition", "topic"], name="ping_once_per_edition_and_feed"),)

    def __str__(self) -> str:
        return self.topic
