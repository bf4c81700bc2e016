"""The catalogue of all attributes a contact may have."""

from tidings.attributes import rules
from tidings.attributes.models import Attribute


def catalogue() -> list[rules.Attribute]:
    """The built-in attributes, then the custom ones by name."""
    custom = [
        rules.Attribute(rules.name_key(a.name), a.name, rules.Kind(a.type), tuple(a.choices))
        for a in Attribute.objects.order_by("name")
    ]
    return [*rules.BUILT_IN.values(), *custom]


def keys() -> list[str]:
    """The keys under which values are stored."""
    return [attribute.key for attribute in catalogue()]
