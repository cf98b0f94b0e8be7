"""What is the same for every answer."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.defaults import bad_request


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere, and the desk's own one below /admin/ alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only=report_only)
        if request.path_info.startswith(reverse("admin:index")) and not report_only:
            parts.config = settings.DESK_CONTENT_SECURITY_POLICY
        return parts


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """An address with NUL in it means nothing, and PostgreSQL takes no query with one. Forms refuse it by field."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or "\x00" in query or "%00" in query:
            return bad_request(request, ValueError("NUL in the address"))
        return get_response(request)

    return middleware
