"""`tidings transfer` and `tidings transfers`: people from one group to another."""

from decimal import Decimal
from typing import Any

import click

from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_facts, print_json, print_rows
from tidings.cli.unattended import note_if_nobody_works
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.kernel.errors import TidingsError
from tidings.selections.choosing import chosen
from tidings.transfers import actions, queries
from tidings.transfers.actions import NewGroup, Wish
from tidings.transfers.errors import NoTarget
from tidings.transfers.models import Transfer
from tidings.transfers.rules import Share

State = Transfer.State
ENDS = (State.AWAITING_CONFIRMATION, State.FINISHED, State.FAILED, State.CANCELLED)
LISTED = ("id", "state", "from_group", "to_group", "mode", *queries.COUNTS)


class Unconfirmed(TidingsError):
    """Transfer {id} has changed nothing yet: {absent:,} of {members:,} members weren't chosen and would be removed.
    Let it go on with `tidings transfers confirm {id}`, or end it with `tidings transfers cancel {id}`.
    """


@click.command(
    epilog=examples(
        "tidings transfer 'city = \"Berlin\"' --from news@example.org --to 8",
        'tidings transfer --from 7 --to-new "A tenth" --address tenth@example.org --percent 10',
        "tidings transfer --from 7 --to 8 --mode replace --preview",
    )
)
@click.argument("rule", default="")
@click.option("--selection", default="", metavar="NAME", help="Instead of a rule: a saved one.")
@click.option("--from", "source", metavar="GROUP", help="Whose members are chosen. Default: everybody.")
@click.option("--to", "target", metavar="GROUP", help="Where they go.")
@click.option("--to-new", "name", metavar="NAME", help="Make a group for them.")
@click.option("--address", default="", help="Of the new group, if it is for e-mail.")
@click.option("--percent", metavar="P", type=Decimal, help="A random share of them.")
@click.option("--number", metavar="N", type=int, help="So many of them at random.")
@click.option(
    "--mode", type=click.Choice(Transfer.Mode.values), default=Transfer.Mode.ADD.value, show_default=True
)
@click.option(
    "--joining",
    type=click.Choice([joining.value for joining in Joining]),
    default="silent",
    show_default=True,
    help="How they join: `notice` sends a letter of welcome, with `double_opt_in` they are pending until they confirm.",
)
@click.option("--preview", "only_count", is_flag=True, help="Count what would happen; change nothing.")
@click.option(
    "--confirm", "confirmed", is_flag=True, help="Let `replace` remove any number of members without asking."
)
@click.option("--no-wait", is_flag=True, help="Return at once; workers do the rest.")
@as_json
@database()
def transfer(
    *,
    rule: str,
    selection: str,
    source: str | None,
    target: str | None,
    name: str | None,
    address: str,
    percent: Decimal | None,
    number: int | None,
    mode: str,
    joining: str,
    only_count: bool,
    confirmed: bool,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Add people to a group, replace its members by them, or remove them from it.

    RULE says which of them, such as 'city = "Berlin"'; without it all are meant.
    """
    wish = Wish(
        source=None if source is None else group_of(source),
        target=_target(target, name, address),
        whom=chosen(rule, selection),
        mode=Transfer.Mode(mode),
        joining=Joining(joining),
        share=Share(percent, number),
    )
    if only_count:
        _print(actions.preview(wish).facts(), as_json=as_json)
        return
    run = actions.start(wish, is_confirmed=confirmed, by=None)
    summary = summary_of(run.pk) if no_wait else wait_for(_work(run.pk), quiet=as_json)
    _print(summary, as_json=as_json)
    if no_wait:
        note_if_nobody_works()
    _demand_good_end(summary)


def _target(target: str | None, name: str | None, address: str) -> Group | NewGroup:
    if name and target is None:
        return NewGroup(name, address)
    if target is None or name:
        raise NoTarget
    return group_of(target)


def summary_of(run: int) -> Summary:
    """The transfer's summary as it is now; raises `NotFound`."""
    return queries.summary(queries.find(run))


def _work(run: int) -> Work:
    def step(summary: Summary) -> Step:
        return Step(summary["state"], summary["progress"]["done"], summary["progress"]["total"])

    return Work(
        "transfer", run, lambda: summary_of(run), step, ENDS, f"tidings transfers show {run} --follow"
    )


def _print(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        print_facts({name: value for name, value in facts.items() if name != "progress"})


def _demand_good_end(summary: Summary) -> None:
    if summary["state"] == State.AWAITING_CONFIRMATION:
        raise Unconfirmed(id=summary["id"], absent=summary["absent"], members=summary["members_before"])
    if summary["state"] == State.FAILED:
        because = f": {summary['error']}"
        raise EndedBadly(what="Transfer", id=summary["id"], state=summary["state"], because=because)


@click.group()
def transfers() -> None:
    """List, show, confirm and cancel transfers."""


@transfers.command(
    "list", epilog=examples("tidings transfers list", "tidings transfers list --group 7 --json")
)
@click.option("--group", "ref", metavar="GROUP", help="Only those into or out of it.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@as_json
@database()
def list_transfers(ref: str | None, limit: int, as_json: bool) -> None:
    """List the newest transfers."""
    runs = queries.transfers(group_of(ref) if ref else None)[:limit]
    found = [queries.summary(run) for run in runs]
    if as_json:
        print_json(found)
    else:
        rows = ([summary[column] for column in LISTED] for summary in found)
        print_rows(LISTED, rows, empty="There is no transfer yet. Start one with `tidings transfer`.")


@transfers.command(epilog=examples("tidings transfers show 3", "tidings transfers show 3 --follow"))
@click.argument("run", metavar="ID", type=int)
@click.option("--follow", is_flag=True, help="Wait until it has ended.")
@as_json
@database()
def show(run: int, follow: bool, as_json: bool) -> None:
    """Show a transfer: its state, its counts, how far it is."""
    summary = summary_of(run)
    if follow:
        summary = wait_for(_work(run), quiet=as_json)
    _print(summary, as_json=as_json)
    if follow:
        _demand_good_end(summary)


@transfers.command(epilog=examples("tidings transfers confirm 3"))
@click.argument("run", metavar="ID", type=int)
@as_json
@database()
def confirm(run: int, as_json: bool) -> None:
    """Let `replace` remove as many members as it asked about; workers go on with it."""
    actions.confirm(queries.find(run), by=None)
    _print(summary_of(run), as_json=as_json)


@transfers.command(epilog=examples("tidings transfers cancel 3"))
@click.argument("run", metavar="ID", type=int)
@as_json
@database()
def cancel(run: int, as_json: bool) -> None:
    """Cancel a transfer. Who was moved stays moved."""
    actions.cancel(queries.find(run), by=None)
    _print(summary_of(run), as_json=as_json)
