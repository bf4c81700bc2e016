import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.sendouts.models import Sendout
from tidings.sendouts.rules import MOVES, Accounting, sources

FINAL = {"finished", "cancelled", "failed", "rejected"}
people = st.integers(0, 10**9)


def reachable(state: str) -> set[str]:
    """The states that a sendout in `state` may come to."""
    found, todo = set(), [state]
    while todo:
        for target in MOVES[todo.pop()] - found:
            found.add(target)
            todo.append(target)
    return found


def test_the_table_of_moves_knows_exactly_the_states():
    assert set(MOVES) == set(Sendout.State.values)
    assert set().union(*MOVES.values()) <= set(MOVES)


def test_every_state_can_be_reached():
    assert reachable("scheduled") | {"scheduled"} == set(MOVES)


def test_nothing_leaves_a_final_state():
    assert {state for state, targets in MOVES.items() if not targets} == FINAL


@pytest.mark.parametrize("state", sorted(set(MOVES) - FINAL))
def test_every_other_state_comes_to_an_end_and_can_be_cancelled(state):
    assert reachable(state) & FINAL
    assert "cancelled" in MOVES[state]


@pytest.mark.parametrize("state", MOVES)
def test_no_state_moves_to_itself(state):
    assert state not in MOVES[state]


@given(st.sampled_from(sorted(MOVES)), st.sampled_from(sorted(MOVES)))
def test_sources_are_the_table_read_backwards(state, target):
    assert (state in sources(target)) == (target in MOVES[state])


@given(people, people, people, people, people)
def test_the_equation_holds_if_everyone_is_counted_once(planned, accepted, deferred, failed, skipped):
    counts = {
        "planned": planned,
        "accepted": accepted,
        "deferred": deferred,
        "failed": failed,
        "skipped": skipped,
    }
    assert Accounting(audience=sum(counts.values()), **counts).holds
    assert not Accounting(audience=sum(counts.values()) + 1, **counts).holds
