"""What people may write, how it is written in one way, and how it is said."""

import functools
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.selections.catalogues import make_catalogue
from tests.selections.random_rules import rules
from tidings.attributes.criteria import Thing
from tidings.selections.errors import BadRule
from tidings.selections.rules.json import from_json, to_json
from tidings.selections.rules.parse import parse
from tidings.selections.rules.say import say
from tidings.selections.rules.tree import And, Condition, Not, Or, Period, Relation, Unit
from tidings.selections.rules.write import write

CITY = Condition("contact.city", Relation.EQUAL, ("Berlin",))
NUMBERS = {"group": [1, 2, 12], "message": [1, 2], "category": [1, 2]}

WRITTEN = {
    'CITY = "Berlin"': 'city = "Berlin"',
    "city is Berlin": 'city = "Berlin"',
    "city = 'Berlin'": 'city = "Berlin"',
    "city = „Berlin“": 'city = "Berlin"',
    r'city = "a \"b\" \\ \n"': r'city = "a \"b\" \\ \\n"',
    "city is not Berlin": 'city != "Berlin"',
    "city <> Berlin": 'city != "Berlin"',
    "city is not in (a, b)": 'city not in ("a", "b")',
    "city in a": 'city in ("a")',
    "zip code starts with 01": 'zip_code starts with "01"',
    '"Zip code" ends with 7': 'zip_code ends with "7"',
    "contact.city does not contain x": 'city does not contain "x"',
    "shoe size > 40": "shoe_size > 40",
    'shoe_size between 40 and "42,5"': "shoe_size between 40 and 42.5",
    "shoe size < .5": None,
    '"Straße 1" is empty': '"Straße 1" is empty',
    '"STRASSE 1" is not empty': '"Straße 1" is not empty',
    '"Joined" before today': '"Joined" before today',
    "joined < today": "joined before today",
    "joined >= 2026-01-31": "joined since 2026-01-31",
    'joined on "31.1.2026"': "joined = 2026-01-31",
    "joined since 2026-01-31 09:05": "joined since 2026-01-31 09:05",
    "joined < 2026-01-31T23:59": "joined before 2026-01-31 23:59",
    'visit between today and "2026-01-31 12:00"': "visit between today and 2026-01-31 12:00",
    "visit = 2026-01-31 24:00": None,
    "visit = 2026-01-31 12:00:30": None,
    "date_of_birth = 2026-01-31 12:00": None,
    "joined": "joined",
    "joined 1 day ago": "joined 1 day ago",
    "joined in the last 4 weeks": "joined within 4 weeks",
    "joined in group 12 more than 2 years ago": "joined in group 12 more than 2 years ago",
    "joined group News within 6 hours": "joined in group 1 within 6 hours",
    "visit in 3 days": "visit in 3 days",
    "visit in more than 1 month": "visit in more than 1 month",
    "visit within the next 48 hours": "visit within next 48 hours",
    '"not" = ja': '"Not" = yes',
    "tier = gold": 'tier = "g"',
    "joined by = Import": 'joined by = "import"',
    "birthday in 7 days": "birthday in 7 days",
    "date of birth anniversary today": "birthday today",
    '"Joined" anniversary within 2 weeks': '"Joined" anniversary within 2 weeks',
    "date_of_birth more than 18 years ago": "date_of_birth more than 18 years ago",
    "member of 12": "member of 12",
    "member of (1, News)": "member of (1, 1)",
    'member of "12"': "member of 12",
    "category = 2": 'category = "Sport"',
    "category in (Sport, News)": 'category in ("Sport", "News")',
    "in selection sport": None,
    "in selection Sport": 'in selection "Sport"',
    "received message 2 within 30 days": "received message 2 within 30 days",
    "received": "received",
    "not opted out in group 2": "not opted out in group 2",
    "member.card in group 2 = gold": 'member.card in group 2 = "gold"',
    'member."Big one" >= 1e3': None,
    'member."BIG ONE" >= 1000': "member.big_one >= 1000",
    "city = a or city = b and city = c": 'city = "a" or city = "b" and city = "c"',
    "(city = a or city = b) and city = c": '(city = "a" or city = "b") and city = "c"',
    "not (not (city = a))": 'not not city = "a"',
    "city = a and (city = b and city = c)": 'city = "a" and (city = "b" and city = "c")',
}


@pytest.mark.parametrize("text", [text for text, written in WRITTEN.items() if written])
def test_it_is_written_in_one_way(catalogue, text):
    assert write(parse(text, catalogue), catalogue) == WRITTEN[text]


