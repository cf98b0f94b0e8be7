"""What is the same for every answer."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any

import brotli
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_header_parameters
from django.views.defaults import bad_request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere, and the desk's own one below /admin/ alone, from the log-in on."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only=report_only)
        is_strict = report_only or getattr(response, "is_entrance", False)
        if request.path_info.startswith(reverse("admin:index")) and not is_strict:
            parts.config = settings.DESK_CONTENT_SECURITY_POLICY
        return parts


class Compression(GZipMiddleware):
    """
    Brotli for public pages where the browser knows it, gzip as Django does it for everything else.

    Where a page bears a secret, such as the desk's CSRF token, its compressed length must not tell what else is on it
    (BREACH): Django adds random bytes to gzip for that. Public pages are the same for everybody and bear none, so
    brotli is for them alone. What is compressed already (pictures, PDF) is sent as it is.

    The page's own ETag stays, only weak from here on, as the bytes are others: ConditionalGetMiddleware, further in,
    still finds it to be the same.
    """

    COMPRESSED = ("image/avif", "image/webp", "image/jpeg", "image/png", "application/pdf", "font/")
    ACCEPTS = re.compile(r"(?:^|,)\s*br\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)", re.IGNORECASE)

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.pages = PressedPages()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(self.COMPRESSED):
            return response
        if not isinstance(response, HttpResponse) or not self.is_for_brotli(request, response):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Encoding",))
        etag = response.headers.get("ETag", "")
        # What is of an issue is asked for again and again; of what was searched for hardly any page is, twice.
        content = self.pages.pressed(etag if response.has_header("Cache-Tag") else "", response.content)
        response.content = content
        response.headers["Content-Length"] = str(len(content))
        response.headers["Content-Encoding"] = "br"
        if etag.startswith('"'):
            response.headers["ETag"] = f"W/{etag}"
        return response

    def is_for_brotli(self, request: HttpRequest, response: HttpResponse) -> bool:
        return (
            "public" in response.headers.get("Cache-Control", "")
            and len(response.content) >= 200
            and not response.has_header("Content-Encoding")
            and bool(self.ACCEPTS.search(request.headers.get("Accept-Encoding", "")))
        )


class PressedPages:
    """
    Public pages as small as brotli gets them, which takes 100 ms for a long one, so the last ones are kept.

    They are kept by their ETag, which says that two answers are the same but for the time stamps of their forms
    (reports/caching.py): whoever gets a kept one gets what any cache in front might have given. One is pressed at a
    time, so that a crawler can't keep all processors busy; who comes meanwhile gets a page that is a fifth larger.
    """

    KEPT = 500
    LONGEST = 300_000  # bytes of a page that is pressed with all force
    QUICK, BEST = 5, 11

    def __init__(self) -> None:
        self.kept: OrderedDict[str, bytes] = OrderedDict()
        self.busy = Lock()

    def pressed(self, etag: str, content: bytes) -> bytes:
        if kept := self.kept.get(etag):
            return kept
        if not etag or len(content) > self.LONGEST or not self.busy.acquire(blocking=False):
            return bytes(brotli.compress(content, quality=self.QUICK))
        try:
            self.kept[etag] = pressed = bytes(brotli.compress(content, quality=self.BEST))
            while len(self.kept) > self.KEPT:
                self.kept.popitem(last=False)
        finally:
            self.busy.release()
        return pressed


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


def no_body_for_head(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """HEAD gets the headers of GET and nothing else (RFC 9110, section 9.3.2); gunicorn complains of any more."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse):
                response.content = b""
        return response

    return middleware


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
