"""People go from one group to another, and each of them has one outcome."""

from decimal import Decimal

import pytest

from tests.transfers.conftest import members, outcomes
from tidings.accounts.models import User
from tidings.blacklists import actions as blacklists
from tidings.contacts import person
from tidings.contacts.models import Contact
from tidings.groups import lifecycle
from tidings.groups.errors import AddressTaken, GroupArchived
from tidings.groups.models import Group
from tidings.journal.models import Fact
from tidings.locks import actions as locks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process
from tidings.locks.queries import locks_of
from tidings.memberships import actions as memberships
from tidings.memberships.models import Consent, Membership, OptOut
from tidings.memberships.moves import keep_out
from tidings.notices.models import Notice
from tidings.selections import actions as selections
from tidings.selections import language
from tidings.selections.choosing import chosen
from tidings.selections.saved import users
from tidings.transfers import actions
from tidings.transfers.actions import NewGroup, Wish
from tidings.transfers.errors import BadShare, NobodyThere, SupergroupWithoutMembers
from tidings.transfers.models import Transfer
from tidings.transfers.rules import Share

MODE = Transfer.Mode
PEOPLE = 20
OLD = "old@example.com"


@pytest.fixture
def source(make_group):
    return make_group("Customers")


@pytest.fixture
def target(make_group):
    return make_group("Readers")


@pytest.fixture(autouse=True)
def people(source, make_members):
    """The members of the source."""
    return make_members(source, PEOPLE)


@pytest.fixture
def old_member(target, make_members):
    """A member of the target who isn't one of the source."""
    return make_members(target, [OLD])


def addresses(people) -> list[str]:
    return [person.email for person in people]


def test_the_members_of_a_group_join_another_and_stay_where_they_were(source, target, people, transfer):
    run = transfer(source, target)
    assert (run.state, run.chosen, outcomes(run)) == ("finished", PEOPLE, {"joined": PEOPLE})
    assert members(target) == members(source) == addresses(people)


def test_who_is_a_member_already_is_left_as_they_are(source, target, people, transfer, let_join):
    let_join(target, people[:3], state="pending")
    assert outcomes(transfer(source, target)) == {"joined": PEOPLE - 3, "already": 3}
    assert Membership.objects.filter(group=target, state="pending").count() == 3


def test_without_a_source_everybody_is_transferred_but_who_is_erased(
    make_contact, target, transfer, run_jobs
):
    anna, bert = make_contact("anna@example.com"), make_contact("bert@example.com")
    person.erase(bert, never_again=False, by=None)
    assert outcomes(transfer(None, target)) == {"joined": PEOPLE + 1}
    assert anna.email in members(target)


def test_everybody_who_may_not_join_is_kept_out_and_counted_by_reason(
    source, target, people, transfer, let_join
):
    keep_out(people[0], OptOut.Scope.GROUP, group_id=target.pk, source="page")
    keep_out(people[1], OptOut.Scope.CHANNEL, channel="email", source="page")
    let_join(target, people[2:3], state="deactivated")
    blacklists.add(people[3].email, target, source="page", by=None)
    Membership.objects.filter(group=source, contact=people[4]).update(state="pending")
    Contact.objects.filter(pk=people[5].pk).update(email=None, mobile="+4915112345678")
    run = transfer(source, target)
    assert run.kept_out_by == {
        "opted_out": 2, "deactivated": 1, "blacklisted": 1, "not_active": 1, "no_address": 1,
    }  # fmt: skip
    assert outcomes(run) == {"joined": PEOPLE - 6, "kept_out": 6}


def test_members_who_are_chosen_are_removed(source, target, people, transfer, let_join):
    let_join(target, people[:5])
    run = transfer(source, target, mode=MODE.REMOVE)
    assert outcomes(run) == {"removed": 5, "ignored": PEOPLE - 5}
    assert members(target) == []


def test_a_group_can_lose_its_own_members(source, transfer):
    assert outcomes(transfer(source, source, mode=MODE.REMOVE)) == {"removed": PEOPLE}
    assert members(source) == []


@pytest.mark.usefixtures("old_member")
def test_replace_removes_who_is_not_chosen(source, target, people, transfer, let_join):
    let_join(target, people[:15])
    run = transfer(source, target, mode=MODE.REPLACE)
    assert (outcomes(run), run.absent) == ({"joined": 5, "already": 15}, 1)
    assert members(target) == addresses(people)


@pytest.mark.usefixtures("old_member")
def test_replace_asks_before_more_than_a_tenth_leaves_and_has_changed_nothing(source, target, transfer):
    run = transfer(source, target, mode=MODE.REPLACE)
    assert (run.state, run.absent, run.members_before) == ("awaiting_confirmation", 1, 1)
    assert members(target) == [OLD]
    assert locks_of() == {}


