"""Public pages of the policies. A policy is public once a live issue tracks it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from policies.models import Appearance
from reports.appearances import show_history
from reports.caching import public_page


@public_page
def policy_list(request: HttpRequest) -> HttpResponse:
    policies = Appearance.objects.live().latest_of_each("policy").with_edition()
    ordered = sorted(policies, key=lambda policy: policy.title.casefold())
    return render(request, "policies/policy_list.html", {"policies": ordered})


@public_page
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    return show_history(request, "policies/policy_detail.html", Appearance.objects.all(), slug, of="policy")
