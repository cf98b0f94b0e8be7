"""Keeping every state of an issue, and refusing to save over one that the editor has not seen."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from newsroom.issue import SCHEMA, digest, gather
from reports.models import Report, Revision
from watchlist.mentioning import propose_mentions


class StaleVersion(Exception):
    """Somebody else saved the issue since this editor opened it."""


def lock(report: Report) -> Report:
    """
    The report read anew, with its row locked until the transaction ends.

    On SQLite every transaction holds the one write lock from its beginning (transaction_mode IMMEDIATE), so there
    the read alone is enough.
    """
    return Report.objects.select_for_update(of=("self",)).get(pk=report.pk)


def claim(report: Report, *, seen: int) -> int:
    """
    Take the right to save over version `seen`, and give back the new version's number.

    The version is compared inside the UPDATE, so of two editors who saw the same one, one gets it.
    The stage is read anew with it, so that saving the row undoes no review of the meantime.
    Raises StaleVersion, having changed nothing. To be called first in the transaction that saves.
    """
    if not Report.objects.filter(pk=report.pk, version=seen).update(version=F("version") + 1):
        raise StaleVersion
    report.version = seen + 1
    report.refresh_from_db(fields=["stage"])
    return report.version


@transaction.atomic
def keep(report: Report, *, by: User | None, note: str = "") -> Revision:
    """
    Keep the issue as it stands, as its next revision, and give that back.

    If nothing changed since the last one, that is given back instead: a revision is a change.
    `by` is the author, None for the operator's shell. Which companies the stories name is looked up first.
    """
    report = lock(report)
    propose_mentions(report)
    content = gather(report)
    fingerprint = digest(content)
    last = report.revisions.first()
    if last and last.digest == fingerprint:
        return last
    return Revision.objects.create(
        report=report,
        number=last.number + 1 if last else 1,
        content=content,
        digest=fingerprint,
        schema=SCHEMA,
        author=by,
        note=note,
    )
