"""`tidings message`: messages before they are sent."""

import click

from tidings.cli.commands import message_checks


@click.group()
def message() -> None:
    """Check and preview messages."""


for command in message_checks.COMMANDS:
    message.add_command(command)
