"""Group attributes in messages: whatever they are called and hold, people read just that."""

from datetime import timedelta

import pytest

from tidings.groups import attributes
from tidings.kernel import clock
from tidings.locks.models import GroupLock
from tidings.messaging.personalization.errors import TemplateError
from tidings.sendouts.actions import resume
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.models import Sendout
from tidings.sendouts.preview import preview

NAUGHTY = [
    "<script>alert(1)</script>",
    "{{ contact.email }}{% if 1 %}",
    "Robert'); DROP TABLE groups;--",
    "\u202etxt.exe\u202c \u200b\ufeff",
    "👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 Z\u0351\u0343\u0342algo",
    "ﷺ 田中さん مرحبا \U0001d54f ẞ ĳ ǆ",
    "$HOME `ls` %s %00 ../../etc/passwd \\n ; | & #",
    "\"double\" and 'single' \\ back",
    ". leading dot\n.\n..",
    "1e400 NaN -0 0x10 null undefined True",
    "tab\there and \u2028 a line separator",
    "x" * 2_000,
]

BETWEEN = "\n----\n"


@pytest.fixture
def shop(make_group, make_members):
    group = make_group("Shop")
    make_members(group, ["anna@example.com"])
    return group


def quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return '{{ group["' + escaped + '"] }}'


def test_any_value_is_read_as_it_was_stored(shop, make_message, make_sendout, deliver, relay):
    for number, value in enumerate(NAUGHTY):
        attributes.put(shop, f"value {number}", value, by=None)
    text = BETWEEN.join(f'{{{{ group["VALUE {number}"] }}}}' for number in range(len(NAUGHTY)))
    deliver(make_sendout(shop, make_message(text=text)))
    read = relay.mail_to("anna@example.com").get_content().replace("\r\n", "\n")
    assert read.rstrip("\n").split(BETWEEN) == NAUGHTY


@pytest.mark.parametrize("value", NAUGHTY)
def test_no_value_is_code_in_html(shop, make_message, make_contact, value):
    attributes.put(shop, "price", value, by=None)
    version = make_message(html="<p>{{ group.price }}</p>")
    html = preview(version, shop, make_contact()).html
    assert "<script>" not in html
    assert "anna@" not in html


@pytest.mark.parametrize("name", [name[:100] for name in NAUGHTY if "\n" not in name and "\t" not in name])
def test_any_name_can_be_used(shop, make_message, make_contact, name):
    attributes.put(shop, name, "9.90 EUR", by=None)
    version = make_message(text=quoted(name))
    assert preview(version, shop, make_contact()).text.strip() == "9.90 EUR"


def test_a_message_is_refused_where_an_attribute_is_missing(shop, make_message, make_sendout):
    version = make_message(text='{{ group["Shoe price"] }}')
    with pytest.raises(TemplateError, match='group has no "Shoe price"'):
        make_sendout(shop, version)
    assert not Sendout.objects.exists()


def test_a_planned_sendout_pauses_if_an_attribute_is_gone_and_goes_on_when_it_is_back(
    shop, make_message, make_sendout
):
    attributes.put(shop, "price", "9.90 EUR", by=None)
    at = clock.now() + timedelta(hours=1)
    sendout = make_sendout(shop, make_message(text="{{ group.price }}"), at=at)
    attributes.remove(shop, "price", by=None)
    assert begin_scheduled(sendout.pk, at) == "paused"
    sendout.refresh_from_db()
    assert 'group has no "price"' in sendout.state_reason
    assert not GroupLock.objects.exists()
    attributes.put(shop, "price", "8.90 EUR", by=None)
    assert resume(sendout, by=None, now=at).state == "preparing"
    assert sendout.frozen["group"]["price"] == "8.90 EUR"
