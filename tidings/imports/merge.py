"""Merging a staged file into contacts and memberships, slice by slice.

Each slice is one statement in one fenced transaction, put together from parts that the owners of the tables wrote.
A committed slice is a row of `import_slices`; a worker that takes over skips it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from tidings.imports.models import Import, MergedSlice
from tidings.imports.rules.mapping import Mapping as Columns
from tidings.kernel import db, sql
from tidings.kernel.errors import TidingsError
from tidings.memberships.models import Membership, Tally

merge_of_imports = sql.load("tidings.imports")
merge_of_contacts = sql.load("tidings.contacts")
merge_of_memberships = sql.load("tidings.memberships")

_WRITING_PARTS = {
    "created": merge_of_contacts.created,
    "changed": merge_of_contacts.changed,
    "joined_new": merge_of_memberships.joined_new,
    "joined_known": merge_of_memberships.joined_known,
    "refused": merge_of_imports.refused,
}


def _statement(writing: Mapping[str, str], end: str, *, identities: bool) -> str:
    parts = {
        "picked": merge_of_imports.picked,
        "conflicts": merge_of_contacts.owned_by_others
        if identities
        else merge_of_contacts.owned_by_nobody_else,
        "matched": merge_of_contacts.matched,
        "allowed": merge_of_memberships.allowed,
        **writing,
    }
    return sql.compose(parts, end)


# By whether the file may name identities that belong to others.
MERGE = {it: _statement(_WRITING_PARTS, merge_of_imports.outcome, identities=it) for it in (False, True)}
FORECAST = {it: _statement({}, merge_of_imports.forecast, identities=it) for it in (False, True)}
OTHER_IDENTITIES = ("mobile", "external_id")
COUNTS = ("created", "joined", "updated", "unchanged", "kept_out", "rejected")


class OvertakenSlice(TidingsError):
    """Somebody signed up while slice {number} was merged. It is merged again."""


@dataclass(frozen=True)
class Slice:
    """People `lowest` to `highest` of the work table, whose addresses run from `first` to `last`."""

    number: int
    lowest: int
    highest: int
    first: str
    last: str


def slices(rows: int) -> list[Slice]:
    """The slices of `rows` people that the work table falls into."""
    return [Slice(**row) for row in db.rows(merge_of_imports.slices, {"rows": rows})]


def merge_slice(run: Import, piece: Slice) -> None:
    """Writes one slice, its counts and the group's tally; belongs in a fenced transaction.

    Raises `OvertakenSlice` if a new address was taken meanwhile: roll back and merge again, then it is known.
    """
    counts = _run(MERGE, run, piece)
    if counts["created"] < counts["fresh"]:
        raise OvertakenSlice(number=piece.number)
    _store(run, piece, counts)
    joined = counts["joined_new"] + counts["joined"]
    if joined:
        Tally.objects.create(group_id=run.group_id, state=Membership.State.ACTIVE, members=joined)


def forecast_slice(run: Import, piece: Slice) -> None:
    """Counts what one slice would do, and stores only the counts."""
    _store(run, piece, _run(FORECAST, run, piece))


def names_identities(run: Import) -> bool:
    """Whether the file has a column of identities beside the e-mail address."""
    mapping = Columns.from_dict(run.mapping)
    return any(mapping.position_of(identity) is not None for identity in OTHER_IDENTITIES)


def _run(statements: Mapping[bool, str], run: Import, piece: Slice) -> dict[str, Any]:
    db.execute(merge_of_imports.plan)
    params = {"run": run.pk, "group": run.group_id, **vars(piece)}
    counts = db.row(statements[names_identities(run)], params)
    if counts is None:
        raise AssertionError("an aggregate always has a row")
    return counts


def _store(run: Import, piece: Slice, counts: dict[str, Any]) -> None:
    numbers = {name: counts[name] for name in COUNTS}
    MergedSlice.objects.create(
        run=run, number=piece.number, last_key=piece.last, people=sum(numbers.values()), **numbers
    )
    # Added, not summed up: another slice may be committed at the same moment.
    Import.objects.filter(pk=run.pk).update(**{name: F(name) + number for name, number in numbers.items()})
