from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.attributes.rules import (
    BUILT_IN,
    DateOrder,
    Kind,
    NameFault,
    ValueFault,
    date_order_of,
    name_key,
    normalise,
    normalise_date,
    normalise_limit,
    normalise_name,
    normalise_value,
)


def test_it_knows_the_built_in_attributes_and_their_types():
    assert len(BUILT_IN) == 16
    assert BUILT_IN["date_of_birth"].kind is Kind.DATE
    assert BUILT_IN["first_name"].label == "First name"


@pytest.mark.parametrize(
    "written",
    [
        "1990-12-31",
        "31.12.1990",
        "31. 12. 1990",
        "31/12/1990",
        "12/31/1990",
        "31-12-1990",
        "1990-12-31T00:00:00Z",
    ],
)
def test_it_stores_every_spelling_of_a_date_as_iso(written):
    assert normalise(Kind.DATE, f" {written} ") == "1990-12-31"


def test_it_refuses_a_date_whose_day_and_month_could_be_swapped():
    assert normalise(Kind.DATE, "03/04/1990") is ValueFault.AMBIGUOUS_DATE


def test_it_reads_an_ambiguous_date_in_the_given_order():
    assert normalise_date("03/04/1990", DateOrder.DAY_FIRST) == "1990-04-03"
    assert normalise_date("03/04/1990", DateOrder.MONTH_FIRST) == "1990-03-04"


def test_it_reads_a_date_with_the_same_day_and_month_without_being_told():
    assert normalise(Kind.DATE, "04/04/1990") == "1990-04-04"


@pytest.mark.parametrize(
    "written", ["0000-01-01", "1990-02-29", "31.02.1985", "1990-13-01", "31.12.90", "soon", ""]
)
def test_it_refuses_days_that_never_were(written):
    assert normalise(Kind.DATE, written) is ValueFault.NOT_A_DATE


def test_it_takes_the_29th_of_february_in_a_leap_year():
    assert normalise(Kind.DATE, "29.02.2000") == "2000-02-29"


def test_a_sample_proves_the_order_of_day_and_month():
    assert date_order_of(["03/04/1990", "25/04/1990"]) is DateOrder.DAY_FIRST
    assert date_order_of(["03/04/1990", "04/25/1990"]) is DateOrder.MONTH_FIRST


def test_a_sample_that_proves_both_or_nothing_leaves_the_order_open():
    assert date_order_of(["25/04/1990", "04/25/1990"]) is None
    assert date_order_of(["03/04/1990"]) is None


@given(st.dates(min_value=date(1, 1, 1)))
def test_an_iso_date_stays_what_it_is(day):
    assert normalise(Kind.DATE, day.isoformat()) == day.isoformat()


@given(st.dates(min_value=date(1, 1, 1)))
def test_stored_dates_sort_as_text_like_days(day):
    earlier, later = normalise_date("1900-06-15"), normalise_date(day.isoformat())
    assert (earlier <= later) == (date(1900, 6, 15) <= day)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1990-12-31T18:30:00Z", "1990-12-31T18:30:00Z"),
        ("1990-12-31 18:30", "1990-12-31T18:30:00Z"),
        ("1990-12-31T18:30:00+02:00", "1990-12-31T16:30:00Z"),
        ("1990-12-31t18:30:00.250z", "1990-12-31T18:30:00.250000Z"),
        ("31.12.1990", "1990-12-31T00:00:00Z"),
    ],
)
def test_it_stores_every_moment_in_utc(written, stored):
    assert normalise(Kind.DATE_TIME, written) == stored


@pytest.mark.parametrize(
    "written", ["1990-12-31T25:00", "1990-02-30T10:00", "0001-01-01T00:00+10:00", "now", ""]
)
def test_it_refuses_moments_that_never_were(written):
    assert normalise(Kind.DATE_TIME, written) is ValueFault.NOT_A_DATE_TIME


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("12", 12),
        ("-1.5", -1.5),
        ("1234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        (".5", 0.5),
        ("+7", 7),
    ],
)
def test_it_reads_numbers_with_points_and_commas(written, stored):
    assert normalise(Kind.NUMBER, written) == stored


def test_it_refuses_a_comma_that_could_mean_thousands_or_a_fraction():
    assert normalise(Kind.NUMBER, "1,234") is ValueFault.AMBIGUOUS_NUMBER


