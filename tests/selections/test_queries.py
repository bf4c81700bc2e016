"""How many, who, and why."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from tidings.contacts import person
from tidings.kernel import db, sql
from tidings.memberships.models import Membership
from tidings.selections import language, queries
from tidings.selections.errors import TooSlow
from tidings.selections.queries import Limit
from tidings.selections.rules.tree import Condition, Relation

parse = language.parse


def test_it_counts_contacts_everywhere_and_in_a_group(make_contact, make_group, make_members):
    group = make_group()
    make_members(group, 3)
    make_contact(city="Berlin")
    assert queries.count(parse("not city = Berlin")) == 3
    assert queries.count(parse("city is empty"), group) == 3
    assert queries.count(parse("city = berlin"), group) == 0


def test_who_is_merged_or_erased_is_nobody(make_contact):
    make_contact("anna@example.com")
    person.erase(make_contact("ben@example.com"), by=None)
    assert [c.email for c in queries.sample(parse("not has push"))] == ["anna@example.com"]


def test_who_is_in_several_subgroups_is_picked_once(make_group, make_supergroup, make_contact):
    groups = [make_group(), make_group()]
    supergroup = make_supergroup(*groups)
    anna = make_contact()
    for group in groups:
        Membership.objects.create(group=group, contact=anna, source="page")
    rule = parse("member state = active")
    assert queries.count(rule, supergroup) == 1
    assert queries.dropped(rule, supergroup).people == 1


def test_a_sample_is_the_same_each_time_and_spread_over_all(make_group, make_members):
    group = make_group()
    people = make_members(group, 200)
    rule = parse("has email")
    first = queries.sample(rule, group)
    assert first == queries.sample(rule, group)
    assert len(first) == 10
    assert first[-1].pk > people[100].pk


def test_it_says_what_each_condition_does(make_contact):
    for city, country in (("Berlin", "de"), ("Berlin", "en"), ("Bonn", "de"), ("Paris", "fr")):
        make_contact(city=city, country=country)
    found = queries.dropped(parse("city = Berlin and not country = en"))
    assert (found.people, found.picked) == (4, 1)
    assert [(one.fulfil, one.drops) for one in found.effects] == [(2, 2), (1, 1)]


def test_now_is_a_parameter(make_contact):
    make_contact(date_of_birth="1988-02-29")
    birthday = parse("birthday today")
    on = {
        day: queries.count(birthday, now=datetime(*day, 12, tzinfo=UTC))
        for day in ((2027, 2, 28), (2028, 2, 28), (2028, 2, 29), (2027, 3, 1))
    }
    assert list(on.values()) == [1, 0, 1, 0]


def test_a_day_is_that_of_the_time_zone(make_contact, settings):
    contact = make_contact()
    type(contact).objects.filter(pk=contact.pk).update(created_at=datetime(2027, 1, 1, 23, 30, tzinfo=UTC))
    on_the_second = parse("created = 2027-01-02")
    assert queries.count(on_the_second) == 0
    settings.TIME_ZONE = "Europe/Berlin"
    assert queries.count(on_the_second) == 1


def test_it_stands_as_a_part_in_a_larger_statement(make_contact):
    make_contact(city="100% O'Neil")
    picked = language.compiled(parse('city = "100% O\'Neil"'))
    statement = sql.compose(
        {"picked": picked.text}, "SELECT count(*) FROM picked WHERE contact_id > %(after)s"
    )
    assert db.value(statement, {**picked.params, "after": 0}) == 1


def test_what_people_write_is_never_part_of_the_statement(make_contact):
    make_contact()
    evil = "') OR true; DROP TABLE contacts; --\n %(rule_0)s {test}"
    compiled = language.compiled(Condition("contact.city", Relation.EQUAL, (evil,)))
    assert "DROP" not in compiled.text
    assert queries.count(Condition("contact.city", Relation.CONTAINS, (evil,))) == 0


def test_it_gives_up_after_the_time_it_got(committed, make_members, make_group):
    make_members(make_group(), 2_000)
    rule = parse(" or ".join(f'first_name contains "{n}"' for n in range(200)))
    with pytest.raises(TooSlow):
        queries.dropped(rule, limit=Limit(seconds=0.02))
    assert db.value("SHOW statement_timeout") == "0"


def test_a_newer_question_ends_an_older_one(committed):
    ended = []

    def older() -> None:
        try:
            with db.limited(30, asker="page"):
                db.execute("SELECT pg_sleep(20)")
        except DatabaseError as error:
            ended.append(db.was_cancelled(error))
        finally:
            connection.close()

    thread = threading.Thread(target=older)
    thread.start()
    deadline = time.monotonic() + 10
    while not ended and time.monotonic() < deadline:
        queries.count(parse("has email"), limit=Limit(asker="somebody else"))
        queries.count(parse("has email"), limit=Limit(asker="page"))
    thread.join()
    assert ended == [True]


def test_everybody_is_written_line_by_line(make_contact):
    make_contact("anna@example.com", first_name="Anna", city="=1+1")
    header, line = list(queries.lines(parse("has email")))
    assert header.strip("\ufeff\r\n") == "id,email,mobile,external_id,first_name,last_name"
    assert line.strip().endswith(",anna@example.com,,,Anna,")
