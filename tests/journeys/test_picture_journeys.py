"""Pictures, as an editor comes by them: dropped on the library, described, put into a story, cut around a point."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from newsroom.publishing import publish
from reports.images import draw_due
from reports.models import Image, Report
from tests.factories import complete_issue, person, picture, picture_bytes
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]


def upload(name: str, data: BytesIO) -> Any:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data.read()}


@pytest.fixture
def report(live_site: str) -> Report:
    return complete_issue(stories=1)


def test_into_a_story_without_leaving_it(
    page: Page, sign_in: SignIn, watch: Watch, report: Report, axe: Callable[..., list[str]]
) -> None:
    """By keyboard, from the button in the editor through an upload to the readers."""
    watch.expect("answered 422")
    watch.expect("status of 422")
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/report/{report.pk}/change/")
    story = page.locator(".form-group").filter(has=page.locator("h3", has_text="China story 1"))
    story.locator("h3 strong").click()
    area = story.locator(".cke_wysiwyg_div")
    area.click()
    page.keyboard.press("Control+Home")
    story.locator(".cke_button__picture").click()
    library = page.frame_locator("dialog iframe")
    library.get_by_role("link", name="Add pictures").click()
    files = [upload("robot.jpg", picture_bytes(900, 600)), upload("drawing.svg", BytesIO(b"<svg/>"))]
    library.get_by_label("Pictures").set_input_files(files)
    expect(library.locator("[data-drop-list] li")).to_have_count(2)
    library.get_by_role("button", name="Send").click()
    expect(library.get_by_text("1 file was not taken")).to_be_visible()
    library.get_by_label("Alternative text").fill("A robot grabs an apple")
    library.get_by_role("button", name="Save").click()
    chosen = library.get_by_role("button", name="A robot grabs an apple")
    chosen.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    expect(area.get_by_role("img", name="A robot grabs an apple")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    image = Image.objects.get()
    body = report.stories.get(section="china").body.split("\n")
    assert f'<figure data-image="{image.pk}"></figure>' in body
    assert body[0].startswith("<p>Body of china 1.")  # not cut in two
    edition = publish(report, by=None)
    for is_drawn in (False, True):
        if is_drawn:
            draw_due()
        page.goto(edition.url)
        shown = page.locator(".prose__picture img")
        shown.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('.prose__picture img').naturalWidth > 0")
        expect(shown).to_have_attribute("alt", "A robot grabs an apple")
    assert axe(page) == []


def test_escape_closes_the_library_and_changes_nothing(page: Page, sign_in: SignIn, report: Report) -> None:
    picture(alt="A robot")
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/report/{report.pk}/change/")
    page.locator("#report_form").get_by_role("button", name="Insert a picture").first.click()
    page.frame_locator("dialog iframe").get_by_role("searchbox").press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert "figure" not in page.evaluate("CKEDITOR.instances.id_intro.getData()")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_point_that_stays_visible_by_keyboard_and_by_touch(
    new_page: NewPage, sign_in: SignIn, live_site: str, axe: Callable[..., list[str]], width: int, scheme: str
) -> None:
    image = picture(900, 600, alt="A robot")
    page = new_page(width=width, scheme=scheme, has_touch=True)
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/image/{image.pk}/change/")
    line = page.locator("input[name=focal_point]")
    page.get_by_label("From left to right").press("ArrowRight")
    expect(line).to_have_value("0.510x0.500")
    page.locator("[data-focal-picture]").scroll_into_view_if_needed()
    box = page.locator("[data-focal-picture]").bounding_box()
    assert box
    page.locator("[data-focal-picture]").tap(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})
    value = line.input_value()
    assert value.startswith("0.9")
    crop = page.locator("[data-focal-crop] img")
    assert crop.evaluate("shown => parseFloat(shown.style.left)") < 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page, within="#image_form") == []
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    image.refresh_from_db()
    assert image.focal_point == value
    for address in ("/admin/reports/image/", "/admin/reports/image/upload/", "/admin/reports/image/choose/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert axe(page) == [], address
