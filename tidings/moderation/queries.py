"""Requests, and who may decide about them."""

from django.db.models import QuerySet
from django.urls import reverse

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.kernel.errors import NotFound
from tidings.moderation.models import Request
from tidings.sendouts.models import Sendout

OPEN_COUNTED_AT_MOST = 100


def requests() -> QuerySet[Request]:
    """All requests with what their lists show. One whose sendout was cancelled meanwhile is as good as ended."""
    return Request.objects.select_related(
        "sendout__version__message", "sendout__group", "group", "asked_by", "decided_by"
    ).prefetch_related("sendout__group__attributes")


def open_requests() -> QuerySet[Request]:
    """Those that somebody is to decide about."""
    return requests().filter(state=Request.State.OPEN, sendout__state=Sendout.State.AWAITING_APPROVAL)


def count_open() -> int:
    """How many of them there are, counted up to a hundred."""
    return open_requests()[:OPEN_COUNTED_AT_MOST].count()


def find(number: int) -> Request:
    """The request with that id; raises `NotFound`."""
    found = requests().filter(pk=number).first()
    if found is None:
        raise NotFound(thing="approval request", ref=number)
    return found


def approvers_of(group: Group) -> list[User]:
    """The active users whom the group's settings name."""
    named = group.all_settings.moderation.approvers
    return list(User.objects.filter(email__in=named, is_active=True).order_by("pk"))


def wants_four_eyes(group: Group) -> bool:
    """Whether nobody approves their own."""
    return bool(group.all_settings.moderation.four_eyes)


def path_of(request: Request) -> str:
    """The page on which it is decided."""
    return reverse("web:approval", args=[request.pk])
