"""Publishing many issues at once comes to what publishing them one by one would have come to."""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from follow.models import Delivery, Mailing
from newsroom.announcing import announce_due
from newsroom.archiving import AddressTaken, Given, publish_all, register, save, take, write
from newsroom.archiving import ordered as orders_of
from newsroom.issue import digest, gather
from newsroom.models import Act
from newsroom.synthetic import Archive
from reports.models import Edition, Report, Revision
from tests.archive.one_by_one import publish_one_by_one
from tests.factories import follower, published

ARCHIVE = Archive(1)
# Withdrawn, two without a change, moved, corrected.
PLACES = [31, 12, 11, 8, 7]
WRITTEN = ("reports", "watchlist", "policies", "newsroom", "taggit")
WHEN = {"created_at", "changed_at"}  # of working rows: the time at which they are really made
SECRET = {"briefing", "image"}


def everything() -> dict[str, list[Any]]:
    """All rows that publishing writes, ids included, as far as anything refers to them by their ids."""
    kept = {}
    # All but the audit log: that an archive was made up is nobody's act on an issue.
    for model in (model for app in WRITTEN for model in apps.get_app_config(app).get_models() if model is not Act):
        rows = list(model._default_manager.order_by("pk").values())
        dropped = SECRET | (WHEN if model._meta.label in {"reports.Report", "reports.Image"} else set())
        if not model._meta.related_objects:
            dropped = dropped | {model._meta.pk.attname}
        bare = [{name: value for name, value in row.items() if name not in dropped} for row in rows]
        for row in bare:
            if "content_type_id" in row:  # whose own ids are nobody's but the database's
                row["content_type_id"] = str(ContentType.objects.get_for_id(row["content_type_id"]))
        kept[model._meta.label] = sorted(bare, key=repr)
    return kept


def make(places: list[int], **how: Any) -> list[int]:
    return list(publish_all(ARCHIVE, places, by=None, **how))


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_all_at_once_is_the_same_as_one_by_one() -> None:
    publish_one_by_one(ARCHIVE, PLACES)
    expected = everything()
    assert {edition["kind"] for edition in expected["reports.Edition"]} == {
        *("first", "update", "correction", "withdrawal"),
    }
    call_command("flush", interactive=False, verbosity=0)
    make(PLACES, batch=2)
    found = everything()
    assert found.keys() == expected.keys()
    for label, rows in expected.items():
        assert [row for row in found[label] if row not in rows] == [], label
        assert found[label] == rows, label
    call_command("rebuild_projections", stdout=StringIO())
    anew = everything()
    for label in ("reports.Edition", "reports.Revision"):
        assert anew[label] == found[label]
    assert without_ids(anew) == without_ids(found)


