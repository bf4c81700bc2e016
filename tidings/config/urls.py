"""Which door answers which path."""

from django.urls import URLPattern, URLResolver, include, path

from tidings.api import app as api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls()),
    path("", include("tidings.public.urls")),
    path("", include("tidings.web.urls")),
]
