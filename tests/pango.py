"""
Whether briefings (PDF) can be drawn here: WeasyPrint needs Pango, a library of the system.

`python -m tests.pango` makes sure of it: it installs Debian's where it may, or says what is to do.
"""

import subprocess
import sys

from tests import debian

ADVICE = (
    "The tests of briefings need Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "macOS: brew install pango)."
)


def is_there() -> bool:
    """In a process of its own: a library that was missing is not looked for again."""
    return not subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True, check=False).returncode


def install() -> bool:
    return all(
        debian.install(package, why="for briefings")
        for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
    )


if __name__ == "__main__" and not is_there():
    install()
    sys.exit(None if is_there() else ADVICE)
