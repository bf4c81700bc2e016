from functools import partial

import pytest

from tests.naughty import NAUGHTY
from tests.racing import overtaken
from tidings.groups import actions
from tidings.groups.changes import flat
from tidings.groups.errors import BadSettings
from tidings.groups.models import Group
from tidings.groups.queries import settings_of
from tidings.groups.settings import AllSettings, General, GroupSettings
from tidings.journal.models import Fact
from tidings.locks import actions as locks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process

pytestmark = pytest.mark.django_db


def change(group: Group, tab: str, **values) -> AllSettings:
    """The settings after a change, as they are stored."""
    actions.update_settings(group, {tab: values}, by=None)
    return settings_of(Group.objects.get(pk=group.pk))


def refusal(group: Group, tab: str, **values) -> list[tuple[str, str]]:
    before = settings_of(Group.objects.get(pk=group.pk))
    with pytest.raises(BadSettings) as caught:
        change(group, tab, **values)
    assert settings_of(Group.objects.get(pk=group.pk)) == before
    return caught.value.faults


EVERYTHING = {
    "general": {
        "name": "Books", "description": "New\nbooks", "category": "Retail", "language": "de-AT", "country": "at",
        "time_zone": "Europe/Vienna",
    },
    "sender": {
        "name": "Example Books", "address": "books@example.org", "reply_to": "shop@example.org",
        "subject_prefix": "[Books] ", "header_html": "<b>", "header_text": "*", "footer_html": "</b>",
        "footer_text": "--", "headers": ["X-Campaign: Autumn"],
    },
    "subscription": {
        "joining": "notice", "pending_days": 7, "in_preference_centre": True, "needs_approval": True,
        "public_form": True,
        "confirm": {"subject": "Please", "text": "Click"}, "welcome": {"subject": "Hi", "text": "Good"},
        "sends_goodbye": True, "goodbye": {"subject": "Bye", "text": "Well"},
    },
    "sending": {
        "speed": "per_hour", "per_hour": 20_000, "spread_hours": 6, "window_begins": "08:00",
        "window_ends": "20:00", "window_time_zone": "Europe/Berlin", "limit_messages": 3, "limit_days": 7,
        "quiet_from": "22:00", "quiet_until": "07:00", "carrier": "relay-2", "crash_policy": "skip",
    },
    "tracking": {"opens": False, "clicks": False, "link_parameters": ["utm_source=news"]},
    "moderation": {"four_eyes": False},
    "deactivation": {
        **{name: {"count": 2, "days": 10} for name in ("hard", "soft", "full", "blocked")}, "try_again_days": 90,
    },
    "test_recipients": {"addresses": ["anna@example.com", "bea@example.com"]},
    "supergroup": {"duplicates": "one_per_subgroup"},
}  # fmt: skip
OF_OTHER_CHANNELS = {f"sending.{name}" for name in ("originator", "inbound_number", "keyword", "app")}
OF_PEOPLE = {"general.owner", "moderation.moderated", "moderation.approvers"}


def test_every_setting_is_stored(make_group):
    group = make_group()
    before = flat(settings_of(group))
    actions.update_settings(group, EVERYTHING, by=None)
    after = flat(settings_of(Group.objects.get()))
    assert {path for path in before if before[path] == after[path]} == OF_OTHER_CHANNELS | OF_PEOPLE


def test_what_is_not_named_stays(make_group):
    group = make_group()
    actions.update_settings(group, EVERYTHING, by=None)
    before = flat(settings_of(Group.objects.get()))
    after = flat(change(group, "subscription", welcome={"subject": "Hello"}))
    assert after == before | {"subscription.welcome.subject": "Hello"}


def test_only_what_differs_from_the_usual_is_stored(make_group):
    group = make_group()
    change(group, "sender", reply_to="shop@example.org", name="")
    assert Group.objects.get().settings == {"sender": {"reply_to": "shop@example.org"}}
    change(group, "sender", reply_to="")
    assert Group.objects.get().settings == {}


def test_a_change_is_a_fact_with_before_and_after(make_group, make_user):
    group, anna = make_group(), make_user("Anna")
    changes = {"sender": {"name": "Books"}, "general": {"name": "Newsletter", "category": "Retail"}}
    actions.update_settings(group, changes, by=anna)
    fact = Fact.objects.get(verb="group.settings_changed", subject=group.pk)
    assert fact.by_id == anna.pk
    assert fact.data == {
        "before": {"general.category": "", "sender.name": ""},
        "after": {"general.category": "Retail", "sender.name": "Books"},
    }


