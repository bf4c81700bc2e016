"""Texts that break programs are stored as they are, and shown as they are by page and by API."""

import csv
import io
from html import escape

import pytest
from django.test import Client

from tests.naughty import NAUGHTY
from tests.workers import NAME
from tidings.accounts.actions import create_api_key
from tidings.attributes.rules import BUILT_IN, FORBIDDEN_CHARACTER
from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import Entry
from tidings.contacts.actions import put as put_contact
from tidings.contacts.models import Contact
from tidings.groups import attributes
from tidings.groups.actions import update_settings
from tidings.imports import actions as imports
from tidings.imports.actions import PREVIEW_ROWS
from tidings.imports.models import Reject
from tidings.imports.rules.mapping import Column, Mapping
from tidings.imports.rules.recognise import Unknown
from tidings.imports.saved import keep
from tidings.kernel.sheets import defuse
from tidings.locks import work
from tidings.memberships.member_attributes import set_attributes
from tidings.messaging.actions import write

# What no text of a contact or an attribute may hold is refused in words; everything else is kept.
STORABLE = [text for text in NAUGHTY if not FORBIDDEN_CHARACTER.search(text)]


@pytest.fixture
def api(world):
    secret = create_api_key(world.user, "tests")[1]
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def shown(operator):
    """Asserts that a page holds all of these texts as a browser has to read them."""

    def shown(path: str, texts=STORABLE) -> None:
        html = operator.get(path).content.decode().replace("&#x27;", "&#39;")
        missing = [text for text in texts if escape(text).replace("&#x27;", "&#39;") not in html]
        assert missing == []

    return shown


def test_names_and_descriptions_of_groups(world, api, shown):
    for text in STORABLE:
        update_settings(world.empty, {"general": {"name": text, "description": text}}, by=world.user)
        world.empty.refresh_from_db()
        answer = api.get(f"/api/v1/groups/{world.empty.pk}").json()
        assert (answer["name"], answer["description"]) == (text, text)
        shown(f"/groups/{world.empty.pk}/", [text])


def test_group_attributes(world, api, shown):
    for number, text in enumerate(STORABLE):
        attributes.put(world.empty, f"{number} {text}", text, by=world.user)
    stored = api.get(f"/api/v1/groups/{world.empty.pk}/attributes").json()
    kept = {item["name"]: item["value"] for item in stored}
    assert kept == {f"{number} {text}": text for number, text in enumerate(STORABLE)}
    shown(f"/groups/{world.empty.pk}/attributes/")


def test_values_of_contacts_and_members(world, api, shown):
    for text in STORABLE:
        put_contact({"email": world.contact.email}, {"first_name": text, "city": text}, by=world.user)
        set_attributes(world.contact, world.group, {"Favourite shop": text}, by=world.user)
        answer = api.get(f"/api/v1/contacts/{world.contact.pk}").json()
        assert (answer["attributes"]["first_name"], answer["attributes"]["city"]) == (text, text)
        member = api.get(f"/api/v1/groups/{world.group.pk}/members/{world.contact.pk}/attributes").json()
        assert text in member["attributes"].values()
        shown(f"/contacts/{world.contact.pk}/", [text])


def test_notes_of_a_blacklist(world, api, shown):
    for number, text in enumerate(STORABLE):
        blacklists.add(f"n{number}@example.com", None, reason=text, source=Entry.Source.API, by=world.user)
    listed = api.get("/api/v1/blacklist", {"limit": 100}).json()["items"]
    assert {entry["reason"] for entry in listed} >= set(STORABLE)
    shown("/blacklist/")


def test_names_and_subjects_of_messages(world, api, shown):
    plain = [text for text in STORABLE if "{" not in text]  # in a subject these are placeholders
    for text in plain:
        write(text, subject=text, text=text, by=world.user)
    listed = api.get("/api/v1/messages", {"limit": 100}).json()["items"]
    assert {message["name"] for message in listed} >= set(plain)
    shown("/messages/", plain)


def test_names_of_saved_mappings(world, api, shown):
    for text in STORABLE:
        keep(text, Mapping((Column("E-Mail", BUILT_IN["email"]),)), by=world.user)
    assert {kept["name"] for kept in api.get("/api/v1/import-mappings").json()} >= set(STORABLE)
    shown("/imports/mappings/")


def test_a_file_of_them(world, api, shown):
    """In names of columns, in values that are stored, and in those that leave a row out."""
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["email", "city", *(f"column {text}" for text in STORABLE)])
    rows.writerows([f"n{number}@example.com", text, *STORABLE] for number, text in enumerate(STORABLE))
    rows.writerows([text, "Rome"] for text in STORABLE)
    content = io.BytesIO(sheet.getvalue().encode())
    draft = imports.upload(world.empty, content, filename="people.csv", by=world.user)
    shown(f"/imports/{draft.pk}/", [*STORABLE[:PREVIEW_ROWS], *(f"column {text}" for text in STORABLE)])
    run = imports.begin(draft, by=world.user, unknown=Unknown.CREATE)
    assert work.run(run.holding, NAME)
    assert sorted(Reject.objects.filter(run=run).values_list("value", flat=True)) == sorted(STORABLE)
    rejected = b"".join(api.get(f"/api/v1/imports/{run.pk}/rejects.csv").streaming_content).decode()
    assert {row["value"] for row in csv.DictReader(io.StringIO(rejected))} == set(map(defuse, STORABLE))
    for number, text in enumerate(STORABLE):
        contact = Contact.objects.get(email=f"n{number}@example.com")
        found = api.get(f"/api/v1/contacts/{contact.pk}").json()
        assert set(found["attributes"].values()) == {text, *STORABLE}
