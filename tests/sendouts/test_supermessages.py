"""SuperMessages: one message to several groups, each copy as its subgroup's."""

from datetime import timedelta

import pytest
from django.conf import settings

from tidings.attributes.actions import define
from tidings.blacklists.actions import add as blacklist
from tidings.groups import attributes, subgroups
from tidings.groups.lifecycle import archive
from tidings.groups.models import Group
from tidings.groups.queries import receiving
from tidings.kernel import clock
from tidings.locks import actions as locks
from tidings.locks import leases
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process
from tidings.memberships import own_acts
from tidings.memberships.actions import add, unsubscribe
from tidings.memberships.models import Membership
from tidings.sendouts import actions
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.checks import findings
from tidings.sendouts.errors import MessageBroken, NoSubgroups, NothingToSend
from tidings.sendouts.judge import reach, target_of
from tidings.sendouts.models import Portion, Sendout
from tidings.sendouts.pacing import timetable_of
from tidings.sendouts.preview import preview
from tidings.sendouts.queries import by_subgroup, counts_in, supermessages_to

HOUR = timedelta(hours=1)
ANNA, BEN, CARL = "anna@example.com", "ben@example.com", "carl@example.com"
PRICE = "{{ contact.first_name | default('you') }}: {{ group.price }} in {{ group.name }}. {{ links.unsubscribe }}"


@pytest.fixture
def people(make_contact):
    return {email: make_contact(email) for email in (ANNA, BEN, CARL)}


@pytest.fixture
def berlin(make_group, people):
    return _with(make_group("Berlin", address="berlin@example.org"), people[ANNA], people[BEN])


@pytest.fixture
def paris(make_group, people):
    return _with(make_group("Paris", address="paris@example.org"), people[BEN], people[CARL])


def _with(group, *members):
    for contact in members:
        add(contact, group, source=Membership.Source.PAGE, by=None)
    return group


@pytest.fixture
def towns(make_supergroup, berlin, paris):
    return make_supergroup(berlin, paris, name="Towns", address="towns@example.org")


@pytest.fixture
def one_each(towns):
    return subgroups.set_duplicates(towns, "one_per_subgroup", by=None)


@pytest.fixture
def send(make_message, make_sendout, deliver):
    """Sends a text to a group, and waits."""

    def send(group, text="Good morning!") -> Sendout:
        return deliver(make_sendout(group, make_message("Hello", text=text)))

    return send


@pytest.fixture
def preparing(towns, make_sendout, run_jobs) -> Sendout:
    """A SuperMessage that has begun, and of which nobody has anything yet."""
    sendout = make_sendout(towns)
    run_jobs()
    return sendout


def put(group, **settings) -> None:
    group.settings |= settings
    group.save(update_fields=["settings"])


def steps(group, **rest) -> dict[str, int]:
    return reach(target_of(group), **rest).steps


def test_everybody_gets_one_copy_as_a_member_of_their_first_subgroup(towns, send, relay, outcomes):
    sendout = send(towns, PRICE.replace("{{ group.price }}", "9"))
    assert outcomes(sendout) == {"accepted": 3}
    froms = {to: str(relay.mail_to(to)["From"]) for to in (ANNA, BEN, CARL)}
    assert froms == {
        ANNA: "Berlin <berlin@example.org>",
        BEN: "Berlin <berlin@example.org>",
        CARL: "Paris <paris@example.org>",
    }


def test_each_copy_has_its_subgroups_values_and_the_supergroups_where_it_has_none(towns, paris, send, relay):
    attributes.put(towns, "Price", "9 EUR", by=None)
    attributes.put(paris, "price", "8 EUR", by=None)
    put(paris, sender={"subject_prefix": "[Paris]", "footer_text": "Rue de Rivoli"})
    send(towns, PRICE)
    to_anna, to_carl = relay.mail_to(ANNA), relay.mail_to(CARL)
    assert "9 EUR in Berlin" in to_anna.get_content()
    assert "8 EUR in Paris" in to_carl.get_content()
    assert (to_anna["Subject"], to_carl["Subject"]) == ("Hello", "[Paris] Hello")
    assert "Rue de Rivoli" in to_carl.get_content()
    assert "Rue de Rivoli" not in to_anna.get_content()


def test_the_member_values_are_those_in_the_subgroup(towns, people, send, relay):
    define("Store", scope="member", by=None)
    stores = {"Berlin": "Mitte", "Paris": "Marais"}
    for town, store in stores.items():
        found = Membership.objects.filter(contact=people[BEN], group__in=Group.objects.filter(name=town))
        found.update(attributes={"store": store})
    send(towns, "{{ member.store | default('-') }}")
    assert relay.mail_to(BEN).get_content().strip() == "Mitte"


