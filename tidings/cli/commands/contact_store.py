"""`tidings contact store`."""

import json
from collections.abc import Mapping
from typing import Any, TextIO

import click

from tidings.cli.exits import Exit
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.contacts import actions
from tidings.contacts.checking import Push
from tidings.kernel.errors import TidingsError

COLUMNS = ("email", "mobile", "external_id", "language")
NAMES = {*COLUMNS, "push", "attributes"}


class BadLine(TidingsError):
    """This is no contact: {why} Write an object of JSON, such as {{"email": "anna@example.com"}}."""


@click.command(
    epilog=examples("tidings contact store people.jsonl", "other-program | tidings contact store - --json")
)
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@as_json
@database()
def store(file: TextIO, as_json: bool) -> int:
    """Create or change the contacts of FILE, a JSON object a line, each on its own.

    An object has any of email, mobile, external_id, language, push (app, endpoint) and attributes; who is known by any
    of the identities is changed. Thousands are better imported.
    """
    results = [_stored(number, line) for number, line in enumerate(file, start=1) if line.strip()]
    if as_json:
        print_json(results)
    else:
        columns = ("line", "result", "contact", "message")
        rows = ([one[name] for name in columns] for one in results)
        print_rows(columns, rows, empty="There is no contact in it.")
    return Exit.REFUSED if any(one["result"] == "refused" for one in results) else Exit.DONE


def _stored(number: int, line: str) -> dict[str, Any]:
    told = {"line": number, "result": "refused", "contact": None, "code": None, "message": None}
    try:
        contact, is_new = _put(line)
    except TidingsError as error:
        return told | {"code": error.code, "message": str(error)}
    return told | {"result": "created" if is_new else "changed", "contact": contact.pk}


def _put(line: str) -> tuple[Any, bool]:
    given = _read(line)
    columns = {name: given[name] for name in COLUMNS if name in given}
    push = Push(**given["push"]) if "push" in given else None
    return actions.put(columns, given.get("attributes", {}), push=push, by=None)


def _read(line: str) -> Mapping[str, Any]:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise BadLine(why=f"{error}.") from error
    if not isinstance(given, dict) or not all(isinstance(given.get(name, ""), str) for name in COLUMNS):
        raise BadLine(why="it isn't an object whose identities are texts.")
    if unknown := given.keys() - NAMES:
        raise BadLine(why=f"it has {', '.join(sorted(unknown))}; known are {', '.join(sorted(NAMES))}.")
    if not isinstance(given.get("attributes", {}), dict) or not _is_push(
        given.get("push", {"app": "", "endpoint": ""})
    ):
        raise BadLine(why="its attributes or its push endpoint are no objects with the right names.")
    return given


def _is_push(push: object) -> bool:
    return (
        isinstance(push, dict)
        and push.keys() == {"app", "endpoint"}
        and all(isinstance(value, str) for value in push.values())
    )
