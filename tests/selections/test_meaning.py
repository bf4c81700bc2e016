"""The SQL of a rule picks whom plain Python picks, over random contacts and random rules."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as some

from tests.selections.naive import Naive, meant
from tests.selections.people import MOMENTS, World, make_world
from tests.selections.random_rules import rules
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.selections import language
from tidings.selections.language import People

ZONES = ["UTC", "Europe/Berlin", "America/Havana", "Pacific/Kiritimati", "Asia/Kathmandu"]
RULES_AT_ONCE = 40
TRIES = 5


@pytest.fixture
def world(db) -> World:
    """Forty contacts."""
    return make_world(40, seed=11)


def things(world: World) -> dict[str, list[int]]:
    groups = [*(group.pk for group in world.groups), world.supergroup.pk]
    return {"group": groups, "category": [one.pk for one in world.categories], "message": world.messages}


def answers(
    group: Group | None, asked, now: datetime, known
) -> dict[tuple[int, int | None], tuple[bool, ...]]:
    """For each person, and each of their memberships in the group at hand, what each rule says: one statement."""
    people = People(group, now=now, known=known)
    tests = ", ".join(f"({people.compiler.test(rule)}) IS TRUE AS r{n}" for n, rule in enumerate(asked))
    member = "member.group_id" if group else "NULL::bigint"
    statement = f"SELECT {people.contact} AS contact, {member} AS member, {tests} FROM {people.sql}"
    rows = db.rows(statement, people.compiler.params.values)
    return {(row.pop("contact"), row.pop("member")): tuple(row.values()) for row in rows}


@pytest.mark.parametrize("at_hand", ["nothing", "group", "supergroup"])
def test_a_rule_picks_whom_plain_python_picks(world, settings, at_hand):
    known = language.catalogue()
    group = {"nothing": None, "group": world.groups[0], "supergroup": world.supergroup}[at_hand]
    asked_rules = some.lists(rules(known, things(world)), min_size=RULES_AT_ONCE, max_size=RULES_AT_ONCE)
    seconds = some.integers(0, 48 * 3600)

    @trying(max_examples=TRIES, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(asked_rules, some.sampled_from(ZONES), some.sampled_from(MOMENTS), seconds)
    def check(asked, zone, moment, later):
        settings.TIME_ZONE = zone
        now = datetime.fromtimestamp(moment.timestamp() + later, UTC)
        found = answers(group, asked, now, known)
        for person in world.people:
            for member in meant(world, group.pk) & set(person.members) if group else [None]:
                about = Naive(
                    world, now, ZoneInfo(zone), group and group.pk, person, person.members.get(member)
                )
                for rule, is_picked in zip(asked, found[person.id, member], strict=True):
                    assert is_picked == about.picked_by(rule), (
                        language.write(rule, known),
                        person,
                        zone,
                        now,
                    )

    check()
