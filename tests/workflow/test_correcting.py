"""Changing what readers have: what each kind of change tells them, and where."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from newsroom.announcing import announce_due
from newsroom.lib.feeds import WRITERS
from newsroom.publishing import Unpublishable, publish, withdraw
from reports.models import Edition, EditionStory, Report, Story
from reports.ranking import rank
from tests.desk.browsing import words
from tests.factories import complete_issue, edit, published

pytestmark = pytest.mark.django_db

Kind = Edition.Kind
NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTE = "It said “€1 billion”. It is <b>€950</b> million — sorry."


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def report(clock: time_machine.Traveller) -> Report:
    report = published(title="Weekly", stories=2).report
    clock.shift(HOUR)
    return report


def story(report: Report, section: str = "china", rank: int = 1) -> Story:
    return report.stories.get(section=section, rank=rank)


def change(report: Report, **of: Any) -> Story:
    """Change the text of a story and keep that, as a save at the desk does."""
    row = story(report, **of)
    row.body = f"{row.body}<p>More.</p>"
    row.save()
    edit(report)
    return row


def page(path: str) -> str:
    return words(Client().get(path))


def address(row: Story) -> str:
    return f"/reports/weekly/{row.slug}/"


def node(path: str, kind: str) -> dict[str, Any]:
    html = Client().get(path).content.decode()
    text = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert text
    return next(row for row in json.loads(text[1])["@graph"] if row["@type"] == kind and "datePublished" in row)


class TestWhatItTakes:
    @pytest.mark.parametrize(
        ("kind", "note", "said"),
        [
            (Kind.CLARIFICATION, "", "Write the note that readers get"),
            (Kind.CORRECTION, " \n", "Write the note that readers get"),
            (Kind.RETRACTION, "", "Write the note that readers get"),
            (Kind.RETRACTION, NOTE, "Every story that readers have is still there"),
            (Kind.TYPO, NOTE, "A typo is put right in silence"),
            (Kind.FIRST, "", "Say what kind of change this is"),
            (Kind.WITHDRAWAL, NOTE, "Say what kind of change this is"),
            ("nonsense", NOTE, "Say what kind of change this is"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_changes(self, report: Report, kind: str, note: str, said: str) -> None:
        change(report)
        before = list(Edition.objects.values())
        with pytest.raises(Unpublishable, match=said):
            publish(report, by=None, kind=kind, note=note)
        assert list(Edition.objects.values()) == before

    def test_a_note_is_about_stories_of_this_issue(self, report: Report) -> None:
        other = published(title="Other").report
        change(report)
        with pytest.raises(Unpublishable, match="a story that is not in this issue"):
            publish(report, by=None, kind=Kind.CORRECTION, note=NOTE, about=[story(other).pk])

    def test_a_correction_after_a_withdrawal_needs_its_note_too(self, report: Report) -> None:
        withdraw(report, by=None)
        with pytest.raises(Unpublishable, match="Write the note"):
            publish(report, by=None, kind=Kind.CORRECTION)


class TestANote:
    @pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.CLARIFICATION, Kind.CORRECTION])
    def test_stands_with_its_story_and_the_issue_and_with_no_other_story(self, report: Report, kind: str) -> None:
        row = change(report)
        publish(report, by=None, kind=kind, note=NOTE, about=[row.pk])
        for path in (address(row), "/reports/weekly/", "/"):
            assert f"{Kind(kind).label} 12 April 2025 {NOTE}" in page(path), path
        assert NOTE not in page(address(story(report, section="international")))
        assert NOTE not in page(address(story(report, rank=2)))

    def test_about_the_issue_stands_with_every_story(self, report: Report) -> None:
        edit(report, standfirst="Right now")
        publish(report, by=None, kind=Kind.CORRECTION, note=NOTE)
        for row in report.stories.all():
            assert NOTE in page(address(row))

    @pytest.mark.parametrize("kind", [Kind.CLARIFICATION, Kind.CORRECTION])
    def test_is_in_json_ld_in_the_list_and_in_the_feeds(self, report: Report, kind: str) -> None:
        row = change(report)
        publish(report, by=None, kind=kind, note=NOTE, about=[row.pk])
        told = [{"@type": "CorrectionComment", "text": NOTE, "datePublished": "2025-04-12T10:00:00+00:00"}]
        assert node(address(row), "NewsArticle")["correction"] == told
        assert "correction" not in node(address(story(report, rank=2)), "NewsArticle")
        assert node("/reports/weekly/", "PublicationIssue")["correction"] == told
        assert f"{Kind(kind).label} 12 April 2025 Weekly {NOTE} {row.headline}" in page("/corrections/")
        assert f"{NOTE} {row.headline}" in page("/zh-hans/corrections/")
        for form in WRITERS:
            assert "950" in Client().get(f"/feed/corrections/{'' if form == 'rss' else f'{form}/'}").content.decode()

    def test_of_an_update_is_with_the_text_and_not_among_the_corrections(self, report: Report) -> None:
        row = change(report)
        publish(report, by=None, kind=Kind.UPDATE, note=NOTE, about=[row.pk])
        assert NOTE not in page("/corrections/")
        assert "correction" not in node(address(row), "NewsArticle")

    def test_that_is_to_come_is_read_nowhere_and_then_everywhere(
        self, report: Report, clock: time_machine.Traveller
    ) -> None:
        row = change(report)
        edition = publish(report, by=None, kind=Kind.CORRECTION, note=NOTE, about=[row.pk], at=NOW + 3 * HOUR)
        places = (address(row), "/reports/weekly/", "/corrections/")
        clock.move_to(edition.live_from - timedelta(seconds=1))
        assert not any(NOTE in page(path) for path in places)
        clock.move_to(edition.live_from)
        assert all(NOTE in page(path) for path in places)

    def test_of_an_issue_that_was_withdrawn_is_told_no_more(self, report: Report) -> None:
        row = change(report)
        publish(report, by=None, kind=Kind.CORRECTION, note=NOTE, about=[row.pk])
        withdraw(report, by=None, note="It was not ours.")
        text = page("/corrections/")
        assert "Withdrawal 12 April 2025 The issue of 12 April 2025 It was not ours." in text
        assert NOTE not in text
        assert "Weekly" not in text


class TestATypo:
    def test_is_silent_and_moves_no_date(self, report: Report, clock: time_machine.Traveller) -> None:
        row = change(report)
        edition = publish(report, by=None, kind=Kind.TYPO)
        assert (edition.kind, edition.live_from, edition.changed_at) == ("typo", NOW + HOUR, NOW)
        assert "More." in page(address(row))
        assert node(address(row), "NewsArticle")["dateModified"] == "2025-04-12T09:00:00+00:00"
        assert node("/reports/weekly/", "PublicationIssue")["dateModified"] == "2025-04-12T09:00:00+00:00"
        assert "Typo" not in page(address(row)) + page("/reports/weekly/") + page("/corrections/")
        assert "<updated>2025-04-12T09:00:00+00:00</updated>" in Client().get("/feed/atom/").content.decode()
        assert "2025-04-12T09:00:00+00:00" in Client().get("/sitemap-issues-1.xml").content.decode()

    def test_is_mailed_to_nobody(self, report: Report) -> None:
        announce_due()
        change(report)
        publish(report, by=None, kind=Kind.TYPO)
        announce_due()
        assert mail.outbox == []


class TestWhenItChanged:
    def test_an_update_moves_the_date_of_what_it_changed_alone(self, report: Report) -> None:
        row = change(report)
        publish(report, by=None, kind=Kind.UPDATE)
        assert node("/reports/weekly/", "PublicationIssue")["dateModified"] == "2025-04-12T10:00:00+00:00"
        assert node(address(row), "NewsArticle")["dateModified"] == "2025-04-12T10:00:00+00:00"
        assert node(address(story(report, rank=2)), "NewsArticle")["dateModified"] == "2025-04-12T09:00:00+00:00"

    def test_a_story_that_came_later_appeared_when_it_came(self, report: Report) -> None:
        late = Story.objects.create(
            report=report, section="china", rank=3, headline="Late", slug="late", body="<p>x</p>"
        )
        edit(report)
        publish(report, by=None, kind=Kind.UPDATE)
        told = node(address(late), "NewsArticle")
        assert (told["datePublished"], told["dateModified"]) == ("2025-04-12T10:00:00+00:00",) * 2
        told = node(address(story(report)), "NewsArticle")
        assert (told["datePublished"], told["dateModified"]) == ("2025-04-12T09:00:00+00:00",) * 2

    def test_the_same_again_after_a_withdrawal_is_no_change(
        self, report: Report, clock: time_machine.Traveller
    ) -> None:
        withdraw(report, by=None)
        clock.shift(HOUR)
        assert publish(report, by=None).changed_at == NOW
        assert node("/reports/weekly/", "PublicationIssue")["dateModified"] == "2025-04-12T09:00:00+00:00"

    def test_a_typo_after_an_update_leaves_the_date_of_the_update(
        self, report: Report, clock: time_machine.Traveller
    ) -> None:
        row = change(report)
        publish(report, by=None, kind=Kind.UPDATE)
        clock.shift(HOUR)
        change(report)
        publish(report, by=None, kind=Kind.TYPO)
        assert node(address(row), "NewsArticle")["dateModified"] == "2025-04-12T10:00:00+00:00"


class TestAStoryThatIsWithdrawn:
    def withdrawn(self, report: Report) -> Story:
        row = story(report)
        number = row.pk
        row.delete()
        rank(report, "china", [])
        edit(report)
        edition = publish(report, by=None, kind=Kind.RETRACTION, note=NOTE)
        assert edition.about == [number]
        return row

    def test_says_so_at_its_address_and_where_it_stood(self, report: Report) -> None:
        row = self.withdrawn(report)
        for prefix in ("", "/zh-hans"):
            gone = Client().get(prefix + address(row))
            assert gone.status_code == 410
            assert NOTE in words(gone)
            assert row.headline not in words(gone)
        assert "This story has been withdrawn." in page(address(row))
        assert f"Story withdrawn 12 April 2025 {NOTE}" in page("/reports/weekly/")
        assert f"Story withdrawn 12 April 2025 Weekly {NOTE}" in page("/corrections/")
        assert row.headline not in page("/corrections/")
        assert NOTE not in page(address(story(report, section="international")))

    def test_is_told_by_every_address_that_it_had(self, report: Report) -> None:
        first = address(story(report))
        Story.objects.filter(pk=story(report).pk).update(slug="renamed")
        edit(report)
        publish(report, by=None)
        row = self.withdrawn(report)
        assert row.slug == "renamed"
        for path in (first, "/reports/weekly/renamed/"):
            assert Client().get(path).status_code == 410

    def test_comes_back_with_its_address(self, report: Report, clock: time_machine.Traveller) -> None:
        row = self.withdrawn(report)
        clock.shift(HOUR)
        number = EditionStory.objects.filter(slug=row.slug).latest("pk").story_id
        Story.objects.create(
            pk=number,
            report=report,
            section="china",
            rank=report.stories.filter(section="china").count() + 1,
            headline="It is back",
            slug=row.slug,
            body="<p>Right.</p>",
        )
        edit(report)
        publish(report, by=None)
        assert "It is back" in page(address(row))

    def test_one_that_never_was_is_not_found(self, report: Report) -> None:
        self.withdrawn(report)
        assert Client().get("/reports/weekly/nothing/").status_code == 404

    def test_one_that_is_to_be_withdrawn_is_read_until_then(
        self, report: Report, clock: time_machine.Traveller
    ) -> None:
        row = story(report)
        row.delete()
        rank(report, "china", [])
        edit(report)
        publish(report, by=None, kind=Kind.RETRACTION, note=NOTE, at=NOW + 2 * HOUR)
        clock.move_to(NOW + 2 * HOUR - timedelta(seconds=1))
        assert Client().get(address(row)).status_code == 200
        clock.move_to(NOW + 2 * HOUR)
        assert Client().get(address(row)).status_code == 410


class TestTheList:
    def test_goes_on_page_by_page_and_misses_none(self, report: Report, clock: time_machine.Traveller) -> None:
        for number in range(33):
            if number % 2:
                clock.shift(HOUR)  # so that two share an instant
            edit(report, standfirst=f"As of {number}")
            publish(report, by=None, kind=Kind.CORRECTION, note=f"Note {number:02}.")
        first = Client().get("/corrections/").content.decode()
        older = re.search(r'href="(/corrections/\?before=[^"]+)"', first)
        assert older
        second = Client().get(older[1]).content.decode()
        assert 'rel="next"' not in second
        assert re.findall(r"Note (\d\d)\.", first + second) == [f"{number:02}" for number in reversed(range(33))]

    @pytest.mark.parametrize(
        "before", ["x", "1", "1.", ".1", "-1.1", "9" * 40 + ".1", "1." + "9" * 40, "１.1", "1.1.1"]
    )
    def test_what_is_no_place_is_no_page(self, before: str) -> None:
        assert Client().get("/corrections/", {"before": before}).status_code in (200, 404)
        if before != "1." + "9" * 40:
            assert Client().get("/corrections/", {"before": before}).status_code == 404

    def test_is_empty_at_first_and_tells_of_no_draft(self) -> None:
        complete_issue(title="Secret")
        text = page("/corrections/")
        assert "Nothing has been corrected yet." in text
        assert "Secret" not in text

    def test_is_linked_from_every_page(self, report: Report) -> None:
        assert 'href="/corrections/"' in Client().get("/reports/").content.decode()