@pytest.mark.usefixtures("old_member")
def test_replace_goes_on_when_it_is_confirmed(source, target, people, transfer, finish):
    run = finish(actions.confirm(transfer(source, target, mode=MODE.REPLACE), by=None))
    assert (run.state, run.absent, outcomes(run)) == ("finished", 1, {"joined": PEOPLE})
    assert members(target) == addresses(people)


def test_replace_leaves_those_who_joined_after_it_began(source, target, start, finish, make_members):
    run = start(source, target, mode=MODE.REPLACE, is_confirmed=True)
    make_members(target, ["late@example.com"])
    assert finish(run).absent == 0
    assert "late@example.com" in members(target)


@pytest.mark.parametrize(
    ("share", "size"), [(Share(percent=Decimal(10)), 2), (Share(number=7), 7), (Share(number=99), PEOPLE)]
)
def test_a_random_share_is_as_large_as_was_asked_for(source, target, transfer, share, size):
    assert outcomes(transfer(source, target, share=share)) == {"joined": size}


def test_the_same_seed_draws_the_same_people(source, make_group, people, start, finish):
    drawn = []
    for _ in range(2):
        run = start(source, make_group(), share=Share(number=8))
        Transfer.objects.filter(pk=run.pk).update(seed=4711)
        drawn.append(members(finish(run).target))
    assert drawn[0] == drawn[1]
    assert drawn[0] != addresses(people)[:8]


@pytest.mark.parametrize(
    "share",
    [Share(percent=Decimal(0)), Share(percent=Decimal(101)), Share(number=0), Share(Decimal(5), 5)],
)
def test_a_share_that_is_none_is_refused(source, target, start, share):
    with pytest.raises(BadShare):
        start(source, target, share=share)
    assert locks_of() == {}


def test_it_uses_the_source_and_writes_the_target(source, target, start):
    start(source, target)
    modes = {group: [lock.mode for lock in held] for group, held in locks_of().items()}
    assert modes == {source.pk: ["shared"], target.pk: ["exclusive"]}


def test_it_is_refused_while_the_target_is_used(source, target, start):
    locks.begin(Process.Kind.EXPORT, [target.pk], label="Export", by=None)
    with pytest.raises(GroupLocked):
        start(source, target)
    assert not Transfer.objects.exists()


def test_an_archived_group_takes_nobody(source, target, start):
    lifecycle.archive(target, by=None)
    with pytest.raises(GroupArchived):
        start(source, target)
    assert locks_of() == {}


def test_a_rule_says_which_of_them(source, target, people, transfer):
    Contact.objects.filter(pk__in=[one.pk for one in people[:4]]).update(language="de")
    run = transfer(source, target, whom=chosen('language = "de"'))
    assert (run.chosen, outcomes(run), run.rule) == (4, {"joined": 4}, 'language = "de"')


def test_a_rule_alone_chooses_among_everybody(source, target, people, transfer):
    run = transfer(None, target, whom=chosen(f"member of {source.pk}"), share=Share(number=5))
    assert outcomes(run) == {"joined": 5}


def test_it_remembers_which_selection_it_came_from(source, target, transfer):
    saved = selections.create("Berliners", language.parse('city = "Berlin"'), by=None)
    run = transfer(source, target, whom=chosen(selection="berliners"))
    assert (run.chosen, run.selection, run.rule) == (0, saved, 'city = "Berlin"')


def test_the_rule_of_a_replacement_may_speak_of_the_group_that_it_changes(source, target, transfer):
    run = transfer(source, source, whom=chosen(f"not member of {target.pk}"), mode=MODE.REPLACE)
    assert (outcomes(run), run.absent) == ({"already": PEOPLE}, 0)


def test_a_transfer_whose_rule_has_lost_its_meaning_fails_and_says_why(source, target, start, finish):
    run = start(source, target)
    Transfer.objects.filter(pk=run.pk).update(rule="member of 999999")
    run = finish(run)
    assert run.state == "failed"
    assert "There is no" in run.error
    assert locks_of() == {}


def test_a_supergroup_has_no_members_to_transfer(make_supergroup, source, target, start):
    for groups in ((make_supergroup(source), target), (source, make_supergroup(target))):
        with pytest.raises(SupergroupWithoutMembers):
            start(*groups)


