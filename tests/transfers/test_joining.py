"""How people come in by a transfer: silently, with a letter of welcome, or pending until they confirm."""

import pytest

from tidings.groups import actions as groups
from tidings.memberships import own_acts
from tidings.memberships.errors import NoLetters
from tidings.memberships.models import Consent, Letter, Membership
from tidings.memberships.queries import count_members
from tidings.transfers.errors import NobodyJoins
from tidings.transfers.models import Transfer

PEOPLE = ["anna@example.com", "berta@example.com"]


@pytest.fixture
def source(make_group, make_members):
    group = make_group("From")
    make_members(group, PEOPLE)
    return group


@pytest.fixture
def target(make_group):
    return make_group("To")


def letters(group) -> list[str]:
    return [letter.kind for letter in Letter.objects.filter(group=group)]


def test_silently_nobody_gets_a_letter(source, target, transfer):
    run = transfer(source, target)
    assert (run.joined, run.letters, letters(target)) == (2, 0, [])


def test_with_notice_everybody_who_joins_is_welcomed(source, target, transfer):
    run = transfer(source, target, joining="notice")
    assert (run.joined, run.letters, letters(target)) == (2, 2, ["welcome"] * 2)
    assert count_members([target.pk])[target.pk].active == 2
    again = transfer(source, target, joining="notice")
    assert (again.already, again.letters) == (2, 0)


def test_by_double_opt_in_people_are_pending_until_they_confirm(source, target, transfer):
    run = transfer(source, target, joining="double_opt_in")
    assert (run.joined, letters(target)) == (2, ["confirm"] * 2)
    assert count_members([target.pk])[target.pk].by_state == {"pending": 2}
    assert not Consent.objects.filter(group=target.pk, act="added").exists()
    member = Membership.objects.filter(group=target).select_related("contact").first()
    request = Consent.objects.get(contact=member.contact_id, act="asked", source="transfer")
    assert own_acts.confirm(member.contact, target, request) == "active"


def test_only_who_joins_can_be_asked(source, target, start):
    with pytest.raises(NobodyJoins):
        start(source, target, mode=Transfer.Mode.REMOVE, joining="notice")


def test_letters_need_a_channel_that_carries_them(source, start):
    with pytest.raises(NoLetters):
        start(source, groups.create("Texts", channel="sms", by=None), joining="notice")
