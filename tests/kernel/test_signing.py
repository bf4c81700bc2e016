import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.signing import BadToken, make_token, read_token

number = st.integers(0, 2**64 - 1)


@given(st.lists(number, min_size=1, max_size=4))
def test_a_token_gives_back_its_numbers(numbers):
    assert read_token("test", make_token("test", *numbers), count=len(numbers)) == tuple(numbers)


@given(st.lists(number, min_size=1, max_size=4))
def test_a_token_fits_into_a_url(numbers):
    assert set(make_token("test", *numbers)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@given(st.data())
def test_a_token_with_one_other_letter_is_refused(data):
    token = make_token("test", 1, 2, 3)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz019-_").filter(lambda other: other != token[place]))
    changed = token[:place] + letter + token[place + 1 :]
    with pytest.raises(BadToken):
        read_token("test", changed, count=3)


@given(st.text())
def test_no_text_breaks_the_reading(text):
    with pytest.raises(BadToken):
        read_token("test", text, count=3)


def test_a_token_holds_for_its_purpose_alone():
    with pytest.raises(BadToken):
        read_token("another", make_token("test", 1), count=1)


def test_a_token_holds_for_its_count_alone():
    with pytest.raises(BadToken):
        read_token("test", make_token("test", 1, 2), count=1)
