"""How long it takes from the click to the first message, and from a pause to the last one, at full size."""

import time
from datetime import datetime
from pathlib import Path

from django.db import connection

from bench import ground
from bench.pairs import Rates, Result, Side, measure
from bench.sendouts import message_of, real, sink, workers
from tidings.groups import subgroups
from tidings.groups.actions import create
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.messaging.models import Version
from tidings.sendouts import actions, queries
from tidings.sendouts.models import Sendout

GROUND = Path(__file__).with_name("starts.sql")
SUBGROUPS = 30
KILOBYTES = 20
GOAL_SECONDS = {"one group": 2.0, f"{SUBGROUPS} overlapping subgroups": 6.0, "pause": 2.0}
RUNS_ON_SECONDS = 2.0  # before it is paused; less for few people, who are soon served
FEW = 100_000
SETTLES_SECONDS = 3.0  # after that, whatever still went is stored
FIRST = "SELECT min(d.at) FROM deliveries d JOIN sendout_batches b ON b.id = d.batch_id WHERE b.sendout_id = %(id)s"
LAST = FIRST.replace("min", "max")


def run(pairs: int, people: int) -> list[Result]:
    """The reference is the goal, so a ratio of 1 and more keeps it. All rates are of starts, or pauses, a minute."""
    alone, supergroup = _lay_ground(people)
    version = message_of(KILOBYTES)
    results = []
    with sink() as port, workers(port), real(port):
        for name, group in zip(GOAL_SECONDS, (alone, supergroup, alone), strict=False):
            bench = _Bench(group, version, RUNS_ON_SECONDS * min(1, people / FEW))
            side = bench.pause if name == "pause" else bench.start
            results += measure([f"start: {name}"], side, _goal(name), pairs=pairs, unit="a minute")
            results[-1].notes["seconds"] = round(60 / results[-1].ours, 2)
    return results


def _goal(name: str) -> Side:
    return lambda: (60 / GOAL_SECONDS[name],)


def _lay_ground(people: int) -> tuple[Group, Group]:
    """A group of all `people`; and a SuperGroup whose subgroups have as many memberships, of half as many people."""
    groups = [group_at(f"bench-start-{n}@example.org") for n in range(SUBGROUPS + 1)]
    facts = {
        "alone": groups[0].pk,
        "groups": [g.pk for g in groups[1:]],
        "people": people,
        "subgroups": SUBGROUPS,
    }
    with connection.cursor() as cursor:
        for statement in GROUND.read_text().split(";\n"):
            cursor.execute(statement, facts)
    supergroup = group_at("bench-start-all@example.org", is_supergroup=True)
    subgroups.put(supergroup, groups[1:], by=None)
    return groups[0], supergroup


def group_at(address: str, **rest: bool) -> Group:
    """The group with that address; made if there is none."""
    found = Group.objects.filter(address=address).first()
    return found or create("Bench", address=address, by=None, **rest)


class _Bench:
    """Sendouts to one group, each cancelled when what is measured is measured."""

    def __init__(self, group: Group, version: Version, runs_on_seconds: float) -> None:
        self.group, self.version, self.runs_on_seconds = group, version, runs_on_seconds

    def start(self) -> Rates:
        """From the click, which checks and locks, to the first message that a carrier has accepted."""
        clicked = _now()
        sendout = actions.start(self.group, self.version, by=None)
        ground.wait_until(lambda: db.value(FIRST, {"id": sendout.pk}) is not None)
        first = db.value(FIRST, {"id": sendout.pk})
        self._end(sendout)
        return (60 / (first - clicked).total_seconds(),)

    def pause(self) -> Rates:
        """From the click on pause to the last message that went out after it."""
        sendout = actions.start(self.group, self.version, by=None)
        ground.wait_until(lambda: db.value(FIRST, {"id": sendout.pk}) is not None)
        time.sleep(self.runs_on_seconds)
        clicked = _now()
        actions.pause(queries.find(sendout.pk), by=None)
        time.sleep(SETTLES_SECONDS)
        last = db.value(LAST, {"id": sendout.pk})
        self._end(sendout)
        return (60 / max(0.001, (last - clicked).total_seconds()),)

    def _end(self, sendout: Sendout) -> None:
        actions.cancel(queries.find(sendout.pk), by=None)
        ground.wait_until(lambda: queries.find(sendout.pk).ended_at is not None)


def _now() -> datetime:
    moment: datetime = db.value("SELECT clock_timestamp()")
    return moment
