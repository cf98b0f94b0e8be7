"""Datelines in the forms that periodicals print."""

from datetime import date

import pytest

from newsroom.importing.dates import read_dateline

APRIL_12 = date(2025, 4, 12)


@pytest.mark.parametrize(
    "printed",
    [
        "April 12, 2025",
        "april 12 2025",
        "APRIL 12, 2025",
        "Apr. 12, 2025",
        "Apr 12th, 2025",
        "12 April 2025",
        "12th of April, 2025",
        "2025-04-12",
        "2025/4/12",
        "2025年4月12日",
        "２０２５年４月１２日",
        "April\u00a012,\u00a02025",
    ],
)
@pytest.mark.parametrize("sign", [" — ", "—", " – ", " - ", ": ", "：", " -- "])
def test_every_date_with_every_sign(printed, sign):
    dateline = read_dateline(f"{printed}{sign}The text.")
    assert dateline is not None
    assert (dateline.day, dateline.rest, dateline.printed) == (APRIL_12, "The text.", printed)


@pytest.mark.parametrize("text", ["Published on April 12, 2025", "Saturday, 12 April 2025", "**April 12, 2025**"])
def test_alone_on_its_line(text):
    dateline = read_dateline(text)
    assert dateline is not None
    assert (dateline.day, dateline.rest) == (APRIL_12, "")


@pytest.mark.parametrize("printed", ["February 30, 2025", "2025-13-01", "31 April 2025", "January 1, 0000"])
def test_days_that_no_calendar_has(printed):
    dateline = read_dateline(f"{printed} — The text.")
    assert dateline is not None
    assert (dateline.day, dateline.printed, dateline.rest) == (None, printed, "The text.")


@pytest.mark.parametrize(
    "text",
    [
        "April 12, 2025 was a quiet day.",
        "In April 12, 2025 — no",
        "Foo 12, 2025 — no",
        "April 2025 — no day",
        "2025 — a year",
        "12 monkeys 2025 — no",
        "",
    ],
)
def test_no_dateline(text):
    assert read_dateline(text) is None
