"""Merging a staged file into contacts and memberships, slice by slice.

Each slice is one statement in one fenced transaction, put together from parts that the owners of the tables wrote.
A committed slice is a row of `import_slices`; a worker that takes over skips it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.db.models import F

from tidings.blacklists.models import SYSTEM
from tidings.contacts.erasure import hash_key
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.imports.models import Import, MergedSlice
from tidings.imports.rules.mapping import Key
from tidings.imports.rules.mapping import Mapping as Columns
from tidings.imports.rules.modes import DEEDS, Deeds
from tidings.kernel import db, sql
from tidings.locks.errors import Passing
from tidings.memberships import letters
from tidings.memberships.models import Letter, Membership
from tidings.memberships.moves import tally
from tidings.memberships.new_addresses import ask_at_new_addresses

merge_of_imports = sql.load("tidings.imports")
merge_of_contacts = sql.load("tidings.contacts")
merge_of_memberships = sql.load("tidings.memberships")

merge_of_blacklists = sql.load("tidings.blacklists")

# Who must stay out. The parts read `matched`, and `barred` puts together what they find, be the people new or known.
BARRIERS: Mapping[str, str] = {
    "opted_out": merge_of_memberships.opted_out,
    "deactivated": merge_of_memberships.deactivated,
    "erased": merge_of_contacts.erased,
    "asked": merge_of_imports.asked,
    "listed": merge_of_blacklists.listed,
    "barred": merge_of_imports.barred,
}
# What only some modes do, in the order in which one part reads another.
DEEDS_OF_MODES = (
    "newcomers", "made", "created", "attaching", "attached", "joined_new", "joined_known", "changing_members",
    "changed_members", "removed", "changed_state", "addressees", "requested", "owed",
)  # fmt: skip
# What of a person a group sends to; an endpoint more or less isn't another address.
ADDRESSES: Mapping[str, str] = {Group.Channel.EMAIL: "email", Group.Channel.SMS: "mobile"}
# Where a slice's people stand among all: in a range of the key's index, or, where that is another table's, one by one.
RANGE = "c.{key} BETWEEN %(first)s AND %(last)s"
EVERYBODY = "c.id = ANY (ARRAY(SELECT id FROM allowed))"
OF_ENDPOINT = "row_number() OVER (PARTITION BY push_endpoint ORDER BY line)"
COUNTS = ("created", "joined", "updated", "unchanged", "removed", "ignored", "kept_out", "rejected")


class OvertakenSlice(Passing):
    """Somebody signed up while slice {number} was merged. It is merged again."""


@dataclass(frozen=True)
class Slice:
    """People `lowest` to `highest` of the work table, whose keys run from `first` to `last`."""

    number: int
    lowest: int
    highest: int
    first: str
    last: str


@dataclass(frozen=True)
class Shape:
    """What of a file decides which statements merge it."""

    key: str
    channel: str
    is_mixed: bool  # it has more than one identity
    has_values: bool  # of member attributes
    has_push: bool
    clears: bool  # it has a word that empties a value
    needs_address: bool
    owes_letters: bool

    @property
    def finds_by_push(self) -> bool:
        """Whether people are found by what is a table of its own."""
        return self.key == Key.PUSH_ENDPOINT

    def fill(self, statement: str) -> str:
        """A statement with the names of its columns."""
        for name, text in self._gaps().items():
            statement = statement.replace(f"{{{name}}}", text)
        return statement

    def _gaps(self) -> dict[str, str]:
        same = "c.attributes @> p.attributes"
        if self.clears:
            same = "c.attributes = jsonb_strip_nulls(c.attributes || p.attributes)"
        address = ADDRESSES.get(self.channel)
        return {
            "contacts": sql.fill(merge_of_contacts.contacts_by_push) if self.finds_by_push else "contacts",
            "range": EVERYBODY if self.finds_by_push else RANGE,
            "same": same + (sql.fill(merge_of_contacts.has_endpoint) if self.has_push else ""),
            "stripped": "jsonb_strip_nulls" if self.clears else "",
            "readdressed": f"nullif(p.{address}, '') <> c.{address}" if address else "false",
            "of_endpoint": OF_ENDPOINT if self.has_push else "1",
            "key": self.key,
        }


def shape_of(run: Import) -> Shape:
    """How the file of an import is merged."""
    mapping = Columns.from_dict(run.mapping)
    is_mixed = any(mapping.position_of(key) is not None for key in Key if key != mapping.key)
    may_owe = run.joining != Joining.SILENT or (is_mixed and DEEDS[run.mode].updates)
    return Shape(
        key=str(mapping.key),
        channel=run.group.channel,
        is_mixed=is_mixed,
        has_values=any(column.is_member for column in mapping.columns),
        has_push=mapping.has_push,
        clears=bool(mapping.clear_marker),
        needs_address=mapping.key is Key.EXTERNAL_ID,
        owes_letters=may_owe and letters.sends_letters(run.group),
    )


def slices(run: Import, rows: int) -> list[Slice]:
    """The slices of `rows` people that the work table falls into."""
    return [Slice(**row) for row in db.rows(shape_of(run).fill(merge_of_imports.slices), {"rows": rows})]


def merge_slice(run: Import, piece: Slice) -> None:
    """Writes one slice, its counts and the group's tally; belongs in a fenced transaction.

    Raises `OvertakenSlice` if a new address was taken meanwhile: roll back and merge again, then it is known.
    """
    counts = _run(run, piece, writing=True)
    if counts["created"] < counts["fresh"] or counts["attached"] < counts["attaching"]:
        raise OvertakenSlice(number=piece.number)
    letters.hand_on(counts["letters"])
    counts["letters"] += _ask_at_new_addresses(run, counts)
    _store(run, piece, counts)
    pending = counts["joined_pending"] + counts["turned_pending"]
    joined = counts["joined_new"] + counts["joined"]
    tally(run.group_id, {Membership.State.ACTIVE: joined - pending, Membership.State.PENDING: pending})
    tally(run.group_id, {state: -members for state, members in counts["removed_by"].items()})


def _ask_at_new_addresses(run: Import, counts: dict[str, Any]) -> list[int]:
    """What a changed address means in the other groups; in this one the slice itself has seen to it."""
    asked: list[int] = []
    for identity in ("email", "mobile"):
        if readdressed := counts[f"new_{identity}"]:
            asked += ask_at_new_addresses(readdressed, identity, run.started_by, besides=run.group)
    return asked


def forecast_slice(run: Import, piece: Slice) -> None:
    """Counts what one slice would do, and stores only the counts."""
    counts = _run(run, piece, writing=False)
    _store(run, piece, counts | {"created": counts["fresh"]})


def remove_absent(run: Import, lowest: int, highest: int) -> None:
    """Removes some of the members who aren't in the file; belongs in a fenced transaction. Safe to run twice."""
    params = {
        "group": run.group_id,
        "began": run.began_at,
        "lowest": lowest,
        "highest": highest,
        **_told(run),
    }
    gone = {row["state"]: -row["members"] for row in db.rows(merge_of_memberships.remove_absent, params)}
    tally(run.group_id, gone)
    Import.objects.filter(pk=run.pk).update(absent=F("absent") - sum(gone.values()))


