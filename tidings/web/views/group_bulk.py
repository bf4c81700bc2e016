"""What is done with several groups of the list at once: first a page that asks, then the deed."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect, render

from tidings.groups import several
from tidings.groups.models import Category, Group
from tidings.kernel.errors import Refused
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.several import checked, tell

ACTS = {"category": "Change the category", "archive": "Archive", "activate": "Activate"}
DONE = {"category": "in the category now", "archive": "archived", "activate": "active"}


def bulk(request: OperatorRequest) -> HttpResponse:
    """Asks before it does something with the groups that were checked, each on its own."""
    asked = request.POST if request.method == "POST" else request.GET
    act = asked.get("act", "")
    if act not in ACTS:
        raise Refused(reason="Say what to do with the groups: go back to the list and choose.")
    groups = list(Group.objects.filter(pk__in=checked(asked.getlist("group"))).order_by("name", "pk"))
    if not groups:
        raise Refused(reason="No group is checked. Go back to the list and check some.")
    if request.method == "POST":
        category = asked.get("category", "")
        outcome = several.act(cast("several.Act", act), groups, category=category, by=request.user)
        tell(request, outcome, "group", DONE[act])
        return redirect("web:groups")
    context = {
        "groups": groups,
        "act": act,
        "verb": ACTS[act],
        "categories": Category.objects.order_by("name"),
    }
    return render(request, "web/groups/bulk.html", context)


urls = [page("groups/bulk/", bulk, "groups-bulk")]
