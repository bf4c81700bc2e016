"""`tidings export`: files out."""

import shutil

import click
from django.core.files.storage import default_storage

from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json
from tidings.cli.saving import saved
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.exports.actions import find, start
from tidings.exports.models import Export

ENDS = (Export.State.FINISHED, Export.State.FAILED)


@click.command(
    epilog=examples("tidings export news@example.org --out members.csv", "tidings export 1 --out - | head")
)
@click.argument("ref", metavar="GROUP")
@click.option("--out", required=True, metavar="FILE", help="Where to; `-` is standard output.")
@as_json
@database()
def export(ref: str, out: str, as_json: bool) -> None:
    """Write the members of GROUP to a CSV file."""
    started = start(group_of(ref), by=None)
    summary = wait_for(_work(started.pk), quiet=as_json)
    if summary["state"] == Export.State.FAILED:
        raise EndedBadly(
            what="Export", id=started.pk, state=summary["state"], because=f": {summary['error']}"
        )
    with saved(out) as target, default_storage.open(summary["stored"]) as stored:
        shutil.copyfileobj(stored, target)
    _tell(summary, out, as_json=as_json)


def _work(number: int) -> Work:
    def step(summary: Summary) -> Step:
        return Step(summary["state"], summary["done"], summary["total"])

    return Work("export", number, lambda: _look(number), step, ENDS, "tidings export … --out FILE")


def _look(number: int) -> Summary:
    found = find(number)
    return {
        "id": found.pk,
        "state": found.state,
        "rows": found.rows,
        "error": found.error,
        "stored": found.file,
        "done": found.process.done,
        "total": found.process.total,
    }


def _tell(summary: Summary, out: str, *, as_json: bool) -> None:
    if out == "-":
        return
    if as_json:
        shown = {name: summary[name] for name in ("id", "state", "rows")}
        print_json({**shown, "file": out})
    else:
        click.echo(f"Wrote {summary['rows']:,} member(s) to {out}.")
