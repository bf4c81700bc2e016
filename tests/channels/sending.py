"""Sending a number of messages and accounting for each of them."""

import asyncio
from collections import Counter

from tidings.channels.email.pool import Pool
from tidings.channels.email.relay import Relay, parse_relay
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import Kind, Outcome

LETTER = b"Subject: Hello\r\n\r\nGood morning!\r\n"
SENDER = "news@example.com"


def relay_at(port: int, options: str = "", *, host: str = "127.0.0.1", **changes) -> Relay:
    relay = parse_relay(f"smtp://{host}:{port}?{options}")
    return Relay(**{name: getattr(relay, name) for name in Relay.__slots__} | changes)


class Ledger:
    """Who got which outcome; fails when somebody gets two for one hand-over."""

    def __init__(self) -> None:
        self.outcomes: dict[str, list[Outcome]] = {}

    def book(self, recipient: str, outcome: Outcome) -> None:
        self.outcomes.setdefault(recipient, []).append(outcome)

    def kinds(self) -> Counter:
        return Counter(outcome.kind for got in self.outcomes.values() for outcome in got)


async def send_one(
    connection: Connection, recipient="anna@example.org", data=LETTER, sender=SENDER, *, quiet_seconds=0.05
) -> Outcome:
    """Hand over one message, wait for its outcome, and for a while that no second one comes."""
    got: list[Outcome] = []
    answered = asyncio.Event()
    connection.hand_over(sender, recipient, data, lambda outcome: (got.append(outcome), answered.set()))
    await asyncio.wait_for(answered.wait(), 10)
    await asyncio.sleep(quiet_seconds)
    assert len(got) == 1
    return got[0]


async def send_all(relay: Relay, recipients: list[str], data=LETTER, **pool_options) -> Ledger:
    """Send to everybody through a pool, trying the lost again, until each has another outcome than lost."""
    ledger, todo, missing = Ledger(), list(reversed(recipients)), set(recipients)
    finished = asyncio.Event()

    def on_idle(connection: Connection) -> None:
        if todo:
            recipient = todo.pop()
            connection.hand_over(SENDER, recipient, data, lambda outcome: settle(recipient, outcome))

    def settle(recipient: str, outcome: Outcome) -> None:
        ledger.book(recipient, outcome)
        if outcome.kind is Kind.LOST:
            todo.append(recipient)
            pool.wake()
            return
        missing.discard(recipient)
        if not missing:
            finished.set()

    pool = Pool(
        relay, on_idle=on_idle, on_down=lambda _outcome: None, first_pause_seconds=0.01, **pool_options
    )
    pool.start()
    await asyncio.wait_for(finished.wait(), 30)
    await pool.close()
    return ledger


def everybody(count: int) -> list[str]:
    return [f"user{number}@example.org" for number in range(count)]
