"""All paths of the web door. Each module of views lists its own."""

from tidings.web.views import (
    attributes,
    blacklist,
    blacklist_imports,
    contact_merge,
    contact_person,
    contacts,
    dashboard,
    entry,
    group,
    group_attributes,
    group_life,
    group_settings,
    groups,
    imports,
    keys,
    mailbox,
    members,
    messages,
    sendouts,
    subgroups,
)

app_name = "web"

urlpatterns = [
    *entry.urls,
    *dashboard.urls,
    *groups.urls,
    *group.urls,
    *group_attributes.urls,
    *subgroups.urls,
    *group_life.urls,
    *group_settings.urls,
    *members.urls,
    *contacts.urls,
    *contact_merge.urls,
    *contact_person.urls,
    *attributes.urls,
    *blacklist.urls,
    *blacklist_imports.urls,
    *messages.urls,
    *sendouts.urls,
    *imports.urls,
    *mailbox.urls,
    *keys.urls,
]
