"""A SuperMessage needs the approval of its SuperGroup and of each moderated subgroup."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tidings.groups import subgroups
from tidings.groups.queries import receiving
from tidings.kernel import clock
from tidings.moderation import actions, queries
from tidings.moderation.errors import NobodyMayApprove
from tidings.moderation.models import Request
from tidings.sendouts import actions as sendouts
from tidings.sendouts.approval import fingerprint
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.errors import ChangedSinceSeen
from tidings.sendouts.models import Sendout

pytestmark = pytest.mark.django_db


@pytest.fixture
def berta(make_user):
    return make_user("Berta")


@pytest.fixture
def carl(make_user):
    return make_user("Carl")


@pytest.fixture
def berlin(make_group, make_members):
    group = make_group("Berlin")
    make_members(group, 2)
    return group


@pytest.fixture
def paris(make_group):
    return make_group("Paris")


@pytest.fixture
def towns(make_supergroup, berlin, paris):
    return make_supergroup(berlin, paris, name="Towns")


@pytest.fixture
def moderated(towns, moderate, berta, carl):
    """The SuperGroup when Berta approves for Berlin and Carl for Paris."""
    berlin, paris = receiving(towns)
    moderate(berlin, berta)
    moderate(paris, carl)
    return towns


@pytest.fixture
def asked(moderated, make_message, make_user) -> Sendout:
    return sendouts.start(moderated, make_message(), by=make_user("Anna"))


def of(group) -> Request:
    return queries.requests().get(group=group, state="open")


def seen(sendout: Sendout) -> str:
    return fingerprint(Sendout.objects.select_related("version__message", "group").get(pk=sendout.pk))


def state(sendout: Sendout) -> str:
    return Sendout.objects.get(pk=sendout.pk).state


def name_sender(group) -> None:
    group.refresh_from_db()
    group.settings |= {"sender": {"name": "Lutèce"}}
    group.save(update_fields=["settings"])


def test_a_moderated_subgroup_is_asked_though_the_supergroup_is_not_moderated(asked, berlin, paris):
    assert state(asked) == "awaiting_approval"
    assert set(Request.objects.values_list("group", flat=True)) == {berlin.pk, paris.pk}


def test_it_goes_when_all_have_agreed(asked, berlin, paris, berta, carl):
    actions.approve(of(berlin), seen(asked), by=berta)
    assert state(asked) == "awaiting_approval"
    actions.approve(of(paris), seen(asked), by=carl)
    assert begin_scheduled(asked.pk, clock.now()) == "preparing"


def test_one_rejection_ends_it(asked, paris, carl):
    actions.reject(of(paris), "Not in August", by=carl)
    assert state(asked) == "rejected"
    assert not queries.open_requests().exists()


def test_one_click_decides_for_all_groups_in_which_the_user_may(asked, berlin, paris, berta, moderate):
    moderate(paris, berta)
    actions.approve(of(berlin), seen(asked), by=berta)
    assert state(asked) == "scheduled"


def test_what_changed_after_the_first_approval_asks_for_it_again(asked, berlin, paris, berta, carl):
    actions.approve(of(berlin), seen(asked), by=berta)
    name_sender(paris)
    actions.approve(of(paris), seen(asked), by=carl)
    assert state(asked) == "awaiting_approval"
    assert of(berlin).asked_at is not None
    actions.approve(of(berlin), seen(asked), by=berta)
    assert state(asked) == "scheduled"


def test_nobody_approves_what_they_have_not_seen(asked, berlin, paris, berta):
    before = seen(asked)
    name_sender(paris)
    with pytest.raises(ChangedSinceSeen):
        actions.approve(of(berlin), before, by=berta)


def test_a_subgroup_that_joins_later_voids_the_approval(asked, berlin, moderate, berta, make_group):
    moderate(receiving(asked.group)[1], berta)
    actions.approve(of(berlin), seen(asked), by=berta)
    subgroups.add(asked.group, [make_group("Rome")], by=None)
    assert begin_scheduled(asked.pk, clock.now()) == "awaiting_approval"


def test_four_eyes_hold_in_each_group(towns, paris, carl, moderate, make_message):
    moderate(paris, carl)
    with pytest.raises(NobodyMayApprove, match="Paris"):
        sendouts.start(towns, make_message(), by=carl)


@pytest.mark.usefixtures("committed")
def test_of_two_who_agree_at_once_one_lets_it_go(asked, berlin, paris, berta, carl):
    fact, clicks = seen(asked), [(of(berlin), berta), (of(paris), carl)]

    def click(request_and_user) -> None:
        request, user = request_and_user
        try:
            actions.approve(request, fact, by=user)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(click, clicks))
    assert state(asked) == "scheduled"
