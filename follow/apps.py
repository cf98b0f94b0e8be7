from django.apps import AppConfig


class FollowConfig(AppConfig):
    name = "follow"
