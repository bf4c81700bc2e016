"""Giving an attribute another type: a process, since millions of values may have to be written anew."""

from collections.abc import Iterable

from tidings.attributes import rules, values
from tidings.attributes.errors import TypeRefused
from tidings.attributes.models import Attribute, TypeChange
from tidings.attributes.values import Page
from tidings.journal.actions import record
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work


def retype(change: TypeChange, holding: Holding) -> None:
    """Looks whether every value fits, then writes them all and the type in one transaction: until its end the old type
    rules. Run again, it begins anew.
    """
    with holding.fenced():
        attribute = Attribute.objects.get(pk=change.attribute_id)
    refuse_misfits(change, values.counted(values.pages(attribute), holding))
    holding.total = 2 * holding.done
    try:
        with holding.ending():
            _write(change, attribute, holding)
    except values.Misfit:  # written since we looked
        refuse_misfits(change, values.pages(attribute))
        raise


def refuse_misfits(change: TypeChange, pages: Iterable[Page]) -> None:
    """Raises `TypeRefused` with the first values of `pages` that the new type can't take."""
    if found := values.misfits(pages, _reader(change)):
        kind = change.get_type_display().lower()
        raise TypeRefused(name=change.attribute.name, kind=kind, misfits="; ".join(found))


def _reader(change: TypeChange) -> values.Read:
    kind, choices = rules.Kind(change.type), tuple(change.choices)
    return lambda value: rules.normalise(kind, rules.as_text(value), choices=choices)


def _write(change: TypeChange, attribute: Attribute, holding: Holding) -> None:
    rewritten = values.convert(attribute, _reader(change), holding)
    before = {"type": attribute.type, "choices": attribute.choices}
    after = {"type": change.type, "choices": change.choices}
    Attribute.objects.filter(pk=attribute.pk).update(**after)
    TypeChange.objects.filter(pk=change.pk).update(rewritten=rewritten)
    record(
        "attribute.type_changed",
        attribute.pk,
        by=change.process.started_by,
        old=before,
        new=after,
        rewritten=rewritten,
    )


def _fail(change: TypeChange, state: Process.State, why: str) -> None:
    TypeChange.objects.filter(pk=change.pk).update(error=why)
    record(
        f"attribute.type_change_{state}", change.attribute_id, by=change.process.started_by, type=change.type
    )


TYPE_CHANGE = Work((Process.Kind.TYPE_CHANGE,), TypeChange.objects, retype, _fail)
