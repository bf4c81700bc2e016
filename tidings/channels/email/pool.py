"""The connections to one relay: kept open, reopened when lost, offered whenever one is free."""

import asyncio
from collections.abc import Callable

from tidings.channels.email.relay import Relay
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import CarrierDown, Outcome

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
PROVEN_SECONDS = 30.0  # a connection that lived this long was not refused, even if nobody used it
GRACE_SECONDS = 30.0  # for messages under way when the pool closes


class Pool:
    """Keeps up to `relay.pool` connections open.

    `on_idle` gets a connection each time it is free: hand it a message there and then, or leave it until
    `wake`. `on_down` gets the reason each time an opening fails while no other connection stands or is being
    opened. While the carrier is down, one connection at a time is tried, with growing pauses.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        on_idle: Callable[[Connection], None],
        on_down: Callable[[Outcome], None],
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
        longest_pause_seconds: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self.relay = relay
        self._on_idle = on_idle
        self._on_down = on_down
        self._first_pause = first_pause_seconds
        self._longest_pause = longest_pause_seconds
        self._pause = 0.0  # before the next opening; 0 while openings succeed
        self._door = asyncio.Lock()  # held by the one who knocks while the carrier is down
        self._opening = 0  # openings under way
        self._connections: set[Connection] = set()
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def size(self) -> int:
        """How many connections are open now."""
        return len(self._connections)

    def start(self) -> None:
        """Begin to open connections; needs a running event loop."""
        self._keepers = [asyncio.create_task(self._keep_one()) for _ in range(self.relay.pool)]

    def wake(self) -> None:
        """Offer all idle connections again, because there is work."""
        for connection in tuple(self._connections):
            connection.offer()

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Let the messages under way be answered, then say QUIT; after `grace_seconds` cut them off.

        Every message handed over has its outcome when this returns.
        """
        await self._dismiss_keepers()
        goodbyes = [asyncio.create_task(connection.close()) for connection in self._connections]
        if goodbyes:
            await asyncio.wait(goodbyes, timeout=grace_seconds)
        for connection in self._connections:
            connection.abort("cut off while closing")
        if goodbyes:
            await asyncio.wait(goodbyes)
        self._connections.clear()

    async def _dismiss_keepers(self) -> None:
        for connection in self._connections:
            connection.on_idle = None
        for keeper in self._keepers:
            keeper.cancel()
        faults = await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers.clear()
        for fault in faults:
            if isinstance(fault, Exception):
                raise fault

    async def _keep_one(self) -> None:
        """Keep one of the connections open, for as long as the pool lives."""
        loop, fruitless = asyncio.get_running_loop(), 0
        while True:
            connection = await self._open()
            opened = loop.time()
            self._connections.add(connection)
            connection.on_idle = self._on_idle
            loop.call_soon(connection.offer)  # a fault in there must not end this task
            await asyncio.wait([connection.closed])
            self._connections.discard(connection)
            lived = loop.time() - opened
            fruitless = 0 if connection.served or lived > PROVEN_SECONDS else fruitless + 1
            if fruitless:  # it opens, but dies before it takes anything
                await asyncio.sleep(min(self._first_pause * 2**fruitless, self._longest_pause))

    async def _open(self) -> Connection:
        while True:
            if not self._pause:
                connection = await self._try_to_open()
                self._pause = 0.0 if connection else max(self._pause, self._first_pause)
            else:
                connection = await self._knock()
            if connection:
                return connection

    async def _knock(self) -> Connection | None:
        async with self._door:
            await asyncio.sleep(self._pause)  # 0 when the one before us was let in
            connection = await self._try_to_open()
            grown = min(max(self._pause * 2, self._first_pause), self._longest_pause)
            self._pause = 0.0 if connection else grown
            return connection

    async def _try_to_open(self) -> Connection | None:
        self._opening += 1
        try:
            return await Connection.open(self.relay)
        except CarrierDown as down:
            if not self._connections and self._opening == 1:
                self._on_down(down.outcome)
            return None
        finally:
            self._opening -= 1
