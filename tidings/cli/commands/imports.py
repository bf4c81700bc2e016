"""`tidings import` and `tidings imports`: files in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import COLUMN_TARGET, UnreadableFile, as_json, examples, group_of
from tidings.cli.output import note, print_facts, print_json, print_rows
from tidings.cli.saving import saved
from tidings.cli.unattended import note_if_nobody_works
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.groups.settings import Joining
from tidings.imports import actions, queries
from tidings.imports import saved as saved_mappings
from tidings.imports.models import Import
from tidings.imports.rules.formats import Kind, written
from tidings.imports.rules.mapping import Key
from tidings.imports.rules.recognise import Unknown
from tidings.kernel.errors import TidingsError

# A draft waits for a person, on the page where it was uploaded.
ENDS = (
    Import.State.DRAFT,
    Import.State.AWAITING_CONFIRMATION,
    Import.State.FINISHED,
    Import.State.FAILED,
    Import.State.CANCELLED,
)
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
QUOTES = ('"', "'")
# In the words of --map.
UNKNOWN = {"stop": Unknown.STOP, "ignore": Unknown.IGNORE, "new": Unknown.CREATE}
LISTED = (
    "id",
    "state",
    "group",
    "filename",
    "mode",
    "rows",
    "created",
    "updated",
    "joined",
    "removed",
    "rejected",
)


class Unconfirmed(TidingsError):
    """Import {id} has changed nothing yet: {absent:,} of {members:,} members aren't in the file and would be removed.
    Let it go on with `tidings imports confirm {id}`, or end it with `tidings imports cancel {id}`.
    """


class ImportFile(click.Command):
    """`tidings import GROUP FILE`; what `tidings imports` does is also found here, as `tidings import rejects 7`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args and args[0] in imports.commands:  # no group is called so: they are named by id or address
            return imports.make_context(info_name, args, parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    "import",
    cls=ImportFile,
    epilog=examples(
        "tidings import news@example.org people.csv",
        "tidings import news@example.org all-members.csv --mode replace",
        "tidings import news@example.org fair.csv --joining double_opt_in",
        'tidings import 1 people.csv --map "Shoe size=new" --map "Fax=ignore" --dry-run',
        "zcat people.csv.gz | tidings import 1 - --unknown-columns ignore --json",
    ),
)
@click.argument("ref", metavar="GROUP")
@click.argument("file")
@click.option(
    "--mode",
    type=click.Choice(Import.Mode.values),
    default=Import.Mode.ADD_AND_UPDATE.value,
    show_default=True,
    help="What happens to members, known contacts and new people.",
)
@click.option(
    "--joining",
    type=click.Choice([joining.value for joining in Joining]),
    default=Joining.SILENT.value,
    show_default=True,
    help="How people come in whom the mode lets join: with a letter, or once they confirm by one.",
)
@click.option(
    "--confirm", "confirmed", is_flag=True, help="Let `replace` remove any number of members without asking."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice([kind.value for kind in Kind]),
    help="Instead of what the file looks like.",
)
@click.option("--separator", type=click.Choice(list(SEPARATORS)), help="Instead of the proposed one.")
@click.option("--quote", type=click.Choice(list(QUOTES)), help="Instead of the proposed quotation mark.")
@click.option("--charset", help="Instead of the proposed character set, such as `cp1252`.")
@click.option(
    "--header/--no-header", "has_header", default=None, help="Whether the first row names the columns."
)
@click.option(
    "--map",
    "mapping",
    type=COLUMN_TARGET,
    multiple=True,
    help="Where a column goes: a field, `ignore` or `new`.",
)
@click.option(
    "--unknown-columns",
    type=click.Choice(list(UNKNOWN)),
    default="stop",
    show_default=True,
    help="What to do with columns that nobody mapped: `new` makes attributes of them.",
)
@click.option("--key", type=click.Choice([key.value for key in Key]), help="The identity that finds people.")
@click.option(
    "--country", metavar="CC", help="Whose mobile numbers stand without a country code, such as DE."
)
@click.option(
    "--app", default="", metavar="NAME", help="Whose push endpoints they are where no column says it."
)
@click.option("--mapping", "saved", default="", metavar="NAME", help="Read the columns by a saved mapping.")
@click.option("--save-mapping", "save_as", default="", metavar="NAME", help="Keep what the columns mean.")
@click.option("--clear-marker", default="", metavar="WORD", help="A cell with this word empties its value.")
@click.option("--dry-run", is_flag=True, help="Count what would happen; change nothing.")
@click.option("--no-wait", is_flag=True, help="Return at once; workers do the rest.")
@as_json
@database()
def import_file(
    *,
    ref: str,
    file: str,
    mode: str,
    joining: str,
    kind: str | None,
    separator: str | None,
    quote: str | None,
    charset: str | None,
    has_header: bool | None,
    mapping: tuple[tuple[str, str], ...],
    unknown_columns: str,
    key: str | None,
    clear_marker: str,
    country: str | None,
    app: str,
    saved: str,
    save_as: str,
    dry_run: bool,
    confirmed: bool,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Import the contacts in FILE into GROUP and wait until it is done.

    FILE may be `-` for standard input.
    """
    group = group_of(ref)
    separator = SEPARATORS[separator] if separator else None
    with opened(file) as (content, filename):
        run = actions.start(
            group,
            content,
            filename=filename,
            layout=written(kind, separator, quote, charset, has_header=has_header),
            choices=dict(mapping) or None,
            unknown=UNKNOWN[unknown_columns],
            key=Key(key) if key else None,
            clear_marker=clear_marker,
            country=country,
            app=app,
            saved=saved,
            save_as=save_as,
            mode=Import.Mode(mode),
            joining=Joining(joining),
            dry_run=dry_run,
            is_confirmed=confirmed,
            by=None,
        )
    summary = summary_of(run.pk) if no_wait else wait_for(_work(run.pk), quiet=as_json)
    _print(summary, as_json=as_json)
    if no_wait:
        note_if_nobody_works()
    _demand_good_end(summary)


@contextmanager
def opened(file: str) -> Iterator[tuple[BinaryIO, str]]:
    """The file's bytes and its name without folders; `-` is standard input."""
    if file == "-":
        yield sys.stdin.buffer, "standard input"
        return
    try:
        content = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening is to be caught
    except OSError as error:
        raise UnreadableFile(file=file, why=f"{error.strerror}.") from error
    with content:
        yield content, Path(file).name


def summary_of(run: int) -> Summary:
    """The import's summary as it is now; raises `NotFound`."""
    return queries.summary(queries.find(run))


def _work(run: int) -> Work:
    def step(summary: Summary) -> Step:
        progress = summary["progress"] or {"done": 0, "total": None}
        return Step(summary["state"], progress["done"], progress["total"])

    follow = f"tidings imports show {run} --follow"
    return Work("import", run, lambda: summary_of(run), step, ENDS, follow)


def _print(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    print_facts({name: value for name, value in summary.items() if name != "progress"})
    if summary["rejected"]:
        note(f"See which rows and why: tidings imports rejects {summary['id']} --out rejects.csv")


def _demand_good_end(summary: Summary) -> None:
    if summary["state"] == Import.State.AWAITING_CONFIRMATION:
        raise Unconfirmed(id=summary["id"], absent=summary["absent"], members=summary["members_before"])
    if summary["state"] == Import.State.FAILED:
        raise EndedBadly(
            what="Import", id=summary["id"], state=summary["state"], because=f": {summary['error']}"
        )


@click.group()
def imports() -> None:
    """List, show, confirm and cancel imports; save rejected rows."""


@imports.command("list", epilog=examples("tidings imports list", "tidings imports list --limit 5 --json"))
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@as_json
@database()
def list_imports(limit: int, as_json: bool) -> None:
    """List the newest imports."""
    found = [queries.summary(run) for run in Import.objects.select_related("process").order_by("-pk")[:limit]]
    if as_json:
        print_json(found)
    else:
        rows = ([summary[column] for column in LISTED] for summary in found)
        print_rows(LISTED, rows, empty="There is no import yet. Start one with `tidings import`.")


@imports.command(epilog=examples("tidings imports show 7", "tidings imports show 7 --follow"))
@click.argument("run", metavar="ID", type=int)
@click.option("--follow", is_flag=True, help="Wait until it has ended.")
@as_json
@database()
def show(run: int, follow: bool, as_json: bool) -> None:
    """Show an import: its state, its counts, how far it is."""
    summary = summary_of(run)
    if follow:
        summary = wait_for(_work(run), quiet=as_json)
    _print(summary, as_json=as_json)
    if follow:
        _demand_good_end(summary)


@imports.command(epilog=examples("tidings imports rejects 7 --out rejects.csv"))
@click.argument("run", metavar="ID", type=int)
@click.option("--out", required=True, metavar="FILE", help="Where to; `-` is standard output.")
@as_json
@database()
def rejects(run: int, out: str, as_json: bool) -> None:
    """Save the rows that were left out, each with line, column, value and reason, as CSV."""
    summary = summary_of(run)
    with saved(out) as target:
        target.writelines(line.encode() for line in queries.rejects_csv(queries.find(run)))
    _tell_saved({"id": run, "rejected": summary["rejected"], "file": out}, as_json=as_json)


def _tell_saved(facts: Summary, *, as_json: bool) -> None:
    if facts["file"] == "-":
        return
    if as_json:
        print_json(facts)
    else:
        click.echo(f"Saved {facts['rejected']:,} rejected row(s) to {facts['file']}.")


@imports.command(epilog=examples("tidings imports confirm 7"))
@click.argument("run", metavar="ID", type=int)
@as_json
@database()
def confirm(run: int, as_json: bool) -> None:
    """Let `replace` remove as many members as it asked about; workers go on with it."""
    actions.confirm(queries.find(run), by=None)
    _print(summary_of(run), as_json=as_json)


@imports.command(epilog=examples("tidings imports cancel 7"))
@click.argument("run", metavar="ID", type=int)
@as_json
@database()
def cancel(run: int, as_json: bool) -> None:
    """Cancel an import. What was merged stays."""
    actions.cancel(queries.find(run), by=None)
    _print(summary_of(run), as_json=as_json)


@imports.command(epilog=examples("tidings imports mappings", "tidings imports mappings --json"))
@as_json
@database()
def mappings(as_json: bool) -> None:
    """List saved mappings: what the columns of a kind of file mean."""
    found = [saved_mappings.summary(kept) for kept in saved_mappings.listed()]
    if as_json:
        print_json(found)
    else:
        rows = ([kept["name"], kept["key"], ", ".join(kept["columns"])] for kept in found)
        print_rows(
            ("name", "key", "columns"), rows, empty="None is saved. Use `tidings import --save-mapping`."
        )


@imports.command("forget-mapping", epilog=examples('tidings imports forget-mapping "CRM export"'))
@click.argument("name")
@as_json
@database()
def forget_mapping(name: str, as_json: bool) -> None:
    """Delete a saved mapping."""
    kept = saved_mappings.called(name)
    saved_mappings.forget(kept, by=None)
    if as_json:
        print_json({"deleted": kept.name})
    else:
        click.echo(f"Deleted the mapping “{kept.name}”.")
