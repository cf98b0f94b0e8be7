"""Somebody opens a feed in a browser, and reads what it is and what is in it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import published


@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/", "/feed/sections/china/", "/comments/on/chips/feed/atom/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_feed_can_be_read(live_site: str, new_page: Callable[..., Page], path: str, scheme: str) -> None:
    published(title="Chips", stories=2)
    page = new_page(width=360, scheme=scheme)
    page.goto(path)
    root = page.locator("css=:root")
    title = page.locator("css=channel > title, feed > title").first
    expect(title).to_be_visible()
    told = page.evaluate(
        "() => getComputedStyle(document.querySelector('channel > description, feed > subtitle'), '::after').content"
    )
    assert "into your feed reader" in told
    for entry in page.locator("css=item > title, entry > title").all():
        expect(entry).to_be_visible()
    for hidden in page.locator("css=content, guid, id, category").all():
        expect(hidden).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ink, paper = (
        root.evaluate(f"element => getComputedStyle(element).{name}") for name in ("color", "backgroundColor")
    )
    assert ink != paper
