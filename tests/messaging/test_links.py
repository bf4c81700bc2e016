import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.signing import BadToken, make_token
from tidings.messaging.links import ONE_CLICK_PATH, UNSUBSCRIBE_PATH, Recipient, link_maker, read_recipient

number = st.integers(1, 2**63 - 1)


@given(st.builds(Recipient, group=number, contact=number, sendout=number))
def test_the_token_of_a_link_says_whose_it_is(recipient):
    links = link_maker(recipient.group, recipient.sendout)(recipient.contact)
    assert read_recipient(links["unsubscribe"].rpartition("/")[2]) == recipient
    assert read_recipient(links["one_click"].rpartition("/")[2]) == recipient


def test_links_lead_to_this_installation(settings):
    settings.BASE_URL = "https://news.example.org"
    links = link_maker(1, 3)(2)
    assert links["unsubscribe"].startswith(f"https://news.example.org{UNSUBSCRIBE_PATH}")
    assert links["one_click"].startswith(f"https://news.example.org{ONE_CLICK_PATH}")


def test_a_token_made_for_something_else_opens_nothing():
    with pytest.raises(BadToken):
        read_recipient(make_token("invitation", 1, 2, 3))
