import pytest
from django.db import transaction

from tidings.journal.actions import record
from tidings.journal.models import Fact
from tidings.kernel import db

pytestmark = pytest.mark.django_db


def test_a_fact_says_who_did_what_to_which_thing_and_when(make_user):
    anna = make_user("Anna")
    before = db.now()
    record("group.created", 7, by=anna, name="News")
    fact = Fact.objects.get()
    assert (fact.verb, fact.subject, fact.by_id, fact.data) == ("group.created", 7, anna.pk, {"name": "News"})
    assert before <= fact.at <= db.now()


def test_what_the_system_did_is_by_nobody():
    assert record("sendout.finished", 7).by_id is None


def test_a_fact_knows_its_transaction():
    record("group.created", 7)
    assert Fact.objects.get().xact == int(db.value("SELECT pg_current_xact_id()::text"))


def test_a_fact_goes_with_the_transaction_that_failed():
    with transaction.atomic():
        record("group.created", 7)
        transaction.set_rollback(True)
    assert not Fact.objects.exists()


def test_who_did_it_stays_known_when_the_account_is_gone(make_user):
    anna = make_user("Anna")
    record("group.created", 7, by=anna)
    gone = anna.pk
    anna.delete()
    assert Fact.objects.get().by_id == gone