def without_ids(kept: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows without their ids, which writing them anew changes, and without those of stories of editions."""
    return {
        label: sorted(
            ({name: value for name, value in row.items() if name not in {"id", "story_id"}} for row in rows), key=repr
        )
        for label, rows in kept.items()
    }


@pytest.fixture
def archive(db: None) -> None:
    make(PLACES)


def test_its_snapshots_are_those_that_the_rows_give(archive: None) -> None:
    for report in Report.objects.all():
        assert digest(gather(report)) == report.revisions.first().digest
    assert all(revision.digest == digest(revision.content) for revision in Revision.objects.all())


def test_nobody_is_told_of_it(archive: None) -> None:
    follower()
    assert announce_due() == 0
    edition = Edition.objects.live().newest_first().first()
    edition.report.standfirst = "Changed by hand, later on"
    edition.report.save()
    published(edition.report)
    assert announce_due() == 1
    assert not Mailing.objects.exists()
    assert not Delivery.objects.exists()
    assert not mail.outbox


def test_readers_get_what_they_should(archive: None, client: Any) -> None:
    page = client.get("/reports/").content.decode()
    for place in PLACES:
        assert (ARCHIVE.title_of(place) in page) == (place != 31)
    gone, moved = (Report.objects.get(number=ARCHIVE.number_of(place)) for place in (31, 11))
    assert client.get(f"/reports/{gone.slug}/").status_code == 410
    assert moved.slug == f"issue-{moved.number}"
    first = moved.editions.get(kind="first").slug
    assert client.get(f"/reports/{first}/", follow=True).redirect_chain == [(f"/reports/{moved.slug}/", 301)]
    assert client.get("/tags/synthetic-archive/").status_code == 200


@pytest.mark.django_db
def test_a_batch_asks_as_much_with_two_issues_as_with_five() -> None:
    costs = []
    make([200])
    registered = register(ARCHIVE.cast)
    take(Given(registered, None))
    for places in ([20, 19], [18, 17, 16, 15, 14]):
        written = [write(order) for order in orders_of(ARCHIVE, places)]
        with CaptureQueriesContext(connection) as queries:
            save(written, registered, by=None)
        # SQLite takes so many values in one INSERT and no more.
        costs.append([query["sql"].split()[0] for query in queries if "INSERT INTO" not in query["sql"]])
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_an_address_that_somebody_took_meanwhile_stops_it() -> None:
    registered = register(ARCHIVE.cast)
    take(Given(registered, None))
    written = [write(order) for order in orders_of(ARCHIVE, [3])]
    published(title="Other", slug=written[0].order.slug)
    with pytest.raises(AddressTaken):
        save(written, registered, by=None)
    assert Report.objects.count() == 1


@pytest.mark.django_db
def test_registering_again_changes_nothing_and_takes_what_is_there() -> None:
    published(companies=["huawei"], policies=[ARCHIVE.cast.policies[0].title.upper()])
    first = register(ARCHIVE.cast)
    assert first.companies["Huawei"].name == "huawei"
    before = everything()
    assert register(ARCHIVE.cast).names == first.names
    assert everything() == before


# The command


def run(*arguments: str, **options: Any) -> list[str]:
    out = StringIO()
    call_command("generate_archive", *arguments, stdout=out, **{"processes": 1, **options})
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_it_can_be_added_to() -> None:
    assert run("--issues=2")[-1] == "2 issues made."
    digests = list(Revision.objects.order_by("report__number").values_list("digest", flat=True))
    assert run("--issues=3")[-1] == "1 issues made, 2 were there."
    assert run("--issues=3") == ["0 issues made, 3 were there."]
    assert list(Revision.objects.order_by("report__number").values_list("digest", flat=True))[1:] == digests
    assert Report.objects.count() == 3


@pytest.mark.django_db
def test_it_keeps_away_from_other_issues_unless_told() -> None:
    published()
    with pytest.raises(CommandError, match="has 1 other issues"):
        run("--issues=1")
    assert Report.objects.count() == 1
    run("--issues=1", "--beside-others")
    assert Report.objects.count() == 2
    with pytest.raises(CommandError, match="has 2 other issues"):
        run("--issues=1", "--seed=2")


@pytest.mark.django_db
def test_it_keeps_away_from_production_unless_told(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="--yes-really"):
        run("--issues=1")
    assert not Report.objects.exists()
    run("--issues=1", "--yes-really")
    assert Report.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["--issues=0", "--every=0", "--batch=0", "--issues=1600 --every=7", "--issues=20000"])
def test_a_wrong_call_says_so(wrong: str) -> None:
    with pytest.raises(CommandError):
        run(*wrong.split())
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_other_processes_write_the_same() -> None:
    assert make([2, 1, 0], batch=1, processes=2) == [1, 2, 3]
    there = sorted(Revision.objects.values_list("content__title", "content__stories__0__body"))
    Edition.objects.all().delete()
    Report.objects.all().delete()
    make([2, 1, 0])
    assert sorted(Revision.objects.values_list("content__title", "content__stories__0__body")) == there
