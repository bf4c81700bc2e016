"""`tidings category`: labels by which groups are found."""

import click

from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.groups import categories, queries
from tidings.groups.models import Category


@click.group()
def category() -> None:
    """Create, list, rename and delete categories. NAME is compared without case."""


@category.command(epilog=examples('tidings category create "Retail"'))
@click.argument("name")
@as_json
@database()
def create(name: str, as_json: bool) -> None:
    """Create the category NAME."""
    _tell(categories.create(name, by=None), "Created", as_json=as_json)


@category.command("list", epilog=examples("tidings category list", "tidings category list --json"))
@as_json
@database()
def list_categories(as_json: bool) -> None:
    """List categories with their numbers of groups."""
    found = [
        {"id": one.pk, "name": one.name, "groups": one.number, "created_at": one.created_at}  # type: ignore[attr-defined]
        for one in queries.categories()
    ]
    if as_json:
        print_json(found)
        return
    rows = ((one["id"], one["name"], one["groups"]) for one in found)
    print_rows(("id", "name", "groups"), rows, empty="None. Make one with `tidings category create`.")


@category.command(epilog=examples('tidings category rename "Retail" "Shops"'))
@click.argument("name")
@click.argument("new_name", metavar="NEW-NAME")
@as_json
@database()
def rename(name: str, new_name: str, as_json: bool) -> None:
    """Give the category NAME another name; its groups keep it."""
    _tell(categories.rename(queries.find_category(name), new_name, by=None), "Renamed", as_json=as_json)


@category.command(epilog=examples('tidings category delete "Retail" --yes'))
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@as_json
@database()
def delete(name: str, yes: bool, as_json: bool) -> None:
    """Delete the category NAME; its groups become uncategorised."""
    found = queries.categories().get(pk=queries.find_category(name).pk)
    if not yes:
        number = found.number  # type: ignore[attr-defined]
        click.confirm(f"{number} group(s) become uncategorised. Delete “{found}”?", abort=True, err=True)
    groups = categories.delete(found, by=None)
    if as_json:
        print_json({"name": found.name, "groups": groups})
    else:
        click.echo(f"Deleted category {found.name}; {groups} group(s) have none now.")


def _tell(made: Category, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": made.pk, "name": made.name})
    else:
        click.echo(f"{what} category {made.pk}: {made.name}")