def test_a_new_group_is_made_for_those_who_are_chosen(source, committed, finish):
    run = actions.start(
        Wish(source, NewGroup("Half of them", "half@example.org"), share=Share(Decimal(50))), by=None
    )
    assert outcomes(finish(run)) == {"joined": PEOPLE // 2}
    assert Group.objects.get(address="half@example.org").name == "Half of them"


def test_a_new_group_that_can_not_be_made_starts_no_transfer(source, target, committed):
    with pytest.raises(AddressTaken):
        actions.start(Wish(source, NewGroup("Again", target.address)), by=None)
    assert not Transfer.objects.exists()


def test_a_preview_counts_what_would_happen_and_changes_nothing(source, target, people, let_join, transfer):
    let_join(target, people[:3])
    keep_out(people[5], OptOut.Scope.GROUP, group_id=target.pk, source="page")
    found = actions.preview(Wish(source, target))
    assert (found.chosen, found.joined, found.already, found.kept_out_by) == (PEOPLE, 16, 3, {"opted_out": 1})
    assert len(members(target)) == 3
    assert outcomes(transfer(source, target)) == {"joined": 16, "already": 3, "kept_out": 1}


@pytest.mark.usefixtures("old_member")
def test_a_preview_of_replace_says_who_would_leave(source, target):
    found = actions.preview(Wish(source, target, mode=MODE.REPLACE))
    assert (found.absent, found.members_before, found.asks) == (1, 1, True)


def test_a_preview_of_removing_counts_who_is_no_member(source, target, people, let_join):
    let_join(target, people[:3])
    found = actions.preview(Wish(source, target, mode=MODE.REMOVE))
    assert (found.removed, found.ignored) == (3, PEOPLE - 3)


def test_a_preview_for_a_new_group_makes_none(source, people):
    keep_out(people[0], OptOut.Scope.CHANNEL, channel="email", source="page")
    assert actions.preview(Wish(source, NewGroup("New", "new@example.org"))).joined == PEOPLE - 1
    assert not Group.objects.filter(address="new@example.org").exists()


def test_a_transfer_that_is_cancelled_keeps_what_it_moved_and_frees_the_groups(
    source, target, start, finish, set_environment
):
    set_environment(slice_rows=5)
    run = start(source, target)
    actions.cancel(run, by=None)
    run = finish(run)
    assert (run.state, outcomes(run), locks_of()) == ("cancelled", {}, {})


def test_who_moved_stands_in_the_log_of_consent_and_the_transfer_in_the_journal(source, target, transfer):
    run = transfer(source, target)
    [entry] = Consent.objects.filter(group=target.pk)
    assert (entry.act, len(entry.contact_ids), entry.source) == ("added", PEOPLE, "transfer")
    assert entry.reason == f"Customers → Readers (transfer {run.pk})"
    verbs = list(
        Fact.objects.filter(subject=run.pk, verb__startswith="transfer")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == ["transfer.started", "transfer.finished"]


def test_who_left_by_it_stands_in_the_log_of_consent(source, transfer):
    transfer(source, source, mode=MODE.REMOVE)
    assert [entry.act for entry in Consent.objects.filter(group=source.pk)] == ["removed"]


def test_who_leaves_the_source_before_people_are_chosen_is_not_chosen(source, target, people, start, finish):
    run = start(source, target)
    memberships.remove(people[0], source, by=None)
    assert outcomes(finish(run)) == {"joined": PEOPLE - 1}


def test_single_people_join_the_target_while_it_runs(source, target, start, finish, make_contact):
    run = start(source, target)
    memberships.add(make_contact("new@example.com"), target, source="page", by=None)
    assert outcomes(finish(run)) == {"joined": PEOPLE}
    assert "new@example.com" in members(target)


def test_nobody_is_removed_from_a_new_group(source, start):
    with pytest.raises(NobodyThere):
        start(source, NewGroup("New", "new@example.org"), mode=MODE.REMOVE)


def test_an_erased_person_is_named_by_no_rule_of_a_transfer(source, target, people, transfer, run_jobs):
    run = transfer(source, target, whom=chosen(f'email = "{people[0].email}"'))
    person.erase(people[0], by=None)
    run_jobs()
    run.refresh_from_db()
    assert people[0].email not in run.rule


@pytest.fixture
def begin(committed):
    """Starts a transfer as a user; gives the run and the user."""
    user = User.objects.create(email="olga@example.org")
    return lambda *groups, **rest: actions.start(Wish(*groups, **rest), by=user)


@pytest.mark.parametrize(
    ("rule", "mode", "subject", "body"),
    [
        ("", MODE.ADD, "Transferred: ", f"{PEOPLE} joined"),
        ("member of 999999", MODE.ADD, "The transfer failed: ", "There is no"),
        ("", MODE.REPLACE, "The transfer needs your word: ", "It would remove 1 of 1 members."),
    ],
)
@pytest.mark.usefixtures("old_member")
def test_whoever_started_a_transfer_is_told_how_it_ended(
    *, source, target, begin, finish, rule, mode, subject, body
):
    run = begin(source, target, mode=mode)
    Transfer.objects.filter(pk=run.pk).update(rule=rule)
    finish(run)
    notice = Notice.objects.get()
    assert (notice.user, notice.path) == (run.started_by, f"/transfers/{run.pk}/")
    assert notice.subject.startswith(subject)
    assert body in notice.body


def test_a_transfer_that_goes_on_uses_its_selection(source, target, start, finish):
    saved = selections.create("All", language.parse("email is not empty"), by=None)
    run = start(source, target, whom=chosen(selection=saved.pk))
    assert users(saved) == [f"transfer {run.pk} (queued)"]
    finish(run)
    assert users(saved) == []