def test_a_change_of_nothing_is_no_fact(make_group):
    change(make_group(), "subscription", pending_days=14)
    assert not Fact.objects.filter(verb="group.settings_changed").exists()


def test_all_changes_are_made_or_none(make_group):
    group = make_group()
    with pytest.raises(BadSettings):
        actions.update_settings(group, {"general": {"name": "Other"}, "sender": {"reply_to": "x"}}, by=None)
    assert Group.objects.get().name == group.name


def test_two_who_change_different_settings_at_once_both_do(committed, make_group):
    group = make_group()
    overtaken(
        partial(change, group, "sender", name="Books"), partial(change, group, "subscription", pending_days=3)
    )
    assert flat(settings_of(Group.objects.get()))["sender.name"] == "Books"
    assert Group.objects.get().all_settings.subscription.pending_days == 3


def test_they_can_not_be_changed_while_a_process_writes_the_group(make_group):
    group = make_group()
    locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    with pytest.raises(GroupLocked, match="The settings of group “Newsletter” can't be used now"):
        change(group, "sender", name="Books")


def test_they_can_be_changed_while_a_process_uses_the_group(make_group):
    group = make_group()
    locks.begin(Process.Kind.SENDOUT, [group.pk], label="Hello", by=None)
    assert change(group, "sender", name="Books").sender.name == "Books"


@pytest.mark.parametrize("channel", ["sms", "push"])
def test_sms_and_push_groups_start_with_3_messages_in_7_days(channel):
    sending = actions.create("News", channel=channel, by=None).all_settings.sending
    assert (sending.limit_messages, sending.limit_days) == (3, 7)


def test_email_groups_start_without_a_limit(make_group):
    assert make_group().all_settings.sending.limit_messages is None


TEXTS = [
    ("general", "name"), ("general", "description"), ("general", "category"), ("sender", "name"),
    ("sender", "subject_prefix"), ("sender", "header_html"), ("sender", "header_text"), ("sender", "footer_html"),
    ("sender", "footer_text"), ("sending", "carrier"),
]  # fmt: skip


@pytest.mark.parametrize(("tab", "name"), TEXTS)
def test_any_text_is_kept_as_it_is(make_group, tab, name):
    group = make_group()
    for text in NAUGHTY:
        assert getattr(getattr(change(group, tab, **{name: text}), tab), name) == text


@pytest.mark.parametrize("letter", ["confirm", "welcome", "goodbye"])
def test_any_text_of_a_letter_is_kept_as_it_is(make_group, letter):
    group = make_group()
    for text in NAUGHTY:
        written = change(group, "subscription", **{letter: {"subject": text, "text": text}}).subscription
        assert getattr(written, letter).model_dump() == {"subject": text, "text": text}


LONGEST = [
    ("general", "name", 150), ("general", "description", 5_000), ("general", "category", 100),
    ("sender", "name", 150), ("sender", "subject_prefix", 40), ("sender", "header_html", 20_000),
    ("sender", "header_text", 20_000), ("sender", "footer_html", 20_000), ("sender", "footer_text", 20_000),
    ("sending", "carrier", 100),
]  # fmt: skip


@pytest.mark.parametrize(("tab", "name", "longest"), LONGEST)
def test_a_text_is_as_long_as_allowed_and_not_one_longer(make_group, tab, name, longest):
    group = make_group()
    change(group, tab, **{name: "x" * longest})
    [(path, sentence)] = refusal(group, tab, **{name: "x" * (longest + 1)})
    assert path == f"{tab}.{name}"
    assert f"{longest:,}" in sentence


NUMBERS = [
    ("subscription", "pending_days", 1, 365), ("sending", "per_hour", 1, 100_000_000),
    ("sending", "spread_hours", 1, 168), ("deactivation", "try_again_days", 1, 365),
]  # fmt: skip


@pytest.mark.parametrize(("tab", "name", "least", "most"), NUMBERS)
def test_a_number_is_within_its_limits(make_group, tab, name, least, most):
    group = make_group()
    for fine in (least, most, str(most)):
        change(group, tab, **{name: fine})
    assert refusal(group, tab, **{name: least - 1}) == [(f"{tab}.{name}", f"It is at least {least:,}.")]
    assert refusal(group, tab, **{name: most + 1}) == [(f"{tab}.{name}", f"It is at most {most:,}.")]


