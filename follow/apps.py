from django.apps import AppConfig


class FollowConfig(AppConfig):
    name = "follow"

    def ready(self) -> None:
        from follow import receivers as receivers
