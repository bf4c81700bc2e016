import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tidings.attributes.actions import archive, define
from tidings.contacts.actions import create
from tidings.contacts.models import Contact
from tidings.groups.settings import Joining
from tidings.memberships.actions import add
from tidings.memberships.models import Membership

QUERIES_AT_MOST = 10


def test_it_finds_contacts_by_the_beginning_of_an_identity(operator):
    rows = operator.get("/contacts/?q=CARLA").context["page"].rows
    assert [contact.email for contact in rows] == ["carla.conti@example.net"]


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/?q=c", "/contacts/?q=%2B49"])
def test_its_list_asks_few_questions(operator, path):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        operator.get(path)
    assert len(asked) <= QUERIES_AT_MOST


def test_it_shows_attributes_by_their_labels(operator, world):
    page = operator.get(f"/contacts/{world.contact.pk}/")
    assert ("First name", "Anna") in page.context["attributes"]


def test_it_shows_groups_and_everything_that_happened(operator, world):
    page = operator.get(f"/contacts/{world.contact.pk}/")
    assert [member.group for member, _ in page.context["memberships"]] == [world.group]
    happened = [(entry.what, entry.thing) for entry in page.context["timeline"].entries]
    assert ("Accepted", "Black Friday preview") in happened
    assert ("Joined", "Weekly newsletter") in happened
    assert happened[-1] == ("Created", "")


def test_its_timeline_goes_on_where_the_page_ended(operator, world):
    for number in range(40):
        operator.post(f"/contacts/{world.contact.pk}/edit/", form_of(world.contact, city=f"City {number}"))
    page = operator.get(f"/contacts/{world.contact.pk}/").context["timeline"]
    older = operator.get(f"/contacts/{world.contact.pk}/", {"before": page.older}).context["timeline"]
    whats = [entry.what for entry in (*page.entries, *older.entries)]
    assert (whats.count("Changed"), whats.count("Created"), older.older) == (40, 1, "")


def test_it_says_what_a_person_does_not_want(operator, world):
    gone = operator.get("/contacts/?q=gina").context["page"].rows[0]
    assert b"Unsubscribed" in operator.get(f"/contacts/{gone.pk}/").content


def test_it_says_that_there_is_no_such_contact(operator):
    assert operator.get("/contacts/99999999999999999999/").status_code == 404


def test_it_escapes_what_came_from_outside(operator, world):
    world.contact.attributes = {"first_name": "<script>alert(1)</script>"}
    world.contact.save(update_fields=["attributes"])
    assert b"<script>alert" not in operator.get(f"/contacts/{world.contact.pk}/").content
    assert b"<script>alert" not in operator.get("/contacts/").content