@pytest.mark.parametrize("text", [text for text, written in WRITTEN.items() if not written])
def test_it_means_nothing(catalogue, text):
    with pytest.raises(BadRule):
        parse(text, catalogue)


def test_and_binds_closer_than_or(catalogue):
    rule = parse("city = Berlin or not city = Berlin and city = Berlin", catalogue)
    assert rule == Or((CITY, And((Not(CITY), CITY))))


def test_a_text_may_hold_whatever_an_attribute_may(catalogue):
    wanted = Condition("contact.city", Relation.EQUAL, ('"; DROP TABLE contacts; -- \n%(x)s {} \U0001f600',))
    assert parse(write(wanted, catalogue), catalogue) == wanted


@given(rules(make_catalogue(), NUMBERS, leaves=12))
def test_text_tree_and_json_say_the_same(rule):
    catalogue = make_catalogue()
    once = parse(write(rule, catalogue, by_number=True), catalogue)
    text = write(once, catalogue)
    assert once == parse(text, catalogue) == rule
    assert write(parse(text, catalogue), catalogue) == text
    assert from_json(to_json(rule), catalogue) == rule
    assert say(rule, catalogue).endswith(".")


@given(
    text=some.text()
    | some.lists(some.sampled_from(["", '()"and', "or", "not", "city", "=", "joined", "5", "days"])).map(
        " ".join
    )
)
def test_whatever_people_write_is_a_rule_or_a_fault_with_its_place(text):
    catalogue = make_catalogue()
    with suppress(BadRule):
        rule = parse(text, catalogue)
        assert parse(write(rule, catalogue), catalogue) == rule
        return
    with pytest.raises(BadRule) as fault:
        parse(text, catalogue)
    assert 0 <= fault.value.facts["offset"] <= len(text)
    assert fault.value.picture.endswith("^")


FAULTS = {
    "citty = a": (1, 1, "There is no criterion citty. Did you mean city?"),
    'city = a and\n  "Frist name" = b': (
        2,
        3,
        "There is no attribute “Frist name”. Did you mean first name?",
    ),
    "city =": (1, 7, "Here a value of City was expected."),
    "city = a city = b": (1, 10, "Here “and”, “or” or the end was expected, not “city”."),
    "city = a and": (1, 13, "Here a condition was expected."),
    "city = a and and": (1, 14, "Here a condition was expected, not “and”."),
    "(city = a": (1, 10, "A parenthesis is open. Close it with “)”, or go on with “and” or “or”."),
    'city = "a': (1, 8, "This text has no end. Close it with a quotation mark."),
    "city = a; drop": (1, 9, "“;” means nothing here. Texts stand in quotation marks."),
    'city = ""': (1, 8, "An empty text can't be compared. Write “is empty” or “is not empty”."),
    "shoe size = many": (1, 13, "It is not a number. Write it like 1234.5."),
    "shoe size contains 4": (1, 11, "After Shoe size comes one of: =, !=, <, "),
    "joined maybe": (
        1,
        8,
        "After joined comes one of: =, !=, before, until, after, since, between, within, more than … ago",
    ),
    'joined before "03/04/2026"': (1, 15, "Its day and month could be swapped."),
    "joined before yesterday": (1, 15, "It is not a date. Write it like 1990-12-31. Or write “today”."),
    "joined within 5 daiz": (1, 17, "After the number comes one of: hours, days, weeks, months, years."),
    "joined within 99999 days": (1, 15, "A period counts at most 10,000."),
    "joined more than 5 days": (1, 24, "After the period comes “ago”."),
    "tier = glod": (1, 8, "“glod” is no choice of Tier. Did you mean gold?"),
    "tier = x": (1, 8, "“x” is no choice of Tier. It is one of: Gold, Silver."),
    "member of 77": (1, 11, "There is no member of 77."),
    "joined in group Sprot within 5 days": (1, 17, "There is no group “Sprot”."),
    "": (1, 1, "There is no rule."),
    "city = a\x00": (1, 9, "A rule can't hold a control character."),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_points_at_its_place(catalogue, text):
    with pytest.raises(BadRule) as fault:
        parse(text, catalogue)
    line, column, why = FAULTS[text]
    assert (fault.value.facts["line"], fault.value.facts["column"]) == (line, column)
    assert fault.value.facts["why"].startswith(why)


def test_the_picture_shows_the_line_and_a_caret(catalogue):
    with pytest.raises(BadRule) as fault:
        parse("city = a and\n  citty = b", catalogue)
    assert fault.value.picture == "  citty = b\n  ^"
    assert str(fault.value) == "There is no criterion citty. Did you mean city? (line 2, column 3)"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 40 + "city = a" + ")" * 40,
        "not " * 5_000 + "city = a",
        " or ".join(["city = a"] * 201),
        f"city in ({', '.join(['a'] * 20_002)})",
        f'city = "{"a" * 2_001}"',
        f"member of {'9' * 5_000}",
        "a" * 400_000,
        "city = a" + " " * 500_000,
    ],
    ids=["parentheses", "nots", "conditions", "values", "text", "digits", "word", "length"],
)
def test_what_is_too_large_is_refused(catalogue, text):
    with pytest.raises(BadRule, match="at most"):
        parse(text, catalogue)


