"""`replace` removes who isn't in the file: only at the end, only whom it should, and not many without asking."""

import pytest
from django.db import DatabaseError

from tests.workers import NAME
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.imports import actions
from tidings.imports.errors import NothingToConfirm
from tidings.imports.models import Import
from tidings.imports.queries import find
from tidings.kernel import clock, db
from tidings.kernel.files.models import StoredFile
from tidings.locks import actions as locks
from tidings.locks import work
from tidings.locks.errors import GroupLocked
from tidings.locks.queries import locks_of
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership

REPLACE = {"mode": Import.Mode.REPLACE}
MEMBERS = 20


def address(number: int) -> str:
    return f"p{number:02}@example.com"


def file_of(numbers, *more: str) -> str:
    return "\n".join(["email,date_of_birth", *(f"{address(n)}," for n in numbers), *more]) + "\n"


@pytest.fixture
def group(make_group, make_members):
    group = make_group()
    make_members(group, list(map(address, range(MEMBERS))))
    return group


def members(group) -> list[str]:
    return sorted(Membership.objects.filter(group=group).values_list("contact__email", flat=True))


def test_who_is_not_in_the_file_is_removed(group, import_file, outcomes):
    run = import_file(group, file_of([*range(1, MEMBERS), 50]), **REPLACE)
    assert outcomes(run) == {"created": 1, "unchanged": MEMBERS - 1}
    assert (run.absent, run.members_before) == (1, MEMBERS)
    assert members(group) == list(map(address, [*range(1, MEMBERS), 50]))
    assert Contact.objects.filter(email=address(0)).exists()


def test_it_asks_before_more_than_a_tenth_leaves_and_has_changed_nothing(group, import_file):
    run = import_file(group, file_of([*range(3, MEMBERS), 50]), **REPLACE)
    assert (run.state, run.absent, run.members_before) == ("awaiting_confirmation", 3, MEMBERS)
    assert members(group) == list(map(address, range(MEMBERS)))
    assert not Contact.objects.filter(email=address(50)).exists()


def test_a_tenth_may_leave_unasked(group, import_file):
    assert import_file(group, file_of(range(2, MEMBERS)), **REPLACE).absent == 2


def test_while_it_awaits_an_answer_the_group_is_free(group, import_file):
    import_file(group, file_of([1]), **REPLACE)
    assert locks_of([group.pk]) == {}


def test_a_confirmed_replacement_goes_through(group, import_file, finish, outcomes):
    run = actions.confirm(import_file(group, file_of([1, 50]), **REPLACE), by=None)
    run = finish(run)
    assert (run.state, outcomes(run), run.absent) == ("finished", {"created": 1, "unchanged": 1}, MEMBERS - 1)
    assert members(group) == [address(1), address(50)]


def test_one_that_is_confirmed_in_advance_does_not_ask(group, import_file):
    assert import_file(group, file_of([1]), **REPLACE, is_confirmed=True).state == "finished"


def test_an_empty_file_empties_the_group_only_when_confirmed(group, import_file):
    assert import_file(group, "email\n", **REPLACE).state == "awaiting_confirmation"
    assert import_file(group, "email\n", **REPLACE, is_confirmed=True).absent == MEMBERS
    assert members(group) == []


def test_a_question_is_answered_once(group, import_file):
    run = import_file(group, file_of([1]), **REPLACE)
    actions.confirm(run, by=None)
    with pytest.raises(NothingToConfirm):
        actions.confirm(run, by=None)


def test_a_confirmation_while_others_use_the_group_is_told(group, import_file, start):
    run = import_file(group, file_of([1]), **REPLACE)
    start(group, file_of([1]))
    with pytest.raises(GroupLocked):
        actions.confirm(run, by=None)
    assert find(run.pk).state == "awaiting_confirmation"


def test_a_group_that_was_archived_meanwhile_takes_no_confirmation(group, import_file):
    run = import_file(group, file_of([1]), **REPLACE)
    group.archived_at = clock.now()
    group.save(update_fields=["archived_at"])
    with pytest.raises(GroupArchived):
        actions.confirm(run, by=None)


