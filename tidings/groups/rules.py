"""What a group's name, address and attributes may be."""

import re

from tidings.groups.errors import BadGroup

NAME_LENGTH = 150
LOCAL_PART_LENGTH = 40
CATEGORY_NAME_LENGTH = 100
ATTRIBUTE_NAME_LENGTH = 100
ATTRIBUTE_VALUE_LENGTH = 2_000
OWN_NAMES = ("name", "address", "id")  # what messages get of each group beside its attributes

# A group's address is ours to choose, so it stays plain: letters, digits and inner . _ + -
_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]|localhost")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def group_name(raw: str) -> str:
    """A name of 1 to 150 characters without control characters."""
    return _line(raw, "The name of a group", NAME_LENGTH)


def category_name(raw: str) -> str:
    """A name of 1 to 100 characters without control characters."""
    return _line(raw, "The name of a category", CATEGORY_NAME_LENGTH)


def group_address(raw: str) -> str:
    """`LOCAL@DOMAIN` in lower case, the local part at most 40 characters."""
    address = raw.strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or ".." in local or not _DOMAIN.fullmatch(domain):
        raise BadGroup(
            why=f"“{raw}” can't be a group's address. It looks like news@example.org, in letters, digits and . _ + -"
        )
    if len(local) > LOCAL_PART_LENGTH:
        raise BadGroup(
            why=f"The part before the @ has {len(local)} characters; {LOCAL_PART_LENGTH} are possible."
        )
    return address


def attribute_name(raw: str) -> str:
    """A group attribute's name, 1 to 100 characters, and none of the names that each group has anyway."""
    name = _line(raw, "The name of a group attribute", ATTRIBUTE_NAME_LENGTH)
    if attribute_key(name) in OWN_NAMES:
        raise BadGroup(why=f"“{name}” always names the group's own {name.lower()}. Choose another name.")
    return name


def attribute_key(name: str) -> str:
    """The form under which names of group attributes compare; templates compare names like this as well."""
    return name.strip().casefold()


def attribute_value(raw: str) -> str:
    """A group attribute's value, 1 to 2,000 characters; line ends are allowed, NUL and half characters aren't."""
    if not raw.strip() or len(raw) > ATTRIBUTE_VALUE_LENGTH or UNSTORABLE.search(raw):
        raise BadGroup(
            why=f"A group attribute's value has 1 to {ATTRIBUTE_VALUE_LENGTH:,} characters and no NUL;"
            f" this has {len(raw):,}."
        )
    return raw


def _line(raw: str, what: str, length: int) -> str:
    text = raw.strip()
    if not text or len(text) > length:
        raise BadGroup(why=f"{what} has 1 to {length} characters; this has {len(text)}.")
    if _CONTROL.search(text):
        raise BadGroup(why=f"{what} is one line without control characters.")
    return text
