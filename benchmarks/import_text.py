"""
How long the parser takes for five hostile megabytes, as a ratio to what it can't do without: splitting them in lines.

    .venv/bin/python -m benchmarks.import_text

Prints a line for each text, slowest last: CPU seconds, the ratio, and whether the text was read or refused. The
allowance is two CPU seconds; a text over it ends the run with exit status 1.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from newsroom.importing import parse
from tests.importing.hostile import HOSTILE

ALLOWANCE = 2.0


def seconds(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = act()
    return time.process_time() - started, result


def split_lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def main() -> int:
    rows = []
    for name, make in HOSTILE.items():
        text = make()
        split, _ = seconds(partial(split_lines, text))
        taken, issue = seconds(partial(parse, text))
        rows.append((taken, split, name, "read" if issue.importable else "refused"))
    for taken, split, name, outcome in sorted(rows):
        print(f"{taken:6.2f} s  {taken / max(split, 1e-4):8.1f} x split  {outcome:8} {name}")
    return max(rows)[0] > ALLOWANCE


if __name__ == "__main__":
    sys.exit(main())
