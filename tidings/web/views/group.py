"""One group: overview."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tidings.groups.models import Group
from tidings.groups.queries import find, supergroups_of
from tidings.locks.queries import use_of
from tidings.memberships.queries import count_members
from tidings.sendouts.judge import waterfall
from tidings.sendouts.models import Sendout
from tidings.web.overview import sendout_rows, supermessage_rows
from tidings.web.progress import work_of_locks
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.waterfall import steps_of

LAST_SENDOUTS = 8


def frame(group: Group, tab: str) -> dict[str, Any]:
    """What every tab of a group's page shows: its head and the locks on it."""
    return {"group": group, "tab": tab, **_live(group)}


def _live(group: Group) -> dict[str, Any]:
    use = use_of(group.pk)
    return {
        "use": use,
        "locks": use.locks,
        "holders": work_of_locks(use.locks),
        "members": count_members([group.pk])[group.pk],
    }


@require_safe
def overview(request: OperatorRequest, pk: int) -> HttpResponse:
    """Counts, locks and the last sendouts."""
    group = find(pk)
    last = Sendout.objects.filter(group=group).select_related("version__message").order_by("-pk")
    context = frame(group, "overview") | {
        "last": sendout_rows(last[:LAST_SENDOUTS]),
        "supermessages": supermessage_rows(group, LAST_SENDOUTS),
        "supergroups": supergroups_of(group),
    }
    return render(request, "web/group/overview.html", context)


@require_safe
def live(request: OperatorRequest, pk: int) -> HttpResponse:
    """The locks and counts alone, asked for again while a process holds the group."""
    group = find(pk)
    return render(request, "web/group/_live.html", {"group": group, **_live(group)})


@require_safe
def audience(request: OperatorRequest, pk: int) -> HttpResponse:
    """Who would receive a sendout now: counted when the page is there, because it looks at every member."""
    group = find(pk)
    return render(request, "web/group/_audience.html", {"steps": steps_of(waterfall(group.pk))})


urls = [
    page("groups/<int:pk>/", overview, "group"),
    page("groups/<int:pk>/live/", live, "group-live"),
    page("groups/<int:pk>/audience/", audience, "group-audience"),
]
