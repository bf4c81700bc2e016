import re
from html import unescape

import pytest

from tests.naughty import NAUGHTY
from tidings.groups.actions import update_settings
from tidings.groups.models import Group
from tidings.groups.queries import settings_of
from tidings.groups.settings import tabs

TABS = tabs(is_supergroup=False)


def form_of(operator, path):
    """What a browser would send back: every field of the page with the value that it shows."""
    fields = operator.get(path).context["form"]
    shown = {name: fields[name].value() for name in fields.fields}
    return {name: value for name, value in shown.items() if value not in (False, None)}


@pytest.mark.parametrize("tab", TABS)
def test_saving_a_tab_untouched_changes_nothing(operator, world, tab):
    before = settings_of(Group.objects.get(pk=world.group.pk))
    path = f"/groups/{world.group.pk}/settings/{tab}/"
    assert operator.post(path, form_of(operator, path)).url == path
    assert settings_of(Group.objects.get(pk=world.group.pk)) == before


def test_general_comes_first(operator, world):
    assert operator.get(f"/groups/{world.group.pk}/settings/").context["name"] == "general"
    assert next(iter(TABS)) == "general"


def test_it_saves_what_stands_in_the_form(operator, world):
    path = f"/groups/{world.group.pk}/settings/subscription/"
    form = form_of(operator, path) | {"joining": "notice", "welcome.subject": "Hi", "needs_approval": "on"}
    assert b"the settings are saved" in operator.post(path, form, follow=True).content
    saved = Group.objects.get(pk=world.group.pk).all_settings.subscription
    assert (saved.joining, saved.welcome.subject, saved.needs_approval) == ("notice", "Hi", True)


def test_it_says_at_the_field_what_can_not_be_and_keeps_what_was_typed(operator, world):
    path = f"/groups/{world.group.pk}/settings/sender/"
    answer = operator.post(path, form_of(operator, path) | {"reply_to": "nowhere", "name": "Kept"})
    assert b'id="id_reply_to_error"' in answer.content
    assert b'value="Kept"' in answer.content
    assert Group.objects.get(pk=world.group.pk).all_settings.sender.name == ""


def test_it_says_above_the_form_what_does_not_fit_together(operator, world):
    path = f"/groups/{world.group.pk}/settings/sending/"
    answer = operator.post(path, form_of(operator, path) | {"speed": "per_hour"})
    assert b"Say how many messages per hour." in answer.content


def test_it_keeps_the_settings_while_a_process_changes_the_group(operator, world):
    path = f"/groups/{world.locked.pk}/settings/sender/"
    answer = operator.post(path, form_of(operator, path) | {"name": "The team"})
    assert "exclusive lock of import “Import of autumn.csv”" in answer.content.decode()
    assert Group.objects.get(pk=world.locked.pk).all_settings.sender.name == ""


def test_it_marks_what_has_no_effect_yet(operator, world):
    page = operator.get(f"/groups/{world.group.pk}/settings/tracking/").content.decode()
    assert page.count("no effect yet</span>") == 3
    assert "kept and shown" in page
    assert "no effect yet" not in operator.get(f"/groups/{world.group.pk}/settings/sender/").content.decode()


def test_it_shows_only_what_groups_of_the_channel_have(operator):
    sms = Group.objects.get(channel="sms")
    page = operator.get(f"/groups/{sms.pk}/settings/sender/").content.decode()
    assert "From name" in page
    assert "Reply-to" not in page


def test_it_shows_any_text_as_it_is(operator, world):
    path = f"/groups/{world.group.pk}/settings/sender/"
    for text in NAUGHTY:
        update_settings(world.group, {"sender": {"footer_text": text}}, by=None)
        page = operator.get(path).content.decode()
        (shown,) = re.findall(r'<textarea name="footer_text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
        assert unescape(shown) == text
        assert "<script>alert(1)" not in page


@pytest.mark.parametrize("path", ["settings/", "settings/sender/"])
def test_there_are_no_settings_of_a_group_that_is_not_there(operator, path):
    assert operator.get(f"/groups/99999999999999999999/{path}").status_code == 404


def test_a_supergroup_has_a_tab_of_its_own(operator, world):
    path = f"/groups/{world.supergroup.pk}/settings/supergroup/"
    operator.post(path, {"duplicates": "one_per_subgroup"})
    saved = Group.objects.get(pk=world.supergroup.pk).all_settings
    assert saved.supergroup.duplicates == "one_per_subgroup"
    assert operator.get(f"/groups/{world.group.pk}/settings/supergroup/").status_code == 404


def test_there_is_no_other_tab(operator, world):
    assert operator.get(f"/groups/{world.group.pk}/settings/colours/").status_code == 404


def test_it_shows_the_letters_that_hold_where_there_is_no_text(operator, world):
    shown = operator.get(f"/groups/{world.group.pk}/settings/subscription/").content.decode()
    assert shown.count("Where these are empty, the built-in text holds") == 3
    assert "German: Bitte bestätigen: {{ group.name }}" in shown
