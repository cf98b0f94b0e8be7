"""Who can be logged in at all."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class StaffBackend(ModelBackend):
    """
    Only the staff: nobody else has anything to do here.

    It is asked at every request, so who is deactivated, or taken off the staff, is logged out that moment.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and bool(user.is_staff)
