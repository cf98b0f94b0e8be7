"""Projections and pages can be made again from editions, and come out the same."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import policies.models
import watchlist.models
from newsroom.publishing import publish, rebuild, withdraw
from reports.models import Edition, EditionStory, EditionTag
from tests.factories import complete_issue, edit, picture, published

pytestmark = pytest.mark.django_db

PROJECTIONS: tuple[Any, ...] = (EditionStory, EditionTag, watchlist.models.Appearance, policies.models.Appearance)


@pytest.fixture
def site() -> None:
    """Editions of every kind: past, live, scheduled, withdrawn, of a full issue and of a bare one."""
    report = published(title="Twice & “thrice”", hero=picture(caption="A <caption>")).report
    edit(report, standfirst="Changed", slug="moved")
    publish(report, by=None)
    report.stories.get(section="china", rank=3).delete()
    edit(report, title="Scheduled")
    publish(report, by=None, at=timezone.now() + timedelta(days=1))
    withdraw(published(title="Withdrawn").report, by=None)
    published(title="全球报告", stories=1, companies=0, policies=0, tags=(), story_tags=())


def rows() -> dict[str, list[Any]]:
    """All projections, and all editions with their pages, without the ids that rebuilding gives anew."""
    kept: dict[str, list[Any]] = {"reports.Edition": list(Edition.objects.order_by("pk").values())}
    for model in PROJECTIONS:
        found = list(model.objects.values())
        stories = dict(EditionStory.objects.values_list("pk", "story_id"))
        for row in found:
            row.pop("id")
            if model is EditionTag:
                row["story_id"] = stories.get(row["story_id"])
        kept[model._meta.label] = sorted(found, key=repr)
    return kept


def run(**options: Any) -> list[str]:
    out = StringIO()
    call_command("rebuild_projections", stdout=out, **options)
    return out.getvalue().splitlines()


def test_rebuilding_changes_nothing(site: None) -> None:
    before = rows()
    assert all(before.values())
    assert run() == ["6 of 6 editions rebuilt"]
    assert rows() == before
    run(batch=1)
    assert rows() == before


def test_rebuilding_restores_everything(site: None) -> None:
    before = rows()
    for model in PROJECTIONS:
        model.objects.all().delete()
    Edition.objects.update(article="lost", title="lost", slug="lost", standfirst="lost", image="lost", number=None)
    assert rows() != before
    run()
    assert rows() == before


def test_progress_is_told_batch_by_batch(site: None) -> None:
    assert run(batch=4) == ["4 of 6 editions rebuilt", "6 of 6 editions rebuilt"]
    assert run(batch=3) == ["3 of 6 editions rebuilt", "6 of 6 editions rebuilt"]
    with pytest.raises(CommandError):
        run(batch=0)


def test_nothing_to_rebuild() -> None:
    assert run() == ["There are no editions."]


def test_an_edition_is_rebuilt_at_the_same_cost_however_many_there_are(site: None) -> None:
    with CaptureQueriesContext(connection) as some:
        run()
    published(title="One more", companies=(), policies=())  # of which search keeps the newest alone
    with CaptureQueriesContext(connection) as more:
        run()
    alone = published(title="And one alone", companies=(), policies=())
    with CaptureQueriesContext(connection) as single:
        rebuild(Edition.objects.without_article().get(pk=alone.pk))
    assert len(more) - len(some) == len(single) - 1


def test_rebuilding_leaves_the_span_that_somebody_changed_meanwhile() -> None:
    edition = published()
    edit(edition.report, standfirst="Changed")
    publish(edition.report, by=None)
    rebuild(edition)  # as it was read before
    assert Edition.objects.filter(live_until=None).count() == 1
    assert Edition.objects.get(pk=edition.pk).live_until is not None


def test_rebuilding_passes_over_an_edition_that_is_gone() -> None:
    edition = published(at=timezone.now() + timedelta(days=1))
    stale = Edition.objects.get(pk=edition.pk)
    edition.delete()
    rebuild(stale)
    assert not Edition.objects.exists()
    complete_issue(title="Other")
