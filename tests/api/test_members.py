"""Members and consent by REST."""

import pytest

from tidings.memberships import actions, own_acts
from tidings.memberships.models import Consent, Letter, Membership, OptOut

PAGE = Membership.Source.PAGE


@pytest.fixture
def members(group):
    return f"/groups/{group.pk}/members"


def add(caller, members, *emails, mode="silent"):
    return caller.post(members, {"contacts": [{"email": email} for email in emails], "mode": mode})


@pytest.mark.parametrize(
    ("mode", "state", "letters"),
    [("silent", "active", 0), ("notice", "active", 1), ("double_opt_in", "pending", 1)],
)
def test_each_mode_of_adding_has_its_state_and_letter(caller, members, mode, state, letters):
    answer = add(caller, members, "anna@example.com", mode=mode).json()
    assert (answer["added"], answer["refused"]) == (1, 0)
    assert [m["state"] for m in caller.get(members).json()["items"]] == [state]
    assert Letter.objects.count() == letters


def test_an_unknown_mode_is_refused(caller, members):
    assert add(caller, members, "anna@example.com", mode="loud").status_code == 422
    assert not Membership.objects.exists()


def test_members_are_listed_by_state(caller, members, group, make_members):
    make_members(group, 2)
    make_members(group, ["wait@example.com"], state="pending")
    found = caller.get(members, state="pending").json()["items"]
    assert [m["email"] for m in found] == ["wait@example.com"]
    assert len(caller.get(members, state="active").json()["items"]) == 2


def test_members_are_listed_by_a_rule(caller, members, group, make_members):
    make_members(group, ["anna@example.com", "berta@example.com"])
    found = caller.get(members, where='email starts with "b"', state="active").json()["items"]
    assert [m["email"] for m in found] == ["berta@example.com"]
    assert caller.get(members, where="email =").status_code == 422


def test_who_awaits_approval_is_approved_or_refused(caller, members, group, make_members):
    anna, berta = make_members(group, ["anna@example.com", "berta@example.com"], state="awaiting_approval")
    assert caller.post(f"{members}/{anna.pk}/approval", {"decision": "approve"}).status_code == 204
    assert caller.post(f"{members}/{berta.pk}/approval", {"decision": "refuse"}).status_code == 204
    assert [(m.contact, m.state) for m in Membership.objects.all()] == [(anna, "active")]
    again = caller.post(f"{members}/{anna.pk}/approval", {"decision": "approve"})
    assert (again.status_code, again.json()["code"]) == (409, "not_in_state")


def test_a_letter_is_sent_again_three_times_at_most(caller, members):
    add(caller, members, "anna@example.com", mode="double_opt_in")
    path = f"{members}/{Membership.objects.get().contact_id}/confirmation-letter"
    assert [caller.post(path).status_code for _ in range(3)] == [204, 204, 409]


def test_an_override_ends_in_pending_and_not_after_a_complaint(caller, members, group, make_contact):
    anna, berta = make_contact(), make_contact()
    actions.unsubscribe(anna, group.pk, source="link")
    assert caller.post(f"{members}/{berta.pk}/complaint").status_code == 204
    reason = {"reason": "by telephone"}
    assert caller.post(f"{members}/{anna.pk}/override", reason).status_code == 204
    assert Membership.objects.get().state == "pending"
    refused = caller.post(f"{members}/{berta.pk}/override", reason)
    assert (refused.status_code, refused.json()["code"]) == (409, "override_impossible")
    assert caller.post(f"{members}/{anna.pk}/override", {"reason": " "}).json()["code"] == "no_reason"


def test_a_deactivated_member_is_reactivated(caller, members, group, make_members):
    [anna] = make_members(group, ["anna@example.com"], state="deactivated")
    assert caller.post(f"{members}/{anna.pk}/reactivation").status_code == 204
    assert Membership.objects.get().state == "active"


def test_opt_outs_are_noted_and_listed(caller, group, make_contact):
    anna = make_contact()
    path = f"/contacts/{anna.pk}/opt-outs"
    assert caller.get(path).json() == []
    assert caller.post(path, {"scope": "group", "group": "news@example.org"}).status_code == 200
    found = caller.post(path, {"scope": "channel", "channel": "sms"}).json()
    assert [(o["scope"], o["group"], o["channel"]) for o in found] == [
        ("channel", None, "sms"),
        ("group", group.pk, None),
    ]
    assert caller.post(path, {"scope": "channel"}).json()["code"] == "bad_opt_out"
    assert OptOut.objects.count() == 2


def test_the_log_of_a_contact_and_of_a_group_is_listed(caller, members, group, make_contact):
    add(caller, members, "anna@example.com")
    anna = Membership.objects.get().contact_id
    actions.add(make_contact(), group, source=PAGE, by=None)
    [entry] = caller.get(f"/contacts/{anna}/consents").json()["items"]
    assert (entry["act"], entry["source"], entry["ip"], entry["contacts"]) == ("added", "api", "127.0.0.1", 1)
    assert len(caller.get(f"/groups/{group.pk}/consents").json()["items"]) == 2
    assert caller.get(f"/groups/{group.pk}/consents", act="confirmed").json()["items"] == []


def test_a_double_opt_in_is_proved(caller, members, group, make_contact):
    add(caller, members, "anna@example.com", mode="double_opt_in")
    anna = Membership.objects.get().contact
    own_acts.confirm(anna, group, Consent.objects.get(act="asked"), ip="198.51.100.9", read="Yes.")
    [proof] = caller.get(f"/groups/{group.pk}/double-opt-ins").json()["items"]
    assert (proof["email"], proof["requested_from"], proof["confirmed_from"], proof["read"]) == (
        "anna@example.com",
        "127.0.0.1",
        "198.51.100.9",
        "Yes.",
    )
    assert proof["message_ids"] == [Letter.objects.get().message_id]
    text = caller.get(f"/consent-texts/{proof['request_text']}").json()
    assert text["subject"] == "Please confirm: {{ group.name }}"
    other = make_contact()
    assert caller.get(f"/groups/{group.pk}/double-opt-ins", contact=other.pk).json()["items"] == []


def test_letters_are_listed_and_counted(caller, members, group):
    add(caller, members, "anna@example.com", mode="notice")
    [letter] = caller.get(f"/groups/{group.pk}/letters", state="planned").json()["items"]
    assert (letter["kind"], letter["state"]) == ("welcome", "planned")
    counts = caller.get(f"/groups/{group.pk}/letters/accounting").json()
    assert counts["welcome"] == {"planned": 1, "accepted": 0, "deferred": 0, "failed": 0, "skipped": 0}


def test_it_does_one_thing_with_several_members(caller, group, make_members) -> None:
    waiting = make_members(group, ["anna@example.com"], state="awaiting_approval")
    active = make_members(group, ["ben@example.com"])
    people = [one.pk for one in [*waiting, *active]]
    answer = caller.post(f"/groups/{group.pk}/members/bulk", {"act": "approve", "contacts": people}).json()
    assert answer["done"] == people[:1]
    assert [(one["contact"], one["code"]) for one in answer["refused"]] == [(people[1], "not_in_state")]
