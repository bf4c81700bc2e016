"""All paths of the web door. Each module of views lists its own."""

from tidings.web.views import contacts, dashboard, entry, group, groups, keys, members

app_name = "web"

urlpatterns = [
    *entry.urls,
    *dashboard.urls,
    *groups.urls,
    *group.urls,
    *members.urls,
    *contacts.urls,
    *keys.urls,
]
