"""The placeholders that a message may use, written as they go into it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tidings.attributes import rules
from tidings.attributes.models import Attribute
from tidings.attributes.queries import catalogue
from tidings.groups.models import GroupAttribute

MEMBER = Attribute.Scope.MEMBER
GROUP_NAMES = ("name", "address", "id")
MESSAGE_NAMES = ("subject", "name")
LINKS = (
    ("Link to unsubscribe", "unsubscribe"),
    ("Link to choose what one gets", "preferences"),
    ("Link to read it in a browser", "view"),
)
GROUP_ATTRIBUTES_SHOWN = 100


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
        ("Links", [Placeholder(label, lookup("links", name)) for label, name in LINKS]),
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
