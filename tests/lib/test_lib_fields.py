"""Text is cleaned on every way to the database, whoever writes: a form, a verb, bulk methods, a fixture, a shell."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.db.models import F, Value
from django.db.models.functions import Concat

from reports.models import Report, Takeaway
from tests.factories import CompanyFactory, ReportFactory, StoryFactory, TakeawayFactory
from watchlist.models import Company

pytestmark = pytest.mark.django_db

RAW = {
    "title": " A\r\n title\x00 ",
    "standfirst": "\x0bOne\r\ntwo\x00 ",
    "intro": "<p onclick=x>In<script>x</script></p>",
}
CLEAN = {"title": "A title", "standfirst": "One\ntwo", "intro": "<p>In</p>"}


def by_create() -> None:
    Report.objects.create(slug="a", **RAW)


def by_save() -> None:
    report = ReportFactory.create()
    for name, value in RAW.items():
        setattr(report, name, value)
    report.save(update_fields=list(RAW))


def by_bulk_create() -> None:
    Report.objects.bulk_create([Report(slug="a", **RAW)])


def by_bulk_update() -> None:
    report = ReportFactory.create()
    for name, value in RAW.items():
        setattr(report, name, value)
    Report.objects.bulk_update([report], list(RAW))


def by_update() -> None:
    ReportFactory.create()
    Report.objects.update(**RAW)


def by_update_or_create() -> None:
    ReportFactory.create(slug="a")
    Report.objects.update_or_create(slug="a", defaults=RAW)


def by_upsert() -> None:
    report = ReportFactory.create(slug="a")
    Report.objects.bulk_create(
        [Report(pk=report.pk, slug="a", **RAW)], update_conflicts=True, unique_fields=["id"], update_fields=list(RAW)
    )


def by_fixture() -> None:
    report = ReportFactory.create()
    row = json.loads(serializers.serialize("json", [report]))
    row[0]["fields"].update(RAW)
    for loaded in serializers.deserialize("json", json.dumps(row)):
        loaded.save()


@pytest.mark.parametrize(
    "write",
    [by_create, by_save, by_bulk_create, by_bulk_update, by_update, by_update_or_create, by_upsert, by_fixture],
)
def test_every_way_to_the_database_cleans(write: Callable[[], Any]) -> None:
    write()
    assert Report.objects.values(*CLEAN).get() == CLEAN


@pytest.mark.parametrize("write", [Report.save, lambda report: Report.objects.bulk_create([report])])
def test_the_written_object_has_what_was_stored(write: Callable[[Report], Any]) -> None:
    report = Report(slug="a", **RAW)
    write(report)
    assert {name: getattr(report, name) for name in CLEAN} == CLEAN


def test_an_expression_is_left_to_the_database() -> None:
    story = StoryFactory.create(headline="A")
    type(story).objects.update(headline=Concat(F("headline"), Value("b")))
    story.refresh_from_db()
    assert story.headline == "Ab"


def test_a_lookup_means_what_was_asked() -> None:
    takeaway = TakeawayFactory.create(text="a  b")
    assert Takeaway.objects.filter(text="a b").get() == takeaway


def test_the_folded_name_follows_the_name() -> None:
    company = CompanyFactory.create(name="  ÉCOLE\nＡ ")
    assert (company.name, company.key) == ("ÉCOLE Ａ", "école a")
    company.name = "Other"
    company.save(update_fields=["name", "key"])
    assert Company.objects.get().key == "other"
    Company.objects.bulk_create([Company(name="ZWEI ", slug="zwei")])
    assert Company.objects.filter(key="zwei").exists()
