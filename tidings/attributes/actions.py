"""Defining attributes, changing and archiving them."""

from collections.abc import Iterable

from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes import rules, values
from tidings.attributes.errors import (
    AttributeArchived,
    AttributeInUse,
    AttributeTaken,
    BadDefinition,
    CatalogueInUse,
    TypeChangeEnded,
    TypeChanging,
)
from tidings.attributes.models import CATALOGUE, Attribute, TypeChange
from tidings.attributes.retype import refuse_misfits
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process


def define(
    name: str,
    *,
    kind: str = Attribute.Type.TEXT,
    choices: Iterable[str] = (),
    scope: str = Attribute.Scope.PROFILE,
    by: User | None,
) -> Attribute:
    """A new custom attribute. Raises `BadDefinition`, or `AttributeTaken` if the catalogue has one of that name."""
    clean, allowed = _checked_name(name), _checked_choices(name, kind, choices)
    attribute, is_new = _made(clean, kind=kind, choices=allowed, scope=scope, by=by)
    if not is_new:
        archived = ", and archived" if attribute.archived_at else ""
        raise AttributeTaken(name=attribute.name, kind=attribute.type, archived=archived)
    return attribute


def ensure(name: str, *, scope: str = Attribute.Scope.PROFILE, by: User | None) -> Attribute:
    """The attribute of that name, made as a text if there is none. Raises `AttributeArchived`."""
    attribute, _ = _made(_checked_name(name), kind=Attribute.Type.TEXT, choices=(), scope=scope, by=by)
    if attribute.archived_at:
        raise AttributeArchived(name=attribute.name)
    return attribute


def _made(
    name: str, *, kind: str, choices: tuple[str, ...], scope: str, by: User | None
) -> tuple[Attribute, bool]:
    with transaction.atomic():
        attribute, is_new = Attribute.objects.get_or_create(
            scope=scope,
            key=rules.name_key(name),
            defaults={"name": name, "type": kind, "choices": list(choices)},
        )
        if is_new:
            record(
                "attribute.defined", attribute.pk, by=by, name=name, type=kind, scope=scope, choices=choices
            )
    return attribute, is_new


def respell(attribute: Attribute, name: str, *, by: User | None) -> Attribute:
    """Writes the name differently. Another name would be another attribute: messages and files name it."""
    clean = _checked_name(name)
    if rules.name_key(clean) != attribute.key:
        why = "Only case and spaces of a name may change. Define a new attribute and archive this one."
        raise BadDefinition(name=attribute.name, why=why)
    with transaction.atomic():
        attribute = _locked(attribute)
        record("attribute.respelled", attribute.pk, by=by, old=attribute.name, new=clean)
        return _saved(attribute, name=clean)


def change_type(
    attribute: Attribute, kind: str, *, choices: Iterable[str] = (), by: User | None
) -> TypeChange:
    """Begins to give the attribute another type and to store its values as that type writes them; until that has ended
    the old type rules.

    Raises `TypeRefused` with the first values that don't fit, if some of them stand among the first; the process looks
    at all. Raises `CatalogueInUse` while an import runs, which writes values of the old type.
    """
    allowed = _checked_choices(attribute.name, kind, choices)
    change = TypeChange(attribute=attribute, type=kind, choices=list(allowed))
    refuse_misfits(change, values.first_pages(attribute))
    with transaction.atomic():
        change.attribute = _locked(attribute)
        change.process = _begin(change, by=by)
        change.save()
        record("attribute.type_change_started", attribute.pk, by=by, type=kind, choices=allowed)
    return change


def _begin(change: TypeChange, *, by: User | None) -> Process:
    label = f"Change of “{change.attribute.name}” to {change.get_type_display().lower()}"
    try:
        return locks.begin(Process.Kind.TYPE_CHANGE, [CATALOGUE], label=label, by=by)
    except GroupLocked as error:
        raise CatalogueInUse(name=change.attribute.name, holder=error.facts["holder"]) from None


