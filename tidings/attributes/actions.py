"""Defining attributes."""

from tidings.accounts.models import User
from tidings.attributes import rules
from tidings.attributes.models import Attribute
from tidings.journal.actions import record
from tidings.kernel.errors import Refused


def define(name: str, *, kind: str = Attribute.Type.TEXT, by: User | None) -> Attribute:
    """The custom attribute of that name, whatever its case; made if there is none."""
    clean = rules.normalise_name(name)
    if isinstance(clean, rules.NameFault):
        raise Refused(reason=clean.value)
    found = Attribute.objects.filter(name__iexact=clean).first()
    if found is None:
        found = Attribute.objects.create(name=clean, type=kind)
        record("attribute.defined", found.pk, by=by, name=clean, type=kind)
    return found
