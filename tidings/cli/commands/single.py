"""`tidings send-one` and `tidings single`: one message to one contact."""

import click

from tidings.cli.ground import database
from tidings.cli.options import PARAMETER, as_json, examples, group_of
from tidings.cli.output import print_facts, print_json, print_rows
from tidings.cli.unattended import note_if_nobody_works
from tidings.sendouts import queries
from tidings.sendouts.singles import send_one as send_single

LISTED = ("id", "subject", "email", "outcome", "reason", "created_at")


@click.command(
    "send-one",
    epilog=examples(
        "tidings send-one 31 anna@example.com --param order=A-1042 --idempotency-key order-A-1042",
        "tidings send-one 31 anna@example.com --group shop@example.org --json",
    ),
)
@click.argument("message", type=int)
@click.argument("address")
@click.option("--group", "ref", metavar="GROUP", default=None, help="Not needed while there is only one.")
@click.option("--version", type=int, default=None, help="Of the message, instead of the current one.")
@click.option(
    "--param", "params", type=PARAMETER, multiple=True, help="What the message shows as param.NAME."
)
@click.option("--idempotency-key", "key", default=None, help="Used again it is the same message, sent once.")
@as_json
@database()
def send_one(
    *,
    message: int,
    address: str,
    ref: str | None,
    version: int | None,
    params: tuple[tuple[str, str], ...],
    key: str | None,
    as_json: bool,
) -> None:
    """Send MESSAGE to ADDRESS alone. It is stored when this returns; workers send it."""
    group = group_of(ref) if ref is not None else None
    given = _once_each(params)
    made = send_single(message, address, given, group=group, number=version, by=None, key=key)
    _print(made.pk, as_json=as_json)
    note_if_nobody_works("it is sent")


def _once_each(params: tuple[tuple[str, str], ...]) -> dict[str, str]:
    given = dict(params)
    if len(given) < len(params):
        raise click.UsageError("Give each --param once.")
    return given


@click.group()
def single() -> None:
    """List and show single sends."""


@single.command("list", epilog=examples("tidings single list", "tidings single list --sendout 3 --json"))
@click.option("--sendout", type=int, default=None, help="Only those of one sendout.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@as_json
@database()
def list_singles(sendout: int | None, limit: int, as_json: bool) -> None:
    """List the newest single sends with what became of each."""
    found = queries.single_sends(sendout=sendout, limit=limit)
    if as_json:
        print_json(found)
    else:
        rows = ([one[column] for column in LISTED] for one in found)
        print_rows(LISTED, rows, empty="There is no single send yet. Make one with `tidings send-one`.")


@single.command(epilog=examples("tidings single show 70112 --json"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def show(number: int, as_json: bool) -> None:
    """Show a single send: what became of it."""
    _print(number, as_json=as_json)


def _print(number: int, *, as_json: bool) -> None:
    found = queries.single_send(number)
    if as_json:
        print_json(found)
    else:
        print_facts(found)
