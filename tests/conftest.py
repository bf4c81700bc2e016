"""Fixtures for all tests: the database server, makers of things, and workers."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from psycopg.conninfo import make_conninfo

from tests import workers
from tests.relays import RelayServer, relay_server
from tidings.accounts.models import User
from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.groups import subgroups
from tidings.groups.models import Group
from tidings.kernel import db as database
from tidings.kernel.embedded.home import connection_params, home_of
from tidings.kernel.embedded.server import running
from tidings.memberships.models import Membership, Tally
from tidings.messaging import actions as messaging
from tidings.messaging.models import Version
from tidings.sendouts import actions as sendouts
from tidings.sendouts.models import Sendout

# The same examples in each run, so that a change is to blame when a test fails. HYPOTHESIS_PROFILE=default looks for
# new ones.
hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# The data of a test is worth nothing after a power cut.
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
STOP_SECONDS = 20
# What migrations fill, and what Django has no models of.
KEPT_TABLES = {"django_content_type", "auth_permission", "django_migrations"}
QUEUE_TABLES = {"procrastinate_jobs", "procrastinate_workers", "procrastinate_periodic_defers"}

numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait longest go first, so that at the end no process is left alone with them."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/faults/"))


@pytest.fixture(scope="session")
def database_server(request) -> Iterator[None]:
    """The server of DATABASE_URL, or else an embedded one for this session."""
    environment = django_settings.ENVIRONMENT
    if not environment.uses_embedded_database:
        yield
        return
    if not request.config.pluginmanager.has_plugin("tests.environment"):
        pytest.exit(
            "Without DATABASE_URL the tests need `-p tests.environment`, which keeps them out of ./var."
        )
    home = home_of(environment.home)
    home.site.mkdir(parents=True, exist_ok=True)
    (home.site / "local.conf").write_text(FAST)
    with running(environment.home):
        # There was no password for the settings to read before this start.
        connection.settings_dict["PASSWORD"] = connection_params(environment.home)["password"]
        yield
    for folder in (home.site, home.socket_dir):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server) -> None:
    """Goes before the making of the test database. All threads close their connections after each job."""
    connection.settings_dict["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="session", autouse=True)
def empty_by_deleting() -> Iterator[None]:
    """After a test that commits, Django would truncate each table: half a second. To delete a few rows takes 10 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: _delete_all_rows())
        yield


def _delete_all_rows() -> None:
    ours = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    # Foreign keys are checked at the end, so the order doesn't matter.
    tables = ours - KEPT_TABLES | QUEUE_TABLES
    database.execute("".join(f"DELETE FROM {table};" for table in sorted(tables)))


@pytest.fixture
def committed(transactional_db) -> None:
    """The database for tests whose threads and processes must see each other's rows; emptied afterwards."""


@pytest.fixture
def set_environment(settings) -> Callable[..., None]:
    """Changes settings of this process, such as `slice_rows=2`, for one test."""

    def change(**values) -> None:
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, **values)

    return change


@pytest.fixture
def make_user(db) -> Callable[..., User]:
    """Makes a user without a password: hashing one takes a second."""

    def make(name: str = "Anna", **rest) -> User:
        return User.objects.create(name=name, email=f"user{next(numbers)}@example.org", **rest)

    return make


@pytest.fixture
def make_group(db) -> Callable[..., Group]:
    """Makes an e-mail group; its address is its own unless one is given."""

    def make(name: str = "Newsletter", *, address: str = "", **rest) -> Group:
        address = address or f"group{next(numbers)}@example.org"
        return groups.create(name, address=address, by=None, **rest)

    return make


@pytest.fixture
def make_supergroup(make_group) -> Callable[..., Group]:
    """Makes a SuperGroup of the groups given, in their order."""

    def make(*inside: Group, name: str = "All newsletters", **rest) -> Group:
        supergroup = make_group(name, is_supergroup=True, **rest)
        subgroups.put(supergroup, inside, by=None)
        return supergroup

    return make


