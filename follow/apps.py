from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowConfig(AppConfig):
    name = "follow"
    verbose_name = _("Follow")

    def ready(self) -> None:
        from follow import receivers as receivers
