"""The links in a message: what their tokens carry and where they lead."""

from dataclasses import dataclass

from django.conf import settings

from tidings.kernel.signing import make_token, read_token

PURPOSE = "link"
UNSUBSCRIBE_PATH = "/u/"
ONE_CLICK_PATH = "/u1/"
LINK_NAMES = ("unsubscribe", "one_click")


@dataclass(frozen=True)
class Recipient:
    """Whom a link belongs to: a contact, in a group, through a sendout."""

    group: int
    contact: int
    sendout: int


def links_for(recipient: Recipient) -> dict[str, str]:
    """The system links of one copy: `unsubscribe` opens a page, `one_click` is for mail programs (RFC 8058)."""
    token = make_token(PURPOSE, recipient.group, recipient.contact, recipient.sendout)
    return {
        "unsubscribe": f"{settings.BASE_URL}{UNSUBSCRIBE_PATH}{token}",
        "one_click": f"{settings.BASE_URL}{ONE_CLICK_PATH}{token}",
    }


def read_recipient(token: str) -> Recipient:
    """Whose token this is; raises `BadToken`."""
    return Recipient(*read_token(PURPOSE, token, count=3))
