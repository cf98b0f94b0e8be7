"""Every kind of page, light and dark, narrow and wide: accessible, in its place, asking nobody else for anything."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reports.models import Edition
from tests.factories import complete_issue, edit, person, picture, published
from tests.journeys.conftest import Watch
from tests.public.page_kinds import GROUPS, Kinds, before_the_first_issue, everything
from tests.public.page_kinds import Page as Kind

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # the rules by which light and dark can differ
OPPOSITE = [(360, "light"), (1280, "dark")]
# Groups of kinds that are looked at together, on one site.
TOGETHER = [("reading",), ("talking",), ("following", "searching"), ("embedded", "previewed", "going wrong")]
REFUSALS = (400, 403, 404, 409, 410, 413, 422, 500)
SEND = """
  ([address, fields]) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  }
"""
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


class TestPublicPages:
    """
    Every kind of page (tests/public/page_kinds.py), opened once: light and dark, on a phone and on a desk.

    Those for reading are looked at in all four ways; the others, which share their parts, in two opposite ones.
    """

    @pytest.fixture(autouse=True)
    def _with_pages_that_fail(self, settings: Any, watch: Watch) -> None:
        settings.ROOT_URLCONF = "tests.public.page_kinds"
        for refusal in REFUSALS:
            watch.expect(f"answered {refusal}")

    @pytest.mark.parametrize("groups", TOGETHER, ids=" and ".join)
    def test_of_a_site_with_everything(self, new_page: NewPage, axe: Axe, groups: tuple[str, ...]) -> None:
        site = everything()
        for group in groups:
            self.look_at(GROUPS[group](site), new_page, axe, LOOKS if group == "reading" else OPPOSITE)

    def test_are_all_looked_at(self) -> None:
        assert {group for groups in TOGETHER for group in groups} == GROUPS.keys() - {"for machines"}

    def test_of_a_site_on_which_nothing_is_published(self, new_page: NewPage, axe: Axe) -> None:
        self.look_at(before_the_first_issue(), new_page, axe, OPPOSITE)

    def look_at(self, kinds: Kinds, new_page: NewPage, axe: Axe, looks: list[tuple[int, str]]) -> None:
        page, plain = new_page(), new_page(javascript=False)
        faults = {}
        for kind, wanted in kinds.items():
            if not wanted.is_shown:
                continue
            opened(page, wanted)
            expect(page.locator("h1")).to_have_count(1)
            for width, scheme in looks:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.set_viewport_size({"width": width, "height": 900})
                if found := axe(page, only=None if (width, scheme) in OPPOSITE else OF_COLOURS):
                    faults[f"{kind}, {scheme}, {width} px"] = found
                assert page.evaluate(SIDEWAYS) == 0, f"{kind} scrolls sideways at {width} px"
            page.set_viewport_size({"width": 320, "height": 900})
            assert page.evaluate(SIDEWAYS) == 0, f"{kind} scrolls sideways at 320 px"
            if wanted.sent is None:
                opened(plain, wanted)
                assert plain.locator("main").inner_text().strip()
        assert faults == {}
        assert page.context.cookies() == plain.context.cookies() == []


def opened(page: Page, wanted: Kind) -> None:
    """Go to a page; to one that comes by POST, by a form on another page of the site."""
    if wanted.sent is None:
        answer = page.goto(wanted.address)
    else:
        page.goto("/follow/sent/")
        with page.expect_navigation() as navigation:
            page.evaluate(SEND, [wanted.address, dict(wanted.sent)])
        answer = navigation.value
    assert answer is not None
    assert answer.status == wanted.status, wanted.address


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
            f"{base}/previews/",
            f"{base}/history/",
            f"{base}/history/compare/",
            f"{base}/history/1/restore/",
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
                scheme == "dark" and "preview/" not in address
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
