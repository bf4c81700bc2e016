"""The catalogue of all attributes a contact or a member may have."""

from typing import Any

from tidings.attributes import rules
from tidings.attributes.models import Attribute, TypeChange
from tidings.kernel.errors import NotFound

PROFILE = Attribute.Scope.PROFILE


def catalogue(scope: str = PROFILE) -> list[rules.Attribute]:
    """What values may be given for: the built-in attributes (of profiles only), then the custom ones by name.

    Archived ones aren't among them.
    """
    custom = Attribute.objects.filter(scope=scope, archived_at=None).order_by("name")
    return [*_built_in(scope), *map(entry, custom)]


def entry(attribute: Attribute) -> rules.Attribute:
    """A custom attribute as the catalogue and the rules see it."""
    return rules.Attribute(
        attribute.key, attribute.name, rules.Kind(attribute.type), tuple(attribute.choices)
    )


def labels(scope: str = PROFILE) -> dict[str, str]:
    """What people read for each key under which values are stored, those of archived attributes as well."""
    custom = Attribute.objects.filter(scope=scope).order_by("name").values_list("key", "name")
    return {one.key: one.label for one in _built_in(scope)} | dict(custom)


def keys(scope: str = PROFILE) -> list[str]:
    """The keys under which values are stored; archived ones as well, since a sendout that runs may use them."""
    return list(labels(scope))


def find(name: str, scope: str = PROFILE) -> Attribute:
    """The custom attribute of that name, whatever its case; raises `NotFound`."""
    found = Attribute.objects.filter(scope=scope, key=rules.name_key(name)).first()
    if found is None:
        raise NotFound(thing=f"{scope} attribute", ref=name)
    return found


def get(number: int) -> Attribute:
    """The custom attribute with that id; raises `NotFound`."""
    found = Attribute.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(thing="attribute", ref=number)
    return found


def type_change(number: int) -> TypeChange:
    """The change of a type with that id; raises `NotFound`."""
    found = TypeChange.objects.select_related("attribute", "process").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="change of a type", ref=number)
    return found


def last_type_change(attribute: Attribute) -> TypeChange | None:
    """The newest change of its type, which may be running or have ended in any way."""
    changes = TypeChange.objects.select_related("attribute", "process").filter(attribute=attribute)
    return changes.order_by("-pk").first()


def change_facts(change: TypeChange) -> dict[str, Any]:
    """A change of a type for programs."""
    process = change.process
    return {
        "id": change.pk,
        "state": process.state,
        "attribute": change.attribute_id,
        "name": change.attribute.name,
        "type": change.type,
        "choices": change.choices,
        "rewritten": change.rewritten,
        "error": change.error,
        "done": process.done,
        "total": process.total,
        "started_at": process.started_at,
        "ended_at": process.ended_at,
    }


def _built_in(scope: str) -> tuple[rules.Attribute, ...]:
    return tuple(rules.BUILT_IN.values()) if scope == PROFILE else ()
