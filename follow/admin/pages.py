"""What the pages of followers and mailings have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from unfold.admin import ModelAdmin


def needs(*permissions: str) -> Callable[..., Any]:
    """For methods that are pages: whoever lacks one of these gets 403, and no cache keeps the answer."""

    def decorate(page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(page)
        def guarded(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            response = page(self, request, *args, **kwargs)
            response.headers["Cache-Control"] = "private, no-store"
            return response

        return guarded

    return decorate


def sent(request: HttpRequest) -> Any:
    """What a form is made of: what was sent, be it nothing, or None to show it empty."""
    return request.POST if request.method == "POST" else None


class OwnPages(ModelAdmin):
    """
    Pages of our own in the place of Django's.

    `see` are the permissions any of which opens the first page; `folder` is where the templates are.
    """

    see: tuple[str, ...] = ()
    folder = ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(request.user.has_perm(permission) for permission in self.see)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def answer(self, request: HttpRequest, page: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        return render(request, f"admin/follow/{self.folder}/{page}.html", {**everywhere, **context}, status=status)
