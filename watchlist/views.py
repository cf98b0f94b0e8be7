"""Public pages of the companies. A company is public once a live issue names it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reports.appearances import show_history
from reports.caching import public_page
from watchlist.models import Appearance


@public_page
def company_list(request: HttpRequest) -> HttpResponse:
    companies = Appearance.objects.live().latest_of_each("company").with_edition()
    ordered = sorted(companies, key=lambda company: company.name.casefold())
    return render(request, "watchlist/company_list.html", {"companies": ordered})


@public_page
def company(request: HttpRequest, slug: str) -> HttpResponse:
    return show_history(request, "watchlist/company_detail.html", Appearance.objects.all(), slug, of="company")
