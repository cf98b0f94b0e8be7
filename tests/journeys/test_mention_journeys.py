"""Deciding what stories name, with the keyboard alone and without loading the page anew; and without JavaScript."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.factories import complete_issue, edit, person
from watchlist.models import Mention


def test_mentions_are_decided_by_keyboard(
    new_page: Callable[..., Page], sign_in: Callable[[Page, Any], None], axe: Callable[..., list[str]]
) -> None:
    report = complete_issue(title="Chips", companies=["Huawei", "NVIDIA"], stories=1)
    report.stories.filter(section="china").update(headline="Huawei & NVIDIA", body="<p>Huawei and NVIDIA.</p>")
    edit(report)
    page = new_page()
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/report/{report.pk}/mentions/")
    page.evaluate("window.isTheSame = true")
    assert axe(page) == []
    page.get_by_role("button", name="Confirm", exact=True).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 waits for a decision")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 wait for a decision")).to_be_visible()
    assert sorted(Mention.objects.values_list("state", flat=True)) == ["confirmed", "refused"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 waits for a decision")).to_be_visible()
    assert page.evaluate("window.isTheSame") is True
