"""Public pages of the policies. A policy is public once a live issue tracks it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from policies.models import Appearance
from reports.caching import public_page


@public_page
def policy_list(request: HttpRequest) -> HttpResponse:
    policies = Appearance.objects.live().latest_of_each("policy").with_edition()
    ordered = sorted(policies, key=lambda policy: policy.title.casefold())
    return render(request, "policies/policy_list.html", {"policies": ordered})


@public_page
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    named = Appearance.objects.at(slug)
    live = Appearance.objects.live().with_edition().newest_first()
    appearances = named and list(live.filter(policy=named.policy_id))
    if not appearances:
        raise Http404("No published issue tracks a policy of this name.")
    newest = appearances[0]
    if newest.slug != slug:
        return redirect(newest.url, permanent=True)
    return render(request, "policies/policy_detail.html", {"policy": newest, "appearances": appearances})
