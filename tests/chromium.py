"""
Which Chromium walks the journeys.

`python -m tests.chromium` makes sure that there is one: it installs Debian's where it may, or says what is to do.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = (
    "The journeys need Chromium: install it (Debian: apt install chromium; elsewhere: "
    ".venv/bin/playwright install chromium) or name one in CHROMIUM=/path/to/it."
)


def installed() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, the system's, or playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return on_path
    for app in MAC_APPS:
        if Path(app).exists():
            return app
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> bool:
    """Install Debian's package, if this is Debian, we may, and no other one is named."""
    return not os.environ.get("CHROMIUM") and debian.install("chromium", why="for the journeys")


if __name__ == "__main__":
    if not (installed() or (install() and installed())):
        sys.exit(ADVICE)
