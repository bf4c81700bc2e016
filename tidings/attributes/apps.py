from django.apps import AppConfig


class AttributesConfig(AppConfig):
    name = "tidings.attributes"
