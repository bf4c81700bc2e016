import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.channels.email.envelope import BadEnvelopeError, dot_safe, envelope
from tidings.channels.email.opening import Extensions

PLAIN, UTF8 = Extensions(), Extensions(smtputf8=True)


def test_plain_addresses_are_written_as_they_are():
    commands = envelope("news@example.com", "o'hara+x=y@example.org", 10, PLAIN)
    assert commands == ("MAIL FROM:<news@example.com>\r\n", "RCPT TO:<o'hara+x=y@example.org>\r\n")


def test_an_international_domain_is_written_in_ascii():
    assert envelope("", "anna@Bücher.example", 10, PLAIN)[1] == "RCPT TO:<anna@xn--bcher-kva.example>\r\n"


@pytest.mark.parametrize(("sender", "recipient"), [("jürgen@b.c", "anna@b.c"), ("anna@b.c", "jürgen@b.c")])
def test_smtputf8_is_asked_for_when_either_address_needs_it(sender, recipient):
    assert envelope(sender, recipient, 10, UTF8)[0] == f"MAIL FROM:<{sender}> SMTPUTF8\r\n"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("anna@-.ü", "5.1.2"),
        ("jürgen@b.c", "5.6.7"),
        ("a" * 251 + "@b.c", "longer than 254"),
        ("ü" * 126 + "@b.c", "longer than 254"),
        ("@b.c", "not an e-mail address"),
        ("a@", "not an e-mail address"),
    ],
)
def test_an_address_the_server_cannot_take_is_refused_with_the_reason(address, reason):
    extensions = UTF8 if address.startswith("üü") else PLAIN
    with pytest.raises(BadEnvelopeError) as refusal:
        envelope("news@example.com", address, 10, extensions)
    assert reason in refusal.value.outcome.text


@given(st.text(), st.text(), st.sampled_from([PLAIN, UTF8]))
def test_no_address_writes_more_than_its_own_command(sender, recipient, extensions):
    try:
        mail, rcpt = envelope(sender, recipient + "@b.c", 10, extensions)
    except BadEnvelopeError:
        return
    assert re.fullmatch(r"MAIL FROM:<[^<>\s\x00-\x1f\x7f]*>( SMTPUTF8)?\r\n", mail)
    assert re.fullmatch(r"RCPT TO:<[^<>\s\x00-\x1f\x7f]+@b\.c>\r\n", rcpt)


@given(st.lists(st.sampled_from([b".", b"a", b"\r\n", b"\n", b"\r", b".\r\n"])).map(b"".join))
def test_a_dot_safe_message_cannot_end_early_and_keeps_its_lines(data):
    safe = dot_safe(data)
    assert b"\r\n.\r\n" not in b"\r\n" + safe
    unstuffed = (b"\r\n" + safe).replace(b"\r\n.", b"\r\n")[2:]
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    assert unstuffed == (lines if lines.endswith(b"\r\n") or not lines else lines + b"\r\n")