def test_it_saves_what_was_found_as_csv(operator):
    lines = b"".join(operator.get("/contacts.csv?q=carla").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id,email,mobile,external_id,language,known since,First name,Last name")
    assert len(lines) == 2
    assert "carla.conti@example.net" in lines[1]


def test_it_creates_a_contact(operator):
    answer = operator.post("/contacts/new/", {"mobile": "+49 171 3920000", "first_name": "Max"})
    made = Contact.objects.get(mobile="+491713920000")
    assert (answer.url, made.attributes) == (f"/contacts/{made.pk}/", {"first_name": "Max"})


def test_it_keeps_what_was_typed_when_it_can_not_be_used(operator):
    page = operator.post("/contacts/new/", {"email": "max@@", "first_name": "Max"}).content.decode()
    assert "can&#x27;t be used as an e-mail address" in page
    assert 'value="Max"' in page


def form_of(contact, **changes):
    """What a browser sends that shows the form of the contact."""
    contact.refresh_from_db()
    columns = {name: getattr(contact, name) or "" for name in ("email", "mobile", "external_id", "language")}
    return {**columns, "seen": contact.updated_at.isoformat(), **contact.attributes, **changes}


def test_it_changes_a_contact(operator, world):
    operator.post(f"/contacts/{world.contact.pk}/edit/", form_of(world.contact, city="Bonn", first_name=""))
    world.contact.refresh_from_db()
    assert world.contact.attributes["city"] == "Bonn"
    assert "first_name" not in world.contact.attributes


def test_it_does_not_undo_what_another_one_changed_meanwhile(operator, world):
    form = form_of(world.contact, city="Bonn")
    operator.post(f"/contacts/{world.contact.pk}/edit/", form_of(world.contact, city="Rom"))
    assert (
        b"has changed this contact meanwhile"
        in operator.post(f"/contacts/{world.contact.pk}/edit/", form).content
    )


def test_each_type_has_its_input_and_comes_back_as_it_was(operator, world):
    define("Size", kind="number", by=None)
    define("Loyal", kind="boolean", by=None)
    define("Last visit", kind="date_time", by=None)
    define("Old", by=None)
    values = {"size": 1e-05, "loyal": False, "last visit": "2024-02-29T12:00:00Z", "old": "x"}
    person = create({"email": "max@example.net"}, values | {"customer card": "gold"}, by=None)
    archive(world.attribute, by=None)
    page = operator.get(f"/contacts/{person.pk}/edit/")
    fields = {field.html_name: field.value() for field in page.context["form"]}
    operator.post(f"/contacts/{person.pk}/edit/", {name: value or "" for name, value in fields.items()})
    person.refresh_from_db()
    assert person.attributes == values | {"customer card": "gold"}
    assert 'type="datetime-local"' in page.content.decode()


def test_values_of_a_member_are_changed_on_a_page(operator, world):
    path = f"/contacts/{world.contact.pk}/groups/{world.group.pk}/"
    (field,) = operator.get(path).context["form"].attribute_fields
    operator.post(path, {field.html_name: "Berlin"})
    assert b"Favourite shop: Berlin" in operator.get(f"/contacts/{world.contact.pk}/").content


def test_it_merges_two_contacts_side_by_side(operator, world):
    path = f"/contacts/{world.contact.pk}/merge/"
    answer = operator.post(path, {"identity": world.other.email})
    assert answer.url == f"{path}{world.other.pk}/"
    page = operator.get(answer.url).content.decode()
    assert "Anna" in page
    assert "Ben" in page
    operator.post(answer.url, {"first_name": "gone", "last_name": "kept"})
    world.contact.refresh_from_db()
    assert (world.contact.attributes["first_name"], world.contact.attributes["last_name"]) == ("Ben", "Adler")
    assert b"Merged" in operator.get(f"/contacts/{world.other.pk}/").content


def test_it_says_whom_it_can_not_merge(operator, world):
    path = f"/contacts/{world.contact.pk}/merge/"
    assert b"There is no contact nobody" in operator.post(path, {"identity": "nobody"}).content
    assert b"It is the same contact" in operator.post(path, {"identity": world.contact.email}).content


def test_it_hands_out_all_data_of_a_person(operator, world):
    path = f"/contacts/{world.contact.pk}/export/"
    assert b"Black Friday preview" in operator.post(path).content
    answer = operator.post(path, {"form": "json"})
    assert answer.json()["contact"]["email"] == world.contact.email
    assert f"contact-{world.contact.pk}.json" in answer["Content-Disposition"]
    assert operator.get(path).status_code == 405


def test_it_erases_a_person_after_it_said_what_that_means(operator, world):
    path = f"/contacts/{world.contact.pk}/erase/"
    assert b"A hash takes the place" in operator.get(path).content
    assert operator.get(f"/contacts/{world.contact.pk}/").status_code == 200
    assert operator.post(path, {"never_again": "on"}).url == "/contacts/"
    assert operator.get(f"/contacts/{world.contact.pk}/").status_code == 404
    page = operator.post("/contacts/new/", {"email": world.contact.email}).content.decode()
    assert "never to be stored again" in page


def test_lists_still_show_that_there_was_somebody(operator, world):
    gone = operator.get("/contacts/?q=gina").context["page"].rows[0]
    operator.post(f"/contacts/{gone.pk}/erase/")
    page = operator.get(f"/groups/{world.group.pk}/members/unsubscribed/").content.decode()
    assert "somebody who is erased" in page
    assert "gina" not in page


def test_it_proposes_never_again_for_who_opted_out(operator, world):
    gone = operator.get("/contacts/?q=gina").context["page"].rows[0]
    assert operator.get(f"/contacts/{gone.pk}/erase/").context["form"]["never_again"].value() is True
    assert (
        operator.get(f"/contacts/{world.contact.pk}/erase/").context["form"]["never_again"].value() is False
    )


def test_it_keeps_push_endpoints(operator, world):
    path = f"/contacts/{world.contact.pk}"
    operator.post(f"{path}/endpoints/add/", {"app": "Books", "endpoint": "token-1"})
    assert b"token-1" in operator.get(f"{path}/").content
    operator.post(f"{path}/endpoints/{world.contact.push_endpoints.get().pk}/remove/")
    assert b"token-1" not in operator.get(f"{path}/").content


def test_several_contacts_are_added_to_a_group(operator, world):
    people = list(Contact.objects.filter(memberships__group=world.group).order_by("pk")[:2])
    form = {"act": "add", "contact": [person.pk for person in people], "mode": "silent"}
    assert b"no group" in operator.post("/contacts/bulk/", form | {"group": "nobody@example.org"}).content
    operator.post("/contacts/bulk/", form | {"group": str(world.locked.pk)})
    assert Membership.objects.filter(group=world.locked, contact__in=people).count() == 2


def test_several_contacts_are_erased_after_a_question(operator, world):
    asked = {"act": "erase", "contact": [world.contact.pk]}
    assert b"Erase: 1 contact" in operator.get("/contacts/bulk/", asked).content
    assert "1 contact erased" in operator.post("/contacts/bulk/", asked, follow=True).content.decode()
    assert operator.get(f"/contacts/{world.contact.pk}/").status_code == 404


def test_letters_stand_in_the_timeline(operator, world):
    add(world.contact, world.empty, source="page", by=None, mode=Joining.NOTICE)
    entries = operator.get(f"/contacts/{world.contact.pk}/").context["timeline"].entries
    [letter] = [entry for entry in entries if entry.what == "Letter: planned"]
    assert (letter.thing, letter.detail) == ("Welcome", f"in {world.empty.name}")


def test_a_time_zone_is_offered_and_checked(operator):
    assert '<option value="Europe/Berlin">' in operator.get("/contacts/new/").content.decode()
    refused = operator.post("/contacts/new/", {"email": "z@example.com", "time_zone": "Berlin"})
    assert "It is no time zone. Write it like Europe/Berlin." in refused.content.decode()
