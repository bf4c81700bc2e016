"""Groups and categories as things that the rule of a selection names."""

from tidings.attributes.criteria import Scope, Thing
from tidings.groups.models import Category
from tidings.groups.queries import find
from tidings.kernel.errors import NotFound


def group(ref: int | str) -> Thing | None:
    """The group with that id or address."""
    try:
        found = find(ref)
    except NotFound:
        return None
    return Thing(found.pk, found.name)


def category(ref: int | str) -> Thing | None:
    """The category with that id, or of that name in any case."""
    is_id = isinstance(ref, int)
    found = Category.objects.filter(pk=ref) if is_id else Category.objects.filter(name__iexact=ref)
    return next((Thing(one.pk, one.name) for one in found), None)


GROUP_SCOPE = Scope("group", "in group", group)
