"""One copy of a message before anything is sent, and as whom to look at it."""

from dataclasses import dataclass

from tidings.contacts.models import Contact
from tidings.contacts.queries import find as find_contact
from tidings.groups.models import Group
from tidings.memberships.gaps import next_with_gap
from tidings.memberships.models import Membership
from tidings.memberships.queries import members
from tidings.messaging.mime.message import find_names
from tidings.messaging.models import Version
from tidings.messaging.personalization.names import fold_name
from tidings.messaging.queries import ROOTS, content_of
from tidings.sendouts.errors import NobodyThere, NobodyWithout
from tidings.sendouts.snapshot import Snapshot, attributes_of, compile_version, freeze, row_of

NO_SENDOUT = 0
SCOPES = {root: scope for scope, root in ROOTS.items()}


@dataclass(frozen=True)
class Shown:
    """A copy as its recipient would see it: what mail programs list, and the parts."""

    sender: str
    reply_to: str
    to: str
    subject: str
    preview_text: str
    html: str | None
    text: str | None


def preview(
    version: Version,
    group: Group,
    contact: Contact,
    *,
    within: Group | None = None,
    sender_name: str = "",
    sender_address: str = "",
) -> Shown:
    """The copy that the contact would get in the group now, or as its member of a SuperMessage to the SuperGroup
    `within`; raises `TemplateError` or `RenderError`.

    Its links lead nowhere: a click in a preview must not unsubscribe anybody.
    """
    inherited = attributes_of(within) if within and within != group else None
    frozen = freeze(group, inherited=inherited, sender_name=sender_name, sender_address=sender_address)
    message = compile_version(version, frozen)
    snapshot = Snapshot(NO_SENDOUT, group.pk, frozen["sender_address"], message, is_test=True)
    copy = snapshot.copier()(contact.pk, row_of(contact, group.pk))
    shown = message.preview(copy)
    return Shown(
        sender=_mailbox(frozen["sender_name"], frozen["sender_address"]),
        reply_to=frozen["reply_to"],
        to=_mailbox(copy.name, copy.address or ""),
        subject=shown.subject,
        preview_text=shown.preheader,
        html=shown.html,
        text=shown.text,
    )


def as_whom(group: Group, identity: str = "", *, without: str = "") -> Contact:
    """Whose copy to look at: the contact named, or the first member; with `without` the next member who lacks that.

    `without` is a placeholder such as `contact.city`. Raises `NotFound`, `NobodyThere` or `NobodyWithout`.
    """
    named = find_contact(identity) if identity else None
    if without:
        return _without(group, without, after=named.pk if named else 0)
    first = named or beside(group, 0, is_next=True)
    if first is None:
        raise NobodyThere(group=group.name)
    return first


def beside(group: Group, contact: int, *, is_next: bool) -> Contact | None:
    """The member before or after a contact, in the order in which they became contacts."""
    if is_next:
        found = members(group, after=contact).first()
    else:
        earlier = Membership.objects.filter(group=group, contact_id__lt=contact)
        found = earlier.select_related("contact").order_by("-contact_id").first()
    return found.contact if found else None


def personal_names(version: Version) -> list[str]:
    """The values of contacts and members that a version shows or asks for, such as `contact.city`; raises
    `TemplateError`.
    """
    used = {(root, fold_name(name)) for root, name in find_names(content_of(version)) if root in SCOPES}
    return [f"{root}.{name}" for root, name in sorted(used)]


def _without(group: Group, placeholder: str, *, after: int) -> Contact:
    root, _, name = placeholder.partition(".")
    wanted = (SCOPES.get(root, ""), fold_name(name))
    found = next_with_gap(group, wanted, after=after) if wanted[0] else None
    if found is None:
        raise NobodyWithout(placeholder=placeholder, group=group.name)
    return Contact.objects.get(pk=found)


def _mailbox(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address
