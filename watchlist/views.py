"""Public pages of the companies. A company is public once a live issue names it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from reports.caching import public_page
from watchlist.models import Appearance


@public_page
def company_list(request: HttpRequest) -> HttpResponse:
    companies = Appearance.objects.live().latest_of_each("company").with_edition()
    ordered = sorted(companies, key=lambda company: company.name.casefold())
    return render(request, "watchlist/company_list.html", {"companies": ordered})


@public_page
def company(request: HttpRequest, slug: str) -> HttpResponse:
    named = Appearance.objects.at(slug)
    live = Appearance.objects.live().with_edition().newest_first()
    appearances = named and list(live.filter(company=named.company_id))
    if not appearances:
        raise Http404("No published issue watches a company of this name.")
    newest = appearances[0]
    if newest.slug != slug:
        return redirect(newest.url, permanent=True)
    return render(request, "watchlist/company_detail.html", {"company": newest, "appearances": appearances})
