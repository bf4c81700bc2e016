"""Whom a sendout reaches: what memberships and blacklists, which don't know each other, say of each member."""

from collections.abc import Mapping

from django.db import transaction

from tidings.blacklists import queries as blacklists
from tidings.kernel import db, sql
from tidings.memberships.queries import as_waterfall, count_members, judging
from tidings.selections.language import Compiled

statements = sql.load(__package__)

MANY = 20_000  # members; below, looking each up is quicker than reading whole tables


def waterfall(group: int, *, picked: Compiled | None = None, is_marketing: bool = True) -> dict[str, int]:
    """How the group's audience comes about now: all `members`, those who fall out by reason, who `will_receive`.

    Whom a rule leaves out, if it is narrowed to those whom that has `picked`, is `not_selected`.
    """
    return judge(group, {}, {}, picked=picked, is_marketing=is_marketing)


def judge(
    group: int,
    parts: Mapping[str, str],
    params: db.Params,
    *,
    picked: Compiled | None = None,
    is_marketing: bool = True,
) -> dict[str, int]:
    """Judges every member of the group, passes them to `parts` as `judged`, and counts them as a waterfall.

    What isn't marketing is kept back by complaints alone, not by other opt-outs.
    """
    barring = None
    if blacklists.is_used([group]):
        barring = {"asked": statements.asked, "listed": blacklists.LISTED, "barred": statements.barred}
    scopes = blacklists.scopes_for([group])
    with transaction.atomic():
        if count_members([group])[group].total >= MANY:
            db.execute(statements.plan)
        statement = judging(parts, barring, picked=picked.text if picked else "")
        facts = {"group": group, "scopes": scopes, "is_marketing": is_marketing}
        return as_waterfall(db.rows(statement, {**(picked.params if picked else {}), **params, **facts}))


def recipients_statement() -> str:
    """Who of a taken batch is still to be served; wants `batch` and the `scopes` of its group."""
    parts = {"asked": statements.asked_of_batch, "listed": blacklists.LISTED}
    return sql.compose(parts, statements.recipients)
