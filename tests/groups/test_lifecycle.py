from functools import partial

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.naughty import NAUGHTY
from tests.racing import overtaken
from tests.workers import NAME
from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import Entry
from tidings.contacts.models import Contact
from tidings.groups import actions, attributes, lifecycle, subgroups
from tidings.groups.errors import AddressTaken, BadGroup, GroupArchived, WrongName
from tidings.groups.models import Deletion, Group
from tidings.groups.queries import find, search, subgroups_of
from tidings.imports import actions as imports
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks import leases, work
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process
from tidings.locks.queries import locks_of
from tidings.locks.tasks import find_forgotten
from tidings.memberships import actions as memberships
from tidings.memberships import parts
from tidings.memberships.models import Membership, OptOut
from tidings.memberships.queries import count_members
from tidings.sendouts import actions as sendouts
from tidings.sendouts.models import Sendout

pytestmark = pytest.mark.django_db


def hold(group: Group, kind: Process.Kind = Process.Kind.EXPORT) -> Process:
    return locks.begin(kind, [group.pk], label="something", by=None)


# Copying.


def test_a_copy_has_settings_category_and_attributes(make_group, make_user):
    source = make_group(category="Retail", description="Weekly")
    actions.update_settings(source, {"sender": {"reply_to": "shop@example.org"}}, by=None)
    actions.update_settings(source, {"test_recipients": {"addresses": ["anna@example.org"]}}, by=None)
    attributes.put(source, "Price", "10", by=None)
    made = lifecycle.copy(find(source.pk), "Second", address="second@example.org", by=make_user())
    made = find(made.pk)
    assert (made.name, made.address, str(made.category)) == ("Second", "second@example.org", "Retail")
    assert made.description == "Weekly"
    assert made.settings == find(source.pk).settings
    assert dict(made.attributes.values_list("name", "value")) == {"Price": "10"}


def test_a_copy_has_the_blacklist(make_group):
    source = make_group()
    blacklists.add("evil@example.com", source, source="page", by=None)
    made = lifecycle.copy(source, "Second", address="second@example.org", by=None)
    assert [entry.pattern for entry in Entry.objects.filter(scope=made.pk)] == ["evil@example.com"]


def test_a_copy_leaves_members_and_sendouts_behind(make_group, make_members, make_sendout, committed):
    source = make_group()
    make_members(source, 3)
    make_sendout(source)
    made = lifecycle.copy(source, "Second", address="second@example.org", by=None)
    assert count_members([made.pk])[made.pk].total == 0
    assert not Sendout.objects.filter(group=made).exists()


def test_a_copy_of_a_supergroup_has_its_subgroups_in_their_order(make_group):
    first, second = make_group("First"), make_group("Second")
    source = make_group("All", is_supergroup=True)
    subgroups.add(source, [second, first], by=None)
    made = lifecycle.copy(source, "All again", address="again@example.org", by=None)
    assert [one.name for one in subgroups_of(made)] == ["Second", "First"]


def test_a_copy_needs_an_address_that_nobody_has(make_group):
    source = make_group()
    with pytest.raises(AddressTaken):
        lifecycle.copy(source, "Second", address=source.address, by=None)
    with pytest.raises(BadGroup):
        lifecycle.copy(source, "Second", by=None)
    assert Group.objects.count() == 1


def test_a_copy_of_an_sms_group_leaves_the_keyword(committed):
    source = actions.create("News", channel="sms", by=None)
    words = {"inbound_number": "+491713920000", "keyword": "BOOKS"}
    actions.update_settings(source, {"sending": words}, by=None)
    sending = lifecycle.copy(find(source.pk), "Second", by=None).all_settings.sending
    assert (sending.inbound_number, sending.keyword) == ("+491713920000", "")


def test_a_copy_is_called_as_it_was_told(make_group):
    source = make_group()
    for number, text in enumerate(NAUGHTY):
        assert lifecycle.copy(source, text, address=f"copy{number}@example.org", by=None).name == text


def test_its_making_is_a_fact(make_group, make_user):
    source, anna = make_group(), make_user()
    made = lifecycle.copy(source, "Second", address="second@example.org", by=anna)
    fact = Fact.objects.get(verb="group.copied", subject=made.pk)
    assert (fact.by_id, fact.data["source"]) == (anna.pk, source.pk)


def test_nothing_is_copied_while_a_process_writes_the_group(make_group):
    source = make_group()
    hold(source, Process.Kind.BLACKLIST_IMPORT)
    with pytest.raises(GroupLocked):
        lifecycle.copy(source, "Second", address="second@example.org", by=None)


# Archiving.


