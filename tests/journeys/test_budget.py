"""
What the first visit to an issue costs: bytes over the wire, requests, and that nothing moves.

The sample issue with its picture and ten comments, on a phone with an empty cache, static files compressed as on the
real site. Limits are on bytes and numbers, never on time.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser
from whitenoise.compress import Compressor

from newsroom.management.commands.setup import Command
from reports.models import Edition
from tests.factories import approved
from tests.journeys.conftest import WholeSite

KB = 1000
WHOLE, REQUESTS = 120 * KB, 10  # with the headers of the answers
PAGE = 12 * KB  # the page itself, compressed, without them
OBSERVE = """
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.moved += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.largest = entry.url;
  }).observe({ type: "largest-contentful-paint", buffered: true });
"""


@pytest.fixture
def compressed_site(live_site: str, settings: Any, tmp_path: Path) -> Iterator[str]:
    """Another server, whose static files lie beside their compressed forms, as `manage.py serve` makes them."""
    root = tmp_path / "static"
    shutil.copytree(Path(django_settings.STATIC_ROOT) / "site", root / "site")
    shutil.copy(Path(django_settings.STATIC_ROOT) / "staticfiles.json", root)
    compressor = Compressor(quiet=True)
    for file in root.rglob("*"):
        if file.is_file() and file.suffix != ".json" and compressor.should_compress(str(file)):
            list(compressor.compress(str(file)))
    settings.STATIC_ROOT = root
    thread = LiveServerThread("127.0.0.1", static_handler=WholeSite)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert not thread.error
    settings.SITE_URL = f"http://127.0.0.1:{thread.port}"
    yield settings.SITE_URL
    thread.terminate()


@pytest.fixture
def issue(compressed_site: str) -> Edition:
    Command().publish_sample(by=User.objects.create_superuser("editor"))
    edition = Edition.objects.live().get()
    for number in range(10):
        approved(
            edition.report,
            name=f"Reader {number}",
            email=f"{number}@example.org",
            network=str(number),
            body=f"A remark of the usual length about number {number}.\n\nAnd a second paragraph of it.",
        )
    return edition


def as_sent(address: str) -> bytes:
    """The page as it goes over the wire, to whoever takes brotli."""
    with urlopen(Request(address, headers={"Accept-Encoding": "br"})) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        return bytes(answer.read())


@pytest.mark.parametrize("density", [1, 2])
def test_the_first_visit(browser: Browser, compressed_site: str, issue: Edition, density: int) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=density)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    addresses, weights = {}, {}
    # On a slow machine the page is open for the five seconds after which the site counts that it was read.
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    wire.on("Network.requestWillBeSent", lambda e: addresses.__setitem__(e["requestId"], e["request"]["url"]))
    wire.on("Network.loadingFinished", lambda e: weights.__setitem__(e["requestId"], int(e["encodedDataLength"])))
    page.add_init_script(OBSERVE)
    page.goto(compressed_site + issue.url)
    page.wait_for_load_state("networkidle")
    for place in range(0, 30_000, 600):
        page.evaluate(f"scrollTo(0, {place})")
    page.wait_for_timeout(500)
    moved, largest = page.evaluate("[window.moved, window.largest]")
    context.close()
    cost = {addresses[request]: weight for request, weight in weights.items() if request in addresses}
    sheets = [address for address in addresses.values() if address.endswith(".css")]
    assert len(addresses) <= REQUESTS, "\n".join(addresses.values())
    assert sum(weights.values()) <= WHOLE, cost
    assert len(as_sent(compressed_site + issue.url)) <= PAGE
    assert len(sheets) == 1
    assert moved == 0
    assert largest.endswith(".avif")
