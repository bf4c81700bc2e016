"""The program as a whole: help, exit codes, errors, and promises that hold for every command."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tidings.accounts.errors import EmailTaken
from tidings.cli.exits import Exit, exit_code
from tidings.cli.main import ENTRIES
from tidings.cli.main import tidings as root
from tidings.kernel.errors import NotFound, Refused
from tidings.locks.errors import GroupLocked

REFERENCE = Path(__file__).parents[2] / "docs/reference/cli.md"

# They run until Ctrl-C and print no data.
PROCESSES = {"up", "web", "worker", "mailbox"}


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


COMMANDS = [pytest.param(name, command, id=name) for name, command in commands(root)]


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_it_shows_an_example_of_every_command(name: str, command: click.Command) -> None:
    shown = command.get_help(click.Context(command, info_name=name))
    assert "Example" in shown
    assert f"tidings {name}" in shown


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_it_prints_json_for_every_command_that_prints_data(name: str, command: click.Command) -> None:
    assert (name in PROCESSES) != any("--json" in option.opts for option in command.params)


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_it_says_in_a_sentence_what_every_command_does(name: str, command: click.Command) -> None:
    assert (command.help or "").split("\n\n")[0].rstrip().endswith(".")


def test_it_lists_every_command_under_the_name_it_has() -> None:
    context = click.Context(root)
    assert [root.get_command(context, name).name for name in ENTRIES] == list(ENTRIES)


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (NotFound(thing="group", ref=1), Exit.NOT_FOUND, "not_found"),
        (GroupLocked(group="Group 1", holder="an import"), Exit.LOCKED, "group_locked"),
        (Refused(reason="No."), Exit.REFUSED, "refused"),
        (EmailTaken(email="a@b.c"), Exit.REFUSED, "email_taken"),
    ],
)
def test_it_maps_every_error_by_its_nearest_class(error, code, word) -> None:
    assert (exit_code(error), error.code) == (code, word)


def test_it_shows_help_without_settings_and_database(program) -> None:
    result = program("--help", DATABASE_URL="nonsense", TIDINGS_BATCH_SIZE="nonsense")
    assert result.code == 0
    assert "tidings up" in result.out
    assert "Exit codes" in result.out


def test_it_shows_help_without_importing_django_s_models() -> None:
    """Which is what makes it quick: a test of the time itself would fail on a busy machine."""
    script = (
        "import sys; from tidings.cli.main import main; main(['--help']);"
        "sys.exit('django.db.models' in sys.modules or 'rich' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )


def test_it_shows_help_of_a_command_without_a_database(program) -> None:
    result = program("send", "--help", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert result.code == 0
    assert "--no-wait" in result.out


def test_it_tells_wrong_usage_with_2(tidings) -> None:
    assert tidings("group", "show").code == Exit.USAGE
    assert tidings("group", "show", "--json").error["error"] == "usage"
    assert tidings("nonsense").code == Exit.USAGE


def test_it_tells_a_setting_that_cannot_be_read(program) -> None:
    result = program("group", "list", "--json", TIDINGS_BATCH_SIZE="many")
    assert (result.code, result.error["error"]) == (3, "bad_setting")
    assert "TIDINGS_BATCH_SIZE" in result.error["message"]


def test_it_tells_a_database_that_is_away(program) -> None:
    result = program("group", "list", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (result.code, result.error["error"]) == (3, "database_unreachable")
    assert result.out == ""


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_it_documents_every_command_and_option(name: str, command: click.Command) -> None:
    page = REFERENCE.read_text()
    assert f"`tidings {name}" in page
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.opts[-1] in page
