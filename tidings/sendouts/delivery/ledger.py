"""What the database is told of a held batch: who may be handed over, what became of whom, and who was in doubt."""

import json

from tidings.channels.outcomes import Outcome
from tidings.kernel import db, sql
from tidings.kernel.errors import TidingsError
from tidings.sendouts.delivery.held import Held, Recipient, Settled

statements = sql.load("tidings.sendouts")


class TakenOver(TidingsError):
    """Batch {batch} was taken over by another worker."""


class Ledger:
    """Writes for the holder of a batch alone; everything else raises `TakenOver`, or `db.Unavailable`."""

    def __init__(self, database: db.AsyncPool, *, lease_seconds: float) -> None:
        self._database = database
        self._lease = lease_seconds

    async def store(self, held: Held, fresh: Settled, handed_to: int) -> str:
        """Stores outcomes and how far may be handed over, all or nothing; returns the state of the sendout."""
        params = {
            "positions": _array(fresh.positions),
            "contacts": _array(fresh.contacts),
            "others": json.dumps(fresh.others) if fresh.others else "[]",
            "handed_to": handed_to,
            "lease": self._lease,
        }
        return str((await self._write(statements.settle, held, params))["sendout_state"])

    async def note_doubt(self, held: Held, recipient: Recipient, outcome: Outcome) -> int:
        """Lists a recipient as in doubt; returns how often they are listed now."""
        params = {
            "position": recipient.position,
            "contact": recipient.contact_id,
            "cause": outcome.text,
            "resolution": "resend" if held.resends else "skip",
        }
        return int((await self._write(statements.note_doubt, held, params))["times"])

    async def _write(self, statement: str, held: Held, params: dict[str, object]) -> db.Row:
        holder = {"batch": held.batch, "token": held.token}
        async with self._database.connection() as connection:
            row = await (await connection.execute(statement, holder | params)).fetchone()
        if row is None:
            raise TakenOver(batch=held.batch)
        return row


def _array(numbers: list[int]) -> str:
    """As PostgreSQL writes an array: the driver would take ten times as long for it."""
    return f"{{{','.join(map(str, numbers))}}}"
