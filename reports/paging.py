"""Walking through the issues page by page, by place and not by number, so that every page costs the same."""

from datetime import date
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest

from reports.models import Edition, EditionQuerySet, ProjectionQuerySet, day_of, place_of


class Page(NamedTuple):
    """Some editions, newest first, and the address of the page with older ones ("" on the last)."""

    editions: list[Edition]
    older_url: str


def place_asked(request: HttpRequest) -> int | None:
    """
    The place that the request asks to go on from, by `?before=<date>.<id>`; None if it asks for none.

    Raises Http404 if that is no place.
    """
    before = request.GET.get("before")
    if not before:
        return None
    issued_on, _, report_id = before.partition(".")
    try:
        return place_of(date.fromisoformat(issued_on), int(report_id[:18]))
    except ValueError:
        raise Http404("No such page.") from None


def address_after(request: HttpRequest, place: int) -> str:
    """The address of the page that goes on from a place."""
    issued_on = day_of(place)
    return f"{request.path}?before={issued_on.isoformat()}.{place - place_of(issued_on, 0)}"


def page_of(editions: EditionQuerySet, request: HttpRequest, *, size: int) -> Page:
    """
    The page that the request asks for by `?before=<date>.<id>`, the place of the last edition on the page before.

    Raises Http404 if that is no place.
    """
    editions = editions.without_article().newest_first()
    if place := place_asked(request):
        editions = editions.filter(place__lt=place)
    found = list(editions[: size + 1])
    if len(found) <= size:
        return Page(found, "")
    return Page(found[:size], address_after(request, found[size - 1].place))


def rows_of_page(rows: ProjectionQuerySet, request: HttpRequest, *, size: int) -> tuple[list[Any], str]:
    """
    The live rows, newest first, of so many issues as make a page, each with its edition; and the address of the next.

    An issue may have any number of the rows. Two queries, whose cost is that of the rows on the page. Raises Http404
    if the request asks for no place.
    """
    few = rows.live_few().newest_first()
    if place := place_asked(request):
        few = few.filter(place__lt=place)
    found = list(few.values_list("place", flat=True).distinct()[: size + 1])
    shown = found[:size]
    older_url = address_after(request, shown[-1]) if len(found) > size else ""
    return list(rows.live_few().with_edition().newest_first().filter(place__in=shown)), older_url
