"""Commands that are imported when they are asked for: `tidings --help` is quick and needs no settings."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import click
import django
from django.utils.module_loading import import_string

SETTINGS = "tidings.config.settings"


class Entry(NamedTuple):
    """Where a command is defined, and the line that the list of commands shows for it."""

    path: str
    summary: str


def load(path: str) -> Any:
    """What the dotted `path` names, imported after Django is set up: models can't be imported earlier."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    return import_string(path)


class LazyGroup(click.Group):
    """A group of commands known by `entries`: name -> where it is defined."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = load(entry.path)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Lists the commands by what `entries` says, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])
