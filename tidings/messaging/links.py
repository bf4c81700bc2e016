"""The links in a message: what their tokens carry and where they lead."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from tidings.contacts.erasure import hash_of
from tidings.kernel.signing import make_token, read_token

PURPOSE = "link"
UNSUBSCRIBE_PATH = "/u/"
ONE_CLICK_PATH = "/u1/"
PREFERENCES_PATH = "/p/"
CONFIRM_PATH = "/c/"
FORM_PATH = "/s/"
VIEW_PATH = "/v/"
FILE_PATH = "/f/"
LINK_NAMES = ("unsubscribe", "one_click", "preferences", "view")
PREVIEW_TOKEN = "preview"  # noqa: S105 - no secret: what stands where a real copy has a token
CONFIRM_PURPOSE = "confirm"
FORM_PURPOSE = "form"


@dataclass(frozen=True)
class Recipient:
    """Whom a link belongs to: a contact, in a group, through a sendout."""

    group: int
    contact: int
    sendout: int


@dataclass(frozen=True)
class Request:
    """Who is asked by a link to confirm: a contact, about a group, at an address of which it knows the hash."""

    group: int
    contact: int
    entry: int
    address: int

    def is_for(self, address: str) -> bool:
        """Whether it was sent to that address."""
        return self.address == _number_of(address)


def link_maker(group: int, sendout: int) -> Callable[[int], dict[str, str]]:
    """Makes the system links of one sendout's copies from a contact's id.

    `unsubscribe` and `preferences` open pages, `view` the copy itself, `one_click` is for mail programs (RFC 8058).
    """
    page, one_click = settings.BASE_URL + UNSUBSCRIBE_PATH, settings.BASE_URL + ONE_CLICK_PATH
    preferences, view = settings.BASE_URL + PREFERENCES_PATH, settings.BASE_URL + VIEW_PATH

    def links_for(contact: int) -> dict[str, str]:
        token = make_token(PURPOSE, group, contact, sendout)
        return {
            "unsubscribe": page + token,
            "one_click": one_click + token,
            "preferences": preferences + token,
            "view": view + token,
        }

    return links_for


def harmless_links(_contact: int) -> dict[str, str]:
    """The links of a copy that is only to be looked at: they open a page that says so."""
    return dict.fromkeys(LINK_NAMES, f"{settings.BASE_URL}{UNSUBSCRIBE_PATH}{PREVIEW_TOKEN}")


def read_recipient(token: str) -> Recipient:
    """Whose token this is; raises `BadToken`."""
    return Recipient(*read_token(PURPOSE, token, count=3))


def confirm_link(group: int, contact: int, request: int, address: str) -> str:
    """Where somebody confirms that they want a group's messages; `request` is the entry in the log of consent.

    The link names the `address` that it is sent to: it confirms no other, should the contact get another one.
    """
    token = make_token(CONFIRM_PURPOSE, group, contact, request, _number_of(address))
    return f"{settings.BASE_URL}{CONFIRM_PATH}{token}"


def read_request(token: str) -> Request:
    """What a link to confirm asks; raises `BadToken`."""
    return Request(*read_token(CONFIRM_PURPOSE, token, count=4))


def _number_of(address: str) -> int:
    return int(hash_of("email", address)[:16], 16)  # as much as a number of a token holds


def form_link(group: int) -> str:
    """Where anybody can ask to join the group, if its settings open the form. Nobody can guess another group's."""
    return f"{settings.BASE_URL}{FORM_PATH}{make_token(FORM_PURPOSE, group)}"


def read_form(token: str) -> int:
    """The group of a link to a form; raises `BadToken`."""
    return read_token(FORM_PURPOSE, token, count=1)[0]
