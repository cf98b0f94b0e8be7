"""The verbs that decide what readers get: publish, schedule, withdraw, cancel."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.test import Client

import policies.models
import watchlist.models
from newsroom.publishing import Unpublishable, cancel, publish, withdraw
from reports.models import Edition, EditionStory, EditionTag, Report, Revision
from tests.factories import ReportFactory, StoryFactory, complete_issue, edit, person, published

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
INSTANT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def written() -> dict[str, list[Any]]:
    """Every row that publishing may write."""
    models = (
        Report,
        Revision,
        Edition,
        EditionStory,
        EditionTag,
        watchlist.models.Appearance,
        policies.models.Appearance,
    )
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


def seen(slug: str = "ai-robotics") -> tuple[int, str]:
    """What a reader gets at an issue's address."""
    response = Client().get(f"/reports/{slug}/")
    return response.status_code, response.content.decode()


def spans(report: Report) -> list[tuple[str, datetime, datetime | None]]:
    return list(report.editions.order_by("live_from", "pk").values_list("kind", "live_from", "live_until"))


# Publishing


def test_the_first_publication() -> None:
    editor = person("Editor")
    report = complete_issue(by=editor)
    assert seen()[0] == 404
    edition = publish(report, by=editor)
    assert (edition.kind, edition.live_from, edition.live_until) == ("first", NOW, None)
    assert edition.published_by == editor
    assert edition.revision == report.revisions.get()
    status, page = seen()
    assert status == 200
    assert "China story 1 of AI &amp; Robotics" in page


def test_an_edit_reaches_readers_when_it_is_published_again(clock: time_machine.Traveller) -> None:
    report = published().report
    edit(report, standfirst="New words")
    assert "New words" not in seen()[1]
    clock.shift(60)
    edition = publish(report, by=None)
    assert "New words" in seen()[1]
    assert spans(report) == [("first", NOW, edition.live_from), ("update", edition.live_from, None)]


def test_what_was_never_kept_at_the_desk_is_published_too() -> None:
    report = published().report
    Report.objects.update(standfirst="Written by a shell")
    assert publish(report, by=None).standfirst == "Written by a shell"
    assert report.revisions.count() == 2


def test_a_correction_says_so() -> None:
    report = published().report
    edit(report, standfirst="Right")
    edition = publish(report, by=None, kind=Edition.Kind.CORRECTION, note="It said wrong.")
    assert (edition.kind, edition.note) == ("correction", "It said wrong.")


def test_the_first_edition_is_the_first_publication_whatever_is_said() -> None:
    assert publish(complete_issue(), by=None, kind=Edition.Kind.CORRECTION).kind == "first"


def test_publishing_what_readers_have_writes_nothing() -> None:
    edition = published()
    before = written()
    assert publish(edition.report, by=None) == edition
    assert written() == before


def test_an_edit_taken_back_leaves_nothing_to_publish() -> None:
    edition = published()
    edit(edition.report, title="Other")
    edit(edition.report, title="AI & Robotics")
    assert publish(edition.report, by=None) == edition
    assert edition.report.editions.count() == 1


def test_two_publications_in_one_instant() -> None:
    report = published().report
    edit(report, standfirst="Second")
    publish(report, by=None)
    edit(report, standfirst="Third")
    publish(report, by=None)
    assert spans(report) == [("first", NOW, NOW), ("update", NOW, NOW), ("update", NOW, None)]
    assert Edition.objects.live().get().standfirst == "Third"


def test_tags_without_a_letter_have_an_address_too() -> None:
    edition = published(tags=["++"], story_tags=["🤖", "C++"])
    assert re.search(r'<a href="/tags/_/"\s*>\+\+</a>', edition.article)
    for tag in edition.tags.all():
        assert Client().get(tag.url).status_code == 200


# What stands in the way


def test_all_that_is_missing_is_said_at_once() -> None:
    before = written()
    report = ReportFactory.create(issued_on=None)
    with pytest.raises(Unpublishable) as refusal:
        publish(report, by=None)
    assert refusal.value.reasons == ["The issue has no date.", "The issue has no stories."]
    report.delete()
    assert written() == before


def test_a_refusal_keeps_no_revision_and_drops_nothing_scheduled() -> None:
    report = published(at=LATER).report
    Report.objects.update(issued_on=None)
    before = written()
    with pytest.raises(Unpublishable, match="no date"):
        publish(report, by=None)
    assert written() == before


@pytest.mark.parametrize("at", [NOW, NOW - INSTANT, NOW - timedelta(days=300)])
def test_a_time_that_has_passed_is_no_time_to_publish(at: datetime) -> None:
    report = complete_issue()
    with pytest.raises(Unpublishable, match="has passed"):
        publish(report, by=None, at=at)
    assert not Edition.objects.exists()


@pytest.mark.parametrize("state", ["live", "scheduled", "withdrawn"])
def test_an_address_that_another_issue_has(state: str) -> None:
    other = published(title="The other", at=LATER if state == "scheduled" else None).report
    if state == "withdrawn":
        withdraw(other, by=None)
    edit(other, slug="moved-on-the-desk")
    report = complete_issue(title="Mine", slug="the-other")
    before = written()
    with pytest.raises(Unpublishable, match="“The other” is at the address /reports/the-other/"):
        publish(report, by=None)
    assert written() == before


