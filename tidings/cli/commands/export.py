"""`tidings export`: files out."""

import shutil
from pathlib import Path

import click

from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json
from tidings.cli.saving import saved
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.exports.actions import start
from tidings.exports.models import Export
from tidings.exports.queries import find, opened
from tidings.exports.queries import summary as summary_of
from tidings.exports.rules import SEPARATORS, Encoding, Format, Packing
from tidings.memberships.models import Membership
from tidings.selections.choosing import chosen

ENDS = (Export.State.FINISHED, Export.State.FAILED, Export.State.CANCELLED)
PACKINGS = {".zip": Packing.ZIP, ".gz": Packing.GZIP}


@click.command(
    epilog=examples(
        "tidings export news@example.org --out members.csv",
        "tidings export 1 --state active --column email --column first_name --out - | head",
        "tidings export 1 --format xml --out members.xml.gz",
    )
)
@click.argument("ref", metavar="GROUP")
@click.option(
    "--out", required=True, metavar="FILE", help="Where to; `-` is standard output. .gz and .zip are packed."
)
@click.option(
    "--format", "kind", type=click.Choice([f.value for f in Format]), default="csv", show_default=True
)
@click.option(
    "--column", "columns", metavar="C", multiple=True, help="What to tell of each; repeat it. Default: all."
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(Membership.State.values),
    help="Whose members. Default: all.",
)
@click.option("--where", default="", metavar="RULE", help="Only those members whom the rule picks.")
@click.option("--selection", default="", metavar="NAME", help="The same by a saved rule.")
@click.option("--separator", type=click.Choice(list(SEPARATORS)), default="comma", show_default=True)
@click.option(
    "--encoding", type=click.Choice([e.value for e in Encoding]), default="utf-8-sig", show_default=True
)
@click.option("--raw", is_flag=True, help="Leave cells as they are that a spreadsheet would run as formulas.")
@as_json
@database()
def export(
    *,
    ref: str,
    out: str,
    kind: str,
    columns: tuple[str, ...],
    states: tuple[str, ...],
    where: str,
    selection: str,
    separator: str,
    encoding: str,
    raw: bool,
    as_json: bool,
) -> None:
    """Write the members of GROUP to a file: CSV or XML."""
    started = start(
        group_of(ref),
        format=Format(kind),
        columns=columns,
        states=states,
        separator=SEPARATORS[separator],
        encoding=Encoding(encoding),
        is_defused=not raw,
        whom=chosen(where, selection),
        packing=PACKINGS.get(Path(out).suffix.lower(), Packing.NONE),
        by=None,
    )
    summary = wait_for(_work(started.pk), quiet=as_json)
    if summary["state"] != Export.State.FINISHED:
        because = f": {summary['error']}" if summary["error"] else ""
        raise EndedBadly(what="Export", id=started.pk, state=summary["state"], because=because)
    with saved(out) as target, opened(find(started.pk)) as stored:
        shutil.copyfileobj(stored, target)
    _tell(summary, out, as_json=as_json)


def _work(number: int) -> Work:
    def step(summary: Summary) -> Step:
        return Step(summary["state"], summary["progress"]["done"], summary["progress"]["total"])

    return Work("export", number, lambda: summary_of(find(number)), step, ENDS, "tidings export … --out FILE")


def _tell(summary: Summary, out: str, *, as_json: bool) -> None:
    if out == "-":
        return
    if as_json:
        shown = {name: summary[name] for name in ("id", "state", "rows")}
        print_json({**shown, "file": out})
    else:
        click.echo(f"Wrote {summary['rows']:,} member(s) to {out}.")
