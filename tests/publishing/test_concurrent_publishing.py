"""Many people decide about one issue in the same second. Real threads, a real database, no patience assumed."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from newsroom.publishing import Unpublishable, cancel, publish, rebuild, withdraw
from newsroom.revising import StaleVersion, claim, keep
from reports.models import Edition, Report
from tests.factories import complete_issue
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, TURNS = 6, 5


def assert_one_edition_at_any_time(report: Report) -> None:
    spans = [
        (edition.live_from, edition.live_until)
        for edition in report.editions.all()
        if edition.live_from != edition.live_until
    ]
    spans.sort()
    for (_, ends), (begins, _) in pairwise(spans):
        assert ends is not None, "an edition follows one that never ends"
        assert ends <= begins, "two editions cover one instant"


def assert_revisions_without_gaps(report: Report) -> None:
    numbers = sorted(report.revisions.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    digests = list(report.revisions.order_by("number").values_list("digest", flat=True))
    assert all(one != other for one, other in pairwise(digests)), "a revision is a change"


def rebuild_some(report: Report, chance: random.Random) -> None:
    for edition in report.editions.all()[:2]:
        rebuild(edition)


def publish_soon(report: Report, chance: random.Random) -> None:
    publish(report, by=None, at=timezone.now() + timedelta(milliseconds=chance.randint(40, 4000)))


ACTS: dict[str, Callable[[Report, random.Random], object]] = {
    "publish": lambda report, chance: publish(report, by=None),
    "schedule": publish_soon,
    "withdraw": lambda report, chance: withdraw(report, by=None),
    "cancel": lambda report, chance: cancel(report, by=None),
    "rebuild": rebuild_some,
}


def test_everybody_decides_about_one_issue() -> None:
    report = complete_issue()

    def decide(number: int) -> str:
        chance = random.Random(number)
        done = []
        for turn in range(TURNS):
            act = chance.choice(["publish", "schedule", *ACTS])
            Report.objects.filter(pk=report.pk).update(standfirst=f"Words of {number}, {turn}")
            try:
                ACTS[act](report, chance)
                done.append(act)
            except Unpublishable:
                done.append("refused")
        return " ".join(done)

    done = " ".join(at_once(decide, THREADS)).split()
    assert {"publish", "schedule"} <= set(done)
    assert_one_edition_at_any_time(report)
    assert_revisions_without_gaps(report)
    assert report.editions.filter(live_until=None).count() == 1
    for edition in report.editions.exclude(kind=Edition.Kind.WITHDRAWAL):
        assert edition.stories.count() == 6


def test_one_first_publication_though_all_press_the_button() -> None:
    report = complete_issue()
    at_once(lambda number: str(publish(report, by=None)), THREADS)
    assert report.editions.count() == 1
    assert report.revisions.count() == 1


def test_every_save_at_once_is_kept_with_its_own_number() -> None:
    report = complete_issue()

    def save(number: int) -> str:
        Report.objects.filter(pk=report.pk).update(standfirst=f"Words {number}")
        return str(keep(report, by=None).number)

    at_once(save, THREADS)
    assert_revisions_without_gaps(report)


def test_one_of_all_who_saw_the_same_version_saves() -> None:
    report = complete_issue()

    def save(number: int) -> str:
        try:
            claim(Report.objects.get(pk=report.pk), seen=0)
        except StaleVersion:
            return "stale"
        return "saved"

    assert sorted(at_once(save, THREADS)) == ["saved", *["stale"] * (THREADS - 1)]


def test_different_issues_are_published_at_once() -> None:
    reports = [complete_issue(title=f"Issue {n}") for n in range(THREADS)]
    at_once(lambda number: str(publish(reports[number], by=None)), THREADS)
    assert Edition.objects.live().count() == THREADS
