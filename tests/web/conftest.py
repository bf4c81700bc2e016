import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.web.browser import WIDTHS, launch, new_context
from tests.web.furniture import furnish


def pytest_collection_modifyitems(items):
    # Only for marked tests does pytest-django make a test database; `site` would write into the real one.
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="module", autouse=True)
def quick_passwords():
    """Good hashes are slow on purpose; here nobody guesses."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def world(db):
    """The organisation of `furniture`, gone after the test."""
    return furnish()


@pytest.fixture
def operator(world, client):
    """A browser without scripts, signed in as the organisation's user."""
    client.force_login(world.user)
    return client


@pytest.fixture(scope="module")
def site(quick_passwords, django_db_setup, django_db_blocker):
    """A server with the organisation, the same for all tests of a module: (world, url, session)."""
    with django_db_blocker.unblock():
        world = furnish()
        client = Client()
        client.force_login(world.user)
        server = LiveServer("127.0.0.1")
        yield world, server.url, client.cookies["sessionid"].value
        server.stop()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def chromium(site):
    # Not longer than a module: its event loop would be in the way of tests that bring their own. Django takes this
    # thread for asynchronous while the loop is there.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = launch(playwright)
        yield browser
        browser.close()
        connections.close_all()  # the ones that Django made for this thread beside its usual ones


@pytest.fixture(scope="module")
def tabs(chromium, site):
    """An open tab for each width, signed in."""
    _, url, session = site
    contexts = {width: new_context(chromium, width, url, session) for width in WIDTHS}
    yield {width: context.new_page() for width, context in contexts.items()}
    for context in contexts.values():
        context.close()