def test_one_copy_per_subgroup_if_the_supergroup_says_so(one_each, send, relay, outcomes):
    assert outcomes(send(one_each)) == {"accepted": 4}
    assert sorted(relay.recipients) == [ANNA, BEN, BEN, CARL]
    assert len({str(mail["Message-ID"]) for mail in relay.mails}) == 4


def test_who_may_not_receive_in_the_first_subgroup_gets_the_copy_of_the_next(towns, people, send, relay):
    berlin = receiving(towns)[0]
    unsubscribe(people[BEN], berlin.pk, source="link")
    blacklist(ANNA, berlin, source="page", by=None)
    send(towns)
    assert sorted(relay.recipients) == [BEN, CARL]
    assert "Paris" in relay.mail_to(BEN)["From"]


@pytest.mark.django_db
def test_members_of_the_supergroup_itself_get_nothing(towns, make_contact):
    add(make_contact("own@example.com"), towns, source=Membership.Source.PAGE, by=None)
    assert steps(towns)["members"] == 4


@pytest.mark.django_db
def test_the_waterfall_counts_duplicates_and_both_ways_to_send(towns):
    reached = reach(target_of(towns))
    assert reached.steps | {"members": 4, "duplicates": 1, "will_receive": 3} == reached.steps
    assert (reached.one_copy, reached.one_per_subgroup) == (3, 4)
    assert [one["will_receive"] for one in reached.by_group.values()] == [2, 1]


@pytest.mark.django_db
def test_with_one_per_subgroup_nobody_is_a_duplicate(one_each):
    reached = reach(target_of(one_each))
    assert "duplicates" not in reached.steps
    assert (reached.steps["will_receive"], reached.one_copy) == (4, 3)


@pytest.mark.django_db
def test_who_wants_none_of_the_supergroups_messages_gets_none_as_any_subgroup(towns, people):
    own_acts.opt_out(people[BEN], "supergroup", group_id=towns.pk, source="link")
    assert steps(towns) | {"opted_out": 2, "will_receive": 2} == steps(towns)


def test_an_opt_out_while_it_runs_counts(preparing, towns, people, deliver, reason_for):
    own_acts.opt_out(people[CARL], "supergroup", group_id=towns.pk, source="link")
    assert reason_for(deliver(preparing), CARL) == ("skipped", 0, "unsubscribed")


def test_the_figures_of_the_subgroups_add_up(towns, send, relay):
    relay.answer = lambda recipient, _nth: "550 no such user" if recipient == CARL else "250 taken"
    sendout = send(towns)
    figures = [(one.group_name, now.audience, now.accepted, now.failed) for one, now in by_subgroup(sendout)]
    assert figures == [("Berlin", 2, 2, 0), ("Paris", 1, 0, 1)]
    assert [one.waterfall["duplicates"] for one, _now in by_subgroup(sendout)] == [0, 1]


def test_what_changes_after_the_start_changes_no_copy(preparing, paris, deliver, relay):
    put(paris, sender={"name": "Lutèce"})
    deliver(preparing)
    assert str(relay.mail_to(CARL)["From"]).startswith("Paris ")


@pytest.mark.django_db
def test_it_locks_the_supergroup_and_all_subgroups(towns, berlin, paris, make_sendout):
    make_sendout(towns)
    assert set(GroupLock.objects.values_list("group_id", flat=True)) == {towns.pk, berlin.pk, paris.pk}


@pytest.mark.django_db
def test_it_takes_no_lock_at_all_while_one_subgroup_is_written(towns, paris, make_message):
    writer = locks.begin(Process.Kind.IMPORT, [paris.pk], label="people.csv", by=None)
    with pytest.raises(GroupLocked):
        actions.start(towns, make_message(), by=None)
    assert set(GroupLock.objects.values_list("process_id", flat=True)) == {writer.pk}


@pytest.mark.django_db
def test_a_scheduled_one_waits_for_a_locked_subgroup_and_says_so(towns, paris, make_sendout):
    sendout = make_sendout(towns, at=clock.now() + HOUR)
    writer = locks.begin(Process.Kind.IMPORT, [paris.pk], label="people.csv", by=None)
    assert begin_scheduled(sendout.pk, clock.now()) == "waiting"
    assert "people.csv" in Sendout.objects.get(pk=sendout.pk).state_reason
    leases.end(writer.pk, Process.State.FINISHED)
    assert begin_scheduled(sendout.pk, clock.now()) == "preparing"


@pytest.mark.django_db
def test_it_needs_a_subgroup(make_supergroup, make_message):
    with pytest.raises(NoSubgroups):
        actions.start(make_supergroup(), make_message(), by=None)


