"""The settings of a group, a page per tab."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from tidings.groups.actions import update_settings
from tidings.groups.errors import BadSettings
from tidings.groups.models import Group
from tidings.groups.queries import find, settings_of
from tidings.groups.settings import tabs
from tidings.kernel.errors import TidingsError
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.settings_form import SettingsForm
from tidings.web.views.group import frame

FIRST = "general"


def settings(request: OperatorRequest, pk: int, name: str = FIRST) -> HttpResponse:
    """One tab of the group's settings."""
    group = find(pk)
    titles = tabs(is_supergroup=group.is_supergroup)
    if name not in titles:
        raise Http404
    form = SettingsForm(name, getattr(settings_of(group), name), group.channel, request.POST or None)
    if form.is_valid() and _saved(group, form, request):
        messages.success(
            request, f"{titles[name]}: the settings are saved. Sendouts that start from now on use them."
        )
        return redirect(request.path)
    context = {"form": form, "tabs": titles, "name": name, "title": titles[name]}
    return render(request, "web/group/settings.html", frame(group, "settings") | context)


def _saved(group: Group, form: SettingsForm, request: OperatorRequest) -> bool:
    try:
        update_settings(group, form.changes, by=request.user)
    except BadSettings as error:
        form.tell(error)
        return False
    except TidingsError as error:
        form.add_error(None, str(error))
        return False
    return True


urls = [
    page("groups/<int:pk>/settings/", settings, "group-settings"),
    page("groups/<int:pk>/settings/<slug:name>/", settings, "group-settings-tab"),
]
