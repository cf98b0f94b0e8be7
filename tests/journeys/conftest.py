"""
What journeys are walked with: a real Chromium against the real site, static files and headers as in production.

    def test_a_phone_in_the_dark(new_page, issue):
        page = new_page(width=360, scheme="dark", javascript=False)
        page.goto("/")

Every journey fails at its end if a page asked another host for anything, logged an error, broke the content
security policy or missed a file. A test in which that is meant says so first: `watch.expect("404")`.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, WebError, expect, sync_playwright

from tests.chromium import ADVICE, installed

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page may ask for: nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
RUN_AXE = "([within, options]) => axe.run(within ?? document, options).then((results) => results.violations)"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECONDS = 20  # patience with a busy machine; costs nothing where a page is quick


class Watch:
    """Notes what pages should not do."""

    def __init__(self, site: str) -> None:
        self.site = urlsplit(site).netloc
        self.requests: list[str] = []
        self._complaints: list[str] = []
        self._expected: list[str] = []

    def expect(self, part: str) -> None:
        """Complaints that contain this are part of the test."""
        self._expected.append(part)

    @property
    def complaints(self) -> list[str]:
        return [line for line in self._complaints if not any(part in line for part in self._expected)]

    def follow(self, context: Any) -> None:
        context.on("request", self._requested)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)
        context.on("console", self._logged)
        context.on("weberror", self._raised)

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and address.netloc != self.site:
            self._complaints.append(f"asked a third party: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._complaints.append(f"answered {response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page while it still loads, and downloads, are no failures.
        if request.failure != "net::ERR_ABORTED":
            self._complaints.append(f"failed ({request.failure}): {request.url}")

    def _logged(self, message: ConsoleMessage) -> None:
        # A bad status is noted once, with its address, by _answered.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complaints.append(f"console: {message.text}")

    def _raised(self, error: WebError) -> None:
        self._complaints.append(f"script: {error.error}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = installed()
    if not path:
        pytest.fail(ADVICE, pytrace=False)
    # Playwright's event loop makes Django think that its ORM is called from async code, up to the session's end.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class WholeSite(WSGIHandler):
    """
    The WSGI application as gunicorn runs it.

    Django's test server would answer for static and media files itself, past WhiteNoise, our headers and our rules
    for who may see which picture; the handler that does so is what this takes and passes over.
    """

    def __init__(self, media_handler: object) -> None:
        super().__init__()


@pytest.fixture(scope="session")
def _server(collected_static: None, django_db_setup: None) -> Iterator[str]:
    """One server for all journeys, in a thread."""
    thread = LiveServerThread("127.0.0.1", static_handler=WholeSite)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def live_site(_server: str, transactional_db: None, settings: Any) -> str:
    """The address of the running site; what a test writes into the database is on it."""
    settings.SITE_URL = _server
    return _server


@pytest.fixture
def watch(live_site: str) -> Iterator[Watch]:
    watch = Watch(live_site)
    yield watch
    if watch.complaints:
        pytest.fail("Pages did what they shouldn't:\n  " + "\n  ".join(dict.fromkeys(watch.complaints)), pytrace=False)


@pytest.fixture
def new_page(browser: Browser, live_site: str, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a fresh profile: `new_page(width=360, scheme="dark", javascript=False)`."""
    contexts = []

    def open_page(
        width: int = 1280, scheme: str = "light", *, javascript: bool = True, height: int = 900, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_site,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(SECONDS * 1000)
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A wide, light page with JavaScript."""
    return new_page()


@pytest.fixture
def sign_in(live_site: str) -> Callable[[Page, Any], None]:
    """`sign_in(page, user)`: the page's profile belongs to that user from now on."""

    def sign_in(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_site}])

    return sign_in


def axe(page: Page, *, rules: list[str] = WCAG, only: list[str] | None = None, within: str | None = None) -> list[str]:
    """
    What axe-core finds against WCAG 2.2 A and AA, a line for each finding. It works under the strict policy too.

    `only`: rules by their ids, where a page was tried by all others already.
    """
    run_only = {"type": "rule", "values": only} if only else {"type": "tag", "values": rules}
    options = {"runOnly": run_only, "resultTypes": ["violations"]}
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(RUN_AXE, [within, options])
    return [
        f"{finding['id']}: {finding['help']} at {node['target']}: {node['html'][:200]}"
        for finding in found
        for node in finding["nodes"]
    ]


@pytest.fixture(name="axe")
def axe_fixture() -> Callable[..., list[str]]:
    """`assert axe(page) == []`"""
    return axe
