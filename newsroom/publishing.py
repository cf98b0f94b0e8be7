"""
What readers get, and when. The one way to publish, for the desk, commands and every later door.

Publishing freezes the working rows as a revision, and writes an edition of it with its projections, all in one
transaction. Whether an edition is live is a question of time alone (`Edition.objects.live()`), so a scheduled one
appears with no process running.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import policies.projection
import reports.projection
import watchlist.projection
from newsroom import correcting, reviewing
from newsroom.audit import Did, record
from newsroom.checks import Outcome
from newsroom.checks.knowing import check
from newsroom.checks.overriding import override as log_override
from newsroom.issue import Content, present
from newsroom.lib import richtext, text
from newsroom.lib.rights import require
from newsroom.reviewing import MOVES
from newsroom.revising import keep, lock
from newsroom.search import index
from reports.models import ARTICLES, Edition, Report, not_over, place_of

PROJECTIONS = (
    *(reports.projection.project, watchlist.projection.project, policies.projection.project),
    index.project,  # of what the others wrote
)
DRAWN = (
    *("slug", "title", "number", "issued_on", "place", "standfirst", "search_title", "search_description", "image"),
    *ARTICLES.values(),
)


class Unpublishable(Exception):
    """
    Why an issue can't be published, scheduled or withdrawn as it stands; `reasons` are whole sentences.

    `outcome` is that of the checks where they are why, and an override would do.
    """

    def __init__(self, reasons: Iterable[str], outcome: Outcome | None = None) -> None:
        self.reasons = list(reasons)
        self.outcome = outcome
        super().__init__(" ".join(self.reasons))


@transaction.atomic
def publish(
    report: Report,
    *,
    by: Any,
    at: datetime | None = None,
    kind: str = "",
    note: str = "",
    about: Iterable[int] = (),
    seen: int | None = None,
    override: str = "",
) -> Edition:
    """
    Give readers the issue as its working rows stand: now, or from the aware time `at` on.

    What was scheduled before is replaced: the rows that are frozen now hold all of it and more. The first edition
    that readers see is a first publication; later ones are of `kind` (default: an update) with its public `note`,
    which is `about` some of its stories (Story.pk; none: the whole issue). If readers have exactly this already, the
    edition they have is given back and nothing is written.

    A text that nobody approved is approved hereby, if the actor may do that. `seen` is the version that he looked at.

    The copy-desk checks run first, and what they find may stop it. `override` is the reason to publish all the same,
    which is logged with the findings and takes a permission of its own.

    Raises PermissionDenied, StaleVersion if somebody saved meanwhile, and Unpublishable with every reason.
    """
    require(by, MOVES["schedule" if at else "publish"].permission)
    report = lock(report)
    reviewing.check_seen(report, seen)
    writer = reviewing.last_writer(report)
    now = timezone.now()
    if at is not None and at <= now:
        raise Unpublishable([_("The time to publish has passed; choose a later one, or publish now.")])
    revision = keep(report, by=by)
    live = report.editions.live(now).select_related("revision").first()
    begun = report.editions.begun(now).exists()
    had = live.revision.content if live else revision.content
    kind, about = kind or Edition.Kind.UPDATE, list(about)
    reasons = [
        *missing(revision.content),
        *taken_address(report, now),
        *reviewing.unapproved(report, revision, by=by, writer=writer),
        *(correcting.faults(kind, note, about, had, revision.content) if begun else ()),
    ]
    if reasons:
        raise Unpublishable(reasons)
    drop_scheduled(report, now)
    if live and at is None and live.revision.digest == revision.digest:
        index.refresh(report)
        return live
    outcome = check(report, revision.content)
    if outcome.blocking and not override.strip():
        raise Unpublishable([finding.sentence for finding in outcome.blocking], outcome)
    if outcome.blocking:
        log_override(report, revision, outcome, by=by, reason=override)
    start = at or now
    report.editions.current(now).update(live_until=start)
    reviewing.approve_by_publishing(report, revision, by=by)
    record(Did.SCHEDULE if at else Did.PUBLISH, by=by, what=report, detail={"at": at.isoformat()} if at else {})
    return freeze(
        Edition(
            report=report,
            revision=revision,
            kind=kind if begun else Edition.Kind.FIRST,
            live_from=start,
            published_by=by,
            note=note,
            about=correcting.about_of(kind, about, had, revision.content) if begun else [],
        )
    )


@transaction.atomic
def reschedule(report: Report, *, by: Any, at: datetime, seen: int | None = None) -> Edition:
    """
    Have readers get what is scheduled at another time, the aware `at`: the text as it was scheduled, no newer.

    What they have until then stays until the new time. Raises PermissionDenied, StaleVersion, and Unpublishable if
    nothing is scheduled (any more) or the time has passed.
    """
    require(by, MOVES["reschedule"].permission)
    report = lock(report)
    reviewing.check_seen(report, seen)
    now = timezone.now()
    if at <= now:
        raise Unpublishable([_("This time has passed; choose a later one, or publish now.")])
    edition = report.editions.scheduled(now).select_related("revision").first()
    if edition is None:
        raise Unpublishable([_("Nothing is scheduled for this issue.")])
    moves = [
        (report.editions.filter(pk=edition.pk), {"live_from": at}),
        (report.editions.current(now), {"live_until": at}),
    ]
    for rows, end in moves if at > edition.live_from else reversed(moves):  # so that their spans never meet
        rows.update(**end)
    if edition.changed_at == edition.live_from:
        report.editions.filter(pk=edition.pk).update(changed_at=at)
    record(Did.SCHEDULE, by=by, what=report, detail={"at": at.isoformat()})
    edition.refresh_from_db()
    return edition


@transaction.atomic
def withdraw(report: Report, *, by: Any, note: str = "", seen: int | None = None) -> Edition:
    """
    Take the issue away from readers, who are told so at its address, with the public `note` if there is one.

    What was scheduled is cancelled too. Raises PermissionDenied, StaleVersion, and Unpublishable if readers don't have
    it.
    """
    require(by, MOVES["withdraw"].permission)
    report = lock(report)
    reviewing.check_seen(report, seen)
    now = timezone.now()
    drop_scheduled(report, now)
    live = report.editions.live(now).select_related("revision").first()
    if live is None:
        raise Unpublishable([_("This issue is not live, so there is nothing to withdraw.")])
    report.editions.filter(pk=live.pk).update(live_until=now)
    record(Did.WITHDRAW, by=by, what=report)
    return freeze(
        Edition(
            report=report,
            revision=live.revision,
            kind=Edition.Kind.WITHDRAWAL,
            live_from=now,
            published_by=by,
            note=note,
        )
    )


@transaction.atomic
def cancel(report: Report, *, by: Any, seen: int | None = None) -> None:
    """
    Call off what is scheduled; what readers have stays, and the revision is kept.

    Raises PermissionDenied, StaleVersion, and Unpublishable if nothing is scheduled (any more).
    """
    require(by, MOVES["cancel"].permission)
    report = lock(report)
    reviewing.check_seen(report, seen)
    if not drop_scheduled(report, timezone.now()):
        raise Unpublishable([_("Nothing is scheduled for this issue.")])
    reviewing.stand_as_before(report)
    record(Did.CANCEL, by=by, what=report)
    index.refresh(report)


def drop_scheduled(report: Report, now: datetime) -> bool:
    """Whether something was scheduled; it is gone, and what it would have replaced stays until further notice."""
    dropped, __ = report.editions.scheduled(now).delete()
    if dropped:
        report.editions.current(now).update(live_until=None)
    return bool(dropped)


def missing(content: Content) -> list[str]:
    """What an issue must have before anybody can read it, in sentences."""
    reasons = []
    if not content["issued_on"]:
        reasons.append(_("The issue has no date."))
    if not content["stories"]:
        reasons.append(_("The issue has no stories."))
    return reasons


def taken_address(report: Report, now: datetime) -> list[str]:
    """A sentence if another issue has, or is about to have, this one's address."""
    others = Edition.objects.filter(slug=report.slug).exclude(report=report)
    other = others.current(now).first() or others.scheduled(now).first()
    said = _("“%(title)s” is at the address /reports/%(slug)s/; choose another slug.")
    return [said % {"title": other.title, "slug": report.slug}] if other else []