def test_an_archived_group_takes_no_sendout(make_group, make_members, make_message):
    group = make_group()
    make_members(group, 1)
    group = lifecycle.archive(group, by=None)
    with pytest.raises(GroupArchived):
        sendouts.start(group, make_message(), by=None)


def test_an_archived_group_takes_no_import(make_group, tmp_path):
    group = make_group()
    (tmp_path / "people.csv").write_text("email\nanna@example.org\n")
    with (tmp_path / "people.csv").open("rb") as file:
        draft = imports.upload(group, file, filename="people.csv", by=None)
        lifecycle.archive(group, by=None)
        file.seek(0)
        with pytest.raises(GroupArchived):
            imports.upload(find(group.pk), file, filename="people.csv", by=None)
    with pytest.raises(GroupArchived):
        imports.begin(draft, by=None)


def test_an_archived_group_takes_no_member(make_group, make_contact):
    group = lifecycle.archive(make_group(), by=None)
    with pytest.raises(GroupArchived):
        memberships.add(make_contact(), group, source=Membership.Source.API, by=None)


def test_an_activated_group_takes_members_again(make_group, make_contact):
    group = lifecycle.activate(lifecycle.archive(make_group(), by=None), by=None)
    assert memberships.add(make_contact(), group, source=Membership.Source.API, by=None)


def test_archiving_and_activating_are_facts_once(make_group):
    group = make_group()
    for act in (lifecycle.archive, lifecycle.archive, lifecycle.activate, lifecycle.activate):
        act(group, by=None)
    facts = Fact.objects.filter(subject=group.pk, verb__in=["group.archived", "group.activated"])
    assert [fact.verb for fact in facts.order_by("pk")] == ["group.archived", "group.activated"]


@pytest.mark.parametrize("kind", [Process.Kind.EXPORT, Process.Kind.IMPORT])
def test_a_group_in_use_can_not_be_archived(make_group, kind):
    group = make_group()
    hold(group, kind)
    with pytest.raises(GroupLocked):
        lifecycle.archive(group, by=None)
    assert find(group.pk).archived_at is None


def test_of_an_archiver_and_a_sender_at_once_the_later_is_told(
    committed, make_group, make_members, make_message
):
    group, version = make_group(), make_message()
    make_members(group, 1)
    with pytest.raises(GroupLocked):
        overtaken(lambda: sendouts.start(group, version, by=None), lambda: lifecycle.archive(group, by=None))


def test_of_a_sender_and_an_archiver_at_once_the_later_is_told(
    committed, make_group, make_members, make_message
):
    group, version = make_group(), make_message()
    make_members(group, 1)
    with pytest.raises(GroupArchived):
        overtaken(lambda: lifecycle.archive(group, by=None), lambda: sendouts.start(group, version, by=None))


# Deleting.


def delete(group: Group, **rest) -> None:
    deletion = lifecycle.delete(group, name=group.name, by=rest.get("by"))
    assert work.run(deletion.process_id, NAME)


@pytest.fixture
def group(committed, make_group, make_members):
    """A group with five members."""
    group = make_group("News")
    make_members(group, 5)
    return group


def test_a_deleted_group_is_found_no_more(group):
    delete(group)
    with pytest.raises(NotFound):
        find(group.pk)
    assert not search("News").exists()
    assert locks_of([group.pk]) == {}


def test_its_memberships_go_and_the_contacts_stay(group):
    delete(group)
    assert not Membership.objects.filter(group=group).exists()
    assert Contact.objects.count() == 5
    assert count_members([group.pk])[group.pk].total == 0


def test_it_goes_in_slices(group, monkeypatch):
    monkeypatch.setattr(parts, "ROWS_OF_A_SLICE", 2)
    delete(group)
    assert not Membership.objects.filter(group=group).exists()
    assert Deletion.objects.get().process.state == Process.State.FINISHED


def test_its_address_is_free_again(group, make_group):
    delete(group)
    assert make_group(address=group.address).pk != group.pk


def test_its_attributes_and_blacklist_go(group):
    attributes.put(group, "Price", "10", by=None)
    blacklists.add("evil@example.com", group, source="page", by=None)
    delete(group)
    assert not group.attributes.exists()
    assert not Entry.objects.filter(scope=group.pk).exists()


def test_opt_outs_stay(group):
    person = Contact.objects.first()
    memberships.unsubscribe(person, group.pk, source="link")
    delete(group)
    assert OptOut.objects.get(contact=person).group_id == group.pk


def test_a_link_to_unsubscribe_works_for_good(group):
    delete(group)
    assert memberships.unsubscribe(Contact.objects.first(), group.pk, source="link")


def test_past_sendouts_say_where_they_went(group, make_sendout, deliver):
    sendout = deliver(make_sendout(group))
    delete(group)
    sendout = Sendout.objects.select_related("group").get(pk=sendout.pk)
    assert (sendout.group.name, sendout.audience) == ("News", 5)


