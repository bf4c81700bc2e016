"""The copy of one recipient to be read in a browser, behind the link that stands in it."""

from tidings.contacts.queries import current
from tidings.messaging.links import Recipient
from tidings.messaging.mime.message import Preview
from tidings.messaging.personalization.errors import RenderError
from tidings.sendouts.errors import NotOnline
from tidings.sendouts.models import Portion, Sendout
from tidings.sendouts.snapshot import row_of, snapshot_of


def online_copy(recipient: Recipient) -> Preview:
    """What that recipient got: the frozen version and group values, with what is known of the contact now.

    Raises `NotOnline` for what can't be made again: sendout or contact are gone, or a program gave the values.
    """
    sendout = Sendout.objects.exclude(kind=Sendout.Kind.SINGLE).filter(pk=recipient.sendout).first()
    contact = current(recipient.contact)
    if sendout is None or contact is None or not _went_to(sendout, recipient.group):
        raise NotOnline
    snapshot = snapshot_of(sendout.pk, recipient.group, with_files=False)
    copy = snapshot.copier()(contact.pk, row_of(contact, recipient.group))
    try:
        return snapshot.message.preview(copy)
    except RenderError as error:
        raise NotOnline from error


def _went_to(sendout: Sendout, group: int) -> bool:
    """To that group itself, or to it as a subgroup."""
    return sendout.group_id == group or Portion.objects.filter(sendout=sendout, group=group).exists()
