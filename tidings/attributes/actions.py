"""Defining attributes."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

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
    # Compared as attributes_name_once does, and safe beside somebody who defines the same one now.
    attributes = Attribute.objects.alias(lowered=Lower("name"))
    with transaction.atomic():
        attribute, is_new = attributes.get_or_create(
            lowered__exact=Lower(Value(clean)), defaults={"name": clean, "type": kind}
        )
        if is_new:
            record("attribute.defined", attribute.pk, by=by, name=clean, type=kind)
    return attribute
