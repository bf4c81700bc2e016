"""Whatever happens in whatever order: the kept numbers are the true ones, and who opted out gets nothing."""

from contextlib import suppress

import pytest
from django.db.models import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.kernel.errors import TidingsError
from tidings.memberships import actions, own_acts, tasks
from tidings.memberships.models import Consent, Membership, OptOut
from tidings.memberships.queries import count_members, opt_outs_against
from tidings.sendouts.judge import waterfall

PAGE = Membership.Source.PAGE


def confirm(contact, group):
    request = Consent.objects.filter(act="asked", contact=contact.pk, group=group.pk).last()
    if request:
        own_acts.confirm(contact, group, request)


OPERATIONS = {
    "add": lambda c, g: actions.add(c, g, source=PAGE, by=None),
    "ask to confirm": lambda c, g: actions.add(c, g, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN),
    "override": lambda c, g: actions.override(c, g, reason="said so", source=PAGE, by=None),
    "remove": lambda c, g: actions.remove(c, g, by=None),
    "unsubscribe": lambda c, g: actions.unsubscribe(c, g.pk, source="link"),
    "complain": lambda c, g: actions.complain(c, g.pk, source="api"),
    "approve": lambda c, g: actions.approve(c, g, source="page", by=None),
    "refuse": lambda c, g: actions.refuse(c, g, source="page", by=None),
    "deactivate": lambda c, g: actions.deactivate(c, g, source="page", by=None),
    "reactivate": lambda c, g: actions.reactivate(c, g, source="page", by=None),
    "ask": own_acts.ask,
    "confirm": confirm,
    "come back": lambda c, g: own_acts.come_back(c, g, source="preferences"),
    "leave the channel": lambda c, _g: own_acts.opt_out(c, "channel", channel="email", source="link"),
    "leave everything": lambda c, _g: own_acts.opt_out(c, "everything", source="link"),
    "take the channel back": lambda c, _g: own_acts.opt_in(c, "channel", channel="email", source="link"),
    "fold": lambda _c, _g: tasks.fold_tallies.func(0),
}
OWN_ACTS = {"confirm", "come back", "take the channel back"}


@pytest.fixture
def world(make_group, make_contact):
    groups = [make_group(), make_group()]
    for group, needs_approval in zip(groups, (False, True), strict=True):
        group.settings = {"subscription": {"public_form": True, "needs_approval": needs_approval}}
        group.save(update_fields=["settings"])
    return groups, [make_contact(), make_contact()]


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.booleans(), st.booleans()), max_size=25)
)
def test_after_any_operations_the_numbers_are_true_and_opt_outs_hold(world, steps):
    groups, people = world
    for name, other_group, other_person in steps:
        contact, group = people[other_person], groups[other_group]
        barred = bool(opt_outs_against(contact, group))
        was = Membership.objects.filter(contact=contact, group=group, state="active").exists()
        with suppress(TidingsError):
            OPERATIONS[name](contact, group)
        now = Membership.objects.filter(contact=contact, group=group, state="active").exists()
        assert was or not now or not barred or name in OWN_ACTS
    for group in groups:
        _check_numbers(group)


def _check_numbers(group: Group) -> None:
    kept = {state: number for state, number in count_members([group.pk])[group.pk].by_state.items() if number}
    true = Membership.objects.filter(group=group).values_list("state").annotate(Count("contact"))
    assert kept == dict(true)
    barred = OptOut.objects.filter(group=None, channel__in=["", "email"]).values("contact")
    free = Membership.objects.filter(group=group, state="active").exclude(contact__in=barred)
    out = OptOut.objects.filter(group=group).values("contact")
    assert waterfall(group.pk)["will_receive"] == free.exclude(contact__in=out).count()
