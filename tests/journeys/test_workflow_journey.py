"""From a writer's draft to a correction that readers see: by different people, each in a browser of their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from newsroom.publishing import publish
from reports.models import Edition, Report
from tests.factories import complete_issue, person
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def pass_the_time(edition: Edition) -> None:
    """As if the edition's time had come an instant ago; a journey can't wait for a day."""
    at = timezone.now() - timedelta(seconds=1)
    Edition.objects.filter(pk=edition.pk).update(live_from=at, changed_at=at)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_write_review_approve_schedule_live_correct(
    new_page: NewPage, sign_in: SignIn, axe: Callable[..., list[str]], watch: Watch, javascript: bool
) -> None:
    report = complete_issue(title="Two Worlds", stories=2)
    form = f"/admin/reports/report/{report.pk}/change/"
    writer, editor = new_page(javascript=javascript), new_page(width=360, scheme="dark", javascript=javascript)
    sign_in(writer, person("Writer", first_name="Wen", username="wen"))
    sign_in(editor, person("Editor", first_name="Edith", username="edith"))

    # The writer writes, and hands it over.
    writer.goto(form)
    writer.get_by_label("Standfirst").fill("What “¥300 billion” buys — 三千亿元.")
    press(writer, "Save and submit for review…")
    writer.get_by_label("A word with it").fill("Is China 1 right?")
    press(writer, "Submit for review")
    expect(writer.get_by_text("Submitted. It waits")).to_be_visible()
    expect(writer.get_by_role("button", name="Save and publish…")).to_have_count(0)

    # The editor finds it, asks for more, gets it, approves and schedules it.
    editor.goto("/admin/reports/report/?review=in_review")
    editor.goto(form)
    expect(editor.get_by_text("Is China 1 right?").first).to_be_visible()
    press(editor, "Ask for changes…")
    editor.get_by_label("What is to be changed").fill("The title says too little.")
    press(editor, "Ask for changes")
    writer.goto(form)
    expect(writer.get_by_text("The title says too little.").first).to_be_visible()
    writer.locator("#id_title").fill("Two Worlds, One Chip")
    press(writer, "Save and submit for review…")
    press(writer, "Submit for review")
    editor.goto(form)
    press(editor, "Save and approve…")
    press(editor, "Approve")
    expect(editor.get_by_text("Approved, as it is saved now.")).to_be_visible()
    press(editor, "Save and schedule…")
    tomorrow = timezone.localtime() + timedelta(days=1)
    editor.locator("#id_at_0").fill(f"{tomorrow:%Y-%m-%d}")
    editor.locator("#id_at_1").fill("06:30")
    if javascript:
        assert axe(editor, within=".desk-sheet") == []
    press(editor, "Schedule")
    expect(editor.get_by_text("Scheduled: readers get it on")).to_be_visible()
    expect(editor.get_by_role("button", name="Move the time…")).to_be_visible()
    expect(editor.get_by_role("button", name="Save and schedule…")).to_have_count(0)

    # It stands in the calendar, which fits a phone, and readers have nothing yet.
    editor.goto(f"/admin/reports/report/calendar/?month={tomorrow:%Y-%m}")
    expect(editor.get_by_role("link", name="Two Worlds, One Chip", exact=True)).to_be_visible()
    assert editor.evaluate("document.documentElement.scrollWidth") <= 360
    if javascript:
        assert axe(editor, within=".desk-calendar") == []
    reader = new_page(javascript=False)
    assert "One Chip" not in (reader.goto("/") and reader.content())

    # Its time comes, with nobody at work.
    pass_the_time(report.editions.get())
    reader = new_page(javascript=False)
    reader.goto("/")
    expect(reader.get_by_role("heading", name="Two Worlds, One Chip")).to_be_visible()

    # A figure was wrong.
    writer.goto(form)
    expect(writer.get_by_role("button", name="Save and submit for review…")).to_have_count(0)
    writer.get_by_label("Standfirst").fill("What “¥30 billion” buys — 三百亿元.")
    if not javascript:  # what changed is known once it is saved
        press(writer, "Save and continue editing")
    press(writer, "Save and submit for review…")
    press(writer, "Submit for review")
    editor.goto(form)
    press(editor, "Save and publish…")
    editor.get_by_text("Correction: something was wrong.").click()
    watch.expect("answered 409")  # a correction without its note
    press(editor, "Publish")
    expect(editor.get_by_text("Write the note that readers get")).to_be_visible()
    editor.get_by_label("Note to readers").fill("It said ¥300 billion. It is ¥30 billion.")
    press(editor, "Publish")
    expect(editor.get_by_text("Published. Readers have it at")).to_be_visible()

    reader = new_page(width=360, javascript=False)
    live = report.editions.live().get()
    for page in (live.url, live.stories.all()[0].url, "/corrections/"):
        reader.goto(page)
        expect(reader.get_by_text("It said ¥300 billion. It is ¥30 billion.")).to_be_visible()
    reader.goto(live.url)
    expect(reader.get_by_text("三百亿元").first).to_be_visible()
    assert Report.objects.get().editions.live().get().kind == Edition.Kind.CORRECTION


def test_the_list_of_corrections_is_for_everybody(page: Page, axe: Callable[..., list[str]], live_site: str) -> None:
    report = complete_issue(title="Weekly")
    publish(report, by=None)
    story = report.stories.get(section="china", rank=1)
    Report.objects.update(standfirst="Right")
    publish(report, by=None, kind="correction", note="A figure was wrong.", about=[story.pk])
    for path in ("/corrections/", f"/reports/weekly/{story.slug}/"):
        page.goto(path)
        expect(page.get_by_text("A figure was wrong.")).to_be_visible()
        assert axe(page) == []
