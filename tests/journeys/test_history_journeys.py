"""Looking back and ahead at the desk: the preview beside the form, the history, going back, a link for the lawyer."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reports.models import Report
from tests.factories import complete_issue, edit, person

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]


@pytest.fixture
def report(live_site: str) -> Report:
    return complete_issue(title="Slow Spring")


def test_the_preview_stands_beside_the_form_and_stays_there_over_a_save(
    new_page: NewPage, sign_in: SignIn, report: Report
) -> None:
    page = new_page(width=1600)
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/report/{report.pk}/change/")
    page.get_by_role("button", name="Preview beside").click()
    preview = page.frame_locator(".desk-beside iframe")
    expect(preview.get_by_role("heading", name="Slow Spring", level=1)).to_be_visible()
    page.locator("#id_title").fill("Quick Spring")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(preview.get_by_role("heading", name="Quick Spring", level=1)).to_be_visible()
    preview.get_by_role("link", name="China story 2").first.click()  # leads to the story, and not away
    expect(preview.get_by_role("heading", name="Quick Spring", level=1)).to_be_attached()
    page.get_by_role("button", name="Close the preview").click()
    expect(page.locator(".desk-beside")).to_have_count(0)
    expect(page.get_by_role("button", name="Preview beside")).to_be_focused()
    page.reload()
    expect(page.locator(".desk-beside")).to_have_count(0)


def test_back_to_an_old_text_and_out_to_the_lawyer(new_page: NewPage, sign_in: SignIn, report: Report) -> None:
    edit(report, title="Quick Spring", intro="<p>What Slow Spring was about.</p>")
    page = new_page(javascript=False)
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/report/{report.pk}/history/")
    page.get_by_role("button", name="Compare the two chosen").click()
    expect(page.locator("#issue .redline__sides del").first).to_contain_text("Slow")
    page.get_by_role("link", name="History", exact=True).click()
    page.get_by_role("link", name="Go back to 1").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("kept as revision 3")).to_be_visible()

    page.goto(f"/admin/reports/report/{report.pk}/previews/")
    page.get_by_label("For whom").fill("the lawyer")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#new-link").input_value()
    lawyer = new_page(width=360, scheme="dark")
    lawyer.goto(address)
    expect(lawyer.get_by_role("heading", name="Slow Spring", level=1)).to_be_visible()
    expect(lawyer.get_by_text("Preview, not published.")).to_be_visible()
    assert lawyer.context.cookies() == []
