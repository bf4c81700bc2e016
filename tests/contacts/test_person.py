"""All data about a person, and forgetting them."""

import pytest
from django.db import connection

from tidings.contacts import actions, queries
from tidings.contacts.erasure import hash_of, take_never_again_back
from tidings.contacts.errors import NeverStoredAgain
from tidings.contacts.merging import merge
from tidings.contacts.models import Contact, Erasure
from tidings.contacts.person import as_text, erase, export, search_again
from tidings.groups.settings import Joining
from tidings.imports.models import Import, Reject
from tidings.journal.actions import record
from tidings.journal.models import Fact
from tidings.kernel import db
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks import leases, work
from tidings.locks.tasks import find_forgotten
from tidings.memberships import actions as memberships
from tidings.memberships.models import Consent, Membership, OptOut
from tidings.memberships.queries import count_members
from tidings.sendouts.models import Delivery

pytestmark = pytest.mark.django_db

ANNA = "anna@example.com"


@pytest.fixture
def anna():
    columns = {"email": ANNA, "mobile": "+491713920000", "external_id": "7"}
    return actions.create(columns, {"first_name": "Anna"}, by=None)


@pytest.fixture
def group(anna, make_group):
    made = make_group()
    memberships.add(anna, made, source=Membership.Source.FORM, by=None, ip="192.0.2.1")
    return made


def everything() -> str:
    """All that the database holds, as a text."""
    names = connection.introspection.table_names()
    tables = [name for name in names if not name.startswith(("django_", "auth_", "procrastinate_periodic"))]
    rows = [row for name in tables for row in db.rows(f"SELECT to_jsonb(t)::text AS row FROM {name} t")]
    return "\n".join(row["row"] for row in rows)


def test_all_data_of_a_person_is_handed_out(anna, group):
    memberships.unsubscribe(anna, group.pk, source="form")
    data = export(anna, by=None)
    assert data["contact"]["attributes"] == {"first_name": "Anna"}
    assert data["opt_outs"][0]["source"] == "form"
    assert [one["what"] for one in data["consents"]] == ["unsubscribed", "added"]
    assert data["consents"][1]["ip"] == "192.0.2.1"
    assert data["changes"][0]["what"] == "contact.created"
    assert {"memberships", "messages", "blacklist"} <= data.keys()
    assert Fact.objects.filter(verb="contact.exported", subject=anna.pk).exists()


def test_letters_are_handed_out_with_their_texts(anna, make_group):
    group = make_group()
    memberships.add(anna, group, source="page", by=None, mode=Joining.NOTICE)
    [letter] = export(anna, by=None)["letters"]
    assert (letter["kind"], letter["group"], letter["state"]) == ("welcome", group.pk, "planned")
    assert "links.unsubscribe" in letter["text"]


def test_what_is_handed_out_can_be_read(anna, group):
    text = as_text(export(anna, by=None))
    assert "  Email: anna@example.com\n" in text
    assert "    First name: Anna\n" in text
    assert "Opt outs: none\n" in text


def test_who_is_erased_is_named_nowhere(anna, group, make_message, run_jobs):
    record("blacklist.added", 1, pattern=ANNA, note=f"see {ANNA.upper()}")
    run = Import.objects.create(group=group, filename="people.csv", file="f", size=1)
    Reject.objects.create(run=run, line=1, reason="identity_conflict", value=ANNA)
    erase(anna, by=None)
    run_jobs()
    found = everything().lower()
    for word in (ANNA, "+491713920000", '"anna"', "192.0.2.1"):
        assert word not in found


def test_what_names_nobody_stays(anna, group, run_jobs):
    erase(anna, by=None)
    run_jobs()
    assert Consent.objects.get(act="added").contact == anna.pk
    assert Fact.objects.filter(verb="contact.created", subject=anna.pk).exists()
    assert Contact.objects.get(pk=anna.pk).external_id.startswith("gone:")
    assert count_members([group.pk])[group.pk].active == 0


def test_who_is_alike_is_left_alone(anna, run_jobs):
    others = ["joanna@example.com", "anna@example.com.au", "anna@example.community"]
    for other in others:
        record("blacklist.added", 1, pattern=other, sevens=["77", 7, "a 7"])
    erase(anna, by=None)
    run_jobs()
    facts = Fact.objects.filter(verb="blacklist.added").order_by("pk")
    assert [fact.data["pattern"] for fact in facts] == others
    assert facts[0].data["sevens"] == ["77", 7, "a 7"]