def test_an_address_that_another_issue_has_left() -> None:
    other = published(title="The other").report
    edit(other, slug="elsewhere")
    publish(other, by=None)
    report = complete_issue(title="Mine", slug="the-other")
    publish(report, by=None)
    assert "China story 1 of Mine" in seen("the-other")[1]
    assert "China story 1 of The other" in seen("elsewhere")[1]


ACTS = {
    "publish": lambda report, by: publish(report, by=by),
    "schedule": lambda report, by: publish(report, by=by, at=LATER),
    "withdraw": lambda report, by: withdraw(report, by=by),
    "cancel": lambda report, by: cancel(report, by=by),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["Writer", "", "anonymous", "inactive editor"])
def test_only_editors_decide_what_readers_get(act: str, who: str) -> None:
    report = published().report
    edit(report, standfirst="Changed")
    publish(report, by=None, at=LATER)
    actors: dict[str, Any] = {"anonymous": AnonymousUser()}
    by = actors.get(who) or (person("Editor", is_active=False) if who == "inactive editor" else person(who))
    before = written()
    with pytest.raises(PermissionDenied):
        ACTS[act](report, by)
    assert written() == before


@pytest.mark.parametrize("act", ACTS)
def test_editors_and_the_operator_s_shell_decide(act: str) -> None:
    for by in (person("Editor"), None):
        report = published(title=f"Issue of {by}").report
        edit(report, standfirst="Changed")
        publish(report, by=None, at=LATER)
        before = written()
        ACTS[act](report, by)
        assert written() != before


