"""Who else is at an issue, and in which story: said by each open form, expiring by time alone."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from newsroom.lib.rights import require
from newsroom.models import Presence
from reports.models import Report, Story


class Other(NamedTuple):
    """Somebody else, and where in words."""

    name: str
    place: str

    @property
    def said(self) -> str:
        if not self.place:
            return _("%(name)s has this issue open, too.") % {"name": self.name}
        return _("%(name)s is in %(place)s.") % {"name": self.name, "place": self.place}


def say_here(report: Report, *, story: int | None = None, by: Any) -> None:
    """
    Note that somebody is at an issue, in a story of it or elsewhere. A story of another issue counts as elsewhere.

    Raises PermissionDenied for those who may not change issues.
    """
    require(by, "reports.change_report")
    if story is not None and not report.stories.filter(pk=story).exists():
        story = None
    Presence.objects.update_or_create(report=report, person=by, defaults={"story": story, "seen_at": timezone.now()})


def say_gone(report: Report, *, by: Any) -> None:
    """Forget that somebody is at an issue. If he has it open in another tab too, that says so again within seconds."""
    Presence.objects.filter(report=report, person=by).delete()


def others_at(report: Report, *, than: Any) -> list[Other]:
    """Who else is there now, by name. Two queries."""
    there = list(Presence.objects.fresh().filter(report=report).exclude(person=than).select_related("person"))
    stories = Story.objects.in_bulk([row.story for row in there if row.story])
    found = [
        Other(
            row.person.get_full_name() or row.person.get_username(),
            str(stories[row.story]) if row.story in stories else "",
        )
        for row in there
    ]
    return sorted(found)


def forget_presences() -> int:
    """Delete what is past; how many rows that were."""
    past = Presence.objects.filter(seen_at__lte=timezone.now() - Presence.KEPT)
    return past.delete()[0]


class PresenceDoor:
    """For the admin of issues: where an open form says that it is there, and hears who else is."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.here))
        return [path("<int:pk>/here/", view, name="reports_report_here"), *super().get_urls()]  # type: ignore[misc]

    def here(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes `story`, or `gone`; tells who else is there, and which version is saved."""
        report = get_object_or_404(Report, pk=pk)
        if "gone" in request.POST:
            say_gone(report, by=request.user)
            return HttpResponse(status=204)
        story = request.POST.get("story", "")
        say_here(report, story=int(story) if story.isdecimal() and len(story) < 19 else None, by=request.user)
        answer = {
            "others": [other.said for other in others_at(report, than=request.user)],
            "version": report.version,
        }
        return JsonResponse(answer)
