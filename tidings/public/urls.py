"""The paths that links in messages lead to. `messaging/links.py` writes them."""

from django.urls import path

from tidings.messaging.links import (
    CONFIRM_PATH,
    FILE_PATH,
    FORM_PATH,
    ONE_CLICK_PATH,
    PREFERENCES_PATH,
    UNSUBSCRIBE_PATH,
    VIEW_PATH,
)
from tidings.public import files, joining, online, preferences, views

app_name = "public"

urlpatterns = [
    path(f"{UNSUBSCRIBE_PATH.lstrip('/')}<str:token>", views.unsubscribe, name="unsubscribe"),
    path(f"{ONE_CLICK_PATH.lstrip('/')}<str:token>", views.one_click, name="one-click"),
    path(f"{VIEW_PATH.lstrip('/')}<str:token>", online.view, name="view"),
    path(f"{FILE_PATH.lstrip('/')}<slug:token>", files.file, name="file"),
    path(f"{FORM_PATH.lstrip('/')}<str:token>", joining.join, name="join"),
    path(f"{CONFIRM_PATH.lstrip('/')}<str:token>", joining.confirmation, name="confirm"),
    path(f"{PREFERENCES_PATH.lstrip('/')}<str:token>", preferences.preferences, name="preferences"),
]
