from django.apps import AppConfig


class SendoutsConfig(AppConfig):
    name = "tidings.sendouts"
