"""`tidings group copy|archive|activate|delete`."""

from typing import get_args

import click

from tidings.cli import shapes
from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json
from tidings.cli.several import told
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.groups import lifecycle, several
from tidings.groups.models import Group
from tidings.locks.models import Process

ENDS = (Process.State.FINISHED, Process.State.FAILED)


@click.command(epilog=examples('tidings group copy 1 "News for France" --address news-fr@example.org'))
@click.argument("ref", metavar="GROUP")
@click.argument("name")
@click.option("--address", default="", metavar="LOCAL@DOMAIN", help="The copy of an e-mail group needs one.")
@as_json
@database()
def copy(ref: str, name: str, address: str, as_json: bool) -> None:
    """Make a group called NAME with the settings of GROUP, and without members."""
    _tell(lifecycle.copy(group_of(ref), name, address=address, by=None), "is the copy", as_json=as_json)


@click.command(epilog=examples("tidings group archive news@example.org"))
@click.argument("ref", metavar="GROUP")
@as_json
@database()
def archive(ref: str, as_json: bool) -> None:
    """Archive GROUP: it takes no sendout, import or subscription until it is activated."""
    _tell(lifecycle.archive(group_of(ref), by=None), "is archived", as_json=as_json)


@click.command(epilog=examples("tidings group activate news@example.org"))
@click.argument("ref", metavar="GROUP")
@as_json
@database()
def activate(ref: str, as_json: bool) -> None:
    """Take an archived GROUP back into use."""
    _tell(lifecycle.activate(group_of(ref), by=None), "is active", as_json=as_json)


@click.command(
    epilog=examples(
        "tidings group bulk archive 7 8 9", 'tidings group bulk category 7 8 --category "Retail" --json'
    )
)
@click.argument("act", type=click.Choice(get_args(several.Act)))
@click.argument("refs", nargs=-1, required=True, metavar="GROUP...")
@click.option("--category", default="", help="The new one, with `category`; empty: no category.")
@as_json
@database()
def bulk(*, act: several.Act, refs: tuple[str, ...], category: str, as_json: bool) -> int:
    """Archive or activate several groups, or change their category: each on its own.

    One that is refused stops no other; then the exit code is 3.
    """
    outcome = several.act(act, [group_of(ref) for ref in refs], category=category, by=None)
    return told(outcome, "group", as_json=as_json)


def _tell(group: Group, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(shapes.of_group(group))
    else:
        click.echo(f"Group {group.pk} {what}: {group.name}")


@click.command(
    epilog=examples("tidings group delete news@example.org", "tidings group delete 7 --yes --json")
)
@click.argument("ref", metavar="GROUP")
@click.option("--yes", is_flag=True, help="Delete without asking for the group's name.")
@as_json
@database()
def delete(ref: str, yes: bool, as_json: bool) -> None:
    """Delete GROUP for good. Its memberships go; contacts, opt-outs and statistics stay."""
    found = group_of(ref)
    name = found.name if yes else click.prompt(f"Type “{found.name}” to delete it for good", err=True)
    deletion = lifecycle.delete(found, name=name, by=None)
    summary = wait_for(_work(deletion.pk), quiet=as_json)
    if summary["state"] == Process.State.FAILED:
        raise EndedBadly(what="Deletion", id=deletion.pk, state="failed", because=f": {summary['error']}")
    if as_json:
        print_json({"group": found.pk, "name": found.name, **summary})
    else:
        click.echo(f"Deleted group {found.pk}: {found.name}")


def _work(number: int) -> Work:
    def look() -> Summary:
        found = lifecycle.find_deletion(number)
        return {"state": found.process.state, "removed": found.process.done, "error": found.error}

    def step(summary: Summary) -> Step:
        return Step(summary["state"], summary["removed"], None)

    return Work("deletion", number, look, step, ENDS, "tidings group list --locked")


COMMANDS = (copy, archive, activate, bulk, delete)
