"""What people do for themselves: asking, confirming, coming back. And the letters that go with it."""

from datetime import timedelta

import pytest

from tests.racing import overtaken
from tidings.contacts import actions as contacts
from tidings.contacts.errors import NeverStoredAgain
from tidings.contacts.models import Gone, NeverAgain
from tidings.contacts.person import erase
from tidings.groups import actions as groups
from tidings.groups import lifecycle
from tidings.groups.errors import GroupArchived
from tidings.kernel import clock
from tidings.memberships import actions, own_acts
from tidings.memberships.errors import FormClosed, OptedOut
from tidings.memberships.expire import expire_pending
from tidings.memberships.models import Consent, Letter, Membership, OptOut
from tidings.memberships.queries import count_members

pytestmark = pytest.mark.django_db

FROM = {"ip": "192.0.2.7"}


@pytest.fixture
def make_form_group(make_group):
    def make(**subscription):
        group = make_group()
        group.settings = {"subscription": {"public_form": True, **subscription}}
        group.save(update_fields=["settings"])
        return group

    return make


@pytest.fixture
def group(make_form_group):
    return make_form_group()


@pytest.fixture
def anna(make_contact):
    return make_contact("anna@example.com")


def state_of(contact, group) -> str | None:
    """The state; fails if the kept number of members isn't the true one."""
    kept = count_members([group.pk])[group.pk].total
    assert kept == Membership.objects.filter(group=group).count()
    return Membership.objects.filter(contact=contact, group=group).values_list("state", flat=True).first()


def last_request() -> Consent:
    return Consent.objects.filter(act="asked").latest("pk")


def confirm(contact, group) -> str:
    return own_acts.confirm(contact, group, last_request(), ip="198.51.100.9", read="Yes, I want that.")


def letters() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


def test_who_asks_is_pending_and_gets_a_letter(anna, group):
    own_acts.ask(anna, group, **FROM)
    assert state_of(anna, group) == "pending"
    assert letters() == ["confirm"]


def test_a_confirming_click_makes_an_active_member(anna, group):
    own_acts.ask(anna, group, **FROM)
    assert confirm(anna, group) == "active"
    assert state_of(anna, group) == "active"


def test_a_double_opt_in_leaves_a_proof(anna, group):
    own_acts.ask(anna, group, **FROM)
    confirm(anna, group)
    asked, confirmed = Consent.objects.order_by("pk")
    assert (asked.act, asked.ip, confirmed.act, confirmed.ip) == (
        "asked",
        "192.0.2.7",
        "confirmed",
        "198.51.100.9",
    )
    assert confirmed.request == asked
    assert asked.text.body.startswith("Hello,")
    assert confirmed.text.body == "Yes, I want that."
    assert asked.letters.get().message_id.startswith("<letter.")


def test_confirming_twice_is_the_same_as_once(anna, group):
    own_acts.ask(anna, group, **FROM)
    assert [confirm(anna, group), confirm(anna, group)] == ["active", "active"]
    assert Consent.objects.filter(act="confirmed").count() == 1


def test_of_two_who_confirm_at_once_one_does(committed, anna, group):
    own_acts.ask(anna, group, **FROM)
    assert overtaken(lambda: confirm(anna, group), lambda: confirm(anna, group)) == "active"
    assert Consent.objects.filter(act="confirmed").count() == 1
    assert state_of(anna, group) == "active"


def test_who_was_removed_meanwhile_can_confirm_nothing(anna, group):
    own_acts.ask(anna, group, **FROM)
    actions.remove(anna, group, by=None)
    assert confirm(anna, group) == "gone"
    assert state_of(anna, group) is None


def test_who_left_after_confirming_does_not_come_back_by_the_old_link(anna, group):
    own_acts.ask(anna, group, **FROM)
    confirm(anna, group)
    actions.unsubscribe(anna, group.pk, source="link")
    assert confirm(anna, group) == "gone"
    assert OptOut.objects.filter(contact=anna).exists()


def test_who_opted_out_comes_back_only_by_confirming(anna, make_form_group):
    group = make_form_group(joining="silent")
    actions.unsubscribe(anna, group.pk, source="link")
    own_acts.ask(anna, group, **FROM)
    assert state_of(anna, group) == "pending"
    assert OptOut.objects.filter(contact=anna).exists()
    confirm(anna, group)
    assert state_of(anna, group) == "active"
    assert not OptOut.objects.filter(contact=anna).exists()


