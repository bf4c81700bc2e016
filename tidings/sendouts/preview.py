"""One copy of a message before anything is sent."""

from django.conf import settings

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.messaging.links import LINK_NAMES, UNSUBSCRIBE_PATH
from tidings.messaging.mime.message import Preview
from tidings.messaging.models import Version
from tidings.sendouts.snapshot import Snapshot, compile_version, freeze, row_of

NO_SENDOUT = 0
PREVIEW_TOKEN = "preview"  # noqa: S105 - no secret: what stands where a real copy has a token


def preview(
    version: Version, group: Group, contact: Contact, *, sender_name: str = "", sender_address: str = ""
) -> Preview:
    """The copy that the contact would get in the group now; raises `TemplateError` or `RenderError`.

    Its links lead nowhere: a click in a preview must not unsubscribe anybody.
    """
    frozen = freeze(group, sender_name=sender_name, sender_address=sender_address)
    message = compile_version(version, frozen)
    snapshot = Snapshot(NO_SENDOUT, group.pk, frozen["sender_address"], message)
    copy = snapshot.copier()(contact.pk, row_of(contact, group))
    return message.preview(copy._replace(links=_harmless_links()))


def _harmless_links() -> dict[str, str]:
    return dict.fromkeys(LINK_NAMES, f"{settings.BASE_URL}{UNSUBSCRIBE_PATH}{PREVIEW_TOKEN}")