def test_planned_sendouts_are_cancelled_and_say_why(group, make_sendout):
    sendout = make_sendout(group)
    Process.objects.all().update(state="finished")
    GroupLock.objects.all().delete()
    Sendout.objects.filter(pk=sendout.pk).update(state="scheduled", process=None)
    delete(group)
    sendout.refresh_from_db()
    assert (sendout.state, sendout.state_reason) == ("cancelled", "The group was deleted.")


def test_it_leaves_its_supergroups(group, make_group):
    supergroup = make_group("All", is_supergroup=True)
    subgroups.add(supergroup, [group], by=None)
    delete(group)
    assert subgroups_of(supergroup) == []


def test_deleting_a_supergroup_leaves_its_subgroups_untouched(group, make_group):
    supergroup = make_group("All", is_supergroup=True)
    subgroups.add(supergroup, [group], by=None)
    delete(supergroup)
    assert count_members([find(group.pk).pk])[group.pk].total == 5


def test_deleting_is_a_fact_with_what_is_gone(group, make_user):
    anna = make_user()
    delete(group, by=anna)
    fact = Fact.objects.get(verb="group.deleted", subject=group.pk)
    assert fact.by_id == anna.pk
    assert fact.data == {"name": "News", "address": group.address}


@pytest.mark.parametrize("name", ["", "news", "Newsletter"])
def test_it_asks_for_the_name(group, name):
    with pytest.raises(WrongName, match="which is “News”"):
        lifecycle.delete(group, name=name, by=None)
    assert find(group.pk).archived_at is None


@pytest.mark.parametrize("kind", [Process.Kind.EXPORT, Process.Kind.IMPORT])
def test_a_group_in_use_can_not_be_deleted(group, kind):
    hold(group, kind)
    with pytest.raises(GroupLocked):
        lifecycle.delete(group, name="News", by=None)
    assert find(group.pk).archived_at is None


def test_nobody_joins_while_it_is_deleted(group, make_contact):
    lifecycle.delete(group, name="News", by=None)
    with pytest.raises(GroupArchived):
        memberships.add(make_contact(), find(group.pk), source=Membership.Source.API, by=None)


def test_it_can_not_be_activated_or_used_while_it_is_deleted(group, make_message):
    lifecycle.delete(group, name="News", by=None)
    with pytest.raises(GroupLocked):
        lifecycle.activate(group, by=None)
    with pytest.raises(GroupLocked):
        hold(group)


def test_of_two_who_delete_at_once_one_is_told(committed, make_group):
    group = make_group("News")
    act = partial(lifecycle.delete, group, name="News", by=None)
    with pytest.raises(GroupLocked):
        overtaken(act, act)


def test_another_worker_goes_on_where_one_was_killed(group, monkeypatch):
    deletion = lifecycle.delete(group, name="News", by=None)
    token = leases.take(deletion.process_id, "dead")
    assert token
    assert parts.OfGroup.purge(group.pk) == 5
    assert not work.run(deletion.process_id, NAME)  # the lease of the dead one still holds
    locks.release_worker("dead")
    assert work.run(deletion.process_id, NAME)
    with pytest.raises(NotFound):
        find(group.pk)


def test_it_runs_in_the_queue(group, run_jobs):
    lifecycle.delete(group, name="News", by=None)
    run_jobs()
    with pytest.raises(NotFound):
        find(group.pk)


def test_running_it_again_does_no_harm(group):
    deletion = lifecycle.delete(group, name="News", by=None)
    assert work.run(deletion.process_id, NAME)
    assert work.run(deletion.process_id, NAME)
    assert Fact.objects.filter(verb="group.deleted").count() == 1


def test_a_deletion_that_lost_its_job_gets_another(group):
    lifecycle.delete(group, name="News", by=None)
    ProcrastinateJob.objects.filter(task_name="locks.run").delete()
    find_forgotten(timestamp=0)
    assert ProcrastinateJob.objects.filter(task_name="locks.run", status="todo").count() == 1


def test_one_that_can_not_be_done_frees_the_group_and_says_why(group, monkeypatch):
    def broken(group_id: int) -> int:
        raise ValueError("no room")

    monkeypatch.setattr(parts.OfGroup, "purge", staticmethod(broken))
    deletion = lifecycle.delete(group, name="News", by=None)
    work.run(deletion.process_id, NAME)
    deletion = lifecycle.find_deletion(deletion.pk)
    reason = f"Something unforeseen happened. The log says more, under process {deletion.process_id}."
    assert deletion.process.state == "failed"
    assert deletion.error == f"The group could not be deleted. {reason}"
    assert locks_of([group.pk]) == {}
