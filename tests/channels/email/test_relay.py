from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.channels.email.relay import BadRelay, Relay, Tls, parse_relay


def test_a_host_and_a_port_are_enough():
    assert parse_relay("smtp://mx.example.com:2525") == Relay("mx.example.com", 2525, Tls.OPPORTUNISTIC)


def test_all_options_are_read():
    relay = parse_relay(
        "smtps://anna:pw@mx.example.com?pool=4&per_connection=100&hello=me.example.org&ca=/etc/ca.pem"
        "&connect_timeout=5&reply_timeout=6&dot_timeout=7"
    )
    assert relay == Relay(
        "mx.example.com", 465, Tls.IMPLICIT, "anna", "pw", 4, 100, "me.example.org", "/etc/ca.pem", 5, 6, 7
    )


@pytest.mark.parametrize(
    ("address", "tls", "port"),
    [
        ("smtp://h", Tls.OPPORTUNISTIC, 25),
        ("smtp://h?starttls=never", Tls.NONE, 25),
        ("smtp://h?starttls=require", Tls.STARTTLS, 587),
        ("smtp://h?starttls=opportunistic", Tls.OPPORTUNISTIC, 25),
        ("smtp://u:p@h", Tls.STARTTLS, 587),
        ("smtp://u:p@h?starttls=never", Tls.NONE, 25),
        ("smtps://h", Tls.IMPLICIT, 465),
        ("smtps://u:p@[::1]:1465", Tls.IMPLICIT, 1465),
    ],
)
def test_a_password_is_protected_unless_told_otherwise(address, tls, port):
    relay = parse_relay(address)
    assert (relay.tls, relay.port) == (tls, port)


@given(user=st.text(min_size=1), password=st.text(min_size=1))
def test_user_and_password_are_percent_decoded(user, password):
    relay = parse_relay(f"smtps://{quote(user, safe='')}:{quote(password, safe='')}@mx.example.com")
    assert (relay.user, relay.password) == (user, password)


def test_a_relay_never_shows_its_password():
    relay = parse_relay("smtps://anna:geheim@mx.example.com")
    assert "geheim" not in f"{relay} {relay!r}"


def test_an_ipv6_relay_is_named_with_brackets():
    assert str(parse_relay("smtp://[::1]:25")) == "[::1]:25"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://h", "must start with"),
        ("mx.example.com:25", "must start with"),
        ("smtp://", "no host"),
        ("smtp://:25", "no host"),
        ("smtp://h:99999", "port"),
        ("smtp://h:0", "port"),
        ("smtp://h:x", "port"),
        ("smtp://[::1", "malformed"),
        ("smtp://h\n:25", "control"),
        ("smtp://h/path", "nothing but"),
        ("smtp://u:geheim#1@h", "nothing but"),
        ("smtp://anna@h", "go together"),
        ("smtp://:geheim@h", "go together"),
        ("smtp://h?pool=0", "pool must be from 1"),
        ("smtp://h?pool=101", "to 100"),
        ("smtp://h?pool=ten", "whole number"),
        ("smtp://h?pool=1&pool=2", "twice"),
        ("smtp://h?pol=1", "no option 'pol'"),
        ("smtp://h?starttls=yes", "starttls must be one of"),
        ("smtps://h?starttls=require", "leave starttls out"),
        ("smtp://u:p@h?starttls=opportunistic", "use starttls=require"),
        ("smtp://h?reply_timeout=0", "at least 1 second"),
        ("smtp://h?hello=me%0d%0aRSET", "host name"),
        ("smtp://h?ca=", "certificates"),
    ],
)
def test_a_wrong_address_is_refused_with_what_to_do(address, reason):
    with pytest.raises(BadRelay, match=reason) as refusal:
        parse_relay(address)
    assert "smtp://host:25" in str(refusal.value)
    assert "geheim" not in str(refusal.value)


@given(st.text())
def test_no_text_makes_it_fail_otherwise(text):
    try:
        relay = parse_relay("smtp://" + text)
    except BadRelay:
        return
    assert relay.host
