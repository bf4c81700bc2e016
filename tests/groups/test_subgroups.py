"""Which groups may stand in a SuperGroup, in which order, and what changing that needs."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from tests.racing import overtaken
from tidings.groups import actions, lifecycle, subgroups
from tidings.groups.errors import BadSubgroup, GroupArchived, NoSupergroup
from tidings.groups.models import Group, Subgroup
from tidings.groups.queries import subgroups_of, subgroups_to_add, supergroups_of
from tidings.groups.settings import Duplicates
from tidings.journal.models import Fact
from tidings.kernel import clock
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process

pytestmark = pytest.mark.django_db


@pytest.fixture
def towns(make_group):
    return [make_group(name) for name in ("Berlin", "Paris", "Rome")]


def archived(group):
    Group.objects.filter(pk=group.pk).update(archived_at=clock.now())
    return Group.objects.get(pk=group.pk)


def test_its_groups_stand_in_the_order_in_which_they_came(make_supergroup, towns):
    berlin, paris, rome = towns
    supergroup = make_supergroup(rome, berlin)
    subgroups.add(supergroup, [paris], by=None)
    assert subgroups_of(supergroup) == [rome, berlin, paris]


def test_who_is_in_already_stays_in_its_place(make_supergroup, towns):
    supergroup = make_supergroup(*towns)
    assert subgroups.add(supergroup, [towns[0], towns[0]], by=None) == [one.pk for one in towns]


def test_a_group_may_be_in_several(make_supergroup, towns):
    first, second = make_supergroup(*towns, name="A"), make_supergroup(*towns, name="B")
    assert list(supergroups_of(towns[0])) == [first, second]


def test_no_supergroup_is_in_a_supergroup(make_supergroup):
    inner, outer = make_supergroup(), make_supergroup()
    with pytest.raises(BadSubgroup, match="no SuperGroup can be in another"):
        subgroups.add(outer, [inner], by=None)


def test_none_is_in_itself(make_supergroup):
    supergroup = make_supergroup()
    with pytest.raises(BadSubgroup):
        subgroups.add(supergroup, [supergroup], by=None)
    with pytest.raises(IntegrityError, match="subgroups_not_itself"), transaction.atomic():
        Subgroup.objects.create(supergroup=supergroup, group=supergroup, position=1)


def test_all_its_groups_are_of_its_channel(make_supergroup):
    texts = actions.create("Texts", channel="sms", by=None)
    with pytest.raises(BadSubgroup, match=r"“Texts” \(id \d+\) is for SMS"):
        subgroups.add(make_supergroup(), [texts], by=None)


def test_no_archived_group_is_added(make_supergroup, towns):
    with pytest.raises(GroupArchived, match="Berlin"):
        subgroups.add(make_supergroup(), [archived(towns[0])], by=None)


def test_one_that_was_archived_later_stays_until_it_is_taken_out(make_supergroup, towns):
    supergroup = make_supergroup(*towns)
    archived(towns[0])
    subgroups.order(supergroup, [towns[2]], by=None)
    assert subgroups_of(supergroup) == [towns[2], towns[0], towns[1]]
    subgroups.remove(supergroup, [towns[0]], by=None)
    assert towns[0] not in subgroups_of(supergroup)


def test_only_a_supergroup_has_subgroups(make_group, towns):
    with pytest.raises(NoSupergroup, match="isn't a SuperGroup"):
        subgroups.add(make_group("News"), towns, by=None)


def test_an_archived_supergroup_is_not_changed(make_supergroup, towns):
    supergroup = archived(make_supergroup())
    with pytest.raises(GroupArchived):
        subgroups.add(supergroup, towns, by=None)


def test_all_of_them_go_in_or_none(make_supergroup, towns):
    supergroup = make_supergroup()
    with pytest.raises(GroupArchived):
        subgroups.add(supergroup, [towns[0], archived(towns[1])], by=None)
    assert subgroups_of(supergroup) == []


def test_to_take_out_what_is_not_in_is_told(make_supergroup, towns):
    with pytest.raises(NotFound, match=f"There is no subgroup {towns[2].pk}"):
        subgroups.remove(make_supergroup(*towns[:2]), [towns[2]], by=None)


@pytest.mark.parametrize(
    ("which", "places", "names"),
    [
        (2, -1, ["Berlin", "Rome", "Paris"]),
        (0, 1, ["Paris", "Berlin", "Rome"]),
        (0, -1, ["Berlin", "Paris", "Rome"]),
        (2, 9, ["Berlin", "Paris", "Rome"]),
    ],
)
def test_one_is_moved_as_far_as_there_are_places(make_supergroup, towns, which, places, names):
    supergroup = make_supergroup(*towns)
    subgroups.move(supergroup, towns[which], places, by=None)
    assert [one.name for one in subgroups_of(supergroup)] == names


def test_two_who_add_at_once_both_do(committed, make_supergroup, towns):
    supergroup = make_supergroup()
    overtaken(
        partial(subgroups.add, supergroup, [towns[0]], by=None),
        lambda: subgroups.add(supergroup, [towns[1]], by=None),
    )
    assert subgroups_of(supergroup) == towns[:2]


def test_one_that_is_archived_at_the_same_moment_stays_out(committed, make_supergroup, towns):
    supergroup, berlin = make_supergroup(), towns[0]
    with pytest.raises(GroupArchived):
        overtaken(partial(archived, berlin), lambda: subgroups.add(supergroup, [berlin], by=None))


@pytest.mark.parametrize("kind", [Process.Kind.SENDOUT, Process.Kind.IMPORT])
def test_a_change_is_refused_while_a_process_has_the_supergroup(make_supergroup, towns, kind):
    supergroup = make_supergroup(*towns)
    locks.begin(kind, [supergroup.pk], label="Holiday", by=None)
    for change in (subgroups.put, subgroups.add, subgroups.remove, subgroups.order):
        with pytest.raises(GroupLocked, match="Holiday"):
            change(supergroup, towns[:1], by=None)
    assert subgroups_of(supergroup) == towns


def test_the_subgroups_themselves_may_be_in_use(make_supergroup, towns):
    locks.begin(Process.Kind.IMPORT, [towns[0].pk], label="people.csv", by=None)
    assert subgroups_of(make_supergroup(towns[0])) == [towns[0]]


def test_a_sendout_that_begins_meanwhile_sees_all_of_the_change(committed, make_supergroup, towns):
    supergroup = make_supergroup()

    def begin():
        locks.begin(Process.Kind.SENDOUT, [supergroup.pk], label="Holiday", by=None)
        return subgroups_of(supergroup)

    assert overtaken(partial(subgroups.add, supergroup, towns, by=None), begin) == towns


def test_a_change_leaves_no_lock_and_an_ended_process(make_supergroup, towns):
    make_supergroup(*towns)
    process = Process.objects.get(kind=Process.Kind.SUBGROUPS)
    assert process.state == Process.State.FINISHED
    assert not GroupLock.objects.exists()


def test_who_changed_them_from_what_to_what_is_a_fact(make_supergroup, make_user, towns):
    supergroup, anna = make_supergroup(towns[0]), make_user("Anna")
    subgroups.add(supergroup, [towns[1]], by=anna)
    fact = Fact.objects.filter(verb="group.subgroups_changed", subject=supergroup.pk).latest("id")
    assert fact.by_id == anna.pk
    assert fact.data == {"before": [towns[0].pk], "after": [towns[0].pk, towns[1].pk]}


def test_one_copy_is_the_default_and_another_policy_is_kept_with_a_fact(make_supergroup):
    supergroup = make_supergroup()
    assert supergroup.all_settings.supergroup.duplicates == Duplicates.ONE_COPY
    subgroups.set_duplicates(supergroup, Duplicates.ONE_PER_SUBGROUP, by=None)
    kept = Group.objects.get(pk=supergroup.pk).all_settings.supergroup.duplicates
    assert kept == Duplicates.ONE_PER_SUBGROUP
    fact = Fact.objects.get(verb="group.settings_changed")
    assert fact.data["before"] == {"supergroup.duplicates": "one_copy"}
    assert fact.data["after"] == {"supergroup.duplicates": "one_per_subgroup"}


def test_the_policy_can_not_change_while_somebody_writes_the_supergroup(make_supergroup):
    supergroup = make_supergroup()
    locks.begin(Process.Kind.IMPORT, [supergroup.pk], label="people.csv", by=None)
    with pytest.raises(GroupLocked):
        subgroups.set_duplicates(supergroup, Duplicates.ONE_PER_SUBGROUP, by=None)


def test_deleting_a_supergroup_leaves_its_groups(run_jobs, make_supergroup, towns):
    supergroup = make_supergroup(*towns)
    lifecycle.delete(supergroup, name=supergroup.name, by=None)
    run_jobs()
    assert not Subgroup.objects.exists()
    assert Group.objects.count() == 3


def test_deleting_a_group_takes_it_out(run_jobs, make_supergroup, towns):
    supergroup = make_supergroup(*towns)
    lifecycle.delete(towns[1], name=towns[1].name, by=None)
    run_jobs()
    assert subgroups_of(supergroup) == [towns[0], towns[2]]


def test_a_copy_has_the_same_subgroups(make_supergroup, towns):
    copied = lifecycle.copy(make_supergroup(*towns), "Copy", address="copy@example.org", by=None)
    assert subgroups_of(copied) == towns


def test_only_groups_that_may_be_added_are_offered(make_supergroup, make_group, towns):
    actions.create("Texts", channel="sms", by=None)
    make_supergroup(name="Another")
    supergroup = make_supergroup(towns[0])
    archived(towns[1])
    assert list(subgroups_to_add(supergroup)) == [towns[2]]
    assert list(subgroups_to_add(supergroup, "ROM")) == [towns[2]]
