"""What is the same for every answer."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere, and the desk's own one below /admin/ alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only=report_only)
        if request.path_info.startswith(reverse("admin:index")) and not report_only:
            parts.config = settings.DESK_CONTENT_SECURITY_POLICY
        return parts
