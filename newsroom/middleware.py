"""What is the same for every answer."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.http import parse_header_parameters
from django.views.defaults import bad_request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere, and the desk's own one below /admin/ alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only=report_only)
        if request.path_info.startswith(reverse("admin:index")) and not report_only:
            parts.config = settings.DESK_CONTENT_SECURITY_POLICY
        return parts


def refuse_encodings(application: "WSGIApplication") -> "WSGIApplication":
    """
    Around Django, as it reads a request in whatever codec of Python's the Content-Type names before any middleware is
    asked; some take minutes for a megabyte (punycode), others are no text at all (zlib). Forms are in UTF-8.
    """

    def utf_8_alone(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if parameters.get("charset", "utf-8").strip().lower() not in {"utf-8", "utf8"}:
            start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b"Forms are read in UTF-8 alone.\n"]
        return application(environ, start_response)

    return utf_8_alone


def language_by_address(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """
    Speak the language that the address begins with, and settings.LANGUAGE_CODE where it begins with none.

    Nothing else is asked, neither cookie nor Accept-Language, so that each address has one page for everybody.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def same_for_everybody(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """
    Take cookies off answers that shared caches may keep.

    No public page sets one; but Django replaces malformed ones of a visitor's, whatever the page.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.cookies and "public" in response.headers.get("Cache-Control", ""):
            response.cookies.clear()
            varies = [name.strip() for name in response.headers.get("Vary", "").split(",")]
            others = [name for name in varies if name and name.lower() != "cookie"]
            response.headers["Vary"] = ", ".join(others)
        return response

    return middleware


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """An address with NUL in it means nothing, and PostgreSQL takes no query with one. Forms refuse it by field."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or "\x00" in query or "%00" in query:
            return bad_request(request, ValueError("NUL in the address"))
        return get_response(request)

    return middleware
