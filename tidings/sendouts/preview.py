"""One copy of a message before anything is sent."""

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.messaging.mime.message import Preview
from tidings.messaging.models import Version
from tidings.sendouts.snapshot import Snapshot, compile_version, freeze, row_of

NO_SENDOUT = 0


def preview(
    version: Version, group: Group, contact: Contact, *, sender_name: str = "", sender_address: str = ""
) -> Preview:
    """The copy that the contact would get in the group now; raises `TemplateError` or `RenderError`.

    Its links lead nowhere: a click in a preview must not unsubscribe anybody.
    """
    frozen = freeze(group, sender_name=sender_name, sender_address=sender_address)
    message = compile_version(version, frozen)
    snapshot = Snapshot(NO_SENDOUT, group.pk, frozen["sender_address"], message, is_test=True)
    return message.preview(snapshot.copier()(contact.pk, row_of(contact, group)))
