"""`tidings blacklist`: who never gets anything."""

from collections.abc import Iterable

import click

from tidings.blacklists import actions, queries
from tidings.blacklists.models import SYSTEM, BlacklistImport, Entry
from tidings.cli.commands.imports import opened
from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import note, print_facts, print_json, print_rows
from tidings.cli.saving import saved
from tidings.cli.shapes import Shape
from tidings.cli.unattended import note_if_nobody_works
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.groups.models import Group

LISTED = ("pattern", "kind", "list", "reason", "source", "added_by", "added_at")
ENDS = (BlacklistImport.State.FINISHED, BlacklistImport.State.FAILED, BlacklistImport.State.CANCELLED)
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
@as_json
@database()
def export(*, ref: str | None, out: str, as_json: bool) -> None:
    """Save all entries as CSV; `tidings blacklist import` reads it back."""
    _save(queries.as_csv(_group(ref)), out, as_json=as_json)


def _save(lines: Iterable[str], out: str, *, as_json: bool) -> None:
    with saved(out) as target:
        target.writelines(line.encode() for line in lines)
    if as_json and out != "-":
        print_json({"file": out})


@blacklist.command(
    "import",
    epilog=examples(
        "tidings blacklist import never.txt",
        "tidings blacklist import never.xml --group news@example.org --mode replace",
        "zcat never.csv.gz | tidings blacklist import - --json",
    ),
)
@click.argument("file")
@of_group
@click.option(
    "--mode",
    type=click.Choice(BlacklistImport.Mode.values),
    default=BlacklistImport.Mode.ADD.value,
    show_default=True,
    help="`replace` removes what FILE doesn't name, `delete` removes what it names.",
)
@click.option("--no-wait", is_flag=True, help="Return at once; workers do the rest.")
@as_json
@database()
def import_list(*, file: str, ref: str | None, mode: str, no_wait: bool, as_json: bool) -> None:
    """Read the entries in FILE onto a list: one a line or separated by commas, CSV with a header, or XML."""
    group = _group(ref)
    with opened(file) as (content, filename):
        run = actions.start_import(
            group, content, filename=filename, mode=BlacklistImport.Mode(mode), by=None
        )
    summary = _summary(run.pk) if no_wait else wait_for(_work(run.pk), quiet=as_json)
    if as_json:
        print_json(summary)
    else:
        print_facts({name: value for name, value in summary.items() if name != "progress"})
    _tell_about(summary, is_waiting=not no_wait)


@blacklist.command(epilog=examples("tidings blacklist rejects 4 --out rejects.csv"))
@click.argument("run", metavar="ID", type=int)
@click.option("--out", required=True, metavar="FILE", help="Where to; `-` is standard output.")
@as_json
@database()
def rejects(*, run: int, out: str, as_json: bool) -> None:
    """Save the values that an import left out, each with line and reason, as CSV."""
    _save(queries.rejects_csv(queries.find_import(run)), out, as_json=as_json)


@blacklist.command(epilog=examples("tidings blacklist cancel 4"))
@click.argument("run", metavar="ID", type=int)
@as_json
@database()
def cancel(*, run: int, as_json: bool) -> None:
    """Cancel an import. The list stays what it was."""
    actions.cancel_import(queries.find_import(run), by=None)
    if as_json:
        print_json(_summary(run))
    else:
        click.echo(f"Import {run} stops; the list stays what it was.")


def _summary(run: int) -> Summary:
    return queries.summary(queries.find_import(run))


def _work(run: int) -> Work:
    def step(summary: Summary) -> Step:
        return Step(summary["state"], summary["progress"]["done"], summary["progress"]["total"])

    return Work("blacklist import", run, lambda: _summary(run), step, ENDS, "tidings blacklist list")


def _tell_about(summary: Summary, *, is_waiting: bool) -> None:
    if summary["rejected"]:
        note(f"See which values and why: tidings blacklist rejects {summary['id']} --out rejects.csv")
    if not is_waiting:
        note_if_nobody_works()
    if summary["state"] == BlacklistImport.State.FAILED:
        raise EndedBadly(
            what="Blacklist import", id=summary["id"], state=summary["state"], because=f": {summary['error']}"
        )


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
