"""Which members have no value for an attribute, answered fast for a group of any size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidings.groups.models import Group
from tidings.kernel import db, sql
from tidings.memberships.queries import count_members

statements = sql.load(__package__)

COUNTED_AT_MOST = 5_000  # members; of larger groups as many are looked at, from 100 places
PLACES = 100
LOOKED_AT_FOR_ONE = 20_000  # members: some 100 ms

Wanted = tuple[str, str]
"""Scope and key of an attribute."""


@dataclass(frozen=True)
class Gap:
    """Of `people` active members `lacking` have no value."""

    lacking: int
    people: int
    is_sample: bool


def count_gaps(groups: Sequence[int], wanted: Iterable[Wanted]) -> dict[Wanted, Gap]:
    """How many active members of these groups lack each of the attributes; one of which nothing is known is left out.

    Who is in several of them counts as often.
    """
    asked = sorted(wanted)
    if not asked or not groups:
        return {}
    is_sample = sum(count.total for count in count_members(groups).values()) > COUNTED_AT_MOST
    probes = max(1, PLACES // len(groups)) if is_sample else 1
    params = {
        "groups": list(groups),
        "probes": probes,
        "each": max(1, COUNTED_AT_MOST // (probes * len(groups))) if is_sample else COUNTED_AT_MOST,
        "scopes": [scope for scope, _ in asked],
        "keys": [key for _, key in asked],
    }
    found = db.rows(statements.count_gaps, params)
    return {(row["scope"], row["key"]): Gap(row["lacking"], row["people"], is_sample) for row in found}


def next_with_gap(group: Group, wanted: Wanted, *, after: int) -> int | None:
    """The contact who comes next in the group and has no value; after the last one the search begins anew.

    None if there is none among the next 20,000 members.
    """
    scope, key = wanted
    params = {"group": group.pk, "scope": scope, "key": key, "looked_at": LOOKED_AT_FOR_ONE}
    for start in (after, 0):
        if found := db.rows(statements.next_gap, {**params, "after": start}):
            return int(found[0]["contact_id"])
    return None