def cancel_type_change(change: TypeChange, *, by: User | None) -> None:
    """Asks it to stop; the type and all values stay what they were. Raises `TypeChangeEnded`."""
    with transaction.atomic():
        if not locks.cancel(change.process_id):
            raise TypeChangeEnded(change=change.pk)
        record("attribute.type_change_cancel_asked", change.attribute_id, by=by)


def add_choice(attribute: Attribute, choice: str, *, by: User | None) -> Attribute:
    """Puts a choice behind those there are."""
    with transaction.atomic():
        attribute = _locked(attribute)
        choices = _checked_choices(attribute.name, attribute.type, [*attribute.choices, choice])
        record("attribute.choice_added", attribute.pk, by=by, choice=choices[-1])
        return _saved(attribute, choices=list(choices))


def remove_choice(attribute: Attribute, choice: str, *, by: User | None) -> Attribute:
    """Takes a choice away that nobody has; raises `AttributeInUse`."""
    with transaction.atomic():
        attribute = _locked(attribute)
        left = [one for one in attribute.choices if one != choice]
        if len(left) == len(attribute.choices):
            raise BadDefinition(name=attribute.name, why=f"“{choice}” is none of its choices.")
        _checked_choices(attribute.name, attribute.type, left)
        if values.has_value(attribute, choice):
            advice = "Give them another value first."
            raise AttributeInUse(what=choice, users="somebody has chosen it", advice=advice)
        record("attribute.choice_removed", attribute.pk, by=by, choice=choice)
        return _saved(attribute, choices=left)


def archive(attribute: Attribute, *, by: User | None) -> Attribute:
    """No new values and no new sendouts with it; stored values stay. Archiving twice changes nothing."""
    with transaction.atomic():
        attribute = _locked(attribute)
        if attribute.archived_at:
            return attribute
        record("attribute.archived", attribute.pk, by=by)
        return _saved(attribute, archived_at=clock.now())


def activate(attribute: Attribute, *, by: User | None) -> Attribute:
    """Undoes `archive`."""
    with transaction.atomic():
        attribute = _locked(attribute)
        if attribute.archived_at is None:
            return attribute
        record("attribute.activated", attribute.pk, by=by)
        return _saved(attribute, archived_at=None)


def delete(attribute: Attribute, *, by: User | None) -> None:
    """Drops an attribute that nothing uses; raises `AttributeInUse`."""
    with transaction.atomic():
        attribute = _locked(attribute)
        if users := values.users(attribute):
            advice = "Archive it instead."
            raise AttributeInUse(what=attribute.name, users=", ".join(users), advice=advice)
        record("attribute.deleted", attribute.pk, by=by, name=attribute.name, scope=attribute.scope)
        attribute.delete()


def _locked(attribute: Attribute) -> Attribute:
    """The attribute as it is now, for this transaction alone; nothing of it changes while its type does."""
    found = Attribute.objects.select_for_update().filter(pk=attribute.pk).first()
    if found is None:
        raise NotFound(thing="attribute", ref=attribute.name)
    if TypeChange.objects.filter(attribute=found, process__state=Process.State.RUNNING).exists():
        raise TypeChanging(name=found.name)
    return found


def _saved(attribute: Attribute, **changes: object) -> Attribute:
    for name, value in changes.items():
        setattr(attribute, name, value)
    attribute.save(update_fields=list(changes))
    return attribute


def _checked_name(name: str) -> str:
    clean = rules.normalise_name(name)
    if isinstance(clean, rules.NameFault):
        raise BadDefinition(name=name, why=clean.value)
    return clean


def _checked_choices(name: str, kind: str, choices: Iterable[str]) -> tuple[str, ...]:
    found = rules.normalise_choices(rules.Kind(kind), choices)
    if isinstance(found, rules.ChoiceFault):
        raise BadDefinition(name=name, why=found.value)
    return found
