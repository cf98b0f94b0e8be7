"""
What the first visit to a page of a running site weighs on a phone, request by request.

    make run
    .venv/bin/python -m benchmarks.weight http://127.0.0.1:8000/

Opens the page in Chromium at 360 px with an empty cache, at one and at two device pixels for each, and scrolls it to
its end. Prints for every request its bytes over the wire (with headers), its encoding and its address; then the sums,
how much the page moved (Cumulative Layout Shift) and its largest part (Largest Contentful Paint). What is allowed is
held by tests/journeys/test_budget.py.
"""

import sys
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.chromium import installed

WATCH = """
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.moved += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.largest = entry.url || entry.element?.localName;
  }).observe({ type: "largest-contentful-paint", buffered: true });
"""
SCROLL = """
  (async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 600) {
      scrollTo(0, y);
      await new Promise((go) => setTimeout(go, 50));
    }
  })()
"""


def weigh(browser: Browser, address: str, density: int) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=density)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    told: dict[str, dict[str, Any]] = {}

    def note(key: str, value: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
        return lambda event: told.setdefault(event["requestId"], {}).__setitem__(key, value(event))

    wire.on("Network.requestWillBeSent", note("address", lambda event: event["request"]["url"]))
    wire.on("Network.responseReceived", note("headers", lambda event: event["response"]["headers"]))
    wire.on("Network.loadingFinished", note("bytes", lambda event: int(event["encodedDataLength"])))
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate(SCROLL)
    page.wait_for_timeout(500)
    for request in told.values():
        headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
        print(f"{request.get('bytes', 0):>8}  {headers.get('content-encoding', '-'):<4}  {request.get('address', '')}")
    moved, largest = page.evaluate("[window.moved, window.largest]")
    whole = sum(request.get("bytes", 0) for request in told.values())
    print(f"{whole:>8}  in {len(told)} requests at {density}x; moved {moved:.3f}; largest: {largest}\n")
    context.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed())
        for pixels in (1, 2):
            weigh(chromium, sys.argv[1], pixels)
