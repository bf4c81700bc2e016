"""`tidings send-many`."""

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, TextIO

import click

from tidings.cli.exits import Exit
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.cli.unattended import note_if_nobody_works
from tidings.kernel.errors import TidingsError
from tidings.sendouts.singles import SINGLES_AT_MOST, Asked, Result, send_many

ADDRESS, KEY = "email", "idempotency_key"
NAMES = {ADDRESS, KEY, "params"}
COLUMNS = ("line", "result", "id", "sendout", "message")

Line = tuple[int, Mapping[str, Any]]


class BadSingle(TidingsError):
    """Line {line} asks for no single send: {why} Nothing was sent."""


@click.command(
    "send-many",
    epilog=examples(
        "tidings send-many 31 orders.csv --group shop@example.org",
        "other-program | tidings send-many 31 - --format jsonl --json",
    ),
)
@click.argument("message", type=int)
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--group", "ref", metavar="GROUP", default=None, help="Not needed while there is only one.")
@click.option("--version", type=int, default=None, help="Of the message, instead of the current one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help="jsonl: an object a line with email, params and idempotency_key.",
)
@as_json
@database()
def send_each(
    *, message: int, file: TextIO, ref: str | None, version: int | None, form: str, as_json: bool
) -> int:
    """Send MESSAGE to each contact of FILE, a line for each. It is stored when this returns; workers send it.

    A CSV file has a column email; idempotency_key is the line's own, and each other column a parameter of the message.
    """
    group = group_of(ref) if ref is not None else None
    lines = list(_of_csv(file) if form == "csv" else _of_json(file))
    waiting, results = iter(lines), []
    while share := list(islice(waiting, SINGLES_AT_MOST)):
        wishes = [
            Asked(message, one[ADDRESS], one["params"], group, version, one.get(KEY) or None)
            for _, one in share
        ]
        made = send_many(wishes, by=None)
        results += [_told(number, one) for (number, _), one in zip(share, made, strict=True)]
    if as_json:
        print_json(results)
    else:
        rows = ([one[name] for name in COLUMNS] for one in results)
        print_rows(COLUMNS, rows, empty="There is nobody in it.")
    note_if_nobody_works("they are sent")
    return Exit.REFUSED if any(one["result"] == "refused" for one in results) else Exit.DONE


def _of_csv(file: TextIO) -> Iterator[Line]:
    reader = csv.DictReader(file, restval="")
    if ADDRESS not in (reader.fieldnames or ()):
        raise BadSingle(line=1, why=f"it names no column {ADDRESS}.")
    for row in reader:
        if None in row:
            raise BadSingle(line=reader.line_num, why="it has more cells than there are columns.")
        params = {name: value for name, value in row.items() if name not in (ADDRESS, KEY)}
        yield reader.line_num, {ADDRESS: row[ADDRESS], KEY: row.get(KEY), "params": params}


def _of_json(file: TextIO) -> Iterator[Line]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield number, {"params": {}} | _object(number, line)


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise BadSingle(line=number, why=f"{error}.") from error
    if not isinstance(given, dict) or given.keys() - NAMES:
        raise BadSingle(line=number, why=f"it isn't an object with {', '.join(sorted(NAMES))} alone.")
    texts = (given.get(ADDRESS), given.get(KEY) or "")
    if not all(isinstance(text, str) for text in texts) or not isinstance(given.get("params", {}), dict):
        raise BadSingle(line=number, why="its address or its key is no text, or its params are no object.")
    return given


def _told(number: int, made: Result) -> dict[str, Any]:
    told = {"line": number, "result": "refused", "id": None, "sendout": None, "code": None, "message": None}
    if isinstance(made, TidingsError):
        return told | {"code": made.code, "message": str(made)}
    return told | {"result": "accepted", "id": made.pk, "sendout": made.sendout_id}
