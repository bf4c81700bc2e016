"""Several relays are one carrier."""

import asyncio
import contextlib
from collections import Counter

import pytest

from tests.channels.email.test_pool import until
from tests.channels.sending import LETTER, SENDER, everybody, relay_at
from tests.channels.servers import Client, free_port, scripted
from tidings.channels.email.relay import BadRelay
from tidings.channels.email.relays import Relays, parse_relays


async def take_all(client: Client) -> None:
    await client.greet("PIPELINING")
    while True:
        await client.take_message()


class Sending:
    """Sends through relays; `by` counts what each of them took, `downs` who troubled us."""

    def __init__(self, *relays) -> None:
        self.todo: list[str] = []
        self.by: Counter[str] = Counter()
        self.downs: list[str] = []
        down = lambda relay, _outcome: self.downs.append(str(relay))  # noqa: E731 - a line of its own is longer
        self.relays = Relays(relays, on_idle=self._feed, on_down=down, first_pause_seconds=0.01)

    def _feed(self, connection) -> None:
        if self.todo:
            name = connection.name
            connection.hand_over(SENDER, self.todo.pop(), LETTER, lambda _outcome: self.by.update([name]))

    async def send(self, count: int) -> None:
        """Returns when so many more were taken."""
        wanted = self.by.total() + count
        self.todo += everybody(count)
        self.relays.wake()
        await until(lambda: self.by.total() == wanted)


@contextlib.asynccontextmanager
async def sending(*relays):
    it = Sending(*relays)
    it.relays.start()
    yield it
    await it.relays.close(0.2)


def test_addresses_are_separated_by_commas_or_white_space():
    relays = parse_relays(
        "smtp://a.example.org?pool=2, smtp://u:p,w@b.example.org:587\n smtps://c.example.org,"
    )
    assert [str(relay) for relay in relays] == ["a.example.org:25", "b.example.org:587", "c.example.org:465"]
    assert relays[1].password == "p,w"


@pytest.mark.parametrize(
    "addresses", ["smtp://a.example.org?backup=yes", "smtp://a?backup=maybe", "a.example.org", ""]
)
def test_what_is_no_list_of_relays_is_refused(addresses):
    with pytest.raises(BadRelay):
        parse_relays(addresses)


def test_relays_share_the_work(run):
    async def scenario() -> Counter[str]:
        async with (
            scripted(take_all) as one,
            scripted(take_all) as two,
            sending(relay_at(one, "pool=2"), relay_at(two, "pool=2")) as it,
        ):
            await it.send(200)
        return it.by

    taken = run(scenario())
    assert (len(taken), taken.total()) == (2, 200)


def test_when_one_is_away_the_other_serves_everybody_and_nobody_is_troubled(run):
    async def scenario() -> Sending:
        async with scripted(take_all) as port, sending(relay_at(free_port()), relay_at(port)) as it:
            await it.send(50)
            it.downs.clear()  # the first knock may have come before the other one stood
            await it.send(50)
            await asyncio.sleep(0.05)
        return it

    done = run(scenario())
    assert (done.by.total(), done.downs) == (100, [])


def test_when_all_are_away_somebody_is_told(run):
    async def scenario() -> None:
        async with sending(relay_at(free_port(), "pool=1"), relay_at(free_port(), "pool=1")) as it:
            await until(lambda: len(set(it.downs)) == 2)

    run(scenario())


def test_a_backup_serves_while_the_others_are_away_and_rests_when_they_are_back(run):
    async def scenario() -> None:
        port = free_port()
        async with (
            scripted(take_all) as backup,
            sending(relay_at(port, "pool=1"), relay_at(backup, "pool=1&backup=yes")) as it,
        ):
            await it.send(20)
            assert set(it.by) == {f"127.0.0.1:{backup}"}
            async with scripted(take_all, port):
                while f"127.0.0.1:{port}" not in it.by:
                    await it.send(1)
                before = it.by.copy()
                await it.send(20)
                assert it.by - before == {f"127.0.0.1:{port}": 20}

    run(scenario())


def test_one_that_refuses_everything_rests_for_a_while_unless_it_is_the_only_one(run):
    async def scenario() -> None:
        async with (
            scripted(take_all) as one,
            scripted(take_all) as two,
            sending(relay_at(one, "pool=1"), relay_at(two, "pool=1")) as it,
        ):
            first, second = f"127.0.0.1:{one}", f"127.0.0.1:{two}"
            while {first, second} - set(it.by):
                await it.send(20)
            assert it.relays.set_aside(first, 0.1)
            assert not it.relays.set_aside(second)
            before = it.by.copy()
            await it.send(20)
            assert it.by - before == {second: 20}
            await asyncio.sleep(0.15)
            await it.send(50)
            assert it.by[first] > before[first]

    run(scenario())
