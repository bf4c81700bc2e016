"""Merging a staged file into contacts and memberships, slice by slice.

Each slice is one statement in one fenced transaction, put together from parts that the owners of the tables wrote.
A committed slice is a row of `import_slices`; a worker that takes over skips it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.db.models import F

from tidings.contacts.erasure import hash_key
from tidings.imports.models import Import, MergedSlice
from tidings.imports.rules.mapping import Mapping as Columns
from tidings.imports.rules.modes import DEEDS, Deeds
from tidings.kernel import db, sql
from tidings.kernel.errors import TidingsError
from tidings.memberships.models import Membership, Tally

merge_of_imports = sql.load("tidings.imports")
merge_of_contacts = sql.load("tidings.contacts")
merge_of_memberships = sql.load("tidings.memberships")

# Who must stay out. Each part reads `matched` and gives the `n` of those people, be they new or known; `barred` puts
# them together.
BARRIERS: Mapping[str, str] = {
    "opted_out": merge_of_memberships.opted_out,
    "deactivated": merge_of_memberships.deactivated,
    "erased": merge_of_contacts.erased,
}
OTHER_IDENTITIES = ("mobile", "external_id")
COUNTS = ("created", "joined", "updated", "unchanged", "removed", "ignored", "kept_out", "rejected")


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
    counts = _run(run, piece, writing=True)
    if counts["created"] < counts["fresh"]:
        raise OvertakenSlice(number=piece.number)
    _store(run, piece, counts)
    _tally(run, {Membership.State.ACTIVE: counts["joined_new"] + counts["joined"]})
    _tally(run, {state: -members for state, members in counts["removed_by"].items()})


def forecast_slice(run: Import, piece: Slice) -> None:
    """Counts what one slice would do, and stores only the counts."""
    counts = _run(run, piece, writing=False)
    _store(run, piece, counts | {"created": counts["fresh"]})


def remove_absent(run: Import, lowest: int, highest: int) -> None:
    """Removes some of the members who aren't in the file; belongs in a fenced transaction. Safe to run twice."""
    params = {"group": run.group_id, "began": run.began_at, "lowest": lowest, "highest": highest}
    gone = {row["state"]: -row["members"] for row in db.rows(merge_of_memberships.remove_absent, params)}
    _tally(run, gone)
    Import.objects.filter(pk=run.pk).update(absent=F("absent") - sum(gone.values()))


def names_identities(run: Import) -> bool:
    """Whether the file has a column of identities beside the e-mail address."""
    mapping = Columns.from_dict(run.mapping)
    return any(mapping.position_of(identity) is not None for identity in OTHER_IDENTITIES)


def _run(run: Import, piece: Slice, *, writing: bool) -> dict[str, Any]:
    db.execute(merge_of_imports.plan)
    deeds = DEEDS[run.mode]
    params = {"run": run.pk, "group": run.group_id, **vars(piece), **asdict(deeds), "hash_key": hash_key()}
    counts = db.row(_statement(deeds, identities=names_identities(run), writing=writing), params)
    if counts is None:
        raise AssertionError("an aggregate always has a row")
    return counts


@cache
def _statement(deeds: Deeds, *, identities: bool, writing: bool) -> str:
    """One statement of the parts that a mode has; `identities` if the file may name those of others."""
    owned = merge_of_contacts.owned_by_others if identities else merge_of_contacts.owned_by_nobody_else
    parts = {"picked": merge_of_imports.picked, "conflicts": owned, "matched": merge_of_contacts.matched}
    parts |= (
        {"barred": merge_of_imports.nobody}
        if deeds.removes
        else {**BARRIERS, "barred": merge_of_imports.barred}
    )
    parts |= {"allowed": _allowed(deeds)}
    deed_parts = _writing(deeds) if writing else _forecasting(deeds)
    empty = dict.fromkeys(("created", "joined_new", "joined_known", "removed"), merge_of_imports.nobody)
    return sql.compose({**parts, **empty, **deed_parts}, merge_of_imports.outcome)


def _allowed(deeds: Deeds) -> str:
    if deeds.removes:
        return str(merge_of_imports.nobody_allowed)
    return str(merge_of_memberships.allowed if deeds.joins else merge_of_memberships.allowed_members)


def _writing(deeds: Deeds) -> dict[str, str]:
    parts = {"refused": merge_of_imports.refused}
    if deeds.creates:
        parts |= {"created": merge_of_contacts.created, "joined_new": merge_of_memberships.joined_new}
    if deeds.updates:
        parts |= {"changed": merge_of_contacts.changed}
    if deeds.joins:
        parts |= {"joined_known": merge_of_memberships.joined_known}
    if deeds.removes:
        parts |= {"removed": merge_of_memberships.removed}
    return parts


def _forecasting(deeds: Deeds) -> dict[str, str]:
    parts = {"joined_known": merge_of_memberships.joining} if deeds.joins else {}
    return parts | ({"removed": merge_of_memberships.removable} if deeds.removes else {})


def _store(run: Import, piece: Slice, counts: dict[str, Any]) -> None:
    numbers = {name: counts[name] for name in COUNTS}
    MergedSlice.objects.create(
        run=run,
        number=piece.number,
        last_key=piece.last,
        people=counts["people"],
        kept_out_by=counts["kept_out_by"],
        **numbers,
    )
    # Added, not summed up: another slice may be committed at the same moment.
    Import.objects.filter(pk=run.pk).update(**{name: F(name) + number for name, number in numbers.items()})


def _tally(run: Import, changes: Mapping[str, int]) -> None:
    """Keeps the group's numbers of members true."""
    Tally.objects.bulk_create(
        Tally(group_id=run.group_id, state=state, members=members)
        for state, members in changes.items()
        if members
    )
