"""A carrier in trouble: what it refuses to everybody is its own fault until it shows otherwise."""

from collections.abc import Iterator

import pytest

from tests import workers
from tests.faults.relay import TAKEN, Relay
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.notices.models import Notice
from tidings.sendouts import actions as sendouts
from tidings.sendouts.models import Sendout

DENIED = b"554 5.7.1 relay access denied"
MEMBERS = 120


@pytest.fixture
def carrier() -> Iterator[Relay]:
    with Relay() as relay:
        yield relay


@pytest.fixture
def work(committed, carrier):
    def work(sendout: Sendout) -> Sendout:
        workers.run_all(carrier.port, relay_connections=2)
        sendout.refresh_from_db()
        return sendout

    return work


def test_a_carrier_that_refuses_everybody_pauses_the_sendout_and_nobody_has_failed(
    make_sendout, work, carrier, outcomes
):
    carrier.answer = lambda _recipient, _nth: DENIED
    sendout = work(make_sendout(members=MEMBERS))
    assert sendout.state == "paused"
    assert sendout.state_reason == (
        f"The relay 127.0.0.1:{carrier.port} refuses one copy after the other: 554 5.7.1 relay access denied. "
        "Mend the cause, then resume: nobody is lost."
    )
    assert outcomes(sendout) == {"planned": MEMBERS}


def test_its_owner_and_who_started_it_are_told(make_sendout, make_user, work, carrier):
    carrier.answer = lambda _recipient, _nth: DENIED
    owner, author = make_user("Olga"), make_user("Anna")
    sendout = make_sendout(members=MEMBERS)
    Group.objects.filter(pk=sendout.group_id).update(owner=owner)
    Sendout.objects.filter(pk=sendout.pk).update(created_by=author)
    work(sendout)
    told = Notice.objects.values_list("user", "body", "path")
    assert {user for user, _, _ in told} == {owner.pk, author.pk}
    assert {path for _, _, path in told} == {f"/sendouts/{sendout.pk}/"}
    assert all("554 5.7.1 relay access denied" in body for _, body, _ in told)


def test_after_it_is_mended_and_resumed_everybody_is_served(make_sendout, work, carrier, outcomes):
    carrier.answer = lambda _recipient, _nth: DENIED if len(carrier.copies) >= 30 else TAKEN
    sendout = work(make_sendout(members=MEMBERS))
    assert sendout.state == "paused"
    carrier.answer = lambda _recipient, _nth: TAKEN
    sendouts.resume(sendout, by=None)
    sendout = work(sendout)
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": MEMBERS})
    assert set(carrier.taken_by().values()) == {1}


def test_who_is_refused_among_many_who_are_taken_has_failed(make_sendout, work, carrier, outcomes):
    sendout = make_sendout(members=MEMBERS)
    refused = set(Contact.objects.order_by("pk").values_list("email", flat=True)[10:50:20])
    carrier.answer = lambda recipient, _nth: DENIED if recipient in refused else TAKEN
    sendout = work(sendout)
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": MEMBERS - 2, "failed": 2})
    assert {carrier.attempts[email] for email in refused} == {1}


def test_a_few_whom_a_carrier_refuses_without_taking_anybody_are_tried_again(
    make_sendout, work, carrier, outcomes
):
    carrier.answer = lambda _recipient, nth: DENIED if nth == 1 else TAKEN
    sendout = work(make_sendout(members=5))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 5})


def test_unknown_people_in_any_number_pause_nothing(make_sendout, work, carrier, outcomes):
    carrier.answer = lambda _recipient, _nth: b"550 5.1.1 no such user"
    sendout = work(make_sendout(members=MEMBERS))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"failed": MEMBERS})


@pytest.fixture
def two_domains(make_group, make_members) -> Group:
    group = make_group()
    make_members(group, [f"p{n}@{'slow' if n % 2 else 'fast'}.example.com" for n in range(MEMBERS)])
    return group


def test_a_domain_that_defers_is_fed_slowly_and_holds_nobody_else_up(
    two_domains, make_sendout, work, carrier, outcomes
):
    half = MEMBERS // 2
    carrier.answer = lambda recipient, _nth: (
        b"451 too busy" if "slow" in recipient and len(carrier.copies) < half else TAKEN
    )
    sendout = work(make_sendout(two_domains))
    assert outcomes(sendout) == {"accepted": MEMBERS}
    assert all("fast" in copy.recipient for copy in carrier.copies[:half])
    asked_in_vain = carrier.attempts.total() - MEMBERS
    assert 0 < asked_in_vain < half
