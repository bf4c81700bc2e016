"""The placeholders that a message may use, written as they go into it, and what a version uses wrongly."""

from collections.abc import Iterable
from dataclasses import dataclass

from tidings.attributes import rules
from tidings.attributes.models import Attribute
from tidings.attributes.queries import catalogue, keys
from tidings.groups.models import GroupAttribute
from tidings.messaging.mime.message import find_names
from tidings.messaging.models import Version
from tidings.messaging.personalization.names import KnownNames
from tidings.messaging.queries import archived_names, content_of

MEMBER = Attribute.Scope.MEMBER
WHOSE = ("contact", "member")
GROUP_NAMES = ("name", "address", "id")
MESSAGE_NAMES = ("subject", "name")
GROUP_ATTRIBUTES_SHOWN = 100
# Gmail cuts a message there and hides the rest, and with it the link to unsubscribe.
HTML_BYTES_BEFORE_CUT = 102 * 1024


@dataclass(frozen=True)
class Placeholder:
    """One entry of the picker: what people read, and what is put into the text."""

    label: str
    source: str


def lookup(root: str, name: str, fallback: str = "") -> str:
    """`{{ contact.city }}`, or `{{ contact["Shoe size"] }}` for a name that is no identifier."""
    is_plain = name.isascii() and name.isidentifier()
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    path = f"{root}.{name}" if is_plain else f'{root}["{quoted}"]'
    return f"{{{{ {path}{fallback} }}}}"


def picker() -> list[tuple[str, list[Placeholder]]]:
    """All placeholders there are, by kind; a kind without any is left out."""
    friend = Placeholder("First name or “friend”", lookup("contact", "first_name", ' | default("friend")'))
    kinds = [
        ("Links", [Placeholder("Link to unsubscribe", lookup("links", "unsubscribe"))]),
        ("Contact", [friend, *_values("contact", catalogue())]),
        ("Member", _values("member", catalogue(MEMBER))),
        ("Group", [Placeholder(name.capitalize(), lookup("group", name)) for name in _group_names()]),
        ("Message", [Placeholder(name.capitalize(), lookup("message", name)) for name in MESSAGE_NAMES]),
    ]
    return [(kind, placeholders) for kind, placeholders in kinds if placeholders]


def _values(root: str, attributes: Iterable[rules.Attribute]) -> list[Placeholder]:
    return [Placeholder(one.label, lookup(root, one.key)) for one in attributes if _can_be_named(one.key)]


def _group_names() -> list[str]:
    custom = GroupAttribute.objects.order_by("name").values_list("name", flat=True).distinct()
    return [*GROUP_NAMES, *filter(_can_be_named, custom[:GROUP_ATTRIBUTES_SHOWN])]


def _can_be_named(name: str) -> bool:
    """Templates refuse names that begin like Python's own."""
    return not name.startswith("__")


def warnings_about(version: Version) -> list[str]:
    """What will probably surprise somebody, though it can be saved."""
    names = find_names(content_of(version))
    found = [_unknown(*name) for name in sorted(names) if name[0] in WHOSE and not _is_known(*name)]
    found += [f"“{name}” is archived, so no group can be sent this." for name in archived_names(version)]
    if not any(root == "links" for root, _ in names):
        found.append(
            "No part has a link to unsubscribe. Put {{ links.unsubscribe }} into each part;"
            " mail programs get their own in any case."
        )
    size = len(version.html.encode("utf-8", "replace"))
    if size > HTML_BYTES_BEFORE_CUT:
        found.append(f"The HTML has {size // 1024:,} kB. Gmail shows the first 102 kB and hides the rest.")
    if version.html and not version.text:
        found.append("There is no text part. Some people and many filters look for one.")
    return found


def _known() -> KnownNames:
    return KnownNames(contact=keys(), member=keys(MEMBER))


def _is_known(root: str, name: str) -> bool:
    try:
        _known().spelling(root, name)
    except KeyError:
        return False
    return True


def _unknown(root: str, name: str) -> str:
    alike = _known().alike(root, name)
    advice = f" Did you mean “{alike}”?" if alike else ""
    return f"No {root} has an attribute “{name}”, so no group can be sent this.{advice}"