def test_it_refuses_more_digits_than_a_number_keeps():
    assert normalise(Kind.NUMBER, "123456789012345") == 123456789012345
    assert normalise(Kind.NUMBER, "1234567890123456") is ValueFault.TOO_MANY_DIGITS


@pytest.mark.parametrize("written", ["1e5", "nan", "inf", "0x10", "1_000", "", "\u0661"])
def test_it_refuses_what_only_a_programmer_calls_a_number(written):
    assert normalise(Kind.NUMBER, written) is ValueFault.NOT_A_NUMBER


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_whole_numbers_of_15_digits_are_kept_exactly(number):
    assert normalise(Kind.NUMBER, str(number)) == number


def test_it_reads_yes_and_no_in_english_and_german():
    assert [normalise(Kind.BOOLEAN, word) for word in ("Yes", "TRUE", "1", "ja")] == [True] * 4
    assert [normalise(Kind.BOOLEAN, word) for word in ("No", "false", "0", "nein")] == [False] * 4
    assert normalise(Kind.BOOLEAN, "perhaps") is ValueFault.NOT_A_BOOLEAN


def test_a_choice_is_stored_as_the_catalogue_spells_it():
    assert normalise(Kind.CHOICE, " GOLD", choices=["Silver", "Gold"]) == "Gold"
    assert normalise(Kind.CHOICE, "Tin", choices=["Silver", "Gold"]) is ValueFault.NOT_A_CHOICE


def test_a_text_has_at_most_2000_characters():
    assert normalise(Kind.TEXT, "x" * 2_000) == "x" * 2_000
    assert normalise(Kind.TEXT, "x" * 2_001) is ValueFault.TOO_LONG


def test_a_text_may_have_lines_and_tabs():
    assert normalise(Kind.TEXT, "one\n\ttwo\r\nthree") == "one\n\ttwo\r\nthree"


@pytest.mark.parametrize("character", ["\0", "\x07", "\x0b", "\x1b", "\ud800", "\uffff"])
def test_it_refuses_characters_that_no_text_may_hold(character):
    assert normalise(Kind.TEXT, f"a{character}b") is ValueFault.CONTROL_CHARACTER


@given(st.sampled_from(list(Kind)), st.text())
def test_it_answers_every_text_with_a_value_or_a_fault(kind, text):
    assert isinstance(normalise(kind, text, choices=["a"]), str | int | float | bool | ValueFault)


@given(st.sampled_from([Kind.TEXT, Kind.DATE, Kind.DATE_TIME]), st.text())
def test_a_stored_value_stays_what_it_is(kind, text):
    stored = normalise(kind, text)
    if isinstance(stored, str):
        assert normalise(kind, stored) == stored


def test_names_mean_the_same_whatever_their_case_and_spaces():
    assert name_key("Shoe  Size ") == name_key("shoe size")
    assert normalise_name("  Shoe  Size ") == "Shoe Size"


def test_a_name_has_1_to_80_characters_on_one_line():
    assert normalise_name("x" * 80) == "x" * 80
    assert normalise_name("x" * 81) is NameFault.TOO_LONG
    assert normalise_name(" \t") is NameFault.EMPTY
    assert normalise_name("a\0b") is NameFault.CONTROL_CHARACTER


def test_every_fault_says_in_a_sentence_what_is_wrong():
    assert all(fault.value.endswith(".") for fault in (*ValueFault, *NameFault))


@pytest.mark.parametrize("written", ["2/7", " 2 / 7 ", "2 in 7 days", "02/07", "2 in 7"])
def test_a_limit_has_one_form_however_it_is_written(written):
    assert normalise_limit(written) == "2/7"


@pytest.mark.parametrize("written", ["2", "100/7", "2/0", "2/32", "-1/7", "two in seven days", "2/7/1"])
def test_it_refuses_what_is_no_limit(written):
    assert normalise_limit(written) is ValueFault.NOT_A_LIMIT


def test_a_time_zone_is_stored_as_the_database_of_zones_spells_it():
    zone = BUILT_IN["time_zone"]
    assert normalise_value(zone, " europe/berlin ") == "Europe/Berlin"
    assert normalise_value(zone, "Berlin") is ValueFault.NOT_A_ZONE
    assert not zone.is_free_text