ADDRESSES = [f"a{number}@example.com" for number in range(51)]
LISTS = [
    ("sender", "headers", [f"X-{number}: y" for number in range(11)]),
    ("tracking", "link_parameters", [f"p{number}=y" for number in range(11)]),
    ("test_recipients", "addresses", ADDRESSES),
]


@pytest.mark.parametrize(("tab", "name", "values"), LISTS, ids=["headers", "parameters", "recipients"])
def test_a_list_is_as_long_as_allowed_and_not_one_longer(make_group, tab, name, values):
    group = make_group()
    change(group, tab, **{name: values[1:]})
    [(_, sentence)] = refusal(group, tab, **{name: values})
    assert sentence == f"At most {len(values) - 1} are possible; these are {len(values)}."


BAD = [
    ("general", "name", "", "1 to 150 characters"),
    ("general", "name", "two\nlines", "one line"),
    ("general", "language", "Deutsch!", "code, like de"),
    ("general", "country", "XX", "two letters, like DE"),
    ("general", "time_zone", "Europe/Nowhere", "like Europe/Berlin"),
    ("general", "owner", "nobody@example.org", "no user with the address nobody@example.org"),
    ("sender", "name", "Shop\r\nBcc: x@y.org", "one line"),
    ("sender", "name", "Shop\u2028x", "one line"),
    ("sender", "address", "no address", "looks like news@example.org"),
    ("sender", "reply_to", "nowhere", "Write it like anna@example.com"),
    ("sender", "reply_to", "a@example.org\nBcc: b@example.org", "Write it like"),
    ("sender", "header_html", "a\x00b", "NUL"),
    ("sender", "headers", ["X-A: b\r\nBcc: c@d.org"], "one line"),
    ("sender", "headers", ["X A: b"], "is no header"),
    ("sender", "headers", ["X-A"], "is no header"),
    ("sender", "headers", ["X-A: 1", "x-a: 2"], "twice"),
    ("sender", "headers", ["X-A: " + "y" * 501], "more than 500"),
    ("sender", "headers", 5, "It is a list."),
    ("subscription", "joining", "by_force", "one of silent, notice or double_opt_in"),
    ("subscription", "pending_days", "soon", "whole number"),
    ("subscription", "pending_days", 1.5, "whole number"),
    ("subscription", "in_preference_centre", "perhaps", "true or false"),
    ("subscription", "welcome", "text", "settings by name"),
    ("subscription", "colour", "red", "no such setting"),
    ("sending", "speed", "per_hour", "Say how many messages per hour"),
    ("sending", "speed", "spread", "Say over how many hours"),
    ("sending", "window_begins", "25:00", "like 08:30"),
    ("sending", "window_begins", "08:00", "a begin and another end"),
    ("sending", "quiet_from", "22:00", "a begin and another end"),
    ("sending", "limit_messages", 3, "a number of messages and a number of days"),
    ("sending", "window_time_zone", "Mars", "no time zone"),
    ("sending", "keyword", "BOOKS", "channel email don't have it"),
    ("sending", "app", "books", "channel email don't have it"),
    ("tracking", "link_parameters", ["utm source=x"], "is no parameter"),
    ("tracking", "link_parameters", ["a=1", "A=2"], "twice"),
    ("moderation", "moderated", True, "at least one approver"),
    ("moderation", "approvers", ["nobody@example.org"], "no user with the address"),
    ("deactivation", "soft", {"count": 0}, "at least 1"),
    ("test_recipients", "addresses", ["anna@example.com", "bea"], "“bea” is not an e-mail address"),
]  # fmt: skip


@pytest.mark.parametrize(("tab", "name", "value", "why"), BAD)
def test_a_value_that_can_not_be_is_refused_and_named(make_group, tab, name, value, why):
    [(path, sentence)] = refusal(make_group(), tab, **{name: value})
    assert path == tab or path.startswith(f"{tab}.{name}")
    assert why in sentence


def test_a_tab_that_there_is_not_is_refused(make_group):
    assert refusal(make_group(), "colours") == [("colours", "There is no such tab.")]