def test_even_after_a_complaint_the_person_may_come_back(anna, group):
    actions.complain(anna, group.pk, source="api")
    own_acts.ask(anna, group, **FROM)
    assert confirm(anna, group) == "active"


def test_who_wanted_nothing_at_all_comes_back_to_one_group_only(anna, group, make_group):
    other = make_group()
    actions.add(anna, other, source=Membership.Source.PAGE, by=None)
    own_acts.opt_out(anna, "everything", source="link")
    own_acts.ask(anna, group, **FROM)
    confirm(anna, group)
    kept = set(OptOut.objects.filter(contact=anna).values_list("scope", "group", "channel"))
    assert kept == {("group", other.pk, ""), ("channel", None, "sms"), ("channel", None, "push")}


def test_a_group_that_lets_people_in_silently_does_so(anna, make_form_group):
    group = make_form_group(joining="silent")
    own_acts.ask(anna, group, **FROM)
    assert (state_of(anna, group), letters()) == ("active", [])


def test_a_group_that_gives_notice_welcomes(anna, make_form_group):
    group = make_form_group(joining="notice")
    own_acts.ask(anna, group, **FROM)
    assert (state_of(anna, group), letters()) == ("active", ["welcome"])


def test_a_group_with_a_welcome_of_its_own_sends_it_after_the_confirmation(anna, make_form_group):
    group = make_form_group(welcome={"subject": "Hi", "text": "Good to see you"})
    own_acts.ask(anna, group, **FROM)
    confirm(anna, group)
    assert letters() == ["confirm", "welcome"]
    assert Letter.objects.latest("pk").text.subject == "Hi"


def test_where_joins_need_approval_who_confirmed_awaits_it(anna, make_form_group):
    group = make_form_group(needs_approval=True)
    own_acts.ask(anna, group, **FROM)
    assert confirm(anna, group) == "awaiting_approval"
    assert confirm(anna, group) == "awaiting_approval"
    actions.approve(anna, group, source="page", by=None)
    assert state_of(anna, group) == "active"


def test_who_is_refused_is_no_member_and_may_ask_again(anna, make_form_group):
    group = make_form_group(joining="silent", needs_approval=True)
    own_acts.ask(anna, group, **FROM)
    actions.refuse(anna, group, source="page", by=None)
    assert state_of(anna, group) is None
    own_acts.ask(anna, group, **FROM)
    assert state_of(anna, group) == "awaiting_approval"


def test_asking_again_sends_at_most_three_letters_a_day(anna, group):
    for _ in range(5):
        own_acts.ask(anna, group, **FROM)
    assert letters() == ["confirm"] * 3


def test_asking_as_a_member_changes_nothing(anna, group):
    actions.add(anna, group, source=Membership.Source.PAGE, by=None)
    own_acts.ask(anna, group, **FROM)
    assert (state_of(anna, group), letters()) == ("active", [])


def test_who_was_deactivated_stays_so_until_they_confirm(anna, group):
    actions.add(anna, group, source=Membership.Source.PAGE, by=None)
    actions.deactivate(anna, group, source="page", by=None)
    own_acts.ask(anna, group, **FROM)
    assert state_of(anna, group) == "deactivated"
    assert confirm(anna, group) == "active"


def test_a_form_that_is_not_open_takes_nobody(anna, make_group):
    with pytest.raises(FormClosed):
        own_acts.ask(anna, make_group(), **FROM)


def test_an_archived_group_takes_nobody(anna, group):
    own_acts.ask(anna, group, **FROM)
    group.archived_at = clock.now()
    for act in (lambda: own_acts.ask(anna, group), lambda: confirm(anna, group)):
        with pytest.raises(GroupArchived):
            act()


def test_coming_back_by_a_link_of_ones_own_needs_no_letter(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    own_acts.come_back(anna, group, source="preferences", **FROM)
    assert (state_of(anna, group), letters()) == ("active", [])
    assert not OptOut.objects.exists()


def test_who_takes_a_channel_back_is_still_in_none_of_its_groups(anna, group):
    actions.add(anna, group, source=Membership.Source.PAGE, by=None)
    own_acts.opt_out(anna, "channel", channel="email", source="preferences")
    assert own_acts.opt_in(anna, "channel", channel="email", source="preferences")
    assert not own_acts.opt_in(anna, "channel", channel="email", source="preferences")
    with pytest.raises(OptedOut):
        actions.add(anna, group, source=Membership.Source.PAGE, by=None)


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("de-AT", "Bitte bestätigen"),
        ("de", "Bitte bestätigen"),
        ("fr", "Please confirm"),
        ("", "Please confirm"),
    ],
)
def test_a_letter_speaks_the_contacts_language_if_there_is_a_text(anna, group, language, begins):
    own_acts.ask(anna, group, language=language, **FROM)
    assert Letter.objects.get().text.subject.startswith(begins)


