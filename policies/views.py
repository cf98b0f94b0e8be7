"""Public pages of the policies. A policy is public once a live issue tracks it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from policies.milestones import timeline
from policies.models import Appearance, Status
from reports.appearances import (
    Narrowing,
    Registered,
    first_day,
    lines_of,
    newest_of,
    parts,
    registered,
    show_rows,
)
from reports.caching import public_page


def jurisdictions(row: Registered) -> list[tuple[str, str]]:
    return [(part, part) for part in parts(row.facts["jurisdiction"])]


def statuses(row: Registered) -> list[tuple[str, str]]:
    status = row.facts["status"]
    return [(status, str(Status(status).label))] if status else []


@public_page
def policy_list(request: HttpRequest) -> HttpResponse:
    rows = registered(Appearance.objects.all(), of="policy", facts=("title", "jurisdiction", "status"))
    narrowing = Narrowing(request.GET, {"jurisdiction": jurisdictions, "status": statuses})
    register = narrowing.register(rows, by="title")
    context = {"register": register, "policies": show_rows(register, Appearance.objects.all())}
    return render(request, "policies/policy_list.html", context)


@public_page
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    newest = newest_of(Appearance.objects.all(), slug, of="policy")
    if newest.slug != slug:
        return redirect(newest.url, permanent=True)
    appearances = Appearance.objects.filter(policy=newest.policy_id)
    context: dict[str, Any] = {"policy": newest, "record": lines_of(appearances, request)}
    if not request.GET.get("before"):
        steps = timeline(newest.milestones, issued_on=newest.edition.issued_on, today=timezone.localdate())
        context |= {"timeline": steps, "first_on": first_day(appearances)}
    return render(request, "policies/policy_detail.html", context)
