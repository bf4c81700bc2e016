import random

import email_validator
import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidings.contacts.rules import (
    AddressFault,
    normalise_email,
    normalise_emails,
    normalise_language,
    normalise_mobile,
)

ATOMS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
LABELS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-", min_size=1, max_size=12)
ADDRESSES = st.builds(
    lambda local, domain: f"{'.'.join(local)}@{'.'.join(domain)}",
    st.lists(ATOMS, min_size=1, max_size=3),
    st.lists(LABELS, min_size=1, max_size=3),
)


def test_an_address_is_stored_in_lower_case_without_space_around_it():
    assert normalise_email("  Anna.Mueller+News@Example.COM\n") == "anna.mueller+news@example.com"


@pytest.mark.parametrize(
    "address", ["a@münchen.de", "A@MÜNCHEN.DE", "a@xn--mnchen-3ya.de", "a@XN--MNCHEN-3YA.de"]
)
def test_an_international_domain_has_one_form_however_it_is_written(address):
    assert normalise_email(address) == "a@xn--mnchen-3ya.de"


def test_a_local_part_may_have_letters_beyond_ascii():
    assert normalise_email("JÜRGEN@example.com") == "jürgen@example.com"


@pytest.mark.parametrize("address", ["a@intranet.local", "a@mail.test", "a@post.example"])
def test_it_takes_domains_of_private_networks_and_tests(address):
    assert normalise_email(address) == address


@pytest.mark.parametrize("raw", ["", "   ", "\t\n"])
def test_it_tells_when_there_is_no_address(raw):
    assert normalise_email(raw) is AddressFault.NO_ADDRESS


@pytest.mark.parametrize(
    "raw", ["a@x.de, b@y.de", "a@x.de;b@y.de", "a@x.de b@y.de", "a@x.de ::: b@y.de", "A <a@x.de>, b@y.de"]
)
def test_it_tells_when_there_are_several_addresses(raw):
    assert normalise_email(raw) is AddressFault.SEVERAL_ADDRESSES


@pytest.mark.parametrize(
    "raw", ["Anna Müller <anna@example.com>", "<anna@example.com>", '"M, A" <a@example.com>']
)
def test_it_tells_when_a_name_stands_beside_the_address(raw):
    assert normalise_email(raw) is AddressFault.NAME_WITH_ADDRESS


@pytest.mark.parametrize(
    "raw",
    [
        "anna", "anna@", "@example.com", "anna@example", "a@@example.com", "a..b@example.com",
        ".a@example.com", "a@-x.de", "a@x-.de", "a@x..de", "a@x.de.", "a@1.2.3.4", "a@[1.2.3.4]",
        "a b@example.com", '"a b"@example.com', "a@x_y.de", "a\0b@example.com", "a@ex\u200bample.com.",
        "a@ab--cd.de", "x" * 65 + "@example.com",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_address(raw):
    assert normalise_email(raw) is AddressFault.BAD_ADDRESS


def test_it_refuses_an_address_longer_than_mail_servers_take():
    domain = ".".join(["x" * 60] * 4)
    assert normalise_email(f"{'a' * 20}@{domain}.de") is AddressFault.TOO_LONG


def test_a_capital_that_only_looks_like_ascii_is_not_lowered_into_another_address():
    assert normalise_email("\u0130nci@example.com") != normalise_email("inci@example.com")


@given(ADDRESSES)
@example("a@b-c.x-y")
@example("a@1a.b1")
def test_it_agrees_with_the_library_on_plain_addresses(address):
    try:
        found = email_validator.validate_email(
            address, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except email_validator.EmailNotValidError:
        assert isinstance(normalise_email(address), AddressFault)
    else:
        is_named = "." in found.ascii_domain and not found.ascii_domain.rpartition(".")[2].isdigit()
        expected = address.lower() if is_named else AddressFault.BAD_ADDRESS
        assert normalise_email(address) == expected


@given(st.one_of(st.emails(), ADDRESSES, st.text(), st.text().map(lambda text: f"{text}@exämple.com")))
def test_an_address_once_stored_stays_what_it_is(raw):
    stored = normalise_email(raw)
    if isinstance(stored, str):
        assert normalise_email(stored) == stored


@given(st.lists(st.one_of(ADDRESSES, st.emails(), st.text()), max_size=4))
@example(["a@b.de", "C@d.de"])
@example(["a@b.de\nc@d.de", ""])
@example(["a@b.de", f"{'x' * 64}@b.de"])
@example([f"a@{'x' * 64}.de"])
def test_addresses_read_together_are_what_each_is_alone(raws):
    assert normalise_emails(raws) == [normalise_email(raw) for raw in raws]


@given(st.text(), st.sampled_from(["", "DE", "US"]))
def test_it_answers_every_text_with_a_number_or_a_fault(raw, country):
    stored = normalise_mobile(raw, country)
    if isinstance(stored, str):
        assert stored.startswith("+")
        assert stored[1:].isascii()
        assert stored[1:].isdigit()


@pytest.mark.parametrize(
    "raw", ["+49 171 3920042", "+49 (0)171 3920042", "+49-171/392.00.42", "0049 171 3920042", "0171 3920042"]
)
def test_every_spelling_of_a_number_is_stored_as_e164(raw):
    assert normalise_mobile(raw, "de") == "+491713920042"


def test_a_number_without_country_code_needs_a_country():
    assert normalise_mobile("0171 3920042") is AddressFault.BAD_MOBILE


@pytest.mark.parametrize("raw", ["+49 12", "call me", "+49 171 3920042 ext. 5", "+999 123456789", "+", "12"])
def test_it_refuses_what_is_no_number(raw):
    assert normalise_mobile(raw, "DE") is AddressFault.BAD_MOBILE


def test_it_takes_numbers_kept_for_fiction_which_no_plan_assigns():
    assert normalise_mobile("+44 7700 900123") == "+447700900123"


def test_it_tells_when_there_is_no_number():
    assert normalise_mobile("  ") is AddressFault.NO_ADDRESS


def test_the_short_way_gives_the_same_numbers_as_the_library():
    rng = random.Random(7)
    codes = [
        "1",
        "30",
        "31",
        "32",
        "33",
        "34",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "90",
        "351",
        "39",
        "55",
    ]
    for _ in range(3_000):
        raw = "+" + rng.choice(codes) + "".join(rng.choices("0123456789", k=rng.randint(4, 13)))
        stored = normalise_mobile(raw)
        if isinstance(stored, str):
            number = phonenumbers.parse(raw, None)
            assert stored == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("DE", "de"),
        ("de-de", "de-DE"),
        ("pt_BR", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        (" Deutsch ", "de"),
        ("French", "fr"),
    ],
)
def test_a_language_is_stored_in_its_usual_spelling(raw, stored):
    assert normalise_language(raw) == stored


@pytest.mark.parametrize("raw", ["", "Klingon spoken", "d", "de-", "deutsches"])
def test_it_refuses_what_is_no_language(raw):
    assert normalise_language(raw) is AddressFault.BAD_LANGUAGE


def test_every_fault_says_in_a_sentence_what_to_do():
    assert all(fault.value.endswith(".") for fault in AddressFault)
