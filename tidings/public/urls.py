"""The paths that links in messages lead to. `messaging/links.py` writes them."""

from django.urls import path

from tidings.messaging.links import ONE_CLICK_PATH, UNSUBSCRIBE_PATH
from tidings.public import views

app_name = "public"

urlpatterns = [
    path(f"{UNSUBSCRIBE_PATH.lstrip('/')}<str:token>", views.unsubscribe, name="unsubscribe"),
    path(f"{ONE_CLICK_PATH.lstrip('/')}<str:token>", views.one_click, name="one-click"),
]