def test_a_question_can_be_answered_with_no(group, import_file):
    run = import_file(group, file_of([1, 50]), **REPLACE)
    actions.cancel(run, by=None)
    assert find(run.pk).state == "cancelled"
    assert members(group) == list(map(address, range(MEMBERS)))
    assert not StoredFile.objects.exists()


def test_who_joins_after_the_run_began_stays(group, start, finish, make_contact):
    run = start(group, file_of(range(MEMBERS)), **REPLACE)
    memberships.add(make_contact("late@example.com"), group, source=Membership.Source.PAGE, by=None)
    assert finish(run).absent == 0
    assert "late@example.com" in members(group)


def test_who_joins_while_it_awaits_an_answer_stays(group, import_file, finish, make_contact):
    run = import_file(group, file_of([1]), **REPLACE)
    memberships.add(make_contact("late@example.com"), group, source=Membership.Source.PAGE, by=None)
    finish(actions.confirm(run, by=None))
    assert members(group) == ["late@example.com", address(1)]


@pytest.mark.parametrize(
    "row",
    [f"{address(0)},no date", f'{address(0)},"open', f"{address(0)},,,x", f"Anna <{address(0)}>,"],
)
def test_who_stands_in_a_rejected_row_stays(group, import_file, row):
    run = import_file(group, file_of(range(2, MEMBERS), row), **REPLACE)
    assert (run.rejected, run.absent) == (1, 1)
    assert address(0) in members(group)


def test_who_is_rejected_for_somebody_elses_number_stays(group, import_file, make_contact):
    other = make_contact("other@example.com")
    Contact.objects.filter(pk=other.pk).update(mobile="+491713920000")
    rows = "".join(f"{address(n)},{'+491713920000' if n == 0 else ''}\n" for n in range(MEMBERS))
    run = import_file(group, f"email,mobile\n{rows}", **REPLACE)
    assert (run.rejected, run.absent) == (1, 0)


def test_a_dry_run_says_how_many_would_leave_and_does_not_ask(group, import_file):
    run = import_file(group, file_of([1]), **REPLACE, dry_run=True)
    assert (run.state, run.absent) == ("finished", MEMBERS - 1)
    assert len(members(group)) == MEMBERS


FAIL = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER fail BEFORE DELETE ON memberships FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION fail()
"""


@pytest.fixture
def failing_removal(committed):
    """The database fails when a member is removed; gives what makes it so, for one contact, and what ends it."""

    def mend() -> None:
        db.execute("DROP FUNCTION IF EXISTS fail CASCADE")

    yield lambda contact: db.execute(FAIL.format(condition=f"OLD.contact_id = {contact.pk}")), mend
    mend()


def test_nobody_is_removed_after_a_cancel(group, start, finish, failing_removal):
    break_it, mend = failing_removal
    run = start(group, file_of([1, 50]), **REPLACE, is_confirmed=True)
    break_it(Contact.objects.get(email=address(0)))
    with pytest.raises(DatabaseError):
        work.run(run.process_id, NAME)
    mend()
    locks.release_worker(NAME)
    actions.cancel(run, by=None)
    run = finish(run)
    assert (run.state, run.absent) == ("cancelled", 0)
    assert len(members(group)) == MEMBERS + 1


def test_a_removal_that_was_interrupted_ends_like_an_undisturbed_one(
    group, start, finish, failing_removal, set_environment
):
    set_environment(slice_rows=4)
    break_it, mend = failing_removal
    run = start(group, file_of([1, 50]), **REPLACE, is_confirmed=True)
    break_it(Contact.objects.get(email=address(10)))
    with pytest.raises(DatabaseError):
        work.run(run.process_id, NAME)
    assert 0 < find(run.pk).absent < MEMBERS - 1
    mend()
    locks.release_worker(NAME)
    run = finish(run)
    assert (run.state, run.absent, run.created, run.unchanged) == ("finished", MEMBERS - 1, 1, 1)
    assert members(group) == [address(1), address(50)]
