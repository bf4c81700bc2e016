"""Hands the copies of held batches to the carrier and stores what became of them.

At most `UNSETTLED_PER_CONNECTION` recipients per connection stand between "may be handed over" and "outcome stored".
Who may be handed over is committed first (`handed_to` of the batch), together with the outcomes of those before
them: one statement per turn of the window. So a crash leaves exactly these few in doubt, and they are known by name.
No database connection is held while the carrier thinks.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from tidings.channels.outcomes import Kind, Outcome
from tidings.kernel import db
from tidings.kernel.errors import TidingsError
from tidings.sendouts.delivery.budget import Suspect
from tidings.sendouts.delivery.domains import LATER, Domains
from tidings.sendouts.delivery.held import TRIES_AT_ONCE, Held, Recipient
from tidings.sendouts.delivery.ledger import Ledger, TakenOver
from tidings.sendouts.delivery.trust import Trust

log = logging.getLogger(__name__)

# The promise of bounded doubt: 16 recipients per connection.
UNSETTLED_PER_CONNECTION = 16
# A turn of the window stores that share of it, while the rest is handed over: so many share the cost of a commit, and
# the carrier doesn't wait for the database.
TURN = 2 / 3
RUNNING = frozenset({"sending", "retrying"})
DATABASE_PAUSE_SECONDS = 0.5
# A pause, a cancellation and another speed reach a worker with its next turn, so there is one at least so often.
LOOK_SECONDS = 1.0
# Whoever a slow domain keeps waiting comes back in later rounds of the batch: after the first pauses for refusals, and
# with the third of them again and again. After so many rounds, about a day, nobody is kept waiting any more.
POSTPONING_PAUSES = 3
POSTPONING_ROUNDS = 100
# A relay that takes mail but answers too late would otherwise get a copy with each attempt: the first doubt is sent
# again at once, the second after a pause, the third is the last.
DOUBTS_AT_MOST = 3
NO_CONNECTION = Outcome(Kind.LOST, 0, "no connection to the relay could be had")
STOPPED = Outcome(Kind.LOST, 0, "the worker stopped")


class Carrier(Protocol):
    """What the engine needs of a connection to a carrier: `name` is what people call the carrier."""

    name: str

    def hand_over(self, sender: str, recipient: str, data: bytes, done: Callable[[Outcome], None]) -> None:
        """Passes one message on; `done` is called exactly once with what became of it."""


@dataclass(eq=False)
class Single:
    """One message outside of any batch, on its way to the carrier."""

    sender: str
    recipient: str
    data: bytes
    done: asyncio.Future[Outcome]

    def end(self, outcome: Outcome) -> None:
        """What became of it, if whoever waits hasn't given up."""
        if not self.done.done():
            self.done.set_result(outcome)


