"""Two editors at one issue, and one whose browser crashes."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reports.models import Report
from tests.factories import complete_issue, person
from tests.journeys.test_desk_journeys import form_of, row, save, write

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]


@pytest.fixture
def report(live_site: str) -> Report:
    return complete_issue()


def test_each_writes_another_story_and_both_are_kept(new_page: NewPage, sign_in: SignIn, report: Report) -> None:
    mine, theirs = new_page(), new_page()
    sign_in(mine, person("Editor", username="me"))
    sign_in(theirs, person("Editor", username="ann", first_name="Ann"))
    mine.goto(form_of(report))
    theirs.goto(form_of(report))
    expect(theirs.get_by_text("me has this issue open, too.")).to_be_visible()

    first = row(theirs, "China story 1")
    with theirs.expect_response("**/here/"):
        first.locator("h3 strong").click()
    first.get_by_label("Headline").fill("Ann’s headline")
    second = row(mine, "China story 2")
    with mine.expect_response("**/here/"):
        second.locator("h3 strong").click()
    expect(mine.get_by_text("Ann is in China 1 · China story 1 of AI & Robotics.")).to_be_visible()

    save(theirs)
    second.get_by_label("Headline").fill("My headline")
    save(mine)
    expect(mine.get_by_text("What both of you changed is kept.")).to_be_visible()
    headlines = [story.headline for story in report.stories.filter(section="china").order_by("rank")]
    assert headlines == ["Ann’s headline", "My headline", "China story 3 of AI & Robotics"]


def test_what_was_typed_before_a_crash_comes_back(page: Page, sign_in: SignIn, report: Report) -> None:
    sign_in(page, person("Editor", username="me"))
    page.goto(form_of(report))
    page.wait_for_timeout(2000)  # until the form is watched
    page.locator("#id_title").fill("Typed — ¥, 中文")
    first = row(page, "China story 1")
    first.locator("h3 strong").click()
    write(page, first, " And more.")
    page.get_by_text("Add another Takeaway").click()
    page.locator("#id_takeaways-3-text").fill("A new takeaway")
    page.wait_for_timeout(1500)  # until what was typed is kept

    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")  # as a crash: nothing is sent
    page.goto(form_of(report))
    expect(page.get_by_text("This browser kept what you had typed and not saved")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("AI & Robotics")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#id_title")).to_have_value("Typed — ¥, 中文")
    expect(page.locator("#id_takeaways-3-text")).to_have_value("A new takeaway")
    save(page)
    report.refresh_from_db()
    assert report.title == "Typed — ¥, 中文"
    assert report.takeaways.last().text == "A new takeaway"  # type: ignore[union-attr]
    assert report.stories.get(section="china", rank=1).body.endswith("<p>More of it. And more.</p>")

    page.goto(form_of(report))
    page.wait_for_timeout(2000)
    expect(page.get_by_text("This browser kept what you had typed and not saved")).to_have_count(0)
