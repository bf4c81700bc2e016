"""Members on the command line."""

import pytest

from tidings.memberships import actions
from tidings.memberships.models import Letter, Membership, OptOut

ANNA = "anna@example.com"


@pytest.fixture
def group(make_group):
    return make_group(address="news@example.org")


def test_people_are_added_removed_and_unsubscribed(tidings, group) -> None:
    added = tidings("member", "add", "news@example.org", ANNA, "ben@example.com", "--json").json
    assert [one["result"] for one in added] == ["added", "added"]
    assert tidings("member", "remove", "news@example.org", "ben@example.com").code == 0
    assert "unsubscribed" in tidings("member", "unsubscribe", "news@example.org", ANNA).out
    assert not Membership.objects.exists()
    again = tidings("member", "add", "news@example.org", ANNA, "clara@example.com", "--json")
    assert (again.code, [one["result"] for one in again.json]) == (3, ["refused", "added"])


def test_people_are_asked_to_confirm(tidings, group) -> None:
    tidings("member", "add", "news@example.org", ANNA, "--mode", "double_opt_in")
    [shown] = tidings("member", "list", "news@example.org", "--state", "pending", "--json").json
    assert shown["address"] == ANNA
    assert tidings("member", "resend", "news@example.org", ANNA).code == 0
    assert Letter.objects.count() == 2
    assert "planned" in tidings("member", "letters", "news@example.org").out
    assert tidings("member", "proofs", "news@example.org").out.startswith("Nobody confirmed")


def test_members_are_listed_by_a_rule(tidings, group, make_members) -> None:
    make_members(group, [ANNA, "ben@example.com"])
    words = ("member", "list", "news@example.org", "--where", 'email starts with "a"', "--json")
    assert [one["address"] for one in tidings(*words).json] == [ANNA]


def test_who_awaits_approval_is_approved_or_refused(tidings, group, make_members) -> None:
    make_members(group, [ANNA, "ben@example.com"], state="awaiting_approval")
    assert tidings("member", "approve", "news@example.org", ANNA).code == 0
    assert tidings("member", "refuse", "news@example.org", "ben@example.com", "--reason", "no").code == 0
    assert list(Membership.objects.values_list("state", flat=True)) == ["active"]
    assert tidings("member", "approve", "news@example.org", ANNA).code == 3


def test_an_opt_out_is_overridden_but_no_complaint(tidings, group, make_contact) -> None:
    anna = make_contact(ANNA)
    actions.unsubscribe(anna, group.pk, source="link")
    words = ("member", "override", "news@example.org", ANNA, "--reason", "by telephone")
    assert tidings(*words).code == 0
    assert Membership.objects.get().state == "pending"
    assert tidings("member", "complained", "news@example.org", ANNA).code == 0
    assert tidings(*words).code == 3
    assert tidings("member", "reactivate", "news@example.org", ANNA).code == 3


def test_opt_outs_are_noted_and_listed(tidings, group, make_contact) -> None:
    make_contact(ANNA)
    assert tidings("member", "opt-outs", ANNA).out.strip() == f"{ANNA} has opted out of nothing."
    tidings("member", "opt-out", ANNA, "--channel", "email")
    tidings("member", "opt-out", ANNA, "--group", "news@example.org")
    tidings("member", "opt-out", ANNA, "--everything")
    scopes = {one["scope"] for one in tidings("member", "opt-outs", ANNA, "--json").json}
    assert scopes == {"channel", "group", "everything"}
    assert tidings("member", "opt-out", ANNA).code == 2
    assert tidings("member", "opt-out", ANNA, "--everything", "--channel", "sms").code == 2
    assert OptOut.objects.count() == 3


def test_the_log_is_shown(tidings, group) -> None:
    tidings("member", "add", "news@example.org", ANNA)
    [entry] = tidings("member", "log", ANNA, "--json").json
    assert (entry["act"], entry["source"]) == ("added", "shell")
    assert "added" in tidings("member", "log", ANNA).out


def test_one_thing_is_done_with_several_members(tidings, group, make_members) -> None:
    make_members(group, [ANNA], state="pending")
    make_members(group, ["ben@example.com"])
    result = tidings("member", "bulk", "complain", "news@example.org", ANNA, "ben@example.com", "--json")
    assert (result.code, [one["result"] for one in result.json]) == (0, ["done", "done"])
    assert set(Membership.objects.values_list("state", flat=True)) == {"deactivated"}
    again = tidings("member", "bulk", "reactivate", "news@example.org", ANNA)
    assert again.code == 3
    assert "complained" in again.out or "doesn't want" in again.out
