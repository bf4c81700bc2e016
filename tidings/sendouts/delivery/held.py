"""A batch that this worker holds, while it passes through the engine."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tidings.channels.outcomes import Kind, Outcome

Render = Callable[["Recipient"], bytes]

# A copy lost on its way is handed over again at once, but not for ever: a message that crashes its server would
# otherwise take down one connection after the other.
TRIES_AT_ONCE = 3
LONGEST_REASON = 500  # characters of a carrier's answer that are kept


@dataclass(slots=True)
class Recipient:
    """One person of the batch. `position` is 1-based in the batch; `row` holds what their copy needs.

    `tried`: how often the carrier put them off in earlier rounds. `tries`: how often their copy was lost in this one.
    `handed_at`: when it was handed over last, in the loop's time.
    """

    position: int
    contact_id: int
    address: str
    row: dict[str, Any]
    tried: int = 0
    tries: int = 0
    handed_at: float = 0.0

    @property
    def domain(self) -> str:
        """Behind the last @ of the address."""
        return self.address.rpartition("@")[2]


@dataclass(slots=True)
class Settled:
    """Outcomes not stored yet: positions and contacts of accepted copies, and everything else as rows.

    `frees` is how many places in the window become free when they are stored.
    """

    positions: list[int] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    others: list[dict[str, object]] = field(default_factory=list)
    frees: int = 0

    def __len__(self) -> int:
        return len(self.positions) + len(self.others)

    def add(self, more: "Settled") -> None:
        """Takes over what another collection holds."""
        self.positions += more.positions
        self.contacts += more.contacts
        self.others += more.others
        self.frees += more.frees


class Held:
    """The recipients of one taken batch, in order of position.

    The first `allowed` of them may be handed over, because `handed_to` of the batch is committed that far.
    `done` is set once everyone who was allowed is settled and nobody else is to come.
    """

    def __init__(
        self,
        batch: int,
        token: int,
        attempt: int,
        *,
        sendout: int,
        sender: str,
        render: Render,
        rows: Iterable[dict[str, Any]],
        has_more: bool = False,
        resends: bool = True,
        goes_first: bool = False,
    ) -> None:
        self.sendout = sendout
        self.batch = batch
        self.token = token
        self.attempt = attempt
        self.sender = sender
        self.render = render
        self.fresh = Settled()
        self.doubts: list[tuple[Recipient, Outcome]] = []
        self.queue: list[Recipient] = []
        self.allowed = 0
        self.outstanding = 0  # allowed and not stored: their places in the window
        self.next = 0
        self.again: deque[Recipient] = deque()
        self.in_flight = 0
        self.stopped = False
        self.resends = resends  # a copy in doubt; else its recipient is skipped
        self.goes_first = goes_first  # before batches that many share
        self.has_more = has_more  # people for whom it isn't time yet
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for row in rows:
            self._enqueue(row)

    def _enqueue(self, row: dict[str, Any]) -> None:
        position, contact_id = row["position"], row["contact_id"]
        if row["skip"]:
            self.skip(position, contact_id, row["skip"])
        else:
            self.queue.append(Recipient(position, contact_id, row["email"], row, row["tried"]))

    def skip(self, position: int, contact_id: int, reason: str) -> None:
        """Leaves someone out who never had a place in the window."""
        self._note(position, contact_id, "skipped", Outcome(Kind.FAILED, 0, reason))

    def refuse(self, recipient: Recipient, reason: str) -> None:
        """The copy could not be made; nothing was handed over."""
        self.report(recipient, "failed", Outcome(Kind.FAILED, 0, reason))

    def report(self, recipient: Recipient, outcome: str, reply: Outcome) -> None:
        """What the carrier said of a copy in the end."""
        self.fresh.frees += 1
        self._note(recipient.position, recipient.contact_id, outcome, reply)

    def put_off(self, recipient: Recipient, reply: Outcome, pause: float, *, tried: int) -> None:
        """Defers a copy for `pause` seconds; by then the carrier will have put it off `tried` times."""
        self.fresh.frees += 1
        self._note(recipient.position, recipient.contact_id, "deferred", reply, pause=pause, tried=tried)

    def _note(self, position: int, contact_id: int, outcome: str, reply: Outcome, **again: float) -> None:
        row: dict[str, object] = {"position": position, "contact_id": contact_id, "outcome": outcome}
        reason = reply.text.replace("\x00", "")[:LONGEST_REASON]
        self.fresh.others.append(row | {"code": reply.code, "reason": reason} | again)

    def accept(self, recipient: Recipient) -> None:
        """The carrier took the copy."""
        self.fresh.frees += 1
        self.fresh.positions.append(recipient.position)
        self.fresh.contacts.append(recipient.contact_id)

    def pop(self) -> Recipient | None:
        """The next recipient who may be handed over now."""
        if self.stopped:
            return None
        if self.again:
            return self.again.popleft()
        if self.next >= self.allowed:
            return None
        self.next += 1
        return self.queue[self.next - 1]

    def grant(self, room: int) -> int:
        """How many more may be allowed, if there is `room` for so many."""
        return 0 if self.stopped else max(0, min(room, len(self.queue) - self.allowed))

    def reach(self, grant: int) -> int:
        """The position that `handed_to` of the batch moves to with `grant` more allowed."""
        last = self.allowed + grant
        return self.queue[last - 1].position if last else 0

    def take_fresh(self) -> Settled:
        """Hands out the outcomes gathered so far and begins a new collection."""
        fresh, self.fresh = self.fresh, Settled()
        return fresh

    def put_back(self, unstored: Settled) -> None:
        """Outcomes that could not be stored; they go before the newer ones."""
        unstored.add(self.fresh)
        self.fresh = unstored

    def commit(self, stored: Settled, grant: int) -> None:
        """Outcomes are stored and `grant` more recipients may be handed over."""
        self.allowed += grant
        self.outstanding += grant - stored.frees

    @property
    def has_next(self) -> bool:
        """Whether a free connection would get something."""
        return not self.stopped and bool(self.again or self.next < self.allowed)

    @property
    def wants_more(self) -> bool:
        """Whether anyone is still to be allowed."""
        return not self.stopped and self.allowed < len(self.queue)

    @property
    def is_drained(self) -> bool:
        """Nothing is on its way, and nothing more will be."""
        return not (self.in_flight or self.doubts or self.has_next or self.wants_more)

    @property
    def is_served(self) -> bool:
        """Whether everyone was dealt with; else the batch goes back as ready."""
        return self.outstanding == 0 and self.allowed == len(self.queue) and not self.has_more
