"""`tidings group`: groups and their attributes."""

from typing import Any

import click

from tidings.accounts.queries import find_user
from tidings.cli import shapes
from tidings.cli.commands import group_attributes, group_life
from tidings.cli.ground import database
from tidings.cli.options import SETTING, as_json, examples, group_of, of_a_new_group
from tidings.cli.output import print_facts, print_json, print_rows, shown
from tidings.groups import actions, queries
from tidings.groups.changes import flat, nested
from tidings.groups.models import Group
from tidings.locks.queries import use_of
from tidings.memberships.queries import GROUP_ORDERS, ordered

LOCK_COLUMNS = (
    "lock",
    "process",
    "what",
    "started by",
    "worker",
    "since",
    "done",
    "of",
    "unit",
    "seconds left",
)


@click.group()
def group() -> None:
    """Create, list and show groups; set their attributes. GROUP is an id or an address."""


@group.command(
    epilog=examples(
        'tidings group create "Newsletter" --channel email --address news@example.org',
        'tidings group create "Shops" --address shops@example.org --category Retail --json',
    )
)
@of_a_new_group
@as_json
@database()
def create(*, as_json: bool, **wanted: Any) -> None:
    """Create a group called NAME."""
    made = actions.create(**wanted, by=None)
    if as_json:
        print_json(shapes.of_group(made))
    else:
        click.echo(f"Created group {made.pk}: {made.name}" + (f" <{made.address}>" if made.address else ""))


@group.command("list", epilog=examples("tidings group list", "tidings group list --search news --json"))
@click.option("--search", default="", help="Part of a name or address.")
@click.option("--category", default="", help="The name of a category.")
@click.option("--channel", type=click.Choice(Group.Channel.values), default=None)
@click.option("--owner", default="", metavar="EMAIL", help="Of this user.")
@click.option("--supergroups/--no-supergroups", default=None, help="SuperGroups alone, or none of them.")
@click.option("--locked", is_flag=True, help="Only groups that a process uses or writes now.")
@click.option("--archived", is_flag=True, help="Archived groups instead of the others.")
@click.option(
    "--sort",
    type=click.Choice(list(GROUP_ORDERS)),
    default="name",
    show_default=True,
    help="By name, by the most or fewest active members, or by when they were made.",
)
@as_json
@database()
def list_groups(
    *,
    search: str,
    category: str,
    channel: str | None,
    owner: str,
    supergroups: bool | None,
    locked: bool,
    archived: bool,
    sort: str,
    as_json: bool,
) -> None:
    """List groups with members and locks."""
    wanted = queries.Wanted(
        search,
        category=queries.find_category(category).pk if category else None,
        channel=channel or "",
        owner=find_user(owner).pk if owner else None,
        is_supergroup=supergroups,
        is_archived=archived,
        lock="any" if locked else "",
    )
    found = shapes.of_groups(ordered(queries.listed(wanted), sort))
    if as_json:
        print_json(found)
        return
    rows = (
        (
            g["id"],
            g["name"],
            g["address"],
            g["channel"],
            g["category"],
            g["members"]["active"],
            _holders(g["locks"]),
        )
        for g in found
    )
    columns = ("id", "name", "address", "channel", "category", "active members", "lock")
    print_rows(columns, rows, empty="There is no such group. Make one with `tidings group create`.")


@group.command(
    epilog=examples(
        "tidings group update news@example.org --category Retail",
        "tidings group update 1 --set subscription.pending_days=7 --set sender.reply_to=shop@example.org",
        "tidings group update 1 --set sending.per_hour= --set sending.speed=fastest",
    )
)
@click.argument("ref", metavar="GROUP")
@click.option("--category", default=None, help="Made if there is none of that name; empty: no category.")
@click.option(
    "--set",
    "settings",
    type=SETTING,
    multiple=True,
    help="One setting; `group show --json` lists them with their tabs. Several values go on lines of their own.",
)
@as_json
@database()
def update(ref: str, category: str | None, settings: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Change settings of GROUP, all or none."""
    wanted = dict(settings) | ({} if category is None else {"general.category": category})
    changed = actions.update_settings(group_of(ref), nested(wanted), by=None)
    if as_json:
        print_json(shapes.of_group(changed))
    else:
        click.echo(f"{changed.name}: {', '.join(wanted) or 'nothing'} set.")


@group.command(epilog=examples("tidings group show 1", "tidings group show news@example.org --json"))
@click.argument("ref", metavar="GROUP")
@as_json
@database()
def show(ref: str, as_json: bool) -> None:
    """Show a group: settings, members, attributes, and who uses it now."""
    shape = shapes.of_group(group_of(ref))
    if as_json:
        print_json(shape)
        return
    trees = ("members", "locks", "attributes", "settings", "supergroups")
    print_facts({name: value for name, value in shape.items() if name not in trees})
    print_facts({path: value for path, value in flat(queries.settings_of(group_of(ref))).items() if value})
    print_facts({"members": shape["members"]["total"], "active members": shape["members"]["active"]})
    print_facts({"in SuperGroups": ", ".join(f"{one['name']} ({one['id']})" for one in shape["supergroups"])})
    print_facts(shape["attributes"])
    if shape["locks"]:
        _print_locks(shape["locks"])


def _holders(locks: list[shapes.Shape]) -> str:
    """Who uses a group, in a line."""
    told = (
        f"{k['mode']}: {k['label']}" + (f" by {k['started_by']}" if k["started_by"] else "") for k in locks
    )
    return "; ".join(told)


def _print_locks(locks: list[shapes.Shape]) -> None:
    rows = (
        (
            k["mode"],
            f"{k['kind']} {k['process_id']}",
            k["label"],
            k["started_by"],
            k["worker"],
            k["since"],
            k["done"],
            k["total"],
            k["unit"],
            k["seconds_left"],
        )
        for k in locks
    )
    print_rows(LOCK_COLUMNS, rows, empty="")


@group.command(epilog=examples("tidings group lock 1", "tidings group lock news@example.org --json"))
@click.argument("ref", metavar="GROUP")
@as_json
@database()
def lock(ref: str, as_json: bool) -> None:
    """Show who uses a group now, how far they are, and what is allowed meanwhile.

    There is no command that unlocks: a lock goes when its process ends.
    """
    use = use_of(group_of(ref).pk)
    if as_json:
        print_json(shapes.of_use(use))
        return
    if use.is_locked:
        _print_locks([shapes.of_lock(held) for held in use.locks])
    else:
        click.echo("The group is free.")
    for waiting in use.waiting:
        click.echo(f"Waiting since {shown(waiting.since)}: {waiting.label}")
    click.echo(use.meanwhile.text)


for command in (*group_life.COMMANDS, *group_attributes.COMMANDS):
    group.add_command(command)
