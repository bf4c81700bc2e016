"""A transfer goes on where a dead worker left it, draws nobody anew, and isn't forgotten."""

import pytest

from tests.transfers.conftest import members, outcomes
from tests.workers import NAME
from tidings.contacts import person
from tidings.contacts.models import Contact
from tidings.locks import actions as locks
from tidings.locks import work
from tidings.transfers import run as running
from tidings.transfers.queries import find
from tidings.transfers.rules import Share


class Killed(BaseException):
    """What a kill looks like from inside: nothing more is done."""


@pytest.fixture
def interrupted(start, make_group, make_members, set_environment, monkeypatch):
    """A transfer of which two of four slices are done, whose worker is gone."""
    set_environment(slice_rows=3)
    source = make_group()
    make_members(source, 30)
    run = start(source, make_group(), share=Share(number=12))
    done = iter([True, True])
    move_slice = running.move_slice

    def move(*args):
        if not next(done, False):
            raise Killed
        move_slice(*args)

    with monkeypatch.context() as patch:
        patch.setattr(running, "move_slice", move)
        with pytest.raises(Killed):
            work.run(run.process_id, NAME)
    locks.release_worker(NAME)
    return find(run.pk)


def test_what_was_moved_stays_moved(interrupted):
    assert (interrupted.state, outcomes(interrupted)) == ("moving", {"joined": 6})


def test_another_worker_moves_the_rest_of_the_same_people(interrupted, finish):
    chosen = interrupted.slices.values_list("contact_ids", flat=True)
    left = {contact for ids in chosen for contact in ids}
    before = set(members(interrupted.target))
    run = finish(interrupted)
    assert outcomes(run) == {"joined": 12}
    assert before <= set(members(run.target))
    assert left == set(run.target.memberships.order_by("contact_id").values_list("contact_id", flat=True)[6:])


def test_who_is_erased_after_they_were_chosen_is_kept_out(interrupted, finish):
    somebody = Contact.objects.get(pk=interrupted.slices.first().contact_ids[0])
    person.erase(somebody, never_again=False, by=None)
    assert finish(interrupted).kept_out_by == {"gone": 1}