def _run(run: Import, piece: Slice, *, writing: bool) -> dict[str, Any]:
    db.execute(merge_of_imports.plan)
    deeds = DEEDS[run.mode]
    params = {"run": run.pk, "group": run.group_id, **vars(piece), **asdict(deeds)}
    params |= {"scopes": [SYSTEM, run.group_id], "hash_key": hash_key()}
    params |= _told(run)
    shape = shape_of(run)
    params |= _joining(run, shape) if writing else {}
    counts = db.row(_statement(deeds, shape, writing=writing), params)
    if counts is None:
        raise AssertionError("an aggregate always has a row")
    return counts


def _told(run: Import) -> dict[str, Any]:
    """What the log of consent says about who did it."""
    return {
        "source": Membership.Source.IMPORT,
        "by": run.started_by_id,
        "origin": f"{run.filename} (import {run.pk})",
    }


def _joining(run: Import, shape: Shape) -> dict[str, Any]:
    """In which state people join, and what the letters say that they are owed."""
    state = Membership.State.PENDING if run.joining == Joining.DOUBLE_OPT_IN else Membership.State.ACTIVE
    if not shape.owes_letters:
        return {"joining_state": state}
    said = letters.params_for(run.group, [Letter.Kind.CONFIRM, Letter.Kind.WELCOME])
    return said | {"joining_state": state, "welcomes": run.joining == Joining.NOTICE}