@pytest.fixture
def moderate(db) -> Callable[..., None]:
    """Has a group ask these users before anything is sent to it."""

    def ask(group: Group, *approvers: User, four_eyes: bool = True) -> None:
        emails = [user.email for user in approvers]
        group.settings |= {"moderation": {"moderated": True, "approvers": emails, "four_eyes": four_eyes}}
        group.save(update_fields=["settings"])

    return ask


@pytest.fixture
def make_contact(db) -> Callable[..., Contact]:
    """Makes a contact, or updates one; keywords are attributes."""

    def make(email: str = "", **attributes) -> Contact:
        return contacts.create_or_update(email or f"p{next(numbers)}@example.com", attributes, by=None)[0]

    return make


@pytest.fixture
def make_members(db) -> Callable[..., list[Contact]]:
    """Makes members of a group: by their addresses, or as many as a number says (`p0001@example.com`, ...)."""

    def make(group: Group, who: int | list[str], *, state: str = "active") -> list[Contact]:
        emails = [f"p{n:04}@example.com" for n in range(1, who + 1)] if isinstance(who, int) else who
        people = Contact.objects.bulk_create([Contact(email=email) for email in emails])
        Membership.objects.bulk_create(
            [Membership(group=group, contact=person, state=state, source="page") for person in people]
        )
        Tally.objects.create(group=group, state=state, members=len(people))
        return people

    return make


@pytest.fixture
def make_message(db) -> Callable[..., Version]:
    """Makes a message with one version."""

    def make(
        subject: str = "Hello", *, text: str = "Good morning!", html: str = "", purpose: str = "marketing"
    ) -> Version:
        message = messaging.create(subject, purpose=purpose, by=None)
        return messaging.write(subject, subject=subject, text=text, html=html, by=None, message=message)

    return make


@pytest.fixture
def make_sendout(make_group, make_members, make_message) -> Callable[..., Sendout]:
    """Starts a sendout: of a message to a group, or else to a new group of `members` people."""

    def make(
        group: Group | None = None, version: Version | None = None, *, members: int = 3, **rest
    ) -> Sendout:
        if group is None:
            group = make_group()
            make_members(group, members)
        return sendouts.start(group, version or make_message(), by=None, **rest)

    return make


@pytest.fixture
def relay() -> Iterator[RelayServer]:
    """A real SMTP server."""
    with relay_server() as server:
        yield server


@pytest.fixture
def run_jobs(committed) -> Callable[[], None]:
    """Runs the queue `long` in this process until it is empty."""
    return workers.run_long


@pytest.fixture
def deliver(committed, relay) -> Callable[..., Sendout]:
    """Runs all queues in this process, sending through `relay`, until nothing is to do; the sendout afterwards."""

    def run(sendout: Sendout, *, relay_connections: int = 2) -> Sendout:
        workers.run_all(relay.port, relay_connections=relay_connections)
        sendout.refresh_from_db()
        return sendout

    return run


@pytest.fixture
def test_environment(committed) -> dict[str, str]:
    """What a process needs in its environment to work on the test database."""
    found = {key.lower(): value for key, value in connection.settings_dict.items()}
    url = make_conninfo(
        host=found["host"],
        port=found["port"],
        dbname=found["name"],
        user=found["user"],
        password=found["password"],
    )
    return {**os.environ, "DATABASE_URL": url}


@pytest.fixture
def start_workers(test_environment, relay) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts `tidings worker` as a process of its own, sending through `relay`; ended at the end of the test."""
    with ExitStack() as stack:

        def start(**variables: str) -> subprocess.Popen:
            url = f"smtp://127.0.0.1:{relay.port}?pool=2&starttls=never"
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tidings.cli.main", "worker", "--workers", "1"],
                    env={**test_environment, "TIDINGS_SMTP_URL": url, **variables},
                )
            )
            stack.callback(process.wait, STOP_SECONDS)
            stack.callback(process.terminate)
            return process

        yield start
