"""What is done with one member of a group, or with several that were checked in the list."""

from typing import Any, NamedTuple, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.contacts.models import Contact
from tidings.groups.queries import find
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.kernel.network import client_address
from tidings.memberships import several
from tidings.memberships.models import Membership
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.several import checked, tell
from tidings.web.views.group import frame

PAGE = Membership.Source.PAGE


class Wording(NamedTuple):
    """How a page speaks of an act: its button, what follows from it, and what is said afterwards of one and of many."""

    verb: str
    follows: str
    done: str
    became: str


ACTS = {
    "approve": Wording("Approve", "become members and get messages:", "is a member now.", "approved"),
    "refuse": Wording(
        "Turn down",
        "don't become members and are told nothing. They may ask again:",
        "is turned down. They may ask again.",
        "turned down",
    ),
    "resend": Wording(
        "Ask again",
        "get a letter once more that asks them to confirm:",
        "is asked again: a letter is on its way.",
        "asked again",
    ),
    "reactivate": Wording(
        "Reactivate", "get messages again from the next sendout on:", "gets messages again.", "reactivated"
    ),
    "unsubscribe": Wording(
        "Unsubscribe",
        "get nothing more of this group. Only they themselves can come back; nobody can add them again:",
        "is unsubscribed and can't be added again.",
        "unsubscribed",
    ),
    "complain": Wording(
        "Note a complaint",
        "called a message of this group unwanted. They are deactivated, and nobody but they can ever undo it:",
        "complained. Nobody but they can bring them back.",
        "noted as complained",
    ),
    "remove": Wording(
        "Remove",
        "leave the group, without a message and without counting as unsubscribed. They may be added again:",
        "is no longer a member.",
        "removed",
    ),
}


@require_POST
def act(request: OperatorRequest, pk: int, contact: int, what: str) -> HttpResponse:
    """Does it with one member."""
    group, wording = find(pk), _wording(what)
    person = Contact.objects.filter(pk=contact).first()
    if person is None:
        raise NotFound(thing="contact", ref=contact)
    try:
        several.act_on(_act(what), person, group, **_told_by(request))
        messages.success(request, f"{person} {wording.done}")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:group-members", pk)


def bulk(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks before it does something with the members that were checked, each on its own."""
    group = find(pk)
    asked = request.POST if request.method == "POST" else request.GET
    wording = _wording(asked.get("act", ""))
    people = list(Contact.objects.filter(pk__in=checked(asked.getlist("contact"))).order_by("pk"))
    if not people:
        raise Refused(reason="Nobody is checked. Go back to the list and check some members.")
    if request.method == "POST":
        outcome = several.act(_act(asked["act"]), people, group, **_told_by(request))
        tell(request, outcome, "member", wording.became)
        return redirect("web:group-members", pk)
    context = {"people": people, "act": asked["act"], "wording": wording}
    return render(request, "web/group/members_bulk.html", frame(group, "members") | context)


def _wording(what: str) -> Wording:
    if what not in ACTS:
        raise Refused(reason="Say what to do with the members: go back to the list and choose.")
    return ACTS[what]


def _act(what: str) -> several.Act:
    return cast("several.Act", what)


def _told_by(request: OperatorRequest) -> dict[str, Any]:
    return {"source": PAGE, "by": request.user, "ip": client_address(request)}


urls = [
    page("groups/<int:pk>/members/bulk/", bulk, "group-members-bulk"),
    page("groups/<int:pk>/members/<int:contact>/<slug:what>/", act, "group-member-act"),
]