def freeze(edition: Edition) -> Edition:
    """Write the edition with its page and projections; refuse a span that meets another of the same report."""
    if edition.report.editions.filter(not_over(edition.live_from)).exists():
        # PostgreSQL holds this by an exclusion constraint too; on SQLite this check, made under its one write
        # lock, is what holds it.
        raise Unpublishable([_("Another edition of this issue covers that time; try again.")])
    draw(edition)
    shown = edition.report.editions.exclude(kind=Edition.Kind.WITHDRAWAL).filter(live_from__lte=edition.live_from)
    before = shown.without_article().select_related("revision").first()
    edition.changed_at = correcting.changed_at(edition, before)
    edition.save()
    project([edition])
    return edition


def project(editions: Sequence[Edition]) -> None:
    """Write what other pages ask of editions, replacing what was there: the same for one and for many."""
    for write in PROJECTIONS:
        write(editions)


def draw(edition: Edition, pages: Mapping[str, str] | None = None) -> None:
    """
    Fill in what an edition repeats from its revision: the facts of its lists, and its page.

    `pages` are those of `draw_pages`, if somebody has drawn them already.
    """
    content = edition.revision.content
    edition.slug, edition.title, edition.number = content["slug"], content["title"], content["number"]
    edition.issued_on = date.fromisoformat(content["issued_on"])
    edition.place = place_of(edition.issued_on, edition.report_id)
    edition.standfirst = content["standfirst"] or text.excerpt(richtext.plain(content["intro"]), 220)
    edition.image = (content["hero"] or {}).get("file", "")
    edition.search_title = content.get("search_title", "")
    edition.search_description = content.get("search_description", "")
    is_gone = edition.kind == Edition.Kind.WITHDRAWAL
    for column, page in (dict.fromkeys(ARTICLES.values(), "") if is_gone else pages or draw_pages(content)).items():
        setattr(edition, column, page)


def draw_pages(content: Content) -> dict[str, str]:
    """The page of an issue in each language, by the column of an edition that keeps it."""
    pages = {}
    for language, column in ARTICLES.items():
        with translation.override(language):
            pages[column] = draw_article(content)
    return pages


def draw_article(content: Content) -> str:
    """The page of an issue, in the language that is active."""
    return render_to_string("reports/_article.html", {"issue": present(content)})


@transaction.atomic
def rebuild(edition: Edition) -> None:
    """
    Draw an edition's page and write its projections anew from its revision, as its publishing did.

    Its span stays as it is, even if somebody publishes meanwhile; an edition that is gone by now is passed over.
    """
    lock(edition.report)
    found = Edition.objects.select_related("revision").filter(pk=edition.pk).first()
    if found is None:
        return
    draw(found)
    found.save(update_fields=DRAWN)
    project([found])
