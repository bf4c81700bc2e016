"""Several relays as one carrier: they share the work, and when one is away the others go on with all of it."""

import asyncio
import re
from collections.abc import Callable, Sequence

from tidings.channels.email.pool import FIRST_PAUSE_SECONDS, GRACE_SECONDS, Pool
from tidings.channels.email.relay import BadRelay, Relay, parse_relay
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import Outcome

# A comma may stand in a password, but not in front of a new address.
BETWEEN_ADDRESSES = re.compile(r"[\s,]+(?=smtps?://)")
ASIDE_SECONDS = 60.0  # until a relay that refused everything is tried again


def parse_relays(addresses: str) -> tuple[Relay, ...]:
    """Read one or more addresses, separated by white space or commas. Raises BadRelay."""
    relays = tuple(parse_relay(address) for address in BETWEEN_ADDRESSES.split(addresses.strip(" \t\r\n,")))
    if all(relay.backup for relay in relays):
        raise BadRelay(reason="one relay at least must be no backup")
    return relays


class Relays:
    """A pool of connections for each relay; whichever has one free gets the next message.

    One marked as `backup` gets nothing while another one stands. `on_down` gets a relay and the reason each time
    its last connection can't be opened and no other relay has any.
    """

    def __init__(
        self,
        relays: Sequence[Relay],
        *,
        on_idle: Callable[[Connection], None],
        on_down: Callable[[Relay, Outcome], None],
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._on_idle, self._on_down = on_idle, on_down
        self._aside: set[str] = set()
        self._pools = [self._pool(relay, first_pause_seconds) for relay in relays]

    def _pool(self, relay: Relay, first_pause_seconds: float) -> Pool:
        def down(outcome: Outcome) -> None:
            if self._standing():
                self.wake()  # the others take over, backups too
            else:
                self._on_down(relay, outcome)

        return Pool(relay, on_idle=self._offer, on_down=down, first_pause_seconds=first_pause_seconds)

    def _offer(self, connection: Connection) -> None:
        if not (self._aside or connection.relay.backup) or connection.name in self._standing():
            self._on_idle(connection)

    def _standing(self) -> set[str]:
        """The names of the relays that get messages now."""
        standing = [pool.relay for pool in self._pools if pool.size and str(pool.relay) not in self._aside]
        return {str(relay) for relay in standing if not relay.backup} or {str(relay) for relay in standing}

    def set_aside(self, name: str, seconds: float = ASIDE_SECONDS) -> bool:
        """Let a relay that refuses everything rest for a while; False if no other one could take over."""
        if self._aside | {name} >= {str(pool.relay) for pool in self._pools if pool.size}:
            return False
        self._aside.add(name)
        asyncio.get_running_loop().call_later(seconds, self._take_back, name)
        self.wake()
        return True

    def _take_back(self, name: str) -> None:
        self._aside.discard(name)
        self.wake()

    def start(self) -> None:
        """Begin to open connections; needs a running event loop."""
        for pool in self._pools:
            pool.start()

    def wake(self) -> None:
        """Offer all idle connections again, because there is work."""
        for pool in self._pools:
            pool.wake()

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Let the messages under way be answered, each relay's for at most so long, then say QUIT."""
        await asyncio.gather(*(pool.close(grace_seconds) for pool in self._pools))
