"""Moving people: each slice is one statement, put together from parts that the owners of the tables wrote."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tidings.blacklists.models import SYSTEM
from tidings.contacts.erasure import hash_key
from tidings.groups.settings import Joining
from tidings.kernel import db, sql
from tidings.memberships import letters
from tidings.memberships.models import Letter, Membership
from tidings.memberships.moves import tally
from tidings.transfers.choose import choice_of, params_of
from tidings.transfers.models import Slice, Transfer

statements = sql.load(__package__)
merge_of_contacts = sql.load("tidings.contacts")
merge_of_memberships = sql.load("tidings.memberships")
merge_of_blacklists = sql.load("tidings.blacklists")

# Who must stay out. The parts read `matched`, and `barred` puts together what they find.
BARRIERS: Mapping[str, str] = {
    "opted_out": merge_of_memberships.opted_out,
    "deactivated": merge_of_memberships.deactivated,
    "erased": merge_of_contacts.erased,
    "asked": statements.asked,
    "listed": merge_of_blacklists.listed,
    "inactive": statements.inactive,
    "unaddressed": statements.unaddressed,
    "barred": statements.barred,
}
# What those are owed who join otherwise than silently.
OWING: Mapping[str, str] = {
    "changed_state": statements.changed_state,
    "addressees": merge_of_memberships.addressees,
    "requested": merge_of_memberships.requested,
    "owed": merge_of_memberships.owed,
}
State = Membership.State
EVERY_ID = {"first": 0, "last": 2**63 - 1}


def move_slice(run: Transfer, piece: Slice) -> None:
    """Moves the people of one slice, counts them and forgets the slice; belongs in a fenced transaction."""
    db.execute(statements.plan)
    span = {"slice": piece.pk, "first": piece.contact_ids[0], "last": piece.contact_ids[-1]}
    owes = piece.deed == Slice.Deed.JOIN and run.joining != Joining.SILENT
    params = _params(run) | (_letters(run) if owes else {}) | span
    counts = db.rows(_statement(piece.deed, owes=owes), params)[0]
    pending = counts["pending"]
    joined: dict[str, int] = {State.ACTIVE: counts["joined"] - pending, State.PENDING: pending}
    tally(run.target_id, joined)
    letters.hand_on(counts["letters"])
    tally(run.target_id, {state: -people for state, people in counts["removed_by"].items()})
    _count(run.pk, piece.deed, counts)
    piece.delete()


def _count(run_id: int, deed: str, counts: Mapping[str, Any]) -> None:
    """Only the holder counts, so nothing can come between reading and writing."""
    run = Transfer.objects.get(pk=run_id)
    if deed == Slice.Deed.LEAVE:
        run.absent += counts["removed"]
        run.save(update_fields=["absent"])
        return
    names = ("joined", "already", "removed", "ignored", "kept_out", "letters")
    for name in names:
        found = counts[name]
        setattr(run, name, getattr(run, name) + (len(found) if name == "letters" else found))
    for reason, people in counts["kept_out_by"].items():
        run.kept_out_by[reason] = run.kept_out_by.get(reason, 0) + people
    run.save(update_fields=[*names, "kept_out_by"])


def forecast(run: Transfer) -> dict[str, Any]:
    """What a transfer that needn't be stored would come to now, in the words of its counts."""
    db.execute(statements.plan)
    choice, (outcome, parts) = choice_of(run), _parts(deed_of(run.mode), writing=False)
    params = {**choice.params, **_params(run), **EVERY_ID}
    picked = {**choice.parts, "picked": statements.picked_by_rule}
    counts = db.rows(sql.compose({**picked, **parts}, outcome), params)[0]
    if run.mode == Transfer.Mode.REPLACE:
        counts["absent"] = db.value(sql.compose(choice.parts, statements.would_leave), params)
    return counts


def deed_of(mode: str) -> Slice.Deed:
    """What happens to those who are chosen."""
    return Slice.Deed.REMOVE if mode == Transfer.Mode.REMOVE else Slice.Deed.JOIN


def _params(run: Transfer) -> dict[str, Any]:
    return params_of(run) | {
        "channel": run.target.channel,
        "scopes": [SYSTEM, run.target_id],
        "hash_key": hash_key(),
        "updates": False,
        "joining_state": _state(run),
        "source": Membership.Source.TRANSFER,
        "by": run.started_by_id,
        "origin": f"{run.label} (transfer {run.pk})",
    }


def _state(run: Transfer) -> State:
    asks = run.joining == Joining.DOUBLE_OPT_IN
    return State.PENDING if asks else State.ACTIVE


def _letters(run: Transfer) -> dict[str, Any]:
    said = letters.params_for(run.target, [Letter.Kind.CONFIRM, Letter.Kind.WELCOME])
    return said | {"welcomes": run.joining == Joining.NOTICE}


@cache
def _statement(deed: str, *, owes: bool) -> str:
    outcome, parts = _parts(deed, writing=True)
    if owes:
        del parts["owed"]  # the others come before it
        parts |= OWING
    return sql.compose({"picked": statements.picked, **parts}, outcome)


def _parts(deed: str, *, writing: bool) -> tuple[str, dict[str, str]]:
    """The end of a deed's statement, and the parts that it reads."""
    if deed == Slice.Deed.JOIN:
        return statements.joining_outcome, _joining(writing=writing)
    matched = statements.matched_before if deed == Slice.Deed.LEAVE else statements.matched
    return statements.removing_outcome, {
        "matched": matched,
        "conflicts": statements.nobody,
        **_removing(writing=writing),
    }


def _joining(*, writing: bool) -> dict[str, str]:
    parts = {"matched": statements.matched, "conflicts": statements.nobody, **BARRIERS}
    parts["allowed"] = merge_of_memberships.allowed
    parts["owed"] = statements.nobody
    if not writing:
        return parts | {"joined_known": merge_of_memberships.joining}
    parts |= {"joined_new": statements.nobody, "joined_known": merge_of_memberships.joined_known}
    return parts | {"consented": merge_of_memberships.consented}


def _removing(*, writing: bool) -> dict[str, str]:
    if not writing:
        return {"removed": merge_of_memberships.removable}
    return {"removed": merge_of_memberships.removed, "removal_noted": merge_of_memberships.removal_noted}
