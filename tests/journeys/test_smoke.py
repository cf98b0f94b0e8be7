"""The site answers, and the watch that stands over all journeys really sees what it should."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_front_page_stands_before_the_first_issue(
    new_page: NewPage, watch: Watch, axe: Callable[..., list[str]], width: int, scheme: str, javascript: bool
) -> None:
    page = new_page(width=width, scheme=scheme, javascript=javascript)
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    assert page.context.cookies() == []
    assert page.locator("h1").count() == 1
    assert any("/static/" in address for address in watch.requests)
    if javascript:
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, "the page scrolls sideways"
        assert axe(page) == []


def test_static_files_are_served_as_in_production(page: Page, watch: Watch) -> None:
    page.goto("/")
    styles = next(address for address in watch.requests if address.endswith(".css"))
    answer = page.request.get(styles)
    assert "immutable" in answer.headers["cache-control"]
    assert "default-src 'none'" in page.request.get("/").headers["content-security-policy"]


def test_staff_signs_in(page: Page, live_site: str, admin_user: object) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("password")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_site}/admin/")
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["httpOnly"]] == ["sessionid"]


class TestTheWatch:
    """A watch that never barks proves nothing."""

    def complaint(self, watch: Watch, part: str) -> bool:
        seen = any(part in line for line in watch.complaints)
        watch.expect("")  # all of them are this test's own
        return seen

    def test_sees_a_third_party(self, page: Page, watch: Watch) -> None:
        page.goto("/")
        page.set_content("<img src='https://elsewhere.example/pixel.png'>")
        assert self.complaint(watch, "asked a third party: https://elsewhere.example/pixel.png")

    def test_sees_an_inline_style(self, page: Page, watch: Watch) -> None:
        page.route(
            "**/made-up",
            lambda route: route.fulfill(
                body="<p style='color: red'>red</p>",
                content_type="text/html",
                headers={"Content-Security-Policy": "default-src 'none'"},
            ),
        )
        page.goto("/made-up")
        assert self.complaint(watch, "Content Security Policy")

    def test_sees_a_missing_page(self, page: Page, watch: Watch) -> None:
        page.goto("/no-such-page/")
        assert self.complaint(watch, "answered 404")

    def test_sees_an_error_in_a_script(self, page: Page, watch: Watch) -> None:
        page.goto("/")
        page.evaluate("setTimeout(() => { throw new Error('on purpose') })")
        page.wait_for_timeout(100)
        assert self.complaint(watch, "on purpose")
