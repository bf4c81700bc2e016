from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "tidings.imports"
