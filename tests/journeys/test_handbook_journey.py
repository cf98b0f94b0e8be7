"""The handbook in a browser: read on a phone in the dark and on a wide screen, with its pictures."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from newsroom.handbook.pages import CHAPTERS
from tests.factories import person


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_every_chapter_fits_and_can_be_read_by_all(
    new_page: Callable[..., Page], sign_in: Any, axe: Callable[..., list[str]], width: int, scheme: str
) -> None:
    page = new_page(width=width, scheme=scheme)
    sign_in(page, person("Moderator"))
    for name in CHAPTERS[1:]:
        page.goto(f"/admin/handbook/{name}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert axe(page, within=".handbook") == [], name
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)"), name


def test_from_the_menu_to_a_task(page: Page, sign_in: Any) -> None:
    sign_in(page, person("Moderator"))
    page.goto("/admin/")
    page.get_by_role("link", name="Handbook").first.click()
    page.get_by_role("article").get_by_role("link", name="Moderate comments").click()
    expect(page.get_by_role("heading", name="Moderate comments").last).to_be_visible()
    page.get_by_role("link", name="One issue, one author").click()
    expect(page.locator("#one-issue-one-author")).to_be_in_viewport()
