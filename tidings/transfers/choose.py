"""Finding out whom a transfer takes, and keeping them in slices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidings.kernel import db, sql
from tidings.selections import language
from tidings.transfers.models import Slice, Transfer

statements = sql.load(__package__)


@dataclass(frozen=True)
class Choice:
    """The parts of a statement that end with `chosen` (contact_id), and their parameters."""

    parts: Mapping[str, str]
    params: Mapping[str, Any]


def choice_of(run: Transfer) -> Choice:
    """Whom a transfer takes: those of its source whom its rule picks, as seen when it began, or a share of them."""
    facts = {"percent": run.percent, "number": run.number, "seed": run.seed}
    share = statements.all_candidates if run.share.is_all else statements.random_share
    if run.rule:
        picked = language.compiled(language.parse(run.rule), group=run.source, now=run.began_at)
        return Choice({"candidates": picked.text, "chosen": share}, {**facts, **picked.params})
    everybody = statements.members_of_source if run.source_id else statements.everybody
    return Choice({"candidates": everybody, "chosen": share}, facts)


def freeze(run: Transfer, deed: Slice.Deed, *, size: int) -> int:
    """Keeps who is chosen, or for `leave` who isn't, in slices of `size` people; how many they are."""
    is_rest = deed == Slice.Deed.LEAVE
    choice = Choice({"chosen": statements.members_not_chosen}, {}) if is_rest else choice_of(run)
    params = {**choice.params, **params_of(run), "deed": deed, "size": size}
    number: int = db.value(
        sql.compose({**choice.parts, "kept": statements.kept}, statements.count_kept), params
    )
    return number


def params_of(run: Transfer) -> dict[str, Any]:
    """What the statements want to know of a transfer."""
    return {
        "transfer": run.pk,
        "from_group": run.source_id,
        "group": run.target_id,
        "began": run.began_at,
    }


def members_before(run: Transfer) -> int:
    """How many members the target had when the transfer began."""
    number: int = db.value(statements.members_before, params_of(run))
    return number
