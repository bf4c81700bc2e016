"""What each filter gives."""

import pytest

from tidings.messaging.personalization.errors import RenderError, TemplateError
from tidings.messaging.personalization.fold import surroundings
from tidings.messaging.personalization.template import read_template
from tidings.messaging.personalization.values import Escape


def fill(source, value, language=None, message_language=None):
    around = surroundings({}, {"language": message_language})
    contact = {"x": value, "language": language}
    return read_template("{{ contact.x | " + source + " }}", "text", around, Escape.NOTHING).text()(
        contact, {}, {}
    )


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("upper", "straße", "STRASSE"),
        ("lower", "ÄB", "äb"),
        ("capitalize", "aNNA maria", "Anna maria"),
        ("title", "anna-maria o'neil (jr)", "Anna-Maria O'neil (Jr)"),
        ("trim", "  a b ", "a b"),
        ("urlencode", "Sankt Pölten & Co/1?", "Sankt%20P%C3%B6lten%20%26%20Co/1%3F"),
        ("urlencode", 7, "7"),
        ("length", "abc", "3"),
        ("length", [1, 2], "2"),
        ("length", None, "0"),
        ("join(', ')", ["a", 1, None], "a, 1, "),
        ("join('-')", "single", "single"),
        ("upper | lower | trim", " A ", "a"),
        ("truncate(9)", "ab cd ef gh ij kl", "ab cd..."),
        ("truncate(9, true, '')", "ab cd ef gh ij kl", "ab cd ef "),
        ("truncate(9, leeway=100)", "ab cd ef gh ij kl", "ab cd ef gh ij kl"),
        ("truncate(2, end='.....', leeway=0)", "abcdefgh", "....."),
    ],
)
def test_texts(source, value, shown):
    assert fill(source, value) == shown


@pytest.mark.parametrize(
    "name",
    ["upper", "lower", "capitalize", "title", "trim", "urlencode", "truncate", "join", "date", "number"],
)
def test_a_missing_value_stays_nothing(name):
    assert fill(name, None) == ""


def test_an_amount_that_is_missing_stays_nothing():
    assert fill('money("EUR")', "") == ""


@pytest.mark.parametrize(
    ("source", "language", "shown"),
    [
        ("date", "en", "December 3, 1990"),
        ("date", "en-GB", "3 December 1990"),
        ("date", "de-AT", "3. Dezember 1990"),
        ("date", "pl", "3 grudnia 1990"),
        ("date", "es", "3 de diciembre de 1990"),
        ("date", "xx", "December 3, 1990"),
        ("date('short')", "de", "03.12.1990"),
        ("date('short')", "en_US", "12/3/1990"),
        ("date('%A, %-d.%-m.%y, %H:%M:%S 100%%')", "de", "Montag, 3.12.90, 00:00:00 100%"),
        ("date(language='fr')", "de", "3 décembre 1990"),
    ],
)
def test_dates_follow_the_language(source, language, shown):
    assert fill(source, "1990-12-03", language) == shown


def test_a_date_with_time_and_zone_is_shown_as_stored():
    assert fill("date('%d.%m.%Y %H:%M')", "2026-03-29T23:30:00+02:00") == "29.03.2026 23:30"


def test_early_years_have_four_digits():
    assert fill("date('%Y')", "0042-01-01") == "0042"


@pytest.mark.parametrize(
    ("source", "value", "language", "shown"),
    [
        ("number", 1234567.5, "en", "1,234,567.5"),
        ("number", 1234567.5, "de", "1.234.567,5"),
        ("number", 1234, "es", "1234"),
        ("number", 12345, "es", "12.345"),
        ("number", 1234567, "fr", "1\u202f234\u202f567"),
        ("number", 3.0, "en", "3"),
        ("number", "-1234.50", "en", "-1,234.5"),
        ("number(2)", 3, "de", "3,00"),
        ("number(0)", 2.5, "en", "2"),
        ("number(2, 'en')", 1234.5, "de", "1,234.50"),
        ("money('EUR')", 1234.5, "de", "1.234,50\u00a0€"),
        ("money('EUR')", 1234.5, "en", "€1,234.50"),
        ("money('CHF')", 5, "en", "CHF\u00a05.00"),
        ("money('CHF')", 5, "de", "5,00\u00a0CHF"),
        ("money('USD')", -5, "en", "-$5.00"),
        ("money('USD')", -0.001, "en", "$0.00"),
        ("money('JPY')", 1234, "en", "¥1,234"),
        ("money('EUR')", 5, "nl", "€\u00a05,00"),
    ],
)
def test_numbers_follow_the_language(source, value, language, shown):
    assert fill(source, value, language) == shown


def test_the_language_of_the_message_stands_in_for_that_of_the_contact():
    assert fill("number", 1234.5, None, "de") == "1.234,5"


@pytest.mark.parametrize("language", [["de"], 3, {"a": 1}, True, ""])
def test_a_language_that_is_none_gives_english(language):
    assert fill("number", 1234.5, language) == "1,234.5"


@pytest.mark.parametrize("value", ["31.12.1990", "1990-02-30", 5, True, "99999-01-01"])
def test_what_is_no_date_fails_for_this_contact(value):
    with pytest.raises(RenderError, match="is not a date"):
        fill("date", value)


@pytest.mark.parametrize(
    "value", ["many", "1,5", "nan", "inf", float("inf"), "1e100000", "1e-100000", [1, 2]]
)
def test_what_is_no_number_fails_for_this_contact(value):
    with pytest.raises(RenderError, match="number"):
        fill("number", value)


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("truncate(0)", "a number from 1 to 10,000"),
        ("truncate(99999999999)", "a number from 1 to 10,000"),
        ("truncate(contact.y)", "a number from 1 to 10,000"),
        ("truncate(5, end=contact.y)", "a text in quotes"),
        ("truncate(5, 1)", "true or false"),
        ("join(contact.y)", "a text in quotes"),
        ("number(11)", "a number from 0 to 10"),
        ("number(true)", "a number from 0 to 10"),
        ("money", "three capital letters"),
        ("money('Euro')", "three capital letters"),
        ("date('soon')", '"long", "short" or a pattern'),
        ("date('%Q')", '"long", "short" or a pattern'),
        ("date('%')", '"long", "short" or a pattern'),
        ("date('long', 'Deutsch!')", "a language code"),
        ("upper(1)", "takes no arguments"),
        ("join('a', 'b')", "takes separator"),
        ("join(separator='a', separator='b')", "separator"),
        ("number(1, decimals=2)", "takes decimals, language"),
        ("money(amount='x')", "takes currency, language"),
    ],
)
def test_wrong_arguments_are_refused_when_the_template_is_compiled(source, advice):
    with pytest.raises(TemplateError, match=advice):
        fill(source, 1)
