"""`tidings blacklist`: who never gets anything."""

import click

from tidings.blacklists import actions, queries
from tidings.blacklists.models import SYSTEM, Entry
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.cli.saving import saved
from tidings.cli.shapes import Shape
from tidings.groups.models import Group

LISTED = ("pattern", "kind", "list", "reason", "source", "added_by", "added_at")
of_group = click.option(
    "--group", "ref", metavar="GROUP", default=None, help="The list of that group instead of the system's."
)


@click.group()
def blacklist() -> None:
    """Keep addresses out of one group, or of everything.

    PATTERN is an e-mail address, a domain (example.com, or *.example.com with its subdomains), a mobile number, or
    the MD5 or SHA-256 hash of a lower-cased address.
    """


@blacklist.command(
    epilog=examples(
        "tidings blacklist add anna@example.com",
        'tidings blacklist add "*.example.com" --group news@example.org --reason "asked us"',
    )
)
@click.argument("pattern")
@of_group
@click.option("--reason", default="", help="Kept with the entry.")
@as_json
@database()
def add(*, pattern: str, ref: str | None, reason: str, as_json: bool) -> None:
    """Add PATTERN. No lock refuses it; it holds at once, also for running sendouts."""
    entry, is_new = actions.add(pattern, _group(ref), reason=reason, source=Entry.Source.SHELL, by=None)
    if as_json:
        print_json(_shape(entry) | {"is_new": is_new})
    else:
        click.echo(f"{entry.pattern} is on {_whose(entry)}{'' if is_new else ' already'}.")


@blacklist.command(epilog=examples("tidings blacklist remove anna@example.com"))
@click.argument("pattern")
@of_group
@as_json
@database()
def remove(*, pattern: str, ref: str | None, as_json: bool) -> None:
    """Remove PATTERN."""
    entry = queries.find_by(pattern, _group(ref))
    shape, whose = _shape(entry), _whose(entry)
    actions.remove(entry, by=None)
    if as_json:
        print_json({"removed": shape})
    else:
        click.echo(f"{entry.pattern} is no longer on {whose}.")


@blacklist.command(
    "list", epilog=examples("tidings blacklist list", "tidings blacklist list --group 7 --search anna@")
)
@of_group
@click.option("--search", default="", help="The beginning of a pattern.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@as_json
@database()
def list_entries(*, ref: str | None, search: str, limit: int, as_json: bool) -> None:
    """List entries by pattern."""
    shapes = [_shape(entry) for entry in queries.entries(_group(ref), prefix=search)[:limit]]
    empty = "No such entry. Add one with `tidings blacklist add`."
    _print(shapes, as_json=as_json, empty=empty)


@blacklist.command(epilog=examples("tidings blacklist check anna@example.com --group news@example.org"))
@click.argument("address")
@of_group
@as_json
@database()
def check(*, address: str, ref: str | None, as_json: bool) -> None:
    """Say which entries keep ADDRESS out: the system's, and the group's if one is named."""
    shapes = [_shape(entry) for entry in queries.hits(address, _group(ref))]
    if as_json:
        print_json({"address": address, "blacklisted": bool(shapes), "entries": shapes})
    else:
        _print(shapes, as_json=False, empty=f"No entry keeps {address} out.")


@blacklist.command(epilog=examples("tidings blacklist export --out blacklist.csv"))
@of_group
@click.option("--out", required=True, metavar="FILE", help="Where to; `-` is standard output.")
@database()
def export(*, ref: str | None, out: str) -> None:
    """Save all entries as CSV; `tidings blacklist import` reads it back."""
    lines = queries.as_csv(_group(ref))
    with saved(out) as target:
        target.writelines(line.encode() for line in lines)


def _group(ref: str | None) -> Group | None:
    return None if ref is None else group_of(ref)


def _whose(entry: Entry) -> str:
    return "the system's blacklist" if entry.scope == SYSTEM else f"the blacklist of group {entry.scope}"


def _shape(entry: Entry) -> Shape:
    return {
        "id": entry.pk,
        "pattern": entry.pattern,
        "kind": entry.kind,
        "group": None if entry.scope == SYSTEM else entry.scope,
        "reason": entry.reason,
        "source": entry.source,
        "added_by": str(entry.added_by) if entry.added_by else None,
        "added_at": entry.added_at,
    }


def _print(shapes: list[Shape], *, as_json: bool, empty: str) -> None:
    if as_json:
        print_json(shapes)
        return
    rows = ([_cell(shape, name) for name in LISTED] for shape in shapes)
    print_rows(LISTED, rows, empty=empty)


def _cell(shape: Shape, name: str) -> object:
    if name == "list":
        return f"group {shape['group']}" if shape["group"] else "system"
    return shape[name]
