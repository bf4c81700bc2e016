from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "tidings.memberships"
