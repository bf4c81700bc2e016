def test_it_finds_contacts_by_the_beginning_of_an_identity(operator):
    rows = operator.get("/contacts/?q=CARLA").context["page"].rows
    assert [contact.email for contact in rows] == ["carla.conti@example.net"]


def test_it_shows_attributes_by_their_labels(operator, world):
    page = operator.get(f"/contacts/{world.contact.pk}/")
    assert ("First name", "Anna") in page.context["attributes"]


def test_it_shows_groups_and_everything_that_was_sent(operator, world):
    page = operator.get(f"/contacts/{world.contact.pk}/")
    assert [member.group for member in page.context["memberships"]] == [world.group]
    assert [delivery.batch.sendout for delivery in page.context["page"].rows] == [world.sendout]
    assert b"Black Friday preview" in page.content


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
