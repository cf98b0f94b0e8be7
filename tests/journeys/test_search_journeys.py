"""Searching as readers do it: with keys, with a finger, without JavaScript, in the dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import published

NewPage = Callable[..., Page]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOOKS = [(320, "light"), (360, "dark"), (1280, "light")]


@pytest.fixture
def archive(live_site: str) -> None:
    published(title="Hubs & “chips”: 中国", companies=["Huawei", "NVIDIA"], policies=["EU AI Act"], tags=["Hubris"])


def test_suggestions_are_walked_through_by_keys(archive: None, new_page: NewPage, axe: Any) -> None:
    page = new_page()
    page.goto("/search/")
    field = page.locator("#search-q")
    options = page.locator(".search__option")
    field.press_sequentially("hu")
    expect(options.first).to_contain_text("Huawei")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert not axe(page)

    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "search-suggestion-0")
    field.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", "search-suggestion-0")
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")

    field.press("Escape")
    expect(options.first).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("hu")
    field.press("Escape")
    expect(field).to_have_value("")

    field.press_sequentially("huaw")
    expect(options).to_have_count(1)
    expect(options.first).to_be_visible()
    expect(options.first).to_contain_text("Company")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url("/companies/huawei/")


def test_enter_searches_for_what_was_typed(archive: None, new_page: NewPage) -> None:
    page = new_page()
    page.goto("/search/")
    page.locator("#search-q").fill("chips")
    page.locator("#search-q").press("Enter")
    expect(page).to_have_url("/search/?q=chips&section=&year=&company=&policy=&tag=")
    expect(page.get_by_role("listitem").filter(has_text="Hubs").first).to_be_visible()


def test_a_suggestion_is_pressed(archive: None, new_page: NewPage) -> None:
    page = new_page(width=360)
    page.goto("/search/")
    page.locator("#search-q").press_sequentially("ai act")
    page.locator(".search__option").first.click()
    expect(page).to_have_url("/policies/eu-ai-act/")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_state_fits_and_can_be_read(archive: None, new_page: NewPage, axe: Any, width: int, scheme: str) -> None:
    page = new_page(width=width, scheme=scheme)
    for path in ("/search/", "/search/?q=chips", "/search/?q=NVIDEA", "/search/?q=chips&company=nobody&section=china"):
        page.goto(path)
        assert page.evaluate(SIDEWAYS) == 0, path
        assert not axe(page), path


def test_without_script_all_but_the_suggestions_is_there(archive: None, new_page: NewPage) -> None:
    page = new_page(javascript=False)
    page.goto("/search/")
    page.get_by_label("Search stories, issues, companies and policies").fill("NVIDEA")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="NVIDIA", exact=True).click()
    expect(page.locator(".find").first).to_contain_text("NVIDIA")
    page.get_by_text("Narrow the search").click()
    page.get_by_label("Section").select_option("china")
    page.get_by_label("Search stories, issues, companies and policies").fill("hubs")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".find.is-china").first).to_be_visible()
    page.get_by_role("link", name="China", exact=False).filter(has_text="×").click()
    expect(page.locator(".find").first).to_contain_text("Hubs")
