"""`tidings group set-attribute` and its kin: the attributes of a group."""

import click

from tidings.cli import shapes
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.groups import attributes as actions


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


COMMANDS = (set_attribute, remove_attribute, attributes)
