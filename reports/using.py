"""What uses a row of the desk, in words; what is used is not deleted."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

LISTED = 50  # uses of one kind that are listed


class Use(NamedTuple):
    """One thing that uses a row, in words, and where the desk or the reader finds it ("" if nowhere)."""

    text: str
    url: str = ""


class InUse(Exception):
    """What can't be removed, as it is used; `uses` says by what."""

    def __init__(self, row: Any, uses: Sequence[Use]) -> None:
        self.row, self.uses = row, list(uses)
        super().__init__(
            _("“%(row)s” is used, so it can’t be deleted: %(uses)s")
            % {"row": row, "uses": "; ".join(use.text for use in uses)}
        )


def dated(said: str, issued_on: date | None) -> str:
    """What is said of an issue, with its date: the titles of a periodical repeat."""
    return f"{said} · {date_format(issued_on, 'DATE_FORMAT')}" if issued_on else said


def report_page(number: int) -> str:
    return reverse("admin:reports_report_change", args=[number])
