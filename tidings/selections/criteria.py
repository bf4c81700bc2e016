"""Other selections as a criterion of a rule."""

from collections.abc import Iterator

from tidings.attributes.criteria import Criterion, Kind, Question, Thing
from tidings.selections.models import Selection
from tidings.selections.rules.compile import SELECTION


def criteria() -> Iterator[Criterion]:
    """Whether another selection picks the contact."""
    yield Criterion(
        SELECTION, SELECTION, Kind.THING, _is_written_out, "Selections", find=selection, is_named=True
    )


def selection(ref: int | str) -> Thing | None:
    """The selection with that id or name, archived or not."""
    is_id = isinstance(ref, int)
    found = Selection.objects.filter(pk=ref) if is_id else Selection.objects.filter(name__iexact=ref)
    return next((Thing(one.pk, one.name) for one in found), None)


def _is_written_out(question: Question) -> str:
    """Never asked: the compiler puts the other selection's rule in the place of the condition."""
    raise NotImplementedError(question)
