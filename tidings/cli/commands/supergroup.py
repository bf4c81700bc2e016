"""`tidings supergroup`: groups that send to several groups at once."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import click

from tidings.cli import shapes
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of, of_a_new_group
from tidings.cli.output import print_facts, print_json, print_rows
from tidings.groups import actions, queries, subgroups
from tidings.groups.models import Group
from tidings.groups.settings import Duplicates
from tidings.memberships.overlap import overlap_of
from tidings.memberships.queries import count_members

COLUMNS = ("position", "id", "name", "address", "active members", "archived")

duplicates_option = click.option(
    "--duplicates",
    type=click.Choice([one.value for one in Duplicates]),
    default=None,
    help="What a contact of several subgroups gets: one copy (unless changed), or one per subgroup.",
)
named = click.argument("ref", metavar="SUPERGROUP")
named_subgroups = click.argument("refs", metavar="SUBGROUP...", nargs=-1, required=True)


@click.group()
def supergroup() -> None:
    """Create SuperGroups; add, remove, order and show their subgroups. Each is an id or an address."""


@supergroup.command(epilog=examples('tidings supergroup create "All newsletters" --address all@example.org'))
@of_a_new_group
@as_json
@database()
def create(*, as_json: bool, **wanted: Any) -> None:
    """Create a SuperGroup called NAME, without subgroups yet."""
    made = actions.create(**wanted, is_supergroup=True, by=None)
    if as_json:
        print_json(shapes.of_group(made))
    else:
        click.echo(f"Created SuperGroup {made.pk}: {made.name}. Add groups with `tidings supergroup add`.")


@supergroup.command(epilog=examples("tidings supergroup add all@example.org berlin@example.org 7 8"))
@named
@named_subgroups
@as_json
@database()
def add(ref: str, refs: Sequence[str], as_json: bool) -> None:
    """Put groups behind the subgroups there are; who is one already stays in its place."""
    _change(subgroups.add, ref, refs, as_json=as_json)


@supergroup.command(epilog=examples("tidings supergroup remove all@example.org 7"))
@named
@named_subgroups
@as_json
@database()
def remove(ref: str, refs: Sequence[str], as_json: bool) -> None:
    """Take groups out of a SuperGroup; the groups themselves stay as they are."""
    _change(subgroups.remove, ref, refs, as_json=as_json)


@supergroup.command(epilog=examples("tidings supergroup order all@example.org 8 7"))
@named
@named_subgroups
@as_json
@database()
def order(ref: str, refs: Sequence[str], as_json: bool) -> None:
    """Put these subgroups first, in this order; the others follow as they did.

    A contact of several subgroups gets the copy of the first one in which they may receive.
    """
    _change(subgroups.order, ref, refs, as_json=as_json)


@supergroup.command("set", epilog=examples("tidings supergroup set all@example.org --duplicates one_copy"))
@named
@duplicates_option
@as_json
@database()
def set_duplicates(ref: str, duplicates: str | None, as_json: bool) -> None:
    """Say what a contact gets who is in several subgroups."""
    found = queries.find_supergroup(ref)
    if duplicates is None:
        raise click.UsageError("Say what to set: --duplicates one_copy or --duplicates one_per_subgroup.")
    _tell(subgroups.set_duplicates(found, Duplicates(duplicates), by=None), as_json=as_json)


@supergroup.command(epilog=examples("tidings supergroup show all@example.org --json"))
@named
@as_json
@database()
def show(ref: str, as_json: bool) -> None:
    """Show a SuperGroup: its subgroups in their order, and how many contacts are in several of them."""
    found = queries.find_supergroup(ref)
    inside = queries.subgroups_of(found)
    overlap = asdict(overlap_of(group.pk for group in inside if not group.archived_at))
    if as_json:
        print_json(_shape(found) | {"overlap": overlap})
        return
    _tell(found, as_json=False)
    print_facts(
        {
            "contacts": overlap["contacts"],
            "in several subgroups": overlap["in_several"],
            "memberships": overlap["memberships"],
        }
    )


Change = Callable[..., list[int]]


def _change(change: Change, ref: str, refs: Sequence[str], *, as_json: bool) -> None:
    found = queries.find_supergroup(ref)
    change(found, [group_of(one) for one in refs], by=None)
    _tell(found, as_json=as_json)


def _tell(found: Group, *, as_json: bool) -> None:
    shape = _shape(found)
    if as_json:
        print_json(shape)
        return
    print_facts({name: shape[name] for name in ("id", "name", "address", "channel", "duplicates")})
    rows = ([one[name.replace(" ", "_")] for name in COLUMNS] for one in shape["subgroups"])
    print_rows(COLUMNS, rows, empty="No subgroups yet. Add some with `tidings supergroup add`.")


def _shape(found: Group) -> shapes.Shape:
    inside = queries.subgroups_of(found)
    counts = count_members(group.pk for group in inside)
    return {
        "id": found.pk,
        "name": found.name,
        "address": found.address,
        "channel": found.channel,
        "duplicates": found.all_settings.supergroup.duplicates,
        "subgroups": [
            {
                "position": position,
                "id": group.pk,
                "name": group.name,
                "address": group.address,
                "active_members": counts[group.pk].active,
                "archived": group.archived_at is not None,
            }
            for position, group in enumerate(inside, 1)
        ],
    }
