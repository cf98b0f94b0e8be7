"""Every kind of page, light and dark, narrow and wide: accessible, in its place, asking nobody else for anything."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from newsroom.publishing import withdraw
from reports.models import Edition
from tests.factories import complete_issue, edit, person, picture, published
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def edition(live_site: str) -> Edition:
    """The middle one of three issues, all with everything, one with words too long for a phone."""
    long = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"
    published(title="The first", issued_on="2025-04-05")
    middle = published(
        title=f"中国 & {long}",
        hero=picture(1200, 700, alt="A robot", caption="Caption", credit="Photograph: Somebody"),
        standfirst="What it is about.",
        companies=["华为", long, "Tesla"],
        policies=["EU AI Act", long],
        tags=["AI policy", "芯片"],
        story_tags=["Robots"],
        number=12,
    )
    published(title="The last", issued_on="2025-04-19")
    return middle


def public_pages(edition: Edition) -> dict[str, int]:
    gone = published(title="Withdrawn", issued_on="2025-01-01")
    withdraw(gone.report, by=None, note="A figure was wrong.")
    return {
        "/": 200,
        edition.url: 200,
        edition.stories.first().url: 200,
        "/reports/": 200,
        "/companies/": 200,
        edition.companies.first().url: 200,
        "/policies/": 200,
        edition.policies.first().url: 200,
        edition.tags.first().url: 200,
        "/sections/china/": 200,
        "/sections/international/": 200,
        "/reports/nothing-here/": 404,
        gone.url: 410,
    }


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_public_pages(new_page: NewPage, watch: Watch, axe: Axe, edition: Edition, width: int, scheme: str) -> None:
    watch.expect("answered 404")
    watch.expect("answered 410")
    page = new_page(width=width, scheme=scheme)
    faults = {}
    for address, status in public_pages(edition).items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status
        expect(page.locator("h1")).to_have_count(1)
        if found := axe(page):
            faults[address] = found
        assert page.evaluate(SIDEWAYS) == 0, f"{address} scrolls sideways"
    assert faults == {}
    assert page.context.cookies() == []


def test_public_pages_at_320_and_without_a_script(new_page: NewPage, watch: Watch, edition: Edition) -> None:
    watch.expect("answered 404")
    watch.expect("answered 410")
    narrow, plain = new_page(width=320), new_page(javascript=False)
    for address, status in public_pages(edition).items():
        narrow.goto(address)
        assert narrow.evaluate(SIDEWAYS) == 0, f"{address} scrolls sideways at 320 px"
        answer = plain.goto(address)
        assert answer is not None
        assert answer.status == status
        assert plain.locator("main").inner_text().strip()
    assert narrow.context.cookies() == plain.context.cookies() == []


class TestTheDesk:
    @pytest.fixture
    def editor(self, live_site: str) -> Any:
        return person("Editor", username="editor")

    def pages(self, edition: Edition) -> list[str]:
        edit(edition.report, title="Changed")
        base = f"/admin/reports/report/{edition.report_id}"
        return [
            "/admin/",
            "/admin/reports/report/",
            f"{base}/change/",
            f"{base}/publish/now/",
            f"{base}/schedule/now/",
            f"{base}/withdraw/now/",
            f"{base}/preview/",
            "/admin/reports/report/import/",
            "/admin/reports/image/add/",
            "/admin/watchlist/company/",
            "/admin/watchlist/company/add/",
        ]

    @pytest.mark.parametrize(("width", "scheme"), LOOKS)
    def test_pages(
        self,
        new_page: NewPage,
        sign_in: Callable[..., None],
        axe: Axe,
        editor: Any,
        edition: Edition,
        width: int,
        scheme: str,
    ) -> None:
        page = new_page(width=width, scheme=scheme)
        sign_in(page, editor)
        faults = {}
        for address in self.pages(edition):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.classList.contains('dark')") == (
                scheme == "dark" and "preview" not in address
            )
            if address.endswith("/change/"):
                page.locator("#stories-data h3 strong").first.click()
                expect(page.locator("#id_stories-0-headline")).to_be_visible()
            if found := axe(page):
                faults[address] = found
            assert page.evaluate(SIDEWAYS) == 0, f"{address} scrolls sideways"
        assert faults == {}

    @pytest.mark.parametrize(("width", "scheme"), LOOKS)
    def test_the_preview_of_an_import(
        self,
        new_page: NewPage,
        sign_in: Callable[..., None],
        axe: Axe,
        editor: Any,
        watch: Watch,
        width: int,
        scheme: str,
    ) -> None:
        from tests.desk.conftest import SAMPLE

        watch.expect("answered 422")
        complete_issue(companies=["Huawei Technologies", "Tesla"])
        page = new_page(width=width, scheme=scheme)
        sign_in(page, editor)
        page.goto("/admin/reports/report/import/")
        text = SAMPLE.read_text().replace("3. State-Owned", "5. State-Owned").replace("April 12", "April 31")
        page.get_by_label("Paste the issue here").fill(text)
        page.get_by_role("button", name="See what was understood").click()
        expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
        assert axe(page) == []
        assert page.evaluate(SIDEWAYS) == 0
        page.locator("form.desk-import").evaluate("form => { form.noValidate = true }")
        page.get_by_label("Title").fill("")
        page.get_by_role("button", name="Save as a draft").click()
        expect(page.get_by_text("This field is required.")).to_be_visible()
        assert axe(page) == []
        assert page.evaluate(SIDEWAYS) == 0