@pytest.mark.django_db
def test_it_needs_somebody_in_a_subgroup(make_supergroup, make_group, make_message):
    with pytest.raises(NothingToSend):
        actions.start(make_supergroup(make_group()), make_message(), by=None)


@pytest.mark.django_db
def test_an_archived_subgroup_is_left_out(towns, berlin, make_sendout):
    archive(berlin, by=None)
    assert steps(towns)["will_receive"] == 2
    make_sendout(towns)
    assert [one.group_name for one in Portion.objects.all()] == ["Paris"]


@pytest.mark.django_db
def test_a_scheduled_one_that_lost_its_subgroups_pauses_and_asks(towns, berlin, paris, make_sendout):
    sendout = make_sendout(towns, at=clock.now() + HOUR)
    subgroups.remove(towns, [berlin, paris], by=None)
    assert begin_scheduled(sendout.pk, clock.now()) == "paused"
    assert "has no subgroups" in Sendout.objects.get(pk=sendout.pk).state_reason


@pytest.mark.django_db
def test_a_value_that_one_subgroup_lacks_keeps_it_from_being_sent(towns, berlin, make_message):
    attributes.put(berlin, "price", "9 EUR", by=None)
    with pytest.raises(MessageBroken, match="Paris"):
        actions.start(towns, make_message(text=PRICE), by=None)


@pytest.mark.django_db
def test_the_checks_say_in_which_subgroup_something_is_so(towns, berlin, make_message):
    attributes.put(berlin, "price", "9 EUR", by=None)
    (error,) = (one for one in findings(make_message(text=PRICE), towns) if one.severity == "error")
    assert error.problem.startswith("As “Paris”: ")


@pytest.mark.django_db
def test_what_is_so_in_all_subgroups_is_said_once(towns, make_message):
    found = findings(make_message(text="Hello"), towns)
    assert [one.code for one in found if one.severity == "warning"] == ["unsubscribe_missing"]
    assert "Berlin" not in found[0].problem


@pytest.mark.django_db
def test_members_without_a_value_are_counted_over_all_subgroups(towns, make_message):
    told = findings(make_message(text="{{ contact.city }} {{ links.unsubscribe }}"), towns)
    assert any("4 of 4 members" in one.problem for one in told)


@pytest.mark.django_db
def test_a_preview_shows_the_copy_of_a_subgroup(towns, paris, people, make_message):
    attributes.put(towns, "price", "9 EUR", by=None)
    shown = preview(make_message(text=PRICE), paris, people[CARL], within=towns)
    assert shown.sender == "Paris <paris@example.org>"
    assert "9 EUR in Paris" in (shown.text or "")


def test_a_test_goes_as_the_subgroup_that_is_named(towns, paris, make_message, deliver, relay):
    put(towns, test_recipients={"addresses": ["tess@example.org"]})
    deliver(actions.start_test(towns, make_message(), by=None, subgroup="paris@example.org"))
    mail = relay.mail_to("tess@example.org")
    assert (str(mail["From"]), mail["Subject"]) == ("Paris <paris@example.org>", "[Test] Hello")


def test_batches_are_of_one_subgroup(towns, make_sendout, run_jobs, set_environment):
    set_environment(batch_size=1)
    sendout = make_sendout(towns)
    run_jobs()
    found = sendout.batches.order_by("number").values_list("number", "group__name", "size")
    assert list(found) == [(0, "Berlin", 1), (1, "Berlin", 1), (2, "Paris", 1)]


def test_the_speed_is_the_supergroups(towns, berlin, make_sendout, run_jobs):
    put(towns, sending={"speed": "per_hour", "per_hour": 100})
    put(berlin, sending={"speed": "per_hour", "per_hour": 1})
    sendout = make_sendout(towns)
    assert timetable_of(sendout, sendout.group).per_hour == 100


def test_the_link_of_a_copy_leaves_the_subgroup_and_the_supergroups_messages(
    towns, people, send, relay, client
):
    send(towns, "{{ links.unsubscribe }}")
    link = relay.mail_to(CARL).get_content().strip().removeprefix(settings.BASE_URL)
    assert "Towns" in client.get(link).content.decode()
    client.post(link)
    assert not Membership.objects.filter(contact=people[CARL]).exists()
    assert people[CARL].opt_outs.filter(scope="supergroup", group=towns).exists()


def test_a_subgroup_knows_what_was_sent_to_it_with_its_own_figures(towns, berlin, paris, make_group, send):
    sendout = send(towns)
    assert [list(supermessages_to(group)) for group in (berlin, paris, towns, make_group())] == [
        [sendout],
        [sendout],
        [],
        [],
    ]
    counted = [counts_in(group, [sendout])[sendout.pk].accepted for group in (berlin, paris)]
    assert counted == [2, 1]