@pytest.fixture
def forgotten(anna):
    """Somebody who was erased, asked never to be stored again, and now wrote their address into a form."""
    erase(anna, never_again=True, by=None)
    return contacts.create_or_update("anna@example.com", {}, own_act=True, by=None)[0]


def test_who_asked_never_to_be_stored_again_is_asked_to_confirm_by_every_form(forgotten, make_form_group):
    group = make_form_group(joining="silent")
    own_acts.ask(forgotten, group, **FROM)
    assert (state_of(forgotten, group), letters()) == ("pending", ["confirm"])
    assert NeverAgain.objects.exists()


def test_only_their_confirmation_lets_them_be_stored_again(forgotten, group):
    own_acts.ask(forgotten, group, **FROM)
    with pytest.raises(NeverStoredAgain):
        contacts.create_or_update("anna@example.com", {}, by=None)
    confirm(forgotten, group)
    contacts.create_or_update("anna@example.com", {}, by=None)
    assert not NeverAgain.objects.exists()


def test_without_it_they_are_erased_again(forgotten, group):
    own_acts.ask(forgotten, group, **FROM)
    expire_pending(clock.now() + timedelta(days=15))
    assert Gone.objects.filter(contact=forgotten).exists()
    assert NeverAgain.objects.exists()


def join(contact, group) -> None:
    actions.add(contact, group, source=Membership.Source.PAGE, by=None)


def test_another_address_is_asked_to_confirm_in_each_group(anna, make_form_group):
    groups = [make_form_group(), make_form_group()]
    for group in groups:
        join(anna, group)
    contacts.update(anna, {"email": "new@example.com"}, {}, by=None)
    assert [state_of(anna, group) for group in groups] == ["pending", "pending"]
    assert letters() == ["confirm", "confirm"]


def test_a_confirmed_new_address_needs_no_second_approval(anna, make_form_group):
    group = make_form_group(needs_approval=True)
    join(anna, group)
    contacts.update(anna, {"email": "new@example.com"}, {}, by=None)
    assert confirm(anna, group) == "active"


def test_a_member_of_old_has_the_whole_time_to_confirm_a_new_address(anna, group):
    join(anna, group)
    Membership.objects.update(joined_at=clock.now() - timedelta(days=400))
    contacts.update(anna, {"email": "new@example.com"}, {}, by=None)
    assert [expire_pending(clock.now() + timedelta(days=days)) for days in (13, 15)] == [0, 1]


def test_who_had_not_confirmed_yet_is_asked_at_the_new_address(anna, make_form_group):
    group = make_form_group(needs_approval=True)
    own_acts.ask(anna, group, **FROM)
    contacts.update(anna, {"email": "new@example.com"}, {}, by=None)
    assert (state_of(anna, group), letters()) == ("pending", ["confirm", "confirm"])
    assert confirm(anna, group) == "awaiting_approval"


def test_another_mobile_number_is_pending_in_groups_for_sms_until_those_can_ask(anna):
    anna = contacts.update(anna, {"mobile": "+491713920001"}, {}, by=None)
    group = groups.create("Texts", channel="sms", by=None)
    join(anna, group)
    contacts.update(anna, {"mobile": "+491713920002"}, {}, by=None)
    assert (state_of(anna, group), letters()) == ("pending", [])
    assert expire_pending(clock.now() + timedelta(days=15)) == 0


@pytest.mark.parametrize("columns", [{"mobile": "+49171 3920000"}, {"email": "ANNA@example.com"}])
def test_nobody_is_asked_whose_e_mail_address_stays(anna, group, columns):
    join(anna, group)
    contacts.update(anna, columns, {}, by=None)
    assert (state_of(anna, group), letters()) == ("active", [])


def test_nobody_is_asked_by_an_archived_group(anna, group):
    join(anna, group)
    lifecycle.archive(group, by=None)
    contacts.update(anna, {"email": "new@example.com"}, {}, by=None)
    assert (state_of(anna, group), letters()) == ("pending", [])
