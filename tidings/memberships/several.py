"""What may be commanded of one member or of several at once, by the names that pages and programs use."""

from collections.abc import Iterable
from typing import Literal

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel.errors import NotFound
from tidings.kernel.several import Outcome, each
from tidings.memberships import actions

Act = Literal["approve", "refuse", "resend", "reactivate", "unsubscribe", "complain", "remove"]


def act(
    what: Act, contacts: Iterable[Contact], group: Group, *, source: str, by: User | None, ip: str = ""
) -> Outcome[Contact]:
    """Does it with each of them."""
    return each(contacts, lambda contact: act_on(what, contact, group, source=source, by=by, ip=ip))


def act_on(what: Act, contact: Contact, group: Group, *, source: str, by: User | None, ip: str = "") -> None:
    """Does it with one; raises what the action of that name raises, and `NotFound` if there is nobody to remove."""
    match what:
        case "unsubscribe":
            actions.unsubscribe(contact, group.pk, source=source, by=by, ip=ip)
        case "complain":
            actions.complain(contact, group.pk, source=source, by=by, ip=ip)
        case "remove":
            if not actions.remove(contact, group, source=source, by=by, ip=ip):
                raise NotFound(thing="member", ref=f"{contact} of this group")
        case "approve":
            actions.approve(contact, group, source=source, by=by, ip=ip)
        case "refuse":
            actions.refuse(contact, group, source=source, by=by, ip=ip)
        case "resend":
            actions.resend(contact, group, source=source, by=by, ip=ip)
        case "reactivate":
            actions.reactivate(contact, group, source=source, by=by, ip=ip)
