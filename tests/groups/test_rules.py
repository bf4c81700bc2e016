import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.groups import rules
from tidings.groups.errors import BadGroup


def test_an_address_is_kept_in_lower_case_without_spaces_around():
    assert rules.group_address("  News.Weekly@Example.ORG ") == "news.weekly@example.org"


@pytest.mark.parametrize(
    "address", ["n@example.org", f"{'n' * 40}@example.org", "a_b+c-d@x-y.example.org", "n@localhost"]
)
def test_plain_addresses_are_taken(address):
    assert rules.group_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "news",
        "@example.org",
        "news@",
        "news@example",
        "news@@example.org",
        "ne ws@example.org",
        "ne..ws@example.org",
        ".news@example.org",
        "news.@example.org",
        "néws@example.org",
        "news@exämple.org",
        "news@-example.org",
        "news@example.org\r\nBcc: all@example.org",
        "Anna <news@example.org>",
        "news@example.1",
    ],
)
def test_other_addresses_are_refused_with_an_example(address):
    with pytest.raises(BadGroup, match=r"news@example\.org"):
        rules.group_address(address)


def test_the_part_before_the_at_has_at_most_40_characters():
    with pytest.raises(BadGroup, match="has 41 characters; 40 are possible"):
        rules.group_address(f"{'n' * 41}@example.org")


@given(st.text())
def test_no_text_breaks_the_check_of_an_address(text):
    try:
        address = rules.group_address(text)
    except BadGroup:
        return
    assert rules.group_address(address) == address


@pytest.mark.parametrize("check", [rules.group_name, rules.attribute_name])
@pytest.mark.parametrize("text", ["", "   ", "two\nlines", "a\x00b", "tab\tbed"])
def test_names_are_one_line_with_something_in_it(check, text):
    with pytest.raises(BadGroup):
        check(text)


@pytest.mark.parametrize(("check", "length"), [(rules.group_name, 150), (rules.attribute_name, 100)])
def test_names_have_a_greatest_length(check, length):
    assert check("n" * length) == "n" * length
    with pytest.raises(BadGroup, match=f"1 to {length} characters; this has {length + 1}"):
        check("n" * (length + 1))


def test_the_value_of_an_attribute_may_have_lines_but_neither_nul_nor_too_many_characters():
    assert rules.attribute_value("one\ntwo") == "one\ntwo"
    for bad in ["", " ", "a\x00b", "x" * 2001]:
        with pytest.raises(BadGroup, match="1 to 2,000 characters and no NUL"):
            rules.attribute_value(bad)
