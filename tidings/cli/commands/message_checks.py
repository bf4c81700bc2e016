"""`tidings message check`: what to look at before a message is sent."""

from dataclasses import asdict

import click

from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.messaging.checks.findings import errors
from tidings.messaging.queries import find_version
from tidings.sendouts.checks import findings
from tidings.sendouts.errors import MessageBroken

SHOWN = ("severity", "place", "problem", "mend")


@click.command(
    epilog=examples("tidings message check 31 --group news@example.org", "tidings message check 31 --json")
)
@click.argument("number", metavar="ID", type=int)
@click.option(
    "--group", "ref", metavar="GROUP", default=None, help="With its header, footer, attributes and members."
)
@click.option("--version", type=click.IntRange(1), default=None, help="Without it the current one.")
@as_json
@database()
def check(number: int, ref: str | None, version: int | None, as_json: bool) -> None:
    """List what to look at before message ID is sent. Exit code 3 if something keeps it from being sent."""
    found = findings(find_version(number, version), group_of(ref) if ref is not None else None)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        rows = [[getattr(one, name) for name in SHOWN] for one in found]
        print_rows(SHOWN, rows, empty="Nothing stands out.")
    if broken := errors(found):
        raise MessageBroken(problems=" ".join(map(str, broken)))


COMMANDS = (check,)
