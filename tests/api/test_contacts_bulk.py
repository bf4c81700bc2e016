"""Creating and changing several contacts by one call."""

from tidings.contacts.models import Contact


def test_each_is_stored_or_refused_on_its_own(caller, make_contact):
    known = make_contact("anna@example.com")
    wanted = [
        {"email": "anna@example.com", "attributes": {"city": "Bonn"}},
        {"email": "no address"},
        {"mobile": "+49 171 3920000"},
        {"push": {"app": "Books", "endpoint": "f1Q9"}, "attributes": {"first_name": "Eve"}},
        {"email": "c@example.com", "attributes": {"hat": "red"}},
        {},
    ]
    told = caller.post("/contacts/bulk", {"contacts": wanted}).json()
    assert (told["created"], told["changed"], told["refused"]) == (2, 1, 3)
    assert [one["result"] for one in told["results"]] == [
        "changed", "refused", "created", "created", "refused", "refused",
    ]  # fmt: skip
    assert [one["code"] for one in told["results"] if one["code"]] == [
        "bad_address", "bad_attribute", "no_identity",
    ]  # fmt: skip
    assert told["results"][0]["contact"] == known.pk
    assert Contact.objects.get(mobile="+491713920000").pk == told["results"][2]["contact"]
    assert Contact.objects.count() == 3


def test_more_than_a_thousand_are_an_import(caller):
    people = [{"email": f"p{number}@example.com"} for number in range(1_001)]
    assert caller.post("/contacts/bulk", {"contacts": people}).status_code == 422
    assert not Contact.objects.exists()
