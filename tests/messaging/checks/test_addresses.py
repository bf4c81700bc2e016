"""What is wrong with where a link leads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.messaging.checks.addresses import fault_of
from tidings.messaging.personalization.sources import outline


def code_of(address):
    fault = fault_of(outline(address, "html").text)
    return fault.code if fault else None


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "HTTPS://Example.org:8443/a?b=c&d=%20#e",
        "https://münchen.example/ä",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1::1]/",
        "https://{{ group.host }}/x",
        "{{ links.unsubscribe }}",
        "{{ group.shop }}/basket",
        "#top",
        "mailto:anna@example.org?subject=Hi%20there",
        "tel:+49171392000",
        "https://exam\nple.org",
    ],
)
def test_a_good_link_is_fine(address):
    assert code_of(address) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "link_empty"),
        (" ", "link_empty"),
        ("#", "link_empty"),
        ("www.example.org", "link_broken"),
        ("/offers", "link_broken"),
        ("//example.org/x", "link_broken"),
        ("page.html", "link_broken"),
        ("http:/example.org", "link_broken"),
        ("https://", "link_broken"),
        ("https:///x", "link_broken"),
        ("https://exa mple.org", "link_broken"),
        ("https://example.org/a b", "link_broken"),
        ("https://example..org", "link_broken"),
        ("https://exa<mple.org", "link_broken"),
        ("https://[::1", "link_broken"),
        ("https://example.org:port/", "link_broken"),
        ("https://example.org:99999/", "link_broken"),
        ("mailto:", "link_broken"),
        ("javascript:alert(1)", "link_scheme"),
        ("htps://example.org", "link_scheme"),
        ("file:///etc/passwd", "link_scheme"),
        ("http://localhost:8000/", "link_loopback"),
        ("https://shop.localhost/", "link_loopback"),
        ("https://127.0.0.1/", "link_loopback"),
        ("https://[::1]/", "link_loopback"),
        ("https://0.0.0.0/", "link_loopback"),
        ("https://intranet/", "link_private"),
        ("https://printer.local/", "link_private"),
        ("https://10.1.2.3/", "link_private"),
        ("https://192.168.0.1/", "link_private"),
        ("https://[fd00::1]/", "link_private"),
        ("http://example.org/", "link_insecure"),
    ],
)
def test_a_bad_link_is_told_by_its_kind(address, code):
    assert code_of(address) == code


@given(st.text(max_size=60) | st.text(max_size=60).map(lambda rest: "https://" + rest))
def test_any_text_can_be_judged(address):
    fault_of(address)
