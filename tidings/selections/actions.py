"""What a person may do with selections. One changes at a time, so that no two become parts of each other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.criteria import Thing
from tidings.journal.actions import record
from tidings.kernel import clock, db, sql
from tidings.selections import language, saved
from tidings.selections.errors import NameTaken, SelectionInUse
from tidings.selections.language import Rule
from tidings.selections.models import Selection
from tidings.selections.rules.compile import SELECTION
from tidings.selections.rules.names import selection_name
from tidings.selections.rules.tree import Condition, Relation, conditions
from tidings.selections.saved import selections_in

statements = sql.load(__package__)


def create(name: str, rule: Rule, *, by: User | None) -> Selection:
    """Saves a rule under a name; raises `NameTaken`, and what is wrong with selections in the rule."""
    with _alone():
        selection = Selection(name=_free(name), owner=by)
        _store(selection, rule)
        record("selection.created", selection.pk, by=by, name=selection.name, rule=selection.rule)
    return selection


def change(
    selection: Selection, *, name: str | None = None, rule: Rule | None = None, by: User | None
) -> Selection:
    """Gives a selection another name, another rule or both; raises `NameTaken` or `SelectionCycle`."""
    with _alone():
        selection = saved.get(selection.pk)
        before = {"name": selection.name, "rule": selection.rule}
        if name is not None:
            selection.name = _free(name, but=selection)
        _store(selection, language.rule_of(selection.pk) if rule is None else rule)
        after = {"name": selection.name, "rule": selection.rule}
        if after != before:
            record("selection.changed", selection.pk, by=by, before=before, after=after)
    return selection


def copy(selection: Selection, name: str, *, by: User | None) -> Selection:
    """The same rule under another name, as a selection of whoever copies it."""
    return create(name, language.rule_of(selection.pk), by=by)


def archive(selection: Selection, *, by: User | None) -> bool:
    """Takes it out of the lists that people choose from; where it is in use it stays so. Whether that was new."""
    with transaction.atomic():
        now = clock.now()
        moved = Selection.objects.filter(pk=selection.pk, archived_at=None).update(archived_at=now)
        if moved:
            record("selection.archived", selection.pk, by=by)
    return bool(moved)


def activate(selection: Selection, *, by: User | None) -> bool:
    """Undoes `archive`. Whether that was new."""
    with transaction.atomic():
        moved = Selection.objects.filter(pk=selection.pk).exclude(archived_at=None).update(archived_at=None)
        if moved:
            record("selection.activated", selection.pk, by=by)
    return bool(moved)


def delete(selection: Selection, *, by: User | None) -> None:
    """Deletes it for good; raises `SelectionInUse` where something would miss it."""
    with _alone():
        selection = saved.get(selection.pk)
        if users := saved.users(selection):
            raise SelectionInUse(name=selection.name, users=", ".join(users))
        number = selection.pk
        selection.delete()
        record("selection.deleted", number, by=by, name=selection.name, rule=selection.rule)


@contextmanager
def _alone() -> Iterator[None]:
    with transaction.atomic():
        db.execute(statements.alone)
        yield


def _free(name: str, but: Selection | None = None) -> str:
    wanted = selection_name(name)
    holder = Selection.objects.filter(name__iexact=wanted).first()
    if holder and holder != but:
        raise NameTaken(name=wanted)
    return wanted


def _store(selection: Selection, rule: Rule) -> None:
    """Stores the rule with what it names, and proves that it can be compiled."""
    selection.rule = language.stored(rule)
    selection.criteria = sorted({one.field for one in conditions(rule)})
    selection.selections = sorted(selections_in(rule))
    selection.save()
    language.compiled(
        Condition(SELECTION, Relation.IS, (Thing(selection.pk, selection.name),))
    )  # finds cycles
