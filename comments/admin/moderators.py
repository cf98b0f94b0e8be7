"""What the pages of moderators have in common."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from comments.moderating import MODERATE


class ForModerators(ModelAdmin):
    """For whoever moderates, all of it; there is nothing to add or to delete, and so no page for it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MODERATE))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(MODERATE))

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
