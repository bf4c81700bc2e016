"""Counting messages for the people of a batch, and taking the counts of those back who got nothing.

To count and to see whether that is one too many is one statement: whoever counts the same people at the same time
waits for it, so no two sendouts pass the last message that a limit allows. Which recipients are counted is stored in
the same transaction: a batch that is taken again counts nobody twice.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from tidings.attributes.rules import MESSAGE_LIMIT
from tidings.kernel import db, sql
from tidings.limits.rules import read

statements = sql.load(__package__)

Row = Mapping[str, Any]


def _charging(held: str) -> str:
    parts = {
        "held": held,
        "limits": statements.limits,
        "fresh": statements.fresh,
        "change": statements.change_of_fresh,
        "counted": statements.counted,
        "over": statements.over,
        "noted": statements.noted,
    }
    return sql.compose(parts, statements.charge)


def _changing(change: str, **more: str) -> str:
    return sql.compose({**more, "change": change, "counted": statements.counted}, statements.how_many)


TAKE_BACK = _changing(statements.change_back)


class Charging:
    """Counts messages for the people of batches. `held` is the text of a part (id): the batch `%(batch)s`, locked, if
    it is still that of the holder with `%(token)s`.
    """

    def __init__(self, held: str) -> None:
        self._statement = _charging(held)

    async def charge(
        self,
        connection: db.AsyncConnection,
        rows: Sequence[Row],
        *,
        group: int,
        now: datetime,
        batch: int,
        token: int,
    ) -> set[int]:
        """Counts a message for who has none of it yet; the positions of those over a limit, who aren't counted.

        `rows` have `position`, `contact_id` and `attributes`.
        """
        today = {"today": localdate(now)}
        params = {
            "batch": batch,
            "token": token,
            "groups": [group],
            "daily": settings.ENVIRONMENT.daily_limit,
        }
        async with connection.transaction():
            asked = params | _people(rows) | today | {"sign": 1}
            over = await (await connection.execute(self._statement, asked)).fetchall()
            if over:
                people = {"scopes": over[0]["scopes"], "contacts": [row["contact_id"] for row in over]}
                await connection.execute(TAKE_BACK, people | today | {"sign": -1})
        return {row["position"] for row in over}


def _people(rows: Sequence[Row]) -> dict[str, str]:
    own = [(row["position"], row["attributes"].get(MESSAGE_LIMIT)) for row in rows]
    limits = [(position, *read(limit)) for position, limit in own if limit]
    return {
        "positions": _array([row["position"] for row in rows]),
        "contacts": _array([row["contact_id"] for row in rows]),
        "own": json.dumps(
            [dict(zip(("position", "messages", "days"), limit, strict=True)) for limit in limits]
        ),
    }


def _array(numbers: list[int]) -> str:
    """As PostgreSQL writes an array: the driver would take ten times as long for it."""
    return f"{{{','.join(map(str, numbers))}}}"


def forgetting(unreached: str, ended: str) -> str:
    """A statement that takes the counts back of who is `unreached` (batch_id, position, contact_id), and forgets who
    was counted in batches that have `ended` (batch_id).
    """
    parts = {"unreached": unreached, "ended": ended, "forgotten": statements.forgotten}
    return _changing(statements.change_of_unreached, **parts)


def merging() -> str:
    """A statement that counts for the contact `kept` what was counted for `gone`."""
    return _changing(statements.change_of_merged)
