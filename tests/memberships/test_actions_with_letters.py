"""What operators command that a letter goes with: joining with notice, double opt-in, overriding, goodbye."""

import pytest

from tidings.groups import actions as groups
from tidings.groups.settings import Joining
from tidings.memberships import actions, own_acts
from tidings.memberships.errors import (
    NoLetters,
    NoReason,
    NotInState,
    NotOptedOut,
    OptedOut,
    OverrideImpossible,
    TooManyLetters,
)
from tidings.memberships.models import Consent, Letter, Membership, OptOut
from tidings.memberships.queries import count_members

pytestmark = pytest.mark.django_db

PAGE = Membership.Source.PAGE


def letters() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


def override(contact, group, reason: str = "She wrote to us on Monday.") -> None:
    actions.override(contact, group, reason=reason, source=PAGE, by=None)


@pytest.mark.parametrize(
    ("mode", "state", "letter"),
    [("silent", "active", []), ("notice", "active", ["welcome"]), ("double_opt_in", "pending", ["confirm"])],
)
def test_each_mode_of_adding_has_its_state_and_letter(anna, group, mode, state, letter):
    assert actions.add(anna, group, source=PAGE, by=None, mode=Joining(mode))
    assert Membership.objects.get().state == state
    assert count_members([group.pk])[group.pk].by_state == {state: 1}
    assert letters() == letter


def test_who_was_asked_by_an_operator_needs_no_approval_more(anna, group, make_user):
    group.settings = {"subscription": {"needs_approval": True}}
    group.save(update_fields=["settings"])
    actions.add(anna, group, source=PAGE, by=make_user(), mode=Joining.DOUBLE_OPT_IN)
    assert own_acts.confirm(anna, group, Consent.objects.get(act="asked")) == "active"


def test_a_group_without_letters_takes_people_only_silently(anna):
    sms = groups.create("Short news", channel="sms", by=None)
    with pytest.raises(NoLetters):
        actions.add(anna, sms, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    assert actions.add(anna, sms, source=PAGE, by=None)


def test_who_opted_out_is_not_even_asked(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    with pytest.raises(OptedOut):
        actions.add(anna, group, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    assert letters() == []


def test_an_override_ends_in_pending_and_keeps_the_opt_out(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    override(anna, group)
    assert Membership.objects.get().state == "pending"
    assert OptOut.objects.filter(contact=anna).exists()
    assert letters() == ["confirm"]
    assert Consent.objects.get(act="overridden").reason == "She wrote to us on Monday."


def test_who_was_overridden_is_back_when_they_confirm(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    override(anna, group)
    assert own_acts.confirm(anna, group, Consent.objects.get(act="asked")) == "active"
    assert not OptOut.objects.exists()


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_override_needs_a_reason(anna, group, reason):
    actions.unsubscribe(anna, group.pk, source="link")
    with pytest.raises(NoReason):
        override(anna, group, reason)


def test_without_an_opt_out_there_is_nothing_to_override(anna, group):
    with pytest.raises(NotOptedOut):
        override(anna, group)


def test_after_a_complaint_an_override_is_impossible(anna, group):
    own_acts.opt_out(anna, "channel", channel="email", source="link")
    actions.complain(anna, group.pk, source="api")
    with pytest.raises(OverrideImpossible):
        override(anna, group)
    assert not Membership.objects.exists()


def test_a_member_who_leaves_is_told_goodbye_if_the_group_wants_it(anna, group):
    group.settings = {"subscription": {"sends_goodbye": True}}
    group.save(update_fields=["settings"])
    actions.add(anna, group, source=PAGE, by=None)
    actions.unsubscribe(anna, group.pk, source="link")
    actions.unsubscribe(anna, group.pk, source="link")
    assert letters() == ["goodbye"]


def test_who_is_removed_gets_no_letter(anna, group):
    group.settings = {"subscription": {"sends_goodbye": True}}
    group.save(update_fields=["settings"])
    actions.add(anna, group, source=PAGE, by=None)
    actions.remove(anna, group, by=None)
    assert letters() == []


def test_a_letter_is_sent_again_at_most_three_times_a_day(anna, group):
    actions.add(anna, group, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    for _ in range(2):
        actions.resend(anna, group, source="page", by=None)
    with pytest.raises(TooManyLetters):
        actions.resend(anna, group, source="page", by=None)


def test_only_pending_members_get_it_again(anna, group):
    actions.add(anna, group, source=PAGE, by=None)
    with pytest.raises(NotInState, match="is active in group “Newsletter”, not pending"):
        actions.resend(anna, group, source="page", by=None)


@pytest.mark.parametrize("act", [actions.approve, actions.refuse])
def test_only_who_awaits_approval_is_approved_or_refused(anna, group, act):
    with pytest.raises(NotInState, match="is no member"):
        act(anna, group, source="page", by=None)


def test_a_deactivated_member_is_taken_up_again(anna, group):
    actions.add(anna, group, source=PAGE, by=None)
    actions.deactivate(anna, group, source="page", by=None)
    actions.reactivate(anna, group, source="page", by=None)
    assert count_members([group.pk])[group.pk].by_state == {"active": 1, "deactivated": 0}


def test_after_a_complaint_nobody_is_taken_up_again(anna, group):
    actions.add(anna, group, source=PAGE, by=None)
    actions.complain(anna, group.pk, source="api")
    with pytest.raises(OptedOut):
        actions.reactivate(anna, group, source="page", by=None)
