"""Contacts and members by API."""

from typing import Any

from tidings.attributes.actions import define


def test_it_creates_a_contact_and_then_updates_it(caller: Any) -> None:
    first = caller.post("/contacts", {"email": "Bert@Example.com", "attributes": {"first_name": "Bert"}})
    again = caller.post("/contacts", {"email": "bert@example.com", "attributes": {"last_name": "Berg"}})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["attributes"] == {"first_name": "Bert", "last_name": "Berg"}


def test_it_refuses_an_address_that_is_none(caller: Any) -> None:
    answer = caller.post("/contacts", {"email": "bert@@example"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_address")


def test_it_checks_typed_values(caller: Any, user: Any) -> None:
    define("Shoe size", kind="number", by=user)
    good = caller.post("/contacts", {"email": "a@example.com", "attributes": {"Shoe Size": "39"}})
    bad = caller.post("/contacts", {"email": "a@example.com", "attributes": {"Shoe size": "big"}})
    assert good.json()["attributes"] == {"shoe size": 39}
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_attribute")


def test_it_refuses_attributes_that_nobody_defined_and_identities(caller: Any) -> None:
    for name in ("mobile", "favourite"):
        answer = caller.post("/contacts", {"email": "a@example.com", "attributes": {name: "x"}})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_attribute")
    assert caller.get("/contacts/lookup", identity="a@example.com").status_code == 404


def test_it_refuses_a_value_that_the_database_cannot_hold(caller: Any) -> None:
    answer = caller.post("/contacts", {"email": "a@example.com", "attributes": {"city": "a\u0000b"}})
    assert answer.status_code == 422


def test_it_finds_a_contact_by_identity_with_its_groups(caller: Any, group: Any, with_members: Any) -> None:
    with_members("a@example.com")
    found = caller.get("/contacts/lookup", identity="A@example.com").json()
    (membership,) = found["groups"]
    assert (membership["group"], membership["state"], membership["source"]) == (group.pk, "active", "api")
    assert caller.get(f"/contacts/{found['id']}").json() == found


def test_it_walks_all_members_page_by_page(caller: Any, group: Any, with_members: Any) -> None:
    emails = [f"m{number}@example.com" for number in range(5)]
    with_members(*emails)
    seen, after = [], "0"
    while after:
        page = caller.get(f"/groups/{group.pk}/members", limit=2, after=after).json()
        seen += [one["email"] for one in page["items"]]
        after = page["next"]
    assert seen == emails


def test_it_adds_whom_it_can_and_says_why_not_the_others(caller: Any, group: Any, with_members: Any) -> None:
    with_members("here@example.com", "gone@example.com")
    gone = caller.get("/contacts/lookup", identity="gone@example.com").json()["id"]
    assert caller.delete(f"/groups/{group.pk}/members/{gone}?unsubscribe=true").status_code == 204
    emails = ["here@example.com", "new@example.com", "gone@example.com", "broken"]
    answer = caller.post(
        f"/groups/{group.pk}/members", {"contacts": [{"email": email} for email in emails]}
    ).json()
    assert (answer["added"], answer["already_members"], answer["refused"]) == (1, 1, 2)
    assert [one["code"] for one in answer["contacts"]] == [None, None, "opted_out", "bad_address"]


def test_it_takes_a_thousand_members_at_once_and_not_more(caller: Any, group: Any) -> None:
    too_many = {"contacts": [{"email": f"m{number}@example.com"} for number in range(1_001)]}
    answer = caller.post(f"/groups/{group.pk}/members", too_many)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "contacts")


def test_it_removes_a_member_once(caller: Any, group: Any, with_members: Any) -> None:
    with_members("a@example.com")
    contact = caller.get("/contacts/lookup", identity="a@example.com").json()["id"]
    path = f"/groups/{group.pk}/members/{contact}"
    assert [caller.delete(path).status_code for _ in range(2)] == [204, 404]
    assert caller.get(f"/contacts/{contact}").json()["groups"] == []


def test_it_creates_a_contact_with_a_mobile_number_alone(caller: Any) -> None:
    answer = caller.post("/contacts", {"mobile": "+49 171 3920000", "external_id": "K-7"})
    assert (answer.status_code, answer.json()["mobile"]) == (201, "+491713920000")
    assert caller.get("/contacts/lookup", identity="0049171/3920000").json()["external_id"] == "K-7"


def test_it_changes_what_is_named(caller: Any) -> None:
    made = caller.post("/contacts", {"email": "a@example.com", "attributes": {"city": "Berlin"}}).json()
    path = f"/contacts/{made['id']}"
    changed = caller.patch(
        path, {"email": "b@example.com", "language": "de", "attributes": {"city": ""}}
    ).json()
    assert (changed["email"], changed["language"], changed["attributes"]) == ("b@example.com", "de", {})
    answer = caller.patch(path, {"email": ""})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_identity")


def test_it_refuses_identities_of_others(caller: Any) -> None:
    first = caller.post("/contacts", {"email": "a@example.com"}).json()["id"]
    caller.post("/contacts", {"email": "b@example.com", "external_id": "K-7"})
    taken = caller.patch(f"/contacts/{first}", {"external_id": "K-7"})
    conflict = caller.post("/contacts", {"email": "a@example.com", "external_id": "K-7"})
    assert (taken.status_code, taken.json()["code"]) == (409, "identity_taken")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "identity_conflict")