@cache
def _statement(deeds: Deeds, shape: Shape, *, writing: bool) -> str:
    """One statement of the parts that a mode needs for a file of this shape."""
    parts = {
        "picked": merge_of_imports.picked,
        "matched": merge_of_contacts.matched,
        "conflicts": _conflicts(deeds, shape),
    }
    parts |= {"barred": merge_of_imports.nobody} if deeds.removes else BARRIERS
    parts["allowed"] = _allowed(deeds, shape)
    parts |= dict.fromkeys(DEEDS_OF_MODES, merge_of_imports.nobody)
    parts |= _writing(deeds, shape) if writing else _forecasting(deeds, shape)
    return shape.fill(sql.compose(parts, merge_of_imports.outcome))


def _conflicts(deeds: Deeds, shape: Shape) -> str:
    found = merge_of_contacts.owned_by_others if shape.is_mixed else merge_of_contacts.owned_by_nobody_else
    if deeds.creates and shape.needs_address:
        found += f"\nUNION ALL\n{merge_of_contacts.unreachable}"
    return str(found)


def _allowed(deeds: Deeds, shape: Shape) -> str:
    if deeds.removes:
        return str(merge_of_imports.nobody_allowed)
    allowed = merge_of_memberships.allowed if deeds.joins else merge_of_memberships.allowed_members
    return sql.fill(merge_of_imports.once, allowed=allowed) if shape.finds_by_push else str(allowed)


def _writing(deeds: Deeds, shape: Shape) -> dict[str, str]:
    parts = {"refused": merge_of_imports.refused}
    if deeds.creates:
        joined = merge_of_memberships.joined_new
        if shape.has_values:
            joined = merge_of_memberships.joined_new_with_values
        parts |= {"created": merge_of_contacts.created, "joined_new": joined}
    if shape.has_push:
        parts |= _attaching(deeds)
    if deeds.updates:
        parts |= {"changed": merge_of_contacts.changed}
    if deeds.updates and (shape.has_values or shape.is_mixed):
        changing = f"{merge_of_memberships.changing_members}\n{merge_of_memberships.hold_members}"
        parts |= {"changing_members": changing, "changed_members": merge_of_memberships.changed_members}
    if deeds.joins:
        parts |= {"joined_known": merge_of_memberships.joined_known}
    if deeds.creates or deeds.joins:
        parts |= {"consented": merge_of_memberships.consented}
    if deeds.removes:
        parts |= {
            "removed": merge_of_memberships.removed,
            "removal_noted": merge_of_memberships.removal_noted,
        }
    if shape.owes_letters:
        parts |= {
            "changed_state": merge_of_memberships.changed_state,
            "addressees": merge_of_memberships.addressees,
            "requested": merge_of_memberships.requested,
            "owed": merge_of_memberships.owed,
        }
    return parts


def _attaching(deeds: Deeds) -> dict[str, str]:
    """The parts that write push endpoints."""
    parts, attaching = {}, []
    if deeds.creates:
        parts = {"newcomers": merge_of_contacts.newcomers, "made": merge_of_contacts.made}
        parts |= {"created": merge_of_contacts.created_by_id}
        attaching.append(merge_of_contacts.attaching_new)
    if deeds.updates:
        attaching.append(merge_of_contacts.attaching_known)
    if attaching:
        parts |= {"attaching": "\nUNION ALL\n".join(attaching), "attached": merge_of_contacts.attached}
    return parts


def _forecasting(deeds: Deeds, shape: Shape) -> dict[str, str]:
    parts = {"joined_known": merge_of_memberships.joining} if deeds.joins else {}
    if deeds.updates and (shape.has_values or shape.is_mixed):
        parts |= {"changed_members": merge_of_memberships.changing_members}
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
    numbers |= {"letters": len(counts["letters"])}
    Import.objects.filter(pk=run.pk).update(**{name: F(name) + number for name, number in numbers.items()})
