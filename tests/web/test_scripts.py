"""What the small modules do in a browser."""

import pytest

from tests.web.browser import WIDTHS, new_context, prefer, violations
from tests.web.furniture import PASSWORD


@pytest.fixture
def tab(chromium, site):
    _, url, session = site
    context = new_context(chromium, WIDTHS[0], url, session)
    yield context.new_page()
    context.close()


@pytest.fixture
def stranger(chromium, site):
    context = new_context(chromium, WIDTHS[0], site[1])
    yield context.new_page()
    context.close()


def theme(tab):
    return tab.evaluate("document.documentElement.dataset.bsTheme")


def test_signing_in_leads_to_the_page_that_was_wanted(stranger):
    stranger.goto("/keys/")
    assert violations(stranger) == ""
    stranger.get_by_label("E-mail address").fill("Olga@example.org")
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.keyboard.press("Enter")
    stranger.wait_for_url("**/keys/")


def test_the_theme_follows_the_system_until_a_person_chooses(tab):
    tab.goto("/keys/")
    prefer(tab, "light")
    prefer(tab, "dark")
    tab.get_by_role("button", name="Theme: system").click()
    assert theme(tab) == "light"
    tab.reload()
    assert theme(tab) == "light"


def test_a_slash_goes_to_the_search(tab):
    tab.goto("/groups/")
    tab.keyboard.press("/")
    tab.keyboard.type("deals")
    tab.wait_for_url("**/groups/?q=deals*")
    assert tab.locator("tbody tr").count() == 1


def test_back_shows_the_whole_page_after_a_search(tab):
    tab.goto("/groups/")
    tab.get_by_label("Search name").fill("deals")
    tab.wait_for_url("**/groups/?q=deals*")
    tab.get_by_role("link", name="Daily deals").click()
    tab.go_back()
    assert tab.locator("h1").inner_text() == "Groups"
    assert tab.locator("tbody tr").count() == 1


def test_ctrl_s_saves(tab, site):
    tab.goto(f"/groups/{site[0].group.pk}/settings/sender/")
    tab.get_by_label("From name").fill("The weekly team")
    tab.keyboard.press("Control+s")
    tab.get_by_text("Settings are saved").wait_for()


def test_removing_asks_first_and_keeping_changes_nothing(tab, site):
    tab.goto(f"/groups/{site[0].group.pk}/members/")
    tab.get_by_role("button", name="Remove anna.adler@example.net").click()
    assert tab.get_by_role("dialog").get_by_role("heading").inner_text() == "Remove anna.adler@example.net?"
    assert violations(tab) == ""
    tab.keyboard.press("Escape")
    tab.reload()
    assert tab.get_by_role("link", name="anna.adler@example.net").count() == 1


def test_removing_goes_on_after_the_question(tab, site):
    tab.goto(f"/groups/{site[0].group.pk}/members/")
    tab.get_by_role("button", name="Remove ben.brandt@example.net").click()
    tab.get_by_role("dialog").get_by_role("button", name="Remove").click()
    tab.get_by_text("is no longer a member").wait_for()


def test_live_parts_ask_for_news_while_they_are_seen(tab):
    tab.goto("/")
    with tab.expect_response("**/dashboard/live/") as news:
        pass
    assert news.value.ok
    tab.get_by_text("Import of autumn.csv").wait_for()


def test_a_session_that_ended_leads_to_the_login_instead_of_a_login_inside_the_page(tab):
    tab.goto("/")
    tab.context.clear_cookies(name="sessionid")
    tab.wait_for_url("**/login/?next=%2F")
    assert tab.locator("h1").inner_text() == "Sign in"


def test_a_key_is_copied_with_one_click(tab):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto("/keys/")
    tab.get_by_label("Name").fill("cash desk")
    tab.get_by_role("button", name="Create key").click()
    assert violations(tab) == ""
    tab.get_by_role("button", name="Copy key").click()
    tab.locator("#said", has_text="Copied").wait_for(state="attached")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("tid_")


def test_the_menu_opens_on_a_telephone_and_closes_with_escape(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto("/")
    menu = tab.get_by_role("button", name="Menu")
    assert not tab.get_by_role("link", name="Contacts").is_visible()
    menu.click()
    assert tab.get_by_role("link", name="Contacts").is_visible()
    tab.keyboard.press("Escape")
    assert menu.get_attribute("aria-expanded") == "false"


def test_one_box_checks_all_of_a_page(tab, site):
    tab.goto(f"/groups/{site[0].group.pk}/members/")
    tab.get_by_label("All on this page").check()
    boxes = tab.get_by_role("checkbox", name="Check ")
    assert boxes.count() > 1
    assert all(boxes.nth(number).is_checked() for number in range(boxes.count()))
    boxes.first.uncheck()
    assert not tab.get_by_label("All on this page").is_checked()