def test_a_list_of_ten_thousand_ids_is_read(catalogue):
    rule = parse(f"city in ({', '.join(map(str, range(10_000)))})", catalogue)
    assert len(rule.values) == 10_000


BAD_JSON = {
    "text": "city",
    "empty": {},
    "no parts": {"and": []},
    "more than one word": {"not": {}, "and": []},
    "field": {"field": "citty", "relation": "="},
    "relation": {"field": "contact.city", "relation": "~"},
    "no list": {"field": "contact.city", "relation": "=", "values": "Berlin"},
    "no value": {"field": "contact.city", "relation": "=", "values": []},
    "two values": {"field": "contact.city", "relation": "=", "values": ["a", "b"]},
    "null": {"field": "contact.city", "relation": "=", "values": [None]},
    "unit": {"field": "joined", "relation": "within", "values": [{"count": 3, "unit": "moons"}]},
    "kind": {"field": "contact.shoe size", "relation": "=", "values": ["many"]},
    "key": {"field": "contact.city", "relation": "is empty", "value": 1},
    "scope": {"field": "joined", "relation": "is", "in": "1"},
    "strange scope": {"field": "contact.city", "relation": "is empty", "in": 1},
    "strange relation": {"field": "contact.city", "relation": "before", "values": ["today"]},
    "huge": {"field": "contact.shoe size", "relation": "=", "values": [10**5_000]},
    "huge thing": {"field": "member of", "relation": "is", "values": [10**5_000]},
    "huge scope": {"field": "joined", "relation": "is", "in": 10**5_000},
    "huge count": {"field": "joined", "relation": "within", "values": [{"count": 10**5_000, "unit": "days"}]},
    "deep": functools.reduce(lambda rule, _: {"not": rule}, range(100), {}),
    "nan": {"field": "contact.shoe size", "relation": "=", "values": [float("nan")]},
    "control": {"field": "contact.city", "relation": "=", "values": ["\x00"]},
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json_is_refused(catalogue, name):
    with pytest.raises(BadRule):
        from_json(BAD_JSON[name], catalogue)


def test_json_may_give_dates_and_choices_as_texts(catalogue):
    data = {"and": [{"field": "joined", "relation": "before", "values": ["today"], "in": 1}]}
    assert write(from_json(data, catalogue), catalogue) == "joined in group 1 before today"


def test_json_of_a_rule(catalogue):
    rule = And((Not(CITY), Condition("joined", Relation.WITHIN, (Period(3, Unit.DAYS),), Thing(1))))
    assert to_json(rule) == {
        "and": [
            {"not": {"field": "contact.city", "relation": "=", "values": ["Berlin"]}},
            {"field": "joined", "relation": "within", "values": [{"count": 3, "unit": "days"}], "in": 1},
        ]
    }


SAID = {
    'city = "Berlin" and not birthday in 7 days': "City is “Berlin”, and it isn't so that birthday is in 7 days.",
    "(city is empty or shoe size > 40) and joined 1 day ago": (
        "(City is empty, or Shoe size is above 40), and joined 1 day ago."
    ),
    "member of (1, 2)": "Member of “News” (1) or “Sport” (2).",
    "received message 1 within 3 weeks": "Received message “News” (1) within the last 3 weeks.",
    "city in (a, b, c, d, e, f, g)": "City is one of “a”, “b”, “c”, “d”, “e” and 2 more.",
    "shoe size between 1 and 2": "Shoe size is between 1 and 2.",
    '"Not" = yes or opted out': "Not is yes, or opted out.",
}


@pytest.mark.parametrize("text", SAID)
def test_it_is_said_in_a_sentence(catalogue, text):
    assert say(parse(text, catalogue), catalogue) == SAID[text]