def break_the_last_projection() -> None:
    """From here on the database refuses what publishing writes last."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER full BEFORE INSERT ON policies_appearance BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
            )
            cursor.execute(
                'CREATE TRIGGER "full" BEFORE INSERT ON policies_appearance '
                "FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
            )


@pytest.mark.parametrize("at", [None, LATER])
def test_all_is_written_or_nothing(at: datetime | None) -> None:
    report = published().report
    Report.objects.update(standfirst="Changed")
    publish(report, by=None, at=LATER)
    Report.objects.update(standfirst="Changed again")
    before = written()
    break_the_last_projection()
    with pytest.raises(DatabaseError, match="disk full"):
        publish(report, by=None, at=at)
    assert written() == before
    assert "Changed" not in seen()[1]


# Scheduling: nothing runs, time alone passes


def test_a_scheduled_first_publication_appears_on_time(clock: time_machine.Traveller) -> None:
    edition = published(at=LATER)
    assert (edition.kind, edition.live_from) == ("first", LATER)
    clock.move_to(LATER - INSTANT)
    assert seen()[0] == 404
    assert "AI &amp; Robotics" not in Client().get("/reports/").content.decode()
    clock.move_to(LATER)
    assert seen()[0] == 200
    assert "AI &amp; Robotics" in Client().get("/reports/").content.decode()


def test_a_scheduled_change_appears_on_time(clock: time_machine.Traveller) -> None:
    report = published().report
    edit(report, standfirst="New words")
    publish(report, by=None, at=LATER)
    assert spans(report) == [("first", NOW, LATER), ("update", LATER, None)]
    clock.move_to(LATER - INSTANT)
    assert seen()[0] == 200
    assert "New words" not in seen()[1]
    clock.move_to(LATER)
    assert "New words" in seen()[1]
    assert Edition.objects.live().count() == 1


def test_what_is_edited_after_scheduling_waits(clock: time_machine.Traveller) -> None:
    report = published(at=LATER, standfirst="As scheduled").report
    edit(report, standfirst="Second thoughts")
    clock.move_to(LATER)
    assert "As scheduled" in seen()[1]
    assert "Second thoughts" not in seen()[1]


def test_publishing_replaces_what_is_scheduled(clock: time_machine.Traveller) -> None:
    report = published().report
    edit(report, standfirst="Scheduled words")
    publish(report, by=None, at=LATER)
    edit(report, standfirst="Urgent words")
    publish(report, by=None)
    clock.move_to(LATER + INSTANT)
    assert "Urgent words" in seen()[1]
    assert "Scheduled words" not in seen()[1]
    assert Edition.objects.count() == 2


def test_scheduling_replaces_what_is_scheduled() -> None:
    report = published().report
    edit(report, standfirst="Changed")
    publish(report, by=None, at=LATER)
    publish(report, by=None, at=LATER + INSTANT)
    publish(report, by=None, at=LATER - INSTANT)
    assert spans(report) == [("first", NOW, LATER - INSTANT), ("update", LATER - INSTANT, None)]


def test_publishing_now_what_readers_have_calls_off_what_is_scheduled() -> None:
    first = published()
    edit(first.report, standfirst="Changed")
    publish(first.report, by=None, at=LATER)
    edit(first.report, standfirst="")
    assert publish(first.report, by=None) == first
    assert spans(first.report) == [("first", NOW, None)]


def test_cancelling_restores_what_readers_have(clock: time_machine.Traveller) -> None:
    report = published().report
    before = written()
    edit(report, standfirst="Changed")
    publish(report, by=None, at=LATER)
    cancel(report, by=None)
    after = written()
    for kept in ("reports.Report", "reports.Revision"):
        before.pop(kept), after.pop(kept)
    assert after == before
    assert report.revisions.count() == 2, "nothing of the edit is lost"
    clock.move_to(LATER)
    assert seen()[0] == 200
    assert "Changed" not in seen()[1]


def test_cancelling_a_first_publication_leaves_a_draft(clock: time_machine.Traveller) -> None:
    report = published(at=LATER).report
    cancel(report, by=None)
    clock.move_to(LATER)
    assert seen()[0] == 404
    assert Report.objects.with_state().get().state == "draft"


def test_nothing_to_cancel(clock: time_machine.Traveller) -> None:
    for report in (complete_issue(), published(title="Live").report):
        with pytest.raises(Unpublishable, match="Nothing is scheduled"):
            cancel(report, by=None)
    report = published(title="Soon", at=LATER).report
    clock.move_to(LATER)
    with pytest.raises(Unpublishable, match="Nothing is scheduled"):
        cancel(report, by=None)
    assert Edition.objects.live().filter(report=report).exists()


# Withdrawing


def test_a_withdrawn_issue_is_gone_and_its_address_says_so(clock: time_machine.Traveller) -> None:
    report = published().report
    clock.move_to(LATER)
    edition = withdraw(report, by=None, note="It was <not> right.")
    assert spans(report) == [("first", NOW, LATER), ("withdrawal", LATER, None)]
    assert edition.article == ""
    assert not edition.stories.exists()
    status, page = seen()
    assert status == 410
    assert "It was &lt;not&gt; right." in page
    assert "12 April 2025" in page
    assert "AI &amp; Robotics" not in page
    assert Client().get("/reports/ai-robotics/china-story-1-of-ai-robotics/").status_code == 410
    assert Client().get("/reports/ai-robotics/no-such-story/").status_code == 410
    for path in ("/", "/reports/", "/companies/", "/policies/", "/sections/china/"):
        assert "AI &amp; Robotics" not in Client().get(path).content.decode()


def test_a_withdrawn_issue_can_be_published_again(clock: time_machine.Traveller) -> None:
    report = published().report
    withdraw(report, by=None)
    clock.move_to(LATER)
    edition = publish(report, by=None)
    assert edition.kind == "update"
    assert seen()[0] == 200
    assert spans(report) == [("first", NOW, NOW), ("withdrawal", NOW, LATER), ("update", LATER, None)]


def test_a_withdrawn_issue_can_come_back_on_a_day(clock: time_machine.Traveller) -> None:
    report = published().report
    withdraw(report, by=None, note="Wait.")
    publish(report, by=None, at=LATER)
    assert seen()[0] == 410
    clock.move_to(LATER)
    assert seen()[0] == 200


def test_withdrawing_cancels_what_is_scheduled(clock: time_machine.Traveller) -> None:
    report = published().report
    edit(report, standfirst="Changed")
    publish(report, by=None, at=LATER)
    withdraw(report, by=None)
    clock.move_to(LATER)
    assert seen()[0] == 410


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_what_readers_do_not_have_can_t_be_withdrawn(state: str) -> None:
    report = complete_issue() if state == "draft" else published(at=LATER if state == "scheduled" else None).report
    if state == "withdrawn":
        withdraw(report, by=None)
    before = written()
    with pytest.raises(Unpublishable, match="not live"):
        withdraw(report, by=None)
    assert written() == before


# The state that the desk shows


def test_states_follow_the_clock(clock: time_machine.Traveller) -> None:
    def state() -> str:
        row = Report.objects.with_state().get()
        assert Report.objects.with_state().in_state(row.state).get() == row
        return row.state

    report = complete_issue()
    assert state() == "draft"
    publish(report, by=None, at=LATER)
    assert state() == "scheduled"
    clock.move_to(LATER)
    assert state() == "live"
    edit(report, standfirst="Changed")
    assert state() == "changed"
    publish(report, by=None)
    assert state() == "live"
    withdraw(report, by=None)
    assert state() == "withdrawn"
    publish(report, by=None, at=LATER + timedelta(days=1))
    assert state() == "scheduled"


def test_editions_are_frozen() -> None:
    """Whatever happens to working rows: the edition tells what it told."""
    edition = published()
    article, page = edition.article, seen()[1]
    for row in (*edition.report.stories.all(), *edition.report.takeaways.all(), *edition.report.credits.all()):
        row.delete()
    for company in watchlist.models.Company.objects.all():
        company.name, company.slug = f"Renamed {company.pk}", f"renamed-{company.pk}"
        company.save()
    StoryFactory.create(report=edition.report, headline="A late story")
    edition.refresh_from_db()
    assert edition.article == article
    assert seen()[1] == page
