"""A sendout goes only to those of the members whom its rule picked when it started."""

from datetime import timedelta

import pytest

from tidings.blacklists import actions as blacklists
from tidings.contacts.models import Contact
from tidings.kernel import clock, db
from tidings.selections import actions as selections
from tidings.selections import language
from tidings.selections.choosing import chosen
from tidings.sendouts import actions, queries
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.expand import expand
from tidings.sendouts.judge import waterfall
from tidings.sendouts.models import Batch

pytestmark = pytest.mark.django_db

GERMAN = 'language = "de"'


@pytest.fixture
def group(make_group, make_members):
    """Six members, of whom four read German."""
    group = make_group()
    people = make_members(group, 6)
    Contact.objects.filter(pk__in=[one.pk for one in people[:4]]).update(language="de")
    return group


@pytest.fixture
def send(group, make_message):
    """Starts a sendout to those of the group whom a rule picks."""
    return lambda where=GERMAN, **rest: actions.start(
        group, make_message(), by=None, whom=chosen(where), **rest
    )


def audience(sendout) -> set[int]:
    return {contact for batch in Batch.objects.filter(sendout=sendout) for contact in batch.contact_ids}


def test_only_those_are_in_the_audience_whom_the_rule_picks(send):
    sendout = send()
    expand(sendout.pk)
    sendout.refresh_from_db()
    assert audience(sendout) == set(Contact.objects.filter(language="de").values_list("pk", flat=True))
    assert (sendout.waterfall["members"], sendout.waterfall["not_selected"], sendout.audience) == (6, 2, 4)


def test_the_waterfall_adds_up_with_everybody_whom_something_else_keeps_out(group):
    blacklists.add("p0001@example.com", group, source="page", by=None)  # one that the rule picks
    blacklists.add("p0006@example.com", group, source="page", by=None)  # and one that it doesn't
    steps = waterfall(group.pk, picked=language.compiled(language.parse(GERMAN), group=group))
    assert (steps["not_selected"], steps["blacklisted"], steps["will_receive"]) == (2, 1, 3)
    assert steps["members"] == sum(steps.values()) - steps["members"]


def test_without_a_rule_nobody_is_left_out_by_one(group):
    assert "not_selected" not in waterfall(group.pk)


def test_what_changes_after_the_start_changes_the_audience_no_more(send):
    sendout = send()
    expand(sendout.pk)
    frozen = audience(sendout)
    Contact.objects.update(language="fr")
    expand(sendout.pk)
    assert audience(sendout) == frozen


def test_a_scheduled_sendout_asks_its_rule_when_it_starts(send):
    at = clock.now() + timedelta(hours=1)
    sendout = send(at=at)
    Contact.objects.update(language="de")
    assert begin_scheduled(sendout.pk, at) == "preparing"
    expand(sendout.pk)
    sendout.refresh_from_db()
    assert sendout.audience == 6


def test_a_changed_selection_changes_no_sendout_that_came_from_it(group, make_message):
    saved = selections.create("German", language.parse(GERMAN), by=None)
    sendout = actions.start(group, make_message(), by=None, whom=chosen(selection="german"))
    selections.change(saved, rule=language.parse('language = "fr"'), by=None)
    expand(sendout.pk)
    sendout.refresh_from_db()
    assert (sendout.audience, sendout.rule, sendout.selection) == (4, GERMAN, saved)
    assert queries.summary(sendout)["selection"] == saved.pk


def test_a_scheduled_sendout_whose_rule_lost_its_meaning_fails_and_says_why(send, make_group):
    at = clock.now() + timedelta(hours=1)
    sendout = send(f"not member of {make_group().pk}", at=at)
    db.execute("UPDATE sendouts SET rule = 'not member of 999999'")
    assert begin_scheduled(sendout.pk, at) == "failed"
    sendout.refresh_from_db()
    assert "There is no" in sendout.state_reason


def test_a_narrowed_sendout_that_reaches_nobody_ends_at_once(send):
    sendout = send('language = "xx"')
    expand(sendout.pk)
    sendout.refresh_from_db()
    assert (sendout.state, sendout.audience, sendout.waterfall["not_selected"]) == ("finished", 0, 6)
