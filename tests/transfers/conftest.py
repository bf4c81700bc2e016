from collections.abc import Callable
from typing import Any

import pytest

from tests.workers import NAME
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.locks import work
from tidings.memberships.models import Membership
from tidings.memberships.moves import tally
from tidings.memberships.queries import count_members
from tidings.transfers import actions
from tidings.transfers.actions import Wish
from tidings.transfers.models import Transfer
from tidings.transfers.queries import find

OUTCOMES = ("joined", "already", "removed", "ignored", "kept_out")


@pytest.fixture
def start(committed) -> Callable[..., Transfer]:
    """Starts a transfer."""

    def start(source: Group | None, target: Any, *, is_confirmed: bool = False, **rest: Any) -> Transfer:
        return actions.start(Wish(source, target, **rest), is_confirmed=is_confirmed, by=None)

    return start


@pytest.fixture
def finish() -> Callable[[Transfer], Transfer]:
    """Runs a started transfer here and now; checks that everybody has one outcome and the kept number is true."""

    def finish(run: Transfer) -> Transfer:
        assert work.run(run.process_id, NAME)
        run = find(run.pk)
        if run.state == "finished":
            assert sum(getattr(run, name) for name in OUTCOMES) == run.chosen
            assert sum(run.kept_out_by.values()) == run.kept_out
            assert not run.slices.exists()
        assert count_members([run.target_id])[run.target_id].total == len(members(run.target))
        return run

    return finish


@pytest.fixture
def transfer(start, finish) -> Callable[..., Transfer]:
    """Transfers, from the start to the report."""
    return lambda source, target, **options: finish(start(source, target, **options))


@pytest.fixture
def let_join(committed) -> Callable[..., None]:
    """Makes contacts members of a group too."""

    def let_join(group: Group, people: list[Contact], state: str = "active") -> None:
        Membership.objects.bulk_create(
            [Membership(group=group, contact=person, state=state, source="page") for person in people]
        )
        tally(group.pk, {state: len(people)})

    return let_join


def members(group: Group) -> list[str]:
    """The addresses of a group's members."""
    return sorted(Membership.objects.filter(group=group).values_list("contact__email", flat=True))


def outcomes(run: Transfer) -> dict[str, int]:
    """The outcomes of a transfer that are not zero."""
    return {name: getattr(run, name) for name in OUTCOMES if getattr(run, name)}
