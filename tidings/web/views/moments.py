"""Who would get a sendout when, by the time of each recipient's zone."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tidings.groups.queries import find as find_group
from tidings.kernel import clock
from tidings.messaging.queries import find_version
from tidings.selections.language import compiled
from tidings.sendouts.moments import forecast
from tidings.web.narrowing import whom
from tidings.web.request import OperatorRequest
from tidings.web.review import IN_THEIR_ZONE
from tidings.web.routing import page


@require_safe
def moments(request: OperatorRequest, pk: int, message: int) -> HttpResponse:
    """How many would get it at what moment; nothing unless that was chosen, with a time."""
    time = _time(request.GET.get("at", "")) if request.GET.get("when") == IN_THEIR_ZONE else None
    group, version = find_group(pk), find_version(message)
    if time is None:
        return HttpResponse()
    narrowed = whom(request.GET)
    picked = compiled(narrowed.rule, group=group) if narrowed else None
    is_marketing = version.message.is_marketing
    found = forecast(group, time, clock.now(), picked=picked, is_marketing=is_marketing)
    return render(request, "web/sendouts/_moments.html", {"moments": found})


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


urls = [page("groups/<int:pk>/send/<int:message>/moments/", moments, "sendout-moments")]
