"""Walking through the issues page by page, by place and not by number, so that every page costs the same."""

from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest

from reports.models import Edition, EditionQuerySet


class Page(NamedTuple):
    """Some editions, newest first, and the address of the page with older ones ("" on the last)."""

    editions: list[Edition]
    older_url: str


def page_of(editions: EditionQuerySet, request: HttpRequest, *, size: int) -> Page:
    """
    The page that the request asks for by `?before=<date>.<id>`, the place of the last edition on the page before.

    Raises Http404 if that is no place.
    """
    editions = editions.without_article().newest_first()
    if place := request.GET.get("before"):
        issued_on, _, report_id = place.partition(".")
        try:
            editions = editions.before(date.fromisoformat(issued_on), int(report_id[:18]))
        except ValueError:
            raise Http404("No such page.") from None
    found = list(editions[: size + 1])
    if len(found) <= size:
        return Page(found, "")
    last = found[size - 1]
    return Page(found[:size], f"{request.path}?before={last.issued_on.isoformat()}.{last.report_id}")
