from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "tidings.moderation"
