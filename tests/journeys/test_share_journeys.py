"""Passing pages on as readers do it: with and without JavaScript, on a phone, in the dark; and arranging that."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from follow.models import Tally, Widget
from reports.models import Edition
from tests.factories import person, published
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
# What a browser has that knows the system's sheet, or doesn't, and what was done with it.
SHEET = """
  window.asked = [];
  navigator.share = (what) => { window.asked.push(what); return Promise.%s; };
"""
NO_SHEET = "delete Navigator.prototype.share;"


@pytest.fixture
def edition(live_site: str) -> Edition:
    return published(title="Chips & “robots”: 中国")


def opened(new_page: NewPage, path: str, *, script: str = NO_SHEET, **options: Any) -> Page:
    page = new_page(**options)
    page.add_init_script(script)
    page.goto(path)
    return page


def counted() -> dict[tuple[str, int], int]:
    return {(row.kind, row.story): row.number for row in Tally.objects.all()}


def wait_for(page: Page, what: dict[tuple[str, int], int]) -> None:
    """A beacon is sent when the browser likes."""
    for _ in range(100):
        if counted() == what:
            return
        page.wait_for_timeout(50)
    assert counted() == what


class TestTheBar:
    @BOTH
    def test_the_list_opens_and_every_link_in_it_can_be_hit(
        self, new_page: NewPage, edition: Edition, javascript: bool
    ) -> None:
        page = opened(new_page, edition.url, width=360, javascript=javascript)
        share = page.get_by_role("region", name="Follow and share")
        for name in ("RSS", "Follow by Email", "LinkedIn"):
            expect(share.get_by_role("link", name=name, exact=True)).to_be_visible()
        expect(share.get_by_role("link", name="Weibo")).to_be_hidden()
        share.locator("summary").click()
        expect(share.get_by_role("link", name="Weibo")).to_be_visible()
        expect(share.get_by_role("button", name="Copy link")).to_be_visible(visible=javascript)
        expect(share.get_by_role("button", name="Print")).to_be_visible(visible=javascript)
        expect(share.get_by_label("Address of this page")).to_be_visible(visible=not javascript)
        for target in share.locator("a, button, summary").all():
            box = target.bounding_box()
            if box:
                assert box["width"] >= 44, target.inner_text()
                assert box["height"] >= 44, target.inner_text()
        assert page.evaluate(SIDEWAYS) == 0
        assert page.context.cookies() == []

    def test_by_keyboard(self, new_page: NewPage, edition: Edition) -> None:
        page = opened(new_page, edition.url)
        summary = page.locator(".share summary")
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Bluesky")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="X", exact=True)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Bluesky")).to_be_hidden()
        expect(summary).to_be_focused()

    def test_a_press_elsewhere_closes_it(self, new_page: NewPage, edition: Edition) -> None:
        page = opened(new_page, edition.url)
        page.locator(".share summary").click()
        expect(page.get_by_role("link", name="Bluesky")).to_be_visible()
        page.mouse.click(1270, 450)
        expect(page.get_by_role("link", name="Bluesky")).to_be_hidden()

    @pytest.mark.parametrize(("width", "scheme"), [*LOOKS, (320, "light")])
    def test_is_accessible_when_open(
        self, new_page: NewPage, axe: Axe, edition: Edition, width: int, scheme: str
    ) -> None:
        story = edition.stories.first()
        assert story
        for path in (edition.url, story.url):
            page = opened(new_page, path, width=width, scheme=scheme)
            page.locator(".share summary").click()
            assert axe(page) == []
            assert page.evaluate(SIDEWAYS) == 0

    def test_is_not_printed(self, new_page: NewPage, edition: Edition) -> None:
        page = opened(new_page, edition.url)
        page.emulate_media(media="print")
        expect(page.get_by_role("region", name="Follow and share")).to_be_hidden()


class TestWhatAScriptCanDo:
    def test_the_system_s_sheet_where_there_is_one(self, new_page: NewPage, edition: Edition, live_site: str) -> None:
        page = opened(new_page, edition.url, script=SHEET % "resolve()")
        page.locator(".share summary").click()
        assert page.evaluate("asked") == [{"title": edition.title, "url": live_site + edition.url}]
        expect(page.get_by_role("link", name="Bluesky")).to_be_hidden()
        wait_for(page, {("share", 0): 1})

    def test_closing_the_sheet_is_no_sharing(self, new_page: NewPage, edition: Edition) -> None:
        page = opened(new_page, edition.url, script=SHEET % "reject(new DOMException('', 'AbortError'))")
        page.locator(".share summary").click()
        expect(page.get_by_role("link", name="Bluesky")).to_be_hidden()
        page.wait_for_timeout(300)
        assert counted() == {}

    def test_a_sheet_that_does_not_open_leaves_the_list(self, new_page: NewPage, edition: Edition) -> None:
        page = opened(new_page, edition.url, script=SHEET % "reject(new DOMException('', 'NotAllowedError'))")
        page.locator(".share summary").click()
        expect(page.get_by_role("link", name="Bluesky")).to_be_visible()

    def test_copying_the_address(self, new_page: NewPage, edition: Edition, live_site: str) -> None:
        page = opened(new_page, edition.url, permissions=["clipboard-read", "clipboard-write"])
        page.locator(".share summary").click()
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        expect(page.locator(".share [role=status]")).to_have_text("The address is copied.")
        assert page.evaluate("navigator.clipboard.readText()") == live_site + edition.url
        expect(page.get_by_role("button", name="Copy link")).to_be_visible()
        wait_for(page, {("copy", 0): 1})

    def test_where_copying_is_forbidden_the_address_is_shown(
        self, new_page: NewPage, edition: Edition, live_site: str
    ) -> None:
        page = opened(new_page, edition.url, script=f"{NO_SHEET} delete Navigator.prototype.clipboard;")
        page.locator(".share summary").click()
        page.get_by_role("button", name="Copy link").click()
        field = page.get_by_label("Address of this page")
        expect(field).to_be_visible()
        assert page.evaluate("getSelection().toString()") == live_site + edition.url
        expect(page.locator(".share [role=status]")).to_have_text("The address is marked, to be copied.")
        page.wait_for_timeout(300)
        assert counted() == {}, "nothing is copied yet"
        page.keyboard.press("ControlOrMeta+c")
        wait_for(page, {("copy", 0): 1})

    @BOTH
    def test_in_the_bar_and_without_share_the_address_is_shown_too(
        self, new_page: NewPage, axe: Axe, edition: Edition, live_site: str, javascript: bool
    ) -> None:
        Widget.objects.create(kind="copy", label="Copy link", place=Widget.Place.BAR, position=1)
        Widget.objects.create(kind="share", label="Share", place=Widget.Place.OFF, position=40)
        script = f"{NO_SHEET} delete Navigator.prototype.clipboard;"
        page = opened(new_page, edition.url, script=script, width=360, javascript=javascript)
        field = page.get_by_label("Address of this page")
        expect(field).to_be_visible(visible=not javascript)
        expect(field).to_have_value(live_site + edition.url)
        if javascript:
            page.get_by_role("button", name="Copy link").click()
            expect(field).to_be_visible()
            assert page.evaluate("getSelection().toString()") == live_site + edition.url
            assert axe(page) == []
        assert page.evaluate(SIDEWAYS) == 0

    def test_printing(self, new_page: NewPage, edition: Edition) -> None:
        page = opened(new_page, edition.url, script=f"{NO_SHEET} window.print = () => {{ window.printed = true; }};")
        page.locator(".share summary").click()
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("printed")
        wait_for(page, {("print", 0): 1})


class TestCounting:
    def test_a_story_is_read_once_it_was_looked_at_and_a_press_is_counted(
        self, new_page: NewPage, edition: Edition
    ) -> None:
        story = edition.stories.first()
        assert story
        page = opened(new_page, story.url)
        page.wait_for_timeout(2000)
        assert counted() == {}, "who only passes by has read nothing"
        wait_for(page, {("read", story.story_id): 1})
        page.get_by_role("link", name="RSS", exact=True).click(modifiers=["Alt"], no_wait_after=True)
        wait_for(page, {("read", story.story_id): 1, ("rss", story.story_id): 1})

    def test_what_is_not_looked_at_is_not_read(self, new_page: NewPage, edition: Edition) -> None:
        hidden = "Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });"
        page = opened(new_page, edition.url, script=hidden)
        page.wait_for_timeout(6000)
        assert counted() == {}

    @pytest.mark.parametrize(
        "objection",
        [
            "Object.defineProperty(navigator, 'doNotTrack', { value: '1' });",
            "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });",
        ],
        ids=["Do Not Track", "Global Privacy Control"],
    )
    def test_nothing_is_sent_for_who_objects(
        self, new_page: NewPage, watch: Watch, edition: Edition, objection: str
    ) -> None:
        page = opened(new_page, edition.url, script=NO_SHEET + objection)
        page.locator(".share summary").click()
        page.get_by_role("button", name="Copy link").click()
        page.wait_for_timeout(5500)
        assert not [url for url in watch.requests if "/share/count/" in url]
        assert counted() == {}


class TestTheOwnPages:
    @pytest.mark.parametrize(("width", "scheme"), [*LOOKS, (320, "dark")])
    def test_wechat(self, new_page: NewPage, axe: Axe, edition: Edition, width: int, scheme: str) -> None:
        page = opened(new_page, edition.url, width=width, scheme=scheme, javascript=True)
        page.locator(".share summary").click()
        page.get_by_role("link", name="WeChat").click()
        code = page.get_by_role("img", name="QR code with the address of")
        expect(code).to_be_visible()
        box = code.bounding_box()
        assert box
        assert box["width"] == pytest.approx(box["height"], abs=1)
        assert box["width"] >= 200
        fills = code.locator("path").evaluate_all("paths => paths.map((path) => getComputedStyle(path).fill)")
        assert fills == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], "in the dark too, or no phone reads it"
        assert axe(page) == []
        assert page.evaluate(SIDEWAYS) == 0

    @BOTH
    def test_mastodon(self, new_page: NewPage, watch: Watch, axe: Axe, edition: Edition, javascript: bool) -> None:
        watch.expect("answered 422")
        page = opened(new_page, edition.url, width=360, javascript=javascript)
        page.locator(".share summary").click()
        page.get_by_role("link", name="Mastodon").click()
        page.get_by_label("Your server").fill("https://mastodon.social:8080/@me")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_contain_text("Please enter the name of your server")
        if javascript:
            assert axe(page) == []
        assert page.evaluate(SIDEWAYS) == 0
        page.get_by_label("Your server").fill("https://Mastodon.Social/@me")
        page.get_by_role("button", name="Continue").click()
        link = page.get_by_role("link", name="Write the post on mastodon.social")
        expect(link).to_have_attribute(
            "href", re.compile(r"^https://mastodon\.social/share\?text=Chips%20%26%20%E2%80%9C")
        )
        if javascript:
            assert axe(page) == []
        page.get_by_role("link", name="Back to the page").click()
        expect(page).to_have_url(re.compile(re.escape(edition.url) + "$"))


class TestTheDesk:
    @BOTH
    def test_an_editor_arranges_the_widgets(
        self, new_page: NewPage, sign_in: Callable[..., None], edition: Edition, javascript: bool
    ) -> None:
        page = new_page(javascript=javascript)
        sign_in(page, person("Editor"))
        page.goto("/admin/follow/widget/")
        page.get_by_label("Label of WeChat").fill("微信")
        page.get_by_label("Place of WeChat").select_option("In the bar")
        page.get_by_label("Order of WeChat").fill("1")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("The widgets are saved.")).to_be_visible()
        assert Widget.objects.get().label == "微信"
        reader = opened(new_page, edition.url, javascript=javascript)
        expect(reader.locator(".share__bar a").first).to_have_text("微信")
        page.get_by_role("button", name="Back to the defaults").click()
        expect(page.get_by_text("All widgets are as they come.")).to_be_visible()
        assert not Widget.objects.exists()

    @pytest.mark.parametrize(("width", "scheme"), LOOKS)
    def test_its_pages_are_accessible(
        self,
        new_page: NewPage,
        sign_in: Callable[..., None],
        axe: Axe,
        watch: Watch,
        edition: Edition,
        width: int,
        scheme: str,
    ) -> None:
        watch.expect("answered 422")
        for kind, number in (("read", 30), ("x", 3), ("rss", 1)):
            Tally.objects.create(on=edition.live_from.date(), kind=kind, report_id=edition.report_id, number=number)
        page = new_page(width=width, scheme=scheme)
        sign_in(page, person("Editor"))
        faults = {}
        for address in ("/admin/follow/widget/", "/admin/follow/tally/", "/admin/follow/tally/?days=365"):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            faults[address] = axe(page)
            assert page.evaluate(SIDEWAYS) == 0, f"{address} scrolls sideways"
        page.goto("/admin/follow/widget/")
        page.get_by_label("Label of WeChat").evaluate("field => field.removeAttribute('required')")
        page.get_by_label("Label of WeChat").fill("")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was saved yet")
        faults["with a fault"] = axe(page)
        assert faults == {address: [] for address in faults}


def test_the_feed_is_named_where_browsers_look_for_it(new_page: NewPage, edition: Edition, live_site: str) -> None:
    page = opened(new_page, edition.url)
    found = page.evaluate("""JSON.stringify([...document.querySelectorAll("link[type='application/rss+xml']")]
        .map((link) => link.href))""")
    assert json.loads(found)[0] == f"{live_site}/feed/"
    answer = page.request.get("/feed/")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
