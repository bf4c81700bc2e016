"""Looking at messages before they are sent, on the command line."""

import pytest


@pytest.fixture
def broken(make_message):
    return make_message(html='<html lang="en"><a href="http:/x">{{ contact.city }}</a></html>', text="")


def test_it_lists_what_to_mend_and_ends_with_3_if_it_cannot_be_sent(tidings, broken):
    done = tidings("message", "check", str(broken.message_id))
    assert done.code == 3
    assert "link_broken" not in done.out
    assert "A link has no host" in done.err


def test_it_gives_all_findings_as_json(tidings, broken, make_group, make_members):
    group = make_group()
    make_members(group, 2)
    done = tidings("message", "check", str(broken.message_id), "--group", str(group.pk), "--json")
    codes = [one["code"] for one in done.json]
    assert codes[0] == "link_broken"
    assert "fallback_missing" in codes
    assert done.error["error"] == "message_broken"


def test_a_good_message_ends_with_0(tidings, make_message):
    done = tidings("message", "check", str(make_message(text="{{ links.unsubscribe }}").message_id))
    assert (done.code, done.out.strip()) == (0, "Nothing stands out.")


def test_a_message_that_is_not_there_ends_with_4(tidings):
    assert tidings("message", "check", "999").code == 4
