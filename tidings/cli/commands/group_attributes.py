"""`tidings group set-attribute` and its kin: the attributes of a group."""

from dataclasses import asdict
from typing import BinaryIO

import click

from tidings.cli import shapes
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.cli.saving import saved
from tidings.groups import attribute_history as history
from tidings.groups import attributes as actions
from tidings.groups.attribute_files import BYTES_AT_MOST, FileMode, Layout, write


@click.command(
    "set-attribute", epilog=examples('tidings group set-attribute news@example.org price "9.90 EUR"')
)
@click.argument("ref", metavar="GROUP")
@click.argument("name")
@click.argument("value")
@as_json
@database()
def set_attribute(ref: str, name: str, value: str, as_json: bool) -> None:
    """Set the group attribute NAME to VALUE. No lock refuses it; a sendout that runs keeps its own values."""
    found = group_of(ref)
    attribute = actions.put(found, name, value, by=None)
    if as_json:
        print_json({"group": found.pk, "name": attribute.name, "value": attribute.value})
    else:
        click.echo(f"{found.name}: {attribute.name} = {attribute.value}")


@click.command("remove-attribute", epilog=examples("tidings group remove-attribute news@example.org price"))
@click.argument("ref", metavar="GROUP")
@click.argument("name")
@as_json
@database()
def remove_attribute(ref: str, name: str, as_json: bool) -> None:
    """Remove the group attribute NAME."""
    found = group_of(ref)
    actions.remove(found, name, by=None)
    if as_json:
        print_json({"group": found.pk, "removed": name})
    else:
        click.echo(f"{found.name}: {name} is removed.")


@click.command(epilog=examples("tidings group attributes news@example.org"))
@click.argument("ref", metavar="GROUP")
@as_json
@database()
def attributes(ref: str, as_json: bool) -> None:
    """List a group's attributes."""
    found = shapes.attributes_of(group_of(ref))
    if as_json:
        print_json(found)
    else:
        print_rows(
            ("name", "value"), found.items(), empty="None. Set one with `tidings group set-attribute`."
        )


@click.command(
    "import-attributes",
    epilog=examples(
        "tidings group import-attributes news@example.org prices.csv",
        "tidings group import-attributes 1 prices.csv --mode replace --dry-run",
        "curl https://shop.example.org/prices.csv | tidings group import-attributes 1 -",
    ),
)
@click.argument("ref", metavar="GROUP")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--mode",
    type=click.Choice([one.value for one in FileMode]),
    default=FileMode.SET.value,
    show_default=True,
    help="set: add and change; add: only new ones; replace: all others go; delete: those named go.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@as_json
@database()
def import_attributes(*, ref: str, file: BinaryIO, mode: str, dry_run: bool, as_json: bool) -> None:
    """Set attributes from a CSV FILE of up to 1,000, or `-` for standard input. All of it is done or nothing.

    Its header is `name,value`, or that of Mapp Engage: `group.PropertyName,group.PropertyValue`. No lock refuses it.
    """
    found = group_of(ref)
    data = file.read(BYTES_AT_MOST + 1)
    outcome = actions.load(found, data, mode=FileMode(mode), by=None, dry_run=dry_run)
    counts = {name: getattr(outcome, name) for name in ("added", "changed", "removed", "unchanged")}
    if as_json:
        print_json(
            {"group": found.pk, "mode": mode, "dry_run": dry_run, **counts, "skipped": outcome.skipped}
        )
        return
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    click.echo(f"{found.name}: {told}, {len(outcome.skipped):,} skipped." + " (dry run)" * dry_run)


@click.command(
    "export-attributes",
    epilog=examples(
        "tidings group export-attributes news@example.org --out prices.csv",
        "tidings group export-attributes 1 --layout engage --out -",
    ),
)
@click.argument("ref", metavar="GROUP")
@click.option("--out", required=True, metavar="FILE", help="Where to; `-` is standard output.")
@click.option(
    "--layout",
    type=click.Choice([one.value for one in Layout]),
    default=Layout.PLAIN.value,
    show_default=True,
    help="The header: name,value, or that of Mapp Engage.",
)
@as_json
@database()
def export_attributes(ref: str, out: str, layout: str, as_json: bool) -> None:
    """Write a group's attributes to a CSV file."""
    pairs = shapes.attributes_of(group_of(ref))
    with saved(out) as target:
        target.writelines(line.encode() for line in write(pairs.items(), Layout(layout)))
    if out == "-":
        return
    if as_json:
        print_json({"attributes": len(pairs), "file": out})
    else:
        click.echo(f"Wrote {len(pairs):,} attribute(s) to {out}.")


@click.command("attribute-history", epilog=examples("tidings group attribute-history 1 --name price"))
@click.argument("ref", metavar="GROUP")
@click.option("--name", default="", help="Only changes of this attribute.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@as_json
@database()
def attribute_history(ref: str, name: str, limit: int, as_json: bool) -> None:
    """List who changed which attribute, when, from what to what; the newest first."""
    facts = list(history.changes(group_of(ref), name).order_by("-pk")[:limit])
    found = [asdict(entry) for entry in history.entries(facts)]
    if as_json:
        print_json(found)
    else:
        columns = ("at", "by", "name", "before", "after")
        rows = ([entry[column] for column in columns] for entry in found)
        print_rows(columns, rows, empty="No attribute was changed yet.")


COMMANDS = (
    set_attribute,
    remove_attribute,
    attributes,
    import_attributes,
    export_attributes,
    attribute_history,
)
