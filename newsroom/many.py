"""Deciding about several issues of the desk's list at once, each by the same verb as alone, with a result for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.lib.text import Wording
from newsroom.publishing import Unpublishable, publish
from newsroom.reviewing import MOVES, OutOfTurn, submit
from newsroom.revising import StaleVersion, lock
from reports.models import Report

MOST = 100


@dataclass(frozen=True)
class Act:
    title: Wording
    question: Wording
    button: Wording
    do: Callable[..., str]


@dataclass(frozen=True)
class Result:
    """What came of an issue: done or not, and a sentence or more that say so."""

    report: Report
    done: bool
    said: str


def submit_one(report: Report, *, by: Any, seen: int) -> str:
    submit(report, by=by, seen=seen)
    return _("Submitted.")


@transaction.atomic
def publish_one(report: Report, *, by: Any, seen: int) -> str:
    """For issues that readers don't have: what changes one that they have is asked about on its own page."""
    if lock(report).editions.live().exists():
        raise Unpublishable([_("Readers have this issue. Open it, and say what kind of change it is.")])
    publish(report, by=by, seen=seen)
    return _("Published.")


ACTS = {
    "submit": Act(
        gettext_lazy("Submit these issues for review?"),
        gettext_lazy("Each as it is saved now."),
        gettext_lazy("Submit for review"),
        submit_one,
    ),
    "publish": Act(
        gettext_lazy("Publish these issues?"),
        gettext_lazy("Readers get each at once, as it is saved now. What was scheduled for it is replaced."),
        gettext_lazy("Publish"),
        publish_one,
    ),
}


def decide_many(act: Act, seen: dict[int, int], reports: list[Report], *, by: Any) -> list[Result]:
    """Do it to each issue, if it is still the version that was `seen`; one that is refused keeps no other from it."""
    results = []
    for report in reports:
        try:
            results.append(Result(report, True, act.do(report, by=by, seen=seen[report.pk])))
        except StaleVersion:
            said = _("Somebody saved it after you opened this page. Look at it again, then decide.")
            results.append(Result(report, False, said))
        except (Unpublishable, OutOfTurn) as refused:
            results.append(Result(report, False, " ".join(refused.reasons)))
    return results


def asked(issues: list[str]) -> dict[int, int]:
    """By number of an issue the version that was seen, from "12.3"; without a version as 0. Raises Http404."""
    found = {}
    for text in issues[:MOST]:
        pk, _dot, version = text.partition(".")
        if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (pk, version or "0")):
            raise Http404("No such issue.")
        found[int(pk)] = int(version or 0)
    return found


class ManyDoor:
    """For the admin of issues: its list's actions, and the page that asks before they are done."""

    admin_site: Any
    opts: Any
    get_queryset: Any
    actions = ("submit_many", "publish_many")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("many/<slug:act>/", view(self.many), name="reports_report_many"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MOVES["publish"].permission)

    @admin.action(description=gettext_lazy("Submit for review…"), permissions=["change"])
    def submit_many(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse:
        return self.ask(queryset, "submit")

    @admin.action(description=gettext_lazy("Publish…"), permissions=["publish"])
    def publish_many(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse:
        return self.ask(queryset, "publish")

    def ask(self, queryset: QuerySet[Report], act: str) -> HttpResponse:
        chosen = QueryDict(mutable=True)
        chosen.setlist("issue", [str(pk) for pk in queryset.values_list("pk", flat=True)[:MOST]])
        return redirect(f"{reverse('admin:reports_report_many', args=[act])}?{chosen.urlencode()}")

    def many(self, request: HttpRequest, act: str) -> HttpResponse:
        """Show the issues and ask (GET), or do it and show what came of each (POST)."""
        if act not in ACTS:
            raise Http404("That can't be done with several issues.")
        if not request.user.has_perm(MOVES[act].permission):
            raise PermissionDenied
        seen = asked((request.POST if request.method == "POST" else request.GET).getlist("issue"))
        reports = list(self.get_queryset(request).filter(pk__in=seen))
        results = decide_many(ACTS[act], seen, reports, by=request.user) if request.method == "POST" else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": ACTS[act].title,
            "act": ACTS[act],
            "rows": [(report, self.state(report)) for report in reports],  # type: ignore[attr-defined]
            "results": results,
        }
        return render(request, "admin/reports/report/many.html", context)
