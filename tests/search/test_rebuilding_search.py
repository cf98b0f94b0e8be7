"""The index made anew is the very same as publishing made it, whenever and by how many steps it is made."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.management.commands import rebuild_search
from newsroom.models import Entry, Indexed, Name
from newsroom.publishing import cancel, publish, withdraw
from newsroom.search import index
from reports.models import Edition
from tests.factories import complete_issue, edit, published
from tests.search.asking import hits, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> None:
    """Editions of every kind, which share companies and policies."""
    report = published(title="Twice & “thrice”", issued_on=date(2021, 1, 1)).report
    edit(report, standfirst="Changed", slug="moved")
    publish(report, by=None)
    report.stories.get(section="china", rank=3).delete()
    edit(report, title="Scheduled")
    publish(report, by=None, at=timezone.now() + timedelta(days=1))
    withdraw(published(title="Withdrawn", issued_on=date(2022, 1, 1)).report, by=None)
    cancelled = complete_issue(title="Cancelled", issued_on=date(2023, 1, 1))
    publish(cancelled, by=None, at=timezone.now() + timedelta(days=1))
    cancel(cancelled, by=None)
    publish(complete_issue(title="Next", issued_on=date(2024, 1, 1)), by=None, at=timezone.now() + timedelta(days=2))
    published(title="全球报告", stories=1, companies=["华为"], policies=0, tags=["芯片"], story_tags=())


def rows() -> dict[str, list[Any]]:
    names = Name.objects.order_by("kind", "ref", "tag", "name").values_list("kind", "ref", "tag", "name")
    return {
        "entries": list(Entry.objects.values()),
        "indexed": list(Indexed.objects.order_by("pk").values()),
        "names": list(names),
    }


def run(**options: Any) -> list[str]:
    out = StringIO()
    call_command("rebuild_search", stdout=out, **options)
    return out.getvalue().splitlines()


def test_rebuilding_changes_nothing(site: None) -> None:
    before = rows()
    assert all(before.values())
    assert run() == ["Nothing was missing."]
    assert rows() == before
    assert run(fresh=True)[-1] == "4 editions were written; the index is complete."
    assert rows() == before
    run(fresh=True, batch=1)
    assert rows() == before


def test_rebuilding_restores_everything(site: None) -> None:
    before = rows()
    for model in (Entry, Indexed, Name):
        model.objects.all().delete()
    assert not hits("story")
    run(batch=3)
    after = rows()
    assert after["entries"] == before["entries"]
    assert after["indexed"] == before["indexed"]
    assert set(after["names"]) <= set(before["names"]), "names that were once are known no longer"
    assert hits("story")
    assert "全球报告" in titles("全球")


def test_rebuilding_projections_writes_the_entries_anew_too(site: None) -> None:
    before = rows()
    Entry.objects.all().delete()
    call_command("rebuild_projections", stdout=StringIO())
    assert rows() == before


def test_it_goes_on_where_it_was_killed(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()
    write = rebuild_search.write

    class Killed(BaseException):
        pass

    def written_once(numbers: list[int]) -> None:
        write(numbers)
        monkeypatch.setattr(rebuild_search, "write", killed)

    def killed(numbers: list[int]) -> None:
        raise Killed

    monkeypatch.setattr(rebuild_search, "write", written_once)
    with pytest.raises(Killed):
        run(fresh=True, batch=1)
    assert Indexed.objects.count() == 1
    assert rows()["entries"] == before["entries"], "meanwhile all is found that was found before"
    monkeypatch.setattr(rebuild_search, "write", write)
    assert run()[-1] == "3 editions were written; the index is complete."
    assert rows() == before


def test_an_older_version_is_written_again(site: None) -> None:
    before = rows()
    Indexed.objects.update(version=0)
    assert run()[-1] == "4 editions were written; the index is complete."
    assert rows() == before


def test_what_is_past_by_time_alone_is_dropped(site: None) -> None:
    scheduled = Edition.objects.scheduled().get(title="Scheduled")
    now = timezone.now()
    Edition.objects.filter(report=scheduled.report, live_until=scheduled.live_from).update(live_until=now)
    Edition.objects.filter(pk=scheduled.pk).update(live_from=now)
    run()
    assert set(Entry.objects.filter(edition__report=scheduled.report).values_list("edition", flat=True)) == {
        scheduled.pk
    }
    run(fresh=True)
    assert set(Entry.objects.values_list("edition", flat=True)) == set(Indexed.objects.values_list("pk", flat=True))


def test_nothing_to_rebuild() -> None:
    assert run() == ["Nothing was missing."]
    with pytest.raises(CommandError):
        run(batch=0)


def test_a_bar_on_a_terminal(site: None) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    call_command("rebuild_search", stdout=out, fresh=True, batch=2)
    assert "███████████████░░░░░░░░░░░░░░░ 2 of 4 editions" in out.getvalue()
    assert "██████████████████████████████ 4 of 4 editions, 0 s left" in out.getvalue()


def test_many_editions_are_written_in_as_many_statements_as_one() -> None:
    editions = [published(title=f"Issue {n}", issued_on=date(2021, 1, n + 1), stories=1) for n in range(3)]
    loaded = list(Edition.objects.select_related("revision").filter(pk__in=[e.pk for e in editions]))
    before = rows()
    with CaptureQueriesContext(connection) as one:
        index.project(loaded[:1])
    with CaptureQueriesContext(connection) as three:
        index.project(loaded)
    assert len(one) == len(three)
    assert rows() == before


def test_deleting_an_edition_leaves_nothing_behind_to_be_found() -> None:
    edition = published(at=timezone.now() + timedelta(days=1))
    assert Entry.objects.exists()
    Edition.objects.filter(pk=edition.pk).delete()
    assert not Entry.objects.exists()
    published(title="Next")  # which may get the same places
    assert titles("next")
