"""What may stand on a blacklist, and in which form."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.blacklists.rules import Kind, Pattern, PatternFault, normalise, patterns_of, traceless

MD5 = hashlib.md5(b"anna@example.com", usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(b"anna@example.com").hexdigest()


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        (" Anna@Example.COM ", Kind.EMAIL, "anna@example.com"),
        ("anna@bücher.example", Kind.EMAIL, "anna@xn--bcher-kva.example"),
        ("Example.COM", Kind.DOMAIN, "example.com"),
        ("@example.com", Kind.DOMAIN, "example.com"),
        ("*@example.com", Kind.DOMAIN, "example.com"),
        ("example.com.", Kind.DOMAIN, "example.com"),
        ("bücher.example", Kind.DOMAIN, "xn--bcher-kva.example"),
        ("*.example.com", Kind.SUBDOMAINS, "*.example.com"),
        (".example.com", Kind.SUBDOMAINS, "*.example.com"),
        ("@*.example.com", Kind.SUBDOMAINS, "*.example.com"),
        ("+49 (171) 392-0000", Kind.MOBILE, "+491713920000"),
        ("0049 171 3920000", Kind.MOBILE, "+491713920000"),
        (MD5.upper(), Kind.MD5, MD5),
        (SHA256.upper(), Kind.SHA256, SHA256),
    ],
)
def test_an_entry_has_one_form_however_it_is_written(raw, kind, text):
    assert normalise(raw) == Pattern(kind, text)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", PatternFault.EMPTY),
        ("  ", PatternFault.EMPTY),
        ("anna", PatternFault.UNKNOWN),
        ("anna@", PatternFault.BAD_ADDRESS),
        ("anna@example", PatternFault.BAD_ADDRESS),
        ("a@b.de, c@d.de", PatternFault.BAD_ADDRESS),
        ("*.com", PatternFault.BAD_DOMAIN),
        ("ex ample.com", PatternFault.BAD_DOMAIN),
        ("*.*.example.com", PatternFault.BAD_DOMAIN),
        ("10.0.0.1", PatternFault.BAD_MOBILE),
        ("0171 3920000", PatternFault.BAD_MOBILE),
        ("x" * 301, PatternFault.TOO_LONG),
        (MD5[:-1], PatternFault.UNKNOWN),
    ],
)
def test_what_names_nobody_is_refused_and_why(raw, fault):
    assert normalise(raw) is fault


@given(st.text(max_size=80))
def test_any_text_is_either_an_entry_or_refused_and_an_entry_stays_what_it_is(raw):
    found = normalise(raw)
    assert isinstance(found, PatternFault) or normalise(found.text) == found


def test_an_address_is_hit_by_itself_its_domains_and_its_hashes():
    assert patterns_of("anna@mail.example.com", None)[:5] == [
        "anna@mail.example.com",
        "mail.example.com",
        "*.mail.example.com",
        "*.example.com",
        "*.com",
    ]
    assert {MD5, SHA256} < set(patterns_of("anna@example.com", "+491713920000"))
    assert "+491713920000" in patterns_of(None, "+491713920000")


def test_the_journal_names_people_by_a_hash_and_domains_by_their_names():
    assert traceless(Pattern(Kind.EMAIL, "anna@example.com")) == SHA256
    assert traceless(Pattern(Kind.DOMAIN, "example.com")) == "example.com"
