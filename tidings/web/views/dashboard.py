"""The first page: what goes on now, what was sent last, and whether somebody does the work."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from tidings.locks.queries import running
from tidings.sendouts.models import Sendout
from tidings.web.health import health
from tidings.web.overview import sendout_rows, totals
from tidings.web.progress import work_of_processes
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

LAST_SENDOUTS = 8
COMING_SENDOUTS = 5


def dashboard(request: OperatorRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "web/dashboard/page.html", {"totals": totals(), **_live()})


def live(request: OperatorRequest) -> HttpResponse:
    """Its moving part, asked for again and again while the page is seen."""
    return render(request, "web/dashboard/_live.html", _live())


def _live() -> dict[str, Any]:
    sendouts = Sendout.objects.select_related("version__message")
    coming = [Sendout.State.SCHEDULED, Sendout.State.WAITING]
    return {
        "running": work_of_processes(running()),
        "coming": sendouts.filter(state__in=coming).order_by("scheduled_at", "pk")[:COMING_SENDOUTS],
        "last": sendout_rows(sendouts.exclude(state__in=coming).order_by("-pk")[:LAST_SENDOUTS]),
        "health": health(),
    }


urls = [
    page("", dashboard, "dashboard"),
    page("dashboard/live/", live, "dashboard-live"),
]