OURS = ["Date", "FROM", "To", "cc", "Bcc", "Subject", "Message-ID", "Reply-To", "Sender", "MIME-Version"]
OURS += ["Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post", "DKIM-Signature", "Received"]
OURS += ["Return-Path", "Resent-To", "ARC-Seal"]


@pytest.mark.parametrize("name", OURS)
def test_a_header_that_tidings_writes_itself_is_refused(make_group, name):
    [(_, sentence)] = refusal(make_group(), "sender", headers=[f"{name}: x"])
    assert sentence == f"Tidings writes {name} itself. Leave it out."


def test_every_fault_is_told_with_the_name_of_its_setting(make_group):
    with pytest.raises(BadSettings) as caught:
        change(make_group(), "sender", reply_to="nowhere", subject_prefix="x" * 41)
    assert "Sender, Reply-to: “nowhere” is not an e-mail address." in str(caught.value)
    assert "Sender, Subject prefix: At most 40 characters are possible; this has 41." in str(caught.value)


def test_owner_and_approvers_are_users(make_group, make_user):
    group, anna = make_group(), make_user("Anna")
    settings = change(group, "general", owner=anna.email.upper())
    assert settings.general.owner == anna.email
    assert Group.objects.get().owner == anna
    settings = change(group, "moderation", moderated=True, approvers=[anna.email])
    assert settings.moderation.approvers == (anna.email,)


def test_owner_and_category_can_be_taken_away(make_user):
    group = actions.create("News", address="news@example.org", category="Retail", by=make_user())
    change(group, "general", owner="", category="")
    group.refresh_from_db()
    assert (group.owner, group.category) == (None, None)


SMS_NUMBER = {"inbound_number": "+49 171 3920000", "keyword": "books"}


def test_an_sms_group_has_a_number_and_a_keyword():
    group = actions.create("News", channel="sms", by=None)
    sending = change(group, "sending", originator="Books", **SMS_NUMBER).sending
    assert (sending.originator, sending.inbound_number, sending.keyword) == (
        "Books",
        "+491713920000",
        "BOOKS",
    )


def test_a_keyword_needs_its_number():
    group = actions.create("News", channel="sms", by=None)
    assert refusal(group, "sending", keyword="books")[0][1].startswith("A keyword needs the inbound number")


def test_a_keyword_belongs_to_one_group_at_its_number():
    first, second = (actions.create("News", channel="sms", by=None) for _ in range(2))
    change(first, "sending", **SMS_NUMBER)
    assert refusal(second, "sending", **SMS_NUMBER)[0][0] == "sending.keyword"
    change(second, "sending", **SMS_NUMBER | {"inbound_number": "+491713920001"})


def test_of_two_who_take_a_keyword_at_once_one_is_told(committed):
    first, second = (actions.create("News", channel="sms", by=None) for _ in range(2))
    take = partial(change, second, "sending", **SMS_NUMBER)
    with pytest.raises(BadSettings, match="Another group has this keyword"):
        overtaken(partial(change, first, "sending", **SMS_NUMBER), take)


def test_test_recipients_are_checked_as_the_channel_is():
    group = actions.create("News", channel="sms", by=None)
    numbers = change(group, "test_recipients", addresses="+49 171 3920000\n+43 664 1234567").test_recipients
    assert numbers.addresses == ("+491713920000", "+436641234567")
    assert "is not a number" in refusal(group, "test_recipients", addresses=["anna@example.org"])[0][1]


def test_lines_and_commas_are_lists(make_group):
    group = make_group()
    assert change(group, "sender", headers="X-A: 1, 2\n\nX-B: 3").sender.headers == ("X-A: 1, 2", "X-B: 3")
    addresses = change(group, "test_recipients", addresses="a@b.org, c@d.org").test_recipients.addresses
    assert addresses == ("a@b.org", "c@d.org")


def test_an_emptied_number_or_time_is_taken_away(make_group):
    group = make_group()
    change(group, "sending", limit_messages=3, limit_days=7, quiet_from="22:00", quiet_until="07:00")
    sending = change(
        group, "sending", limit_messages="", limit_days="", quiet_from="", quiet_until=""
    ).sending
    assert sending.limit_messages is sending.quiet_from is None


def test_every_setting_has_a_title_and_an_example():
    for tab in [General, *(field.annotation for field in GroupSettings.model_fields.values())]:
        for name, field in tab.model_fields.items():
            assert field.title, name
