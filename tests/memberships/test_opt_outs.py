"""Opt-outs: what they cover, what they outlive, and who keeps to them."""

import pytest

from tidings.groups import actions as groups
from tidings.journal.models import Fact
from tidings.memberships import actions, own_acts
from tidings.memberships.errors import BadOptOut, OptedOut
from tidings.memberships.models import Consent, Membership, OptOut
from tidings.memberships.queries import count_members, opt_outs_against
from tidings.sendouts.judge import waterfall

pytestmark = pytest.mark.django_db

PAGE = Membership.Source.PAGE


def other_channel(channel: str):
    return groups.create("Short news", channel=channel, by=None)


def add(contact, group) -> bool:
    return actions.add(contact, group, source=PAGE, by=None)


def test_who_wants_nothing_by_a_channel_is_in_none_of_its_groups(anna, make_group):
    one, two = make_group(), make_group()
    sms = other_channel("sms")
    for each in (one, two, sms):
        add(anna, each)
    assert own_acts.opt_out(anna, "channel", channel="email", source="link")
    assert [member.group_id for member in Membership.objects.filter(contact=anna)] == [sms.pk]
    for each in (one, two):
        assert count_members([each.pk])[each.pk].total == 0


def test_who_wants_nothing_by_a_channel_is_added_to_no_other_of_its_groups(anna, group):
    own_acts.opt_out(anna, "channel", channel="email", source="link")
    with pytest.raises(OptedOut, match="doesn't want messages by E-mail"):
        add(anna, group)
    assert add(anna, other_channel("sms"))


def test_who_wants_nothing_at_all_is_added_nowhere(anna, group):
    own_acts.opt_out(anna, "everything", source="link")
    with pytest.raises(OptedOut, match="any message"):
        add(anna, group)
    for channel in ("sms", "push"):
        with pytest.raises(OptedOut, match="any message"):
            add(anna, other_channel(channel))


def test_leaving_a_channel_leaves_each_group_for_good(anna, group):
    add(anna, group)
    own_acts.opt_out(anna, "channel", channel="email", source="link")
    assert OptOut.objects.filter(contact=anna, group=group, scope="group").exists()


def test_an_opt_out_of_a_supergroups_messages_leaves_its_groups_alone(anna, group, make_supergroup):
    add(anna, group)
    assert own_acts.opt_out(anna, "supergroup", group_id=make_supergroup(group).pk, source="link")
    assert Membership.objects.filter(contact=anna, group=group).exists()
    assert waterfall(group.pk)["will_receive"] == 1


def test_asking_twice_changes_nothing(anna):
    assert own_acts.opt_out(anna, "everything", source="link")
    assert not own_acts.opt_out(anna, "everything", source="page")
    assert Fact.objects.filter(verb="member.opted_out").count() == 1


@pytest.mark.parametrize(
    ("scope", "rest"),
    [
        ("nothing", {}),
        ("group", {}),
        ("supergroup", {"channel": "email"}),
        ("channel", {}),
        ("channel", {"channel": "letter"}),
        ("channel", {"group_id": 1, "channel": "email"}),
        ("everything", {"group_id": 1}),
        ("everything", {"channel": "email"}),
    ],
)
def test_what_makes_no_opt_out_is_refused(anna, scope, rest):
    with pytest.raises(BadOptOut):
        own_acts.opt_out(anna, scope, source="api", **rest)
    assert not OptOut.objects.exists()


def test_who_opted_out_above_groups_receives_nothing_though_a_member(anna, group, make_contact):
    berta, clara = make_contact(), make_contact()
    for person in (anna, berta, clara):
        add(person, group)
    OptOut.objects.create(contact=berta, scope="channel", channel="email", source="test")
    OptOut.objects.create(contact=berta, scope="everything", source="test")
    OptOut.objects.create(contact=clara, scope="channel", channel="sms", source="test")
    assert waterfall(group.pk) | {"blacklisted": 0} == {
        "members": 3,
        "not_active": 0,
        "opted_out": 1,
        "no_address": 0,
        "will_receive": 2,
        "blacklisted": 0,
        "over_limit": 0,
    }


def test_a_complaint_deactivates_the_member_and_keeps_them_out(anna, group):
    add(anna, group)
    assert actions.complain(anna, group.pk, source="api")
    assert Membership.objects.get(contact=anna).state == "deactivated"
    assert count_members([group.pk])[group.pk].by_state == {"active": 0, "deactivated": 1}
    actions.remove(anna, group, by=None)
    with pytest.raises(OptedOut):
        add(anna, group)


def test_a_complaint_outweighs_an_opt_out(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    assert actions.complain(anna, group.pk, source="api")
    assert not actions.complain(anna, group.pk, source="api")
    assert [opt_out.reason for opt_out in opt_outs_against(anna, group)] == ["complaint"]


def test_to_unsubscribe_after_a_complaint_leaves_it_a_complaint(anna, group):
    actions.complain(anna, group.pk, source="api")
    actions.unsubscribe(anna, group.pk, source="link")
    assert OptOut.objects.get(contact=anna).reason == "complaint"


def test_each_change_stands_in_the_log_with_who_how_and_from_where(anna, group, make_user):
    user = make_user()
    actions.add(anna, group, source=Membership.Source.API, by=user)
    actions.unsubscribe(anna, group.pk, source="link", ip="192.0.2.7")
    log = list(Consent.objects.order_by("pk").values_list("act", "contact", "group", "source", "by_id", "ip"))
    assert log == [
        ("added", anna.pk, group.pk, "api", user.pk, None),
        ("unsubscribed", anna.pk, group.pk, "link", None, "192.0.2.7"),
    ]


def test_the_log_outlives_group_and_contact(anna, group):
    add(anna, group)
    actions.unsubscribe(anna, group.pk, source="link")
    group.delete()
    anna.delete()
    assert Consent.objects.count() == 2
