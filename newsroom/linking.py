"""
Following the links of issues that editors work on, so that the copy-desk checks can tell which are dead.

The checks themselves ask nobody: a worker follows the links, under the guards of newsroom/lib/outbound.py, and writes
down what came of it; the findings read that. A link counts as dead once it failed twice, an hour apart.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from newsroom.checks.links import web_addresses
from newsroom.checks.subject import Known, Subject
from newsroom.issue import gather
from newsroom.lib.outbound import Answer, Verdict, follow
from newsroom.models import CheckedLink, digest_of
from reports.models import Report

LATELY = timedelta(days=14)  # since an issue was last saved
MOST_ISSUES = 30
BATCH = 10
LEASE = timedelta(minutes=10)  # in which a batch is surely through
AGAIN_IN = {
    Verdict.ALIVE: timedelta(days=7),
    Verdict.UNSURE: timedelta(days=1),
    Verdict.FORBIDDEN: timedelta(days=30),
}
AFTER_FAILURE = (timedelta(hours=1), timedelta(days=1))  # the first time, and from then on
KEPT = timedelta(days=60)  # after no issue had the link any more


def note_links(now: datetime | None = None) -> int:
    """Write down the links of the issues that were saved lately, for `follow_due`; of how many links it knows then."""
    now = now or timezone.now()
    reports = Report.objects.filter(changed_at__gt=now - LATELY).order_by("-changed_at")[:MOST_ISSUES]
    found = {
        digest_of(url): url
        for report in reports
        for url in web_addresses(Subject(gather(report), Known(timezone.localdate(now))))
    }
    CheckedLink.objects.bulk_create(
        (CheckedLink(digest=digest, url=url, wanted_at=now, next_at=now) for digest, url in found.items()),
        ignore_conflicts=True,
    )
    CheckedLink.objects.filter(digest__in=found).update(wanted_at=now)
    CheckedLink.objects.filter(wanted_at__lt=now - KEPT).delete()
    return len(found)


def follow_due(now: datetime | None = None) -> int:
    """
    Follow the links whose time has come, a batch of them; how many were followed.

    Each is claimed for the length of a lease by an UPDATE that repeats its condition, so that two workers never ask
    the same site at once, and one that died leaves nothing undone.
    """
    now = now or timezone.now()
    wanted = CheckedLink.objects.filter(wanted_at__gt=now - LATELY).due(now)
    followed = 0
    for pk, url in list(wanted.values_list("pk", "url")[:BATCH]):
        claim = CheckedLink.objects.filter(pk=pk, next_at__lte=now)
        if claim.update(next_at=now + LEASE):
            note_answer(pk, follow(url, agent=agent()))
            followed += 1
    return followed


def agent() -> str:
    return f"Newsroom link check ({settings.SITE_URL})" if settings.SITE_URL else "Newsroom link check"


def note_answer(pk: int, answer: Answer) -> None:
    """Write down what came of following a link, and when it is to be followed again."""
    now = timezone.now()
    row = CheckedLink.objects.get(pk=pk)
    if answer.verdict == Verdict.DEAD:
        pause = AFTER_FAILURE[min(row.failures, 1)]
        failures: object = F("failures") + 1 if row.failures < CheckedLink.TRIES else row.failures
    else:
        # Who is unsure takes nothing back: a dead link whose site is down today is still dead.
        pause = AGAIN_IN[answer.verdict]
        failures = row.failures if answer.verdict == Verdict.UNSURE else 0
    changed = {"asked_at": now, "next_at": now + pause, "failures": failures}
    if not (answer.verdict == Verdict.UNSURE and row.failures):
        changed["outcome"] = answer.outcome
    CheckedLink.objects.filter(pk=pk).update(**changed)
