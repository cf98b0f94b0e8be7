"""The calendar of the desk: what is planned, and what went live, day by day in the site's zone."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from newsroom.reviewing import MOVES
from reports.models import Edition, Report

FIRST, LAST = date(1970, 1, 1), date(9998, 12, 1)


@dataclass(frozen=True)
class Day:
    """A day of a month’s grid with what went live on it, or will; `is_here` if it is of that month itself."""

    day: date
    is_here: bool
    is_today: bool
    entries: list[Edition]


@dataclass(frozen=True)
class Month:
    """A month, by weeks that begin on Monday. `before` and `after` are the first days of its neighbours."""

    first: date
    weeks: list[list[Day]]

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def filled(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day.is_here and day.entries]


def month_of(first: date, now: datetime) -> Month:
    """What went live or is scheduled in the weeks of a month, each day's in the order of time. One query."""
    days = list(Calendar().itermonthdates(first.year, first.month))
    begins, ends = (timezone.make_aware(datetime.combine(day, time())) for day in (days[0], days[-1] + timedelta(1)))
    editions = Edition.objects.filter(live_from__gte=begins, live_from__lt=ends).without_article()
    by_day: dict[date, list[Edition]] = {}
    for edition in editions.order_by("live_from", "pk"):
        by_day.setdefault(timezone.localtime(edition.live_from).date(), []).append(edition)
    today = timezone.localtime(now).date()
    grid = [Day(day, day.month == first.month, day == today, by_day.get(day, [])) for day in days]
    return Month(first, [grid[start : start + 7] for start in range(0, len(grid), 7)])


def month_asked(text: str, now: datetime) -> date:
    """The first day of a month such as "2031-04"; of this month for "". Raises ValueError."""
    if not text:
        return timezone.localtime(now).date().replace(day=1)
    first = date.fromisoformat(f"{text}-01")
    if not FIRST <= first <= LAST:
        raise ValueError(text)
    return first


def on_the_way() -> list[Report]:
    """The issues whose text is with a reviewer, or approved and not scheduled yet, for the page of the calendar."""
    waiting = Q(pk__in=Report.objects.in_review().values("pk")) | Q(pk__in=Report.objects.approved().values("pk"))
    return list(Report.objects.filter(waiting).with_state().order_by("issued_on", "pk")[:50])


class CalendarDoor:
    """For the admin of issues: its calendar."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        return [
            path("calendar/", self.admin_site.admin_view(self.calendar), name="reports_report_calendar"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def calendar(self, request: HttpRequest) -> HttpResponse:
        """A month, by `?month=2031-04`; this one by default."""
        if not request.user.has_perm("reports.view_report"):
            raise PermissionDenied
        now = timezone.now()
        try:
            first = month_asked(request.GET.get("month", ""), now)
        except ValueError:
            raise Http404("There is no such month.") from None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Calendar"),
            "month": month_of(first, now),
            "now": now,
            "this_month": month_asked("", now),
            "zone": timezone.get_current_timezone_name(),
            "on_the_way": on_the_way(),
            "may_publish": request.user.has_perm(MOVES["reschedule"].permission),
        }
        return render(request, "admin/reports/report/calendar.html", context)
