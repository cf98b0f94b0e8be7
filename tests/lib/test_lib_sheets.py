"""Sheets: whatever stands in a cell, a spreadsheet calculates nothing."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsroom.lib.sheets import BOM, csv_lines, csv_response, harmless

LIVE = "=+-@\t\r\n"


@given(st.text())
@example("=1+1")
@example("＝cmd|' /C calc'!A0")
@example("  =1+1")
@example("\u3000＋1")
@example("\ufeff@SUM(A1)")
@example("-2+3")
@example("\tx")
def test_no_cell_is_a_live_formula(text: str) -> None:
    cell = harmless(text)
    begins = unicodedata.normalize("NFKC", cell.lstrip(" \u00a0\u3000\ufeff\u200b")[:1])
    assert not begins.startswith(tuple(LIVE))
    assert cell in (text.replace("\x00", ""), f"'{text}".replace("\x00", ""))


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=2, max_size=2)))
def test_a_sheet_reads_back_as_what_was_written(rows: list[list[str]]) -> None:
    lines = list(csv_lines(rows))
    assert lines[0] == BOM
    read = list(csv.reader(io.StringIO("".join(lines[1:]), newline="")))
    assert read == [[harmless(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), (3, "3"), ("“人工智能”", "“人工智能”"), ("a\x00b", "ab"), (-3, "'-3")]
)
def test_values_become_words(value, cell) -> None:
    assert harmless(value) == cell


def test_excel_can_tell_that_a_sheet_is_utf_8_and_rows_are_read_while_they_are_sent() -> None:
    read = []

    def rows():
        for n in range(3):
            read.append(n)
            yield [n, "中文"]

    response = csv_response("a.csv", rows())
    assert not read
    assert b"".join(response).startswith(b"\xef\xbb\xbf" + '"0","中文"'.encode())
    assert response["Content-Disposition"] == 'attachment; filename="a.csv"'
