"""Public pages of the companies. A company is public once a live issue has it on its watchlist."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from reports.appearances import Narrowing, Registered, first_day, newest_of, parts, registered, show_rows
from reports.caching import public_page
from reports.charts import mirror
from watchlist.history import best_ranks, lately, record_of
from watchlist.models import Appearance


def countries(row: Registered) -> list[tuple[str, str]]:
    return [(part, part) for part in parts(row.facts["country"])]


@public_page
def company_list(request: HttpRequest) -> HttpResponse:
    rows = registered(Appearance.objects.all(), of="company", facts=("name", "country"))
    register = Narrowing(request.GET, {"country": countries}).register(rows, by="name")
    context = {"register": register, "companies": show_rows(register, Appearance.objects.all())}
    return render(request, "watchlist/company_list.html", context)


@public_page
def company(request: HttpRequest, slug: str) -> HttpResponse:
    newest = newest_of(Appearance.objects.all(), slug, of="company")
    if newest.slug != slug:
        return redirect(newest.url, permanent=True)
    company: int = newest.company_id
    context: dict[str, Any] = {"company": newest, "record": record_of(company, request)}
    if not request.GET.get("before"):
        context |= {
            "chart": mirror(lately(company)),
            "best": best_ranks(company),
            "first_on": first_day(Appearance.objects.filter(company=company)),
        }
    return render(request, "watchlist/company_detail.html", context)
