"""What becomes of copies that may or may not have gone out, as the group or the installation says."""

import pytest

from tests.relays import HANG_UP, TAKEN
from tidings.groups import actions as groups
from tidings.sendouts.expand import expand
from tidings.sendouts.models import Batch
from tidings.sendouts.queries import in_doubt
from tidings.sendouts.tasks import queue_batches


@pytest.fixture
def left_behind(make_group, make_members, make_sendout, committed):
    """Makes a sendout to five people whose worker died when it may have handed two of them over."""

    def make(policy: str):
        make_members(group := make_group(), 5)
        groups.update_settings(group, {"sending": {"crash_policy": policy}}, by=None)
        queue_batches(expand(make_sendout(group).pk))
        Batch.objects.update(state="taken", token=1, worker="dead", handed_to=2)
        return Batch.objects.get().sendout

    return make


@pytest.mark.parametrize("policy", ["by_channel", "resend"])
def test_by_default_who_is_in_doubt_gets_the_copy_again(left_behind, deliver, outcomes, policy):
    sendout = deliver(left_behind(policy))
    assert outcomes(sendout) == {"accepted": 5, "in_doubt": 2}
    assert {doubt.resolution for doubt in in_doubt(sendout)} == {"resend"}


def test_where_nobody_may_get_two_who_is_in_doubt_is_skipped(left_behind, deliver, outcomes, relay):
    sendout = deliver(left_behind("skip"))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 3, "skipped": 2, "in_doubt": 2})
    assert {doubt.resolution for doubt in in_doubt(sendout)} == {"skip"}
    assert len(relay.recipients) == 3


def test_the_installation_says_what_holds_where_no_group_does(
    left_behind, deliver, outcomes, set_environment
):
    set_environment(in_doubt="skip")
    assert outcomes(deliver(left_behind("by_channel"))) == {"accepted": 3, "skipped": 2, "in_doubt": 2}


def test_who_was_to_be_tried_again_is_skipped_and_not_counted_twice(left_behind, deliver, outcomes, relay):
    relay.answer = lambda _recipient, nth: "451 4.2.0 later" if nth == 1 else TAKEN
    sendout = left_behind("skip")
    Batch.objects.update(state="ready", handed_to=0)
    sendout = deliver(sendout)
    assert outcomes(sendout) == {"accepted": 5}


def test_a_copy_that_was_never_answered_is_not_sent_again_either(left_behind, deliver, outcomes, relay):
    relay.answer = lambda recipient, _nth: HANG_UP if recipient == "p0004@example.com" else TAKEN
    sendout = deliver(left_behind("skip"))
    assert outcomes(sendout) == {"accepted": 2, "skipped": 3, "in_doubt": 3}
    assert relay.attempts["p0004@example.com"] == 1
