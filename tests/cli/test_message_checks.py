"""Looking at messages before they are sent, on the command line."""

import pytest

from tidings.groups.actions import update_settings


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


def test_a_script_is_refused_what_warns_until_it_says_that_it_was_read(
    tidings, make_message, make_group, make_members
):
    group, message = make_group(), str(make_message().message_id)
    make_members(group, 1)
    refused = tidings("send", str(group.pk), "--message", message, "--no-wait")
    assert refused.code != 0
    assert "--yes" in refused.err
    assert tidings("send", str(group.pk), "--message", message, "--no-wait", "--yes").code == 0


def test_a_test_is_sent_of_a_message_that_is_written(tidings, make_message, make_group):
    group = update_settings(make_group(), {"test_recipients": {"addresses": ["tess@example.org"]}}, by=None)
    message = str(make_message().message_id)
    done = tidings("send", str(group.pk), "--message", message, "--test", "--no-wait", "--json")
    assert (done.code, done.json["kind"], done.json["audience"]) == (0, "test", 1)


@pytest.mark.parametrize(
    "words",
    [
        ["--message", "1", "--subject", "x"],
        ["--subject", "x"],
        [],
        ["--message", "1", "--as", "anna@example.com"],
        ["--message", "1", "--test", "--at", "2030-01-01T09:00"],
        ["--message", "1", "--test", "--from", "anna@example.org"],
    ],
)
def test_what_does_not_go_together_is_wrong_usage(tidings, words):
    assert tidings("send", "1", *words).code == 2


def test_a_copy_is_shown_as_one_contact_gets_it(tidings, make_message, make_group, make_members):
    group = make_group("Shop", address="news@example.org")
    make_members(group, ["anna@example.com"])
    message = str(make_message("Hi {{ contact.email }}", html="<p>x</p>", text="Good morning!").message_id)
    words = ("message", "preview", message, "--group", str(group.pk))
    shown = tidings(*words, "--contact", "anna@example.com").out
    assert shown.startswith(
        "From: Shop <news@example.org>\nTo: anna@example.com\nSubject: Hi anna@example.com\n"
    )
    assert shown.strip().endswith("Good morning!")
    assert tidings(*words, "--html").out == "<p>x</p>\n\n"
    assert tidings(*words, "--without", "contact.city", "--json").json["subject"] == "Hi anna@example.com"
    assert tidings(*words, "--contact", "nobody@example.com").code == 4
