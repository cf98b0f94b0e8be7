"""Reading an issue in a browser: which world, where one is, by key, from address to address."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from reports.models import Edition
from tests.factories import picture, published

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Of the text in an element, whatever its box is: in how many pieces it stands, and where its right end is.
PIECES = "(of) => { const text = new Range(); text.selectNodeContents(of); return text.getClientRects().length; }"
RIGHT = "(of) => { const text = new Range(); text.selectNodeContents(of); return text.getBoundingClientRect().right; }"


@pytest.fixture
def edition(live_site: str) -> Edition:
    return published(
        title="AI & Robotics",
        stories=6,
        hero=picture(1200, 700, alt="A robot"),
        standfirst="What it is about.",
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.story')?.id ?? ''"))


@pytest.mark.parametrize("javascript", [True, False])
def test_one_world_or_both(new_page: NewPage, axe: Axe, edition: Edition, javascript: bool) -> None:
    page = new_page(javascript=javascript)
    page.goto(edition.url)
    china, international = page.locator("#china-1"), page.locator("#international-1")
    left, right = china.bounding_box(), international.bounding_box()
    assert left
    assert right
    assert left["y"] == right["y"], "rank stands against rank"
    assert left["x"] + left["width"] <= right["x"]
    choice = page.get_by_role("group", name="What to read")
    expect(choice.get_by_role("radio", name="Side by side")).to_be_checked()
    choice.get_by_role("radio", name="Side by side").focus()
    page.keyboard.press("ArrowLeft")
    expect(choice.get_by_role("radio", name="International")).to_be_checked()
    expect(china).to_be_hidden()
    expect(page.locator(".compare").get_by_role("link", name="China story 1")).to_be_hidden()
    expect(international).to_be_visible()
    if javascript:
        assert axe(page) == []
    page.keyboard.press("ArrowLeft")
    expect(choice.get_by_role("radio", name="China")).to_be_checked()
    expect(international).to_be_hidden()
    # What an address leads to is there, whatever was chosen; so are both on paper and on a narrow screen.
    page.goto(f"{edition.url}#international-2")
    expect(page.locator("#international-2")).to_be_in_viewport()
    page.get_by_role("radio", name="China").check()
    expect(page.locator("#international-2")).to_be_visible()
    page.goto("about:blank")
    page.goto(edition.url)
    page.get_by_role("radio", name="China").check()
    page.emulate_media(media="print")
    expect(international).to_be_visible()
    expect(choice).to_be_hidden()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 700, "height": 900})
    expect(international).to_be_visible()
    expect(choice).to_be_hidden()


def test_the_slim_contents_marks_what_is_read(page: Page, edition: Edition) -> None:
    page.goto(edition.url)
    here = page.get_by_role("navigation", name="Where you are in this issue")
    page.locator("#china-4").evaluate("story => story.scrollIntoView()")
    expect(here).to_be_in_viewport()
    expect(here.locator("[aria-current=location]")).to_have_count(2)
    expect(here.get_by_role("link", name="4. China story 4 of AI & Robotics")).to_have_attribute(
        "aria-current", "location"
    )
    here.get_by_role("link", name="2. International story 2 of AI & Robotics").click()
    expect(page.locator("#international-2 h3")).to_be_in_viewport()
    expect(here.get_by_role("link", name="2. International story 2 of AI & Robotics")).to_have_attribute(
        "aria-current", "location"
    )
    page.set_viewport_size({"width": 360, "height": 740})
    expect(here).to_be_hidden()


def test_a_window_that_becomes_wide_gets_the_slim_contents(page: Page, edition: Edition) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(edition.url)
    expect(page.locator(".keys.is-on")).to_have_count(1)
    expect(page.locator(".here")).to_have_count(0)
    for width in (1280, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
    expect(page.locator(".here")).to_have_count(1)
    page.locator("#china-4").evaluate("story => story.scrollIntoView()")
    expect(page.locator(".here [aria-current=location]")).to_have_count(2)


def test_the_address_of_a_story(new_page: NewPage, live_site: str, edition: Edition) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(edition.url)
    anchor = page.locator("#china-2").get_by_role("link", name="Link to this story")
    expect(anchor).to_have_css("opacity", "0")
    anchor.focus()
    expect(anchor).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    assert page.url == f"{live_site}{edition.url}#china-2"
    expect(page.locator("[data-issue-status]")).to_have_text("The address of this story is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_from_story_to_story_by_key(page: Page, edition: Edition) -> None:
    page.goto(edition.url)
    page.keyboard.press("j")
    assert focused(page) == "china-1"
    expect(page.locator("#china-1 h3")).to_be_in_viewport()
    for _ in range(2):
        page.keyboard.press("j")
    assert focused(page) == "china-3"
    page.keyboard.press("k")
    assert focused(page) == "china-2"
    page.keyboard.press("Control+j")
    assert focused(page) == "china-2"
    # Not while one writes
    page.locator("#leave_body").fill("")
    page.locator("#leave_body").press_sequentially("jk")
    expect(page.locator("#leave_body")).to_have_value("jk")
    # Off, and remembered
    switch = page.get_by_role("checkbox", name="Keys")
    switch.uncheck()
    page.keyboard.press("j")
    assert focused(page) == ""
    page.reload()
    expect(switch).not_to_be_checked()
    page.keyboard.press("j")
    assert focused(page) == ""
    switch.check()
    page.reload()
    page.keyboard.press("j")
    assert focused(page) == "china-1"


def test_text_flows_anew_at_four_hundred_per_cent(new_page: NewPage, axe: Axe, edition: Edition) -> None:
    page = new_page(width=320, height=256)  # what 1280 × 1024 is at 400 %
    page.goto(edition.url)
    assert page.evaluate(SIDEWAYS) == 0
    assert axe(page) == []
    page.goto(edition.stories.all()[0].url)
    assert page.evaluate(SIDEWAYS) == 0


def test_on_paper_it_is_a_briefing(page: Page, edition: Edition) -> None:
    page.goto(edition.url)
    page.emulate_media(media="print")
    for furniture in (
        ".masthead__nav",
        ".footer",
        ".share",
        ".comments",
        ".layout",
        ".keys",
        ".here",
        ".story__anchor",
    ):
        expect(page.locator(furniture).first).to_be_hidden()
    tops = [page.locator(part).bounding_box() for part in (".issue__title", ".takeaways", ".compare", "#china-1")]
    ys = [box["y"] for box in tops if box]
    assert len(ys) == 4
    assert ys == sorted(ys)
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [360, 1280])
def test_letters_twice_as_large_have_room(new_page: NewPage, edition: Edition, width: int) -> None:
    page = new_page(width=width)
    page.goto(edition.url)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(SIDEWAYS) == 0
    for name in (".masthead__name a", ".masthead__follow"):
        assert page.locator(name).evaluate(PIECES) == 1, f"{name} is cut"


def test_the_heading_of_no_comments_stands_clear_of_the_form(new_page: NewPage, edition: Edition) -> None:
    page = new_page()
    page.goto(edition.url)
    form = page.locator(".leave").bounding_box()
    assert form
    assert page.get_by_role("heading", name="No comments yet").evaluate(RIGHT) < form["x"]
