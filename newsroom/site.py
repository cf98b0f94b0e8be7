"""The desk as Django sees it: its admin site, in Unfold's dress."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite


class Desk(UnfoldAdminSite):
    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        """None: how the program is divided into apps means nothing to editors. The menu has everything."""
        raise Http404("The desk has no page for an app.")