class Engine:
    """Feeds one pool of connections from the batches that this process holds, oldest first."""

    def __init__(
        self,
        database: db.AsyncPool,
        *,
        connections: int,
        lease_seconds: float,
        heartbeat_seconds: float,
        retry_pauses_seconds: tuple[float, ...],
        domain_pause_seconds: float,
        refusals: int,
    ) -> None:
        # Set by whoever owns the connections: offers idle ones again.
        self.wake_carrier: Callable[[], None] = lambda: None
        self._ledger = Ledger(database, lease_seconds=lease_seconds)
        self._look = min(heartbeat_seconds, LOOK_SECONDS)
        self._pauses = retry_pauses_seconds
        self._domains = Domains(domain_pause_seconds)
        self.window = UNSETTLED_PER_CONNECTION * connections
        self._turn = max(1, int(self.window * TURN))
        self.trust = Trust(min(refusals, self._turn))  # suspects keep their places in the window
        self._batches: list[Held] = []
        self._singles: deque[Single] = deque()
        self._work = asyncio.Event()
        self.trust.stop, self.trust.wake = self._stop_sendout, self._work.set
        self._starving = False
        self._stopping = False
        self._away_since: float | None = None

    async def serve(self, held: Held) -> None:
        """Passes a batch through; returns when all who were handed over are settled. Raises `TakenOver`."""
        self._batches.insert(0 if held.goes_first else len(self._batches), held)
        if self._stopping:
            held.stopped = True
        self._work.set()
        try:
            await held.done
        finally:
            self._batches.remove(held)
            self.trust.forget(held, is_last=held.sendout not in self.sendouts())

    async def send(self, sender: str, recipient: str, data: bytes, *, patience_seconds: float) -> Outcome:
        """Passes a single message on, before those of batches. `LOST` if no connection took it for so long."""
        single = Single(sender, recipient, data, asyncio.get_running_loop().create_future())
        if self._stopping:
            return STOPPED
        self._singles.append(single)
        self.wake_carrier()
        await asyncio.wait([single.done], timeout=patience_seconds)
        if single in self._singles:
            self._singles.remove(single)
            return NO_CONNECTION
        return await single.done

    def stop(self) -> None:
        """Hands nothing more over; the batches end as soon as what is under way is answered."""
        self._stopping = True
        while self._singles:
            self._singles.popleft().end(STOPPED)
        for held in self._batches:
            held.stopped = True
        self._work.set()

    def stop_one(self, held: Held) -> None:
        """The same for one batch."""
        held.stopped = True
        self._work.set()

    def _stop_sendout(self, sendout: int) -> None:
        for held in self._batches:
            held.stopped |= held.sendout == sendout

    def feed(self, carrier: Carrier) -> None:
        """Gives a free connection its next message; called by the pool."""
        self._away_since = None
        if self._singles:
            single = self._singles.popleft()
            carrier.hand_over(single.sender, single.recipient, single.data, single.end)
            return
        for held in self._batches:
            while recipient := held.pop():
                if self._domains and self._is_postponed(held, recipient):
                    continue
                data = self._render(held, recipient)
                if data is not None:
                    held.in_flight += 1
                    recipient.handed_at = asyncio.get_running_loop().time()
                    done = partial(self._answered, held, recipient, carrier.name)
                    carrier.hand_over(held.sender, recipient.address, data, done)
                    return
        self._starving = True
        self._work.set()

    def sendouts(self, *, but_singles: bool = False) -> set[int]:
        """The sendouts whose batches pass through now; single sends wait for a relay without anybody's help."""
        return {held.sendout for held in self._batches if not (but_singles and held.goes_first)}

    def carrier_away(self) -> float:
        """Notes that no connection can be had; returns for how many seconds now."""
        now = asyncio.get_running_loop().time()
        if self._away_since is None:
            self._away_since = now
        return now - self._away_since

    def _render(self, held: Held, recipient: Recipient) -> bytes | None:
        try:
            return held.render(recipient)
        except TidingsError as error:
            held.refuse(recipient, str(error))
        except Exception:
            log.exception("batch %s: the copy for contact %s can't be made", held.batch, recipient.contact_id)
            held.refuse(recipient, "The copy could not be made. The log of the worker says more.")
        return None

    def _is_postponed(self, held: Held, recipient: Recipient) -> bool:
        """Puts off who is at a domain that is fed slowly and isn't due, so that it holds nobody else up."""
        now = asyncio.get_running_loop().time()
        if held.attempt > POSTPONING_ROUNDS or self._domains.is_open(recipient.domain, now):
            return False
        pauses = self._pauses[:POSTPONING_PAUSES]
        words = f"not tried yet: {recipient.domain} puts mail off at present, so it is fed slowly"
        pause = pauses[min(held.attempt, len(pauses)) - 1]
        held.put_off(recipient, Outcome(Kind.DEFERRED, 0, words), pause, tried=recipient.tried)
        return True

    def _answered(self, held: Held, recipient: Recipient, carrier: str, outcome: Outcome) -> None:
        held.in_flight -= 1
        match outcome.kind:
            case Kind.ACCEPTED:
                held.accept(recipient)
                self.trust.accepted(held, carrier, recipient.handed_at)
                if self._domains:
                    self._domains.accepted(recipient.domain)
            case Kind.FAILED if outcome.general:
                self.trust.suspect(Suspect(held, recipient, outcome, carrier))
            case Kind.FAILED:
                held.report(recipient, "failed", outcome)
            case Kind.IN_DOUBT:
                held.doubts.append((recipient, outcome))
            case Kind.LOST if recipient.tries + 1 < TRIES_AT_ONCE:
                self._hand_over_again(held, recipient)
            case _:
                self._mistrust(held, recipient, carrier, outcome)
                self._defer(held, recipient, outcome)
        if len(held.fresh) >= self._turn or held.doubts or held.is_drained:
            self._work.set()

    def _mistrust(self, held: Held, recipient: Recipient, carrier: str, outcome: Outcome) -> None:
        if outcome.general:
            self.trust.refused(held, carrier, outcome)
        elif outcome.kind is Kind.DEFERRED and outcome.code in LATER:
            self._domains.deferred(recipient.domain, asyncio.get_running_loop().time())

    def _hand_over_again(self, held: Held, recipient: Recipient) -> None:
        recipient.tries += 1
        held.again.append(recipient)

    def _defer(self, held: Held, recipient: Recipient, outcome: Outcome) -> None:
        tried = recipient.tried + 1
        if tried > len(self._pauses):
            last = f"gave up after {tried} attempts; the last answer was: {outcome.text}"
            held.report(recipient, "failed", Outcome(outcome.kind, outcome.code, last))
        else:
            held.put_off(recipient, outcome, self._pauses[tried - 1], tried=tried)

    async def run(self) -> None:
        """Stores outcomes for as long as the worker lives."""
        loop = asyncio.get_running_loop()
        beat = loop.time() + self._look
        while True:
            await _wait(self._work, beat - loop.time())
            self._work.clear()
            starving, self._starving = self._starving, False
            is_beat = loop.time() >= beat
            if is_beat:
                beat = loop.time() + self._look
            for held in tuple(self._batches):
                if not held.done.done() and (is_beat or self._has_a_turn(held, starving=starving)):
                    await self._turn_over(held)
            if any(held.has_next for held in self._batches):
                self.wake_carrier()

    @property
    def _room(self) -> int:
        return self.window - sum(held.outstanding for held in self._batches)

    def _has_a_turn(self, held: Held, *, starving: bool) -> bool:
        fresh = len(held.fresh)
        enough_room = held.wants_more and self._room >= min(self._turn, len(held.queue) - held.allowed)
        return (
            fresh >= self._turn
            or (starving and fresh > 0)
            or bool(held.doubts)
            or enough_room
            or held.is_drained
        )

    async def _turn_over(self, held: Held) -> None:
        """One turn of the window for one batch: outcomes in, permission for the next recipients out."""
        try:
            if held.is_drained and not held.stopped:
                for suspect in self.trust.suspects(held):
                    self._defer(held, suspect.recipient, suspect.outcome)
            await self._settle_doubts(held)
            await self._settle(held)
        except TakenOver as error:
            held.done.set_exception(error)
        except db.Unavailable as error:
            # The database is away: the outcomes stay here, and the lease decides who may store them.
            log.warning("batch %s: the database doesn't answer: %s", held.batch, error)
            await asyncio.sleep(DATABASE_PAUSE_SECONDS)
            self._work.set()
        except Exception as error:
            log.exception("batch %s: its outcomes can't be stored", held.batch)
            held.done.set_exception(error)

    async def _settle(self, held: Held) -> None:
        fresh = held.take_fresh()
        grant = held.grant(self._room + fresh.frees)
        try:
            state = await self._ledger.store(held, fresh, held.reach(grant))
        except BaseException:
            held.put_back(fresh)
            raise
        held.commit(fresh, grant)
        if state not in RUNNING:
            held.stopped = True
        if held.is_drained and not len(held.fresh):
            held.done.set_result(None)

    async def _settle_doubts(self, held: Held) -> None:
        """Lists whoever got no answer after the message was handed over, then sends it to them again or skips them."""
        while held.doubts:
            recipient, outcome = held.doubts[0]
            times = await self._ledger.note_doubt(held, recipient, outcome)
            held.doubts.pop(0)
            if not held.resends:
                held.report(recipient, "skipped", Outcome(outcome.kind, 0, "in_doubt"))
            elif times >= DOUBTS_AT_MOST:
                text = (
                    f"handed over {times} times and never answered: {outcome.text}. It may well have arrived."
                )
                held.report(recipient, "failed", Outcome(outcome.kind, outcome.code, text))
            elif times > 1:
                self._defer(held, recipient, outcome)
            else:
                self._hand_over_again(held, recipient)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Waits until the event is set, but not longer than that."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), max(0.0, seconds))