def test_it_walks_a_search_page_by_page(caller: Any) -> None:
    emails = [f"m{number}@example.com" for number in range(5)]
    for email in reversed(emails):
        caller.post("/contacts", {"email": email})
    seen, after = [], ""
    while after is not None:
        page = caller.get("/contacts", limit=2, after=after, search="M").json()
        seen += [one["email"] for one in page["items"]]
        after = page["next"]
    assert seen == emails


def test_it_refuses_a_place_in_the_list_that_is_none(caller: Any) -> None:
    answer = caller.get("/contacts", after="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


def test_it_sets_values_of_a_member(caller: Any, group: Any, with_members: Any, user: Any) -> None:
    define("Store", scope="member", by=user)
    with_members("a@example.com")
    contact = caller.get("/contacts/lookup", identity="a@example.com").json()["id"]
    path = f"/groups/{group.pk}/members/{contact}/attributes"
    assert caller.put(path, {"attributes": {"Store": "Berlin"}}).json() == {"attributes": {"store": "Berlin"}}
    assert caller.get(path).json() == {"attributes": {"store": "Berlin"}}
    assert caller.get(f"/groups/{group.pk}/members/0/attributes").status_code == 404


def test_it_merges_two_contacts(caller: Any) -> None:
    kept = caller.post("/contacts", {"email": "a@example.com", "attributes": {"city": "Bonn"}}).json()["id"]
    gone = caller.post("/contacts", {"email": "b@example.com", "attributes": {"city": "Rom"}}).json()["id"]
    merged = caller.post(f"/contacts/{kept}/merge", {"gone": gone, "take": ["city"]}).json()
    assert (merged["email"], merged["attributes"]) == ("a@example.com", {"city": "Rom"})
    assert caller.get(f"/contacts/{gone}").json()["id"] == kept
    answer = caller.post(f"/contacts/{kept}/merge", {"gone": kept})
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_merge")


def test_it_hands_out_and_erases_a_person(caller: Any) -> None:
    made = caller.post("/contacts", {"email": "a@example.com"}).json()["id"]
    path = f"/contacts/{made}"
    assert caller.post(f"{path}/export").json()["contact"]["email"] == "a@example.com"
    erased = caller.delete(f"{path}?never_again=true").json()
    assert (erased["contact"], erased["never_again"]) == (made, True)
    assert caller.delete(path).status_code == 404
    answer = caller.post("/contacts", {"email": "a@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (409, "never_stored_again")


def test_it_keeps_push_endpoints(caller: Any) -> None:
    made = caller.post("/contacts", {"email": "a@example.com"}).json()["id"]
    path = f"/contacts/{made}/endpoints"
    added = caller.post(path, {"app": "Books", "endpoint": "token"})
    assert added.status_code == 201
    assert caller.get(path).json() == [added.json()]
    assert caller.post(path, {"app": "", "endpoint": "token-2"}).json()["code"] == "bad_endpoint"
    assert [caller.delete(f"{path}/{added.json()['id']}").status_code for _ in range(2)] == [204, 404]


def test_it_tells_the_limits_in_force(caller: Any) -> None:
    made = caller.post(
        "/contacts", {"email": "a@example.com", "attributes": {"message_limit": "2 in 7 days"}}
    )
    system, own = caller.get(f"/contacts/{made.json()['id']}/limits").json()
    assert (system["kind"], system["messages"], system["days"], system["used"]) == ("system", 9, 1, 0)
    assert (own["kind"], own["messages"], own["days"], own["is_reached"]) == ("own", 2, 7, False)


def test_it_refuses_a_limit_that_is_none(caller: Any) -> None:
    answer = caller.post("/contacts", {"email": "a@example.com", "attributes": {"message_limit": "often"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_attribute")
