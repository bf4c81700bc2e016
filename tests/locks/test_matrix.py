"""What may start beside what: every kind of process against every other, declared in rules and tried for real."""

from itertools import product

import pytest

from tidings.locks import actions, rules
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process

HERE, THERE, ELSEWHERE = 101, 102, 103

# The specification once more, by hand: the lock that each takes on a group. All else follows from it.
WRITES = {"imports", "blacklist imports", "transfers into it", "changes of its subgroups", "its deletion"}
READS = {"sendouts", "exports", "dry runs of imports", "transfers out of it"}

GROUPLESS = {Process.Kind.ERASURE, Process.Kind.TYPE_CHANGE}

USE = {use.words: use for use in rules.USES}
PAIRS = [pytest.param(USE[a], USE[b], id=f"{b} beside {a}") for a, b in product(sorted(USE), repeat=2)]


def start(use: rules.Use, group: int, *, other: int = ELSEWHERE) -> Process:
    """Begins a process that has to do with the group in that way; `other` is where a transfer goes to."""
    groups, sources = ([other], [group]) if use.is_source else ([group], [])
    return actions.begin(Process.Kind(use.kind), groups, label=use.words, by=None, sources=sources)


def test_each_way_to_use_a_group_is_one_of_the_specification():
    assert {use.words for use in rules.USES if use.mode == "exclusive"} == WRITES
    assert {use.words for use in rules.USES if use.mode == "shared"} == READS


@pytest.mark.parametrize("kind", sorted({*Process.Kind} - GROUPLESS))
def test_each_kind_has_one_mode_a_unit_and_words(kind):
    assert len([use for use in rules.USES if use.kind == kind and not use.is_source]) == 1
    assert rules.mode_of(kind) in GroupLock.Mode.values
    assert rules.UNITS[kind]


@pytest.mark.parametrize("kind", sorted(GROUPLESS))
def test_what_locks_no_group_has_a_unit_alone(kind):
    assert not [use for use in rules.USES if use.kind == kind]
    assert rules.UNITS[kind]


@pytest.mark.django_db
@pytest.mark.parametrize(("running", "coming"), PAIRS)
def test_two_go_together_on_one_group_only_if_both_just_use_it(running, coming):
    start(running, HERE, other=THERE)
    if {running.words, coming.words} <= READS:
        start(coming, HERE)
        assert GroupLock.objects.filter(group_id=HERE).count() == 2
    else:
        with pytest.raises(GroupLocked, match=f"“{running.words}”"):
            start(coming, HERE)
        assert GroupLock.objects.filter(group_id=HERE).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("running", "coming"), PAIRS)
def test_all_go_together_on_different_groups(running, coming):
    start(running, HERE, other=HERE + 10)
    start(coming, THERE, other=THERE + 10)
    assert GroupLock.objects.filter(group_id__in=[HERE, THERE]).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("words", sorted(USE))
def test_what_is_said_to_be_allowed_meanwhile_is_what_can_start(words):
    start(USE[words], HERE, other=THERE)
    told = rules.meanwhile(USE[words].mode)
    for use in told.can_start:
        start(use, HERE)
        Process.objects.last().delete()
    for use in told.must_wait:
        with pytest.raises(GroupLocked):
            start(use, HERE)
    assert {*told.can_start, *told.must_wait} == set(rules.USES)


@pytest.mark.django_db
def test_a_transfer_writes_where_it_goes_to_and_only_uses_where_it_takes_from():
    start(USE["transfers out of it"], HERE, other=THERE)
    assert dict(GroupLock.objects.values_list("group_id", "mode")) == {HERE: "shared", THERE: "exclusive"}


@pytest.mark.django_db
def test_a_transfer_from_a_group_into_itself_writes_it():
    start(USE["transfers out of it"], HERE, other=HERE)
    assert dict(GroupLock.objects.values_list("group_id", "mode")) == {HERE: "exclusive"}


def test_a_free_group_allows_everything():
    told = rules.meanwhile(None)
    assert (told.can_start, told.must_wait, told.settings_can_be_edited) == (rules.USES, (), True)


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        (None, "Sendouts, exports,"),
        ("shared", "Sendouts, exports, dry runs of imports and transfers out of it can start. Imports,"),
        ("shared", "The settings can be edited."),
        ("exclusive", "Nothing else can start. Sendouts,"),
        ("exclusive", "The settings can't be edited."),
        ("exclusive", "subscribing and unsubscribing, group attributes and single blacklist entries work as"),
    ],
)
def test_what_is_allowed_is_told_in_plain_words(mode, sentence):
    assert sentence in rules.meanwhile(mode).text


@pytest.mark.parametrize(
    ("done", "total", "seconds", "expected"),
    [
        (30, 120, 10.0, (25, 3.0, 30)),
        (0, 120, 10.0, (0, None, None)),  # nothing done yet
        (30, 120, 1.0, (25, None, None)),  # too early to tell
        (30, None, 10.0, (None, 3.0, None)),
        (30, 0, 10.0, (None, 3.0, None)),
        (130, 120, 10.0, (100, 13.0, 0)),
    ],
)
def test_progress_is_told_where_it_can_be(done, total, seconds, expected):
    told = (
        rules.percent(done, total),
        rules.rate(done, seconds),
        rules.seconds_left(done, total, seconds),
    )
    assert told == expected