def test_who_is_erased_is_not_found(anna):
    erase(anna, by=None)
    assert list(queries.search("").contacts) == []
    with pytest.raises(NotFound):
        queries.get(anna.pk)
    with pytest.raises(NotFound):
        erase(anna, by=None)


def test_who_was_merged_before_is_erased_as_well(anna, make_contact):
    kept = make_contact("kept@example.com")
    merge(kept, anna, by=None)
    erase(kept, by=None)
    with pytest.raises(NotFound):
        queries.get(anna.pk)


def test_who_did_not_ask_for_more_may_come_back_as_somebody_new(anna):
    erase(anna, by=None)
    back, is_new = actions.create_or_update(ANNA, {}, by=None)
    assert is_new
    assert back != anna


@pytest.mark.parametrize(
    "columns", [{"email": "ANNA@example.com"}, {"mobile": "0049171 3920000"}, {"external_id": "7"}]
)
def test_who_asked_for_it_is_never_stored_again(anna, make_contact, columns):
    erase(anna, never_again=True, by=None)
    for store in (
        lambda: actions.create(columns, {}, by=None),
        lambda: actions.put(columns, {}, by=None),
        lambda: actions.update(make_contact("berta@example.com"), columns, {}, by=None),
    ):
        with pytest.raises(NeverStoredAgain):
            store()


def test_by_an_act_of_their_own_they_are_stored_until_it_is_proved(anna):
    erase(anna, never_again=True, by=None)
    back, _ = actions.create_or_update(ANNA, {}, own_act=True, by=None)
    with pytest.raises(NeverStoredAgain):
        actions.create_or_update(ANNA, {"city": "Berlin"}, by=None)
    take_never_again_back(back)
    assert actions.create_or_update(ANNA, {"city": "Berlin"}, by=None) == (back, False)


def test_an_opt_out_outlives_its_person(anna, group):
    memberships.unsubscribe(anna, group.pk, source="form")
    erase(anna, by=None)
    assert OptOut.objects.filter(contact=anna.pk, group=group).exists()


def test_what_a_carrier_quoted_is_hashed_and_the_sums_hold(make_sendout, deliver, relay):
    sendout = deliver(make_sendout(members=1))
    Delivery.objects.update(reason="550 <P0001@example.com> unknown")
    erase(queries.find("p0001@example.com"), by=None)
    digest = hash_of("email", "p0001@example.com")
    assert Delivery.objects.get().reason == f"550 <{digest}> unknown"
    assert Delivery.objects.filter(batch__sendout=sendout).count() == 1


def test_a_search_that_failed_says_so_and_is_begun_again(anna, committed, run_jobs, monkeypatch):
    record("blacklist.added", 1, pattern=ANNA)
    erase(anna, by=None)
    with monkeypatch.context() as broken:
        broken.setattr("tidings.contacts.redaction.RejectedRows.newest", lambda _log: 1 / 0)
        run_jobs()
    failed = Erasure.objects.get()
    assert (failed.process.state, "unforeseen" in failed.error) == ("failed", True)
    search_again()
    run_jobs()
    again = Erasure.objects.get()
    assert (again.identities, again.error, again.process.state) == ([], "", "finished")
    assert ANNA not in everything()


def test_a_worker_that_was_thought_dead_writes_nothing_more(anna, committed, monkeypatch):
    record("blacklist.added", 1, pattern=ANNA)
    erasure = erase(anna, by=None)
    taken = leases.take

    def overtaken(process, worker):
        token = taken(process, worker)
        db.execute("UPDATE processes SET token = token + 1")
        return token

    monkeypatch.setattr(leases, "take", overtaken)
    assert work.run(erasure.process_id, "late")
    assert Fact.objects.get(verb="blacklist.added").data == {"pattern": ANNA}


def test_a_search_whose_worker_is_known_to_be_dead_is_queued_at_once(anna, committed, run_jobs):
    erasure = erase(anna, by=None)
    leases.take(erasure.process_id, "dead")
    db.execute("DELETE FROM procrastinate_jobs")
    locks.release_worker("dead")
    run_jobs()
    erasure.refresh_from_db()
    assert erasure.process.state == "finished"


def test_a_search_whose_job_vanished_is_queued_again(anna, committed, run_jobs):
    erase(anna, by=None)
    db.execute("DELETE FROM procrastinate_jobs")
    find_forgotten(timestamp=0)
    run_jobs()
    assert Erasure.objects.get().process.state == "finished"
