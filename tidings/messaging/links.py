"""The links in a message: what their tokens carry and where they lead."""

from collections.abc import Callable
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


def link_maker(group: int, sendout: int) -> Callable[[int], dict[str, str]]:
    """Makes the system links of one sendout's copies from a contact's id.

    `unsubscribe` opens a page, `one_click` is for mail programs (RFC 8058).
    """
    page, one_click = settings.BASE_URL + UNSUBSCRIBE_PATH, settings.BASE_URL + ONE_CLICK_PATH

    def links_for(contact: int) -> dict[str, str]:
        token = make_token(PURPOSE, group, contact, sendout)
        return {"unsubscribe": page + token, "one_click": one_click + token}

    return links_for


def read_recipient(token: str) -> Recipient:
    """Whose token this is; raises `BadToken`."""
    return Recipient(*read_token(PURPOSE, token, count=3))
