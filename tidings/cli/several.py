"""What became of each of several things, for people and as JSON."""

from tidings.cli.exits import Exit
from tidings.cli.output import print_json, print_rows
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel.several import Outcome


def told(outcome: Outcome[Group] | Outcome[Contact], thing: str, *, as_json: bool) -> Exit:
    """Prints it, and gives the exit code: 3 if one was refused."""
    rows = [
        {thing: one.pk, "name": str(one), "result": "done", "code": None, "message": None}
        for one in outcome.done
    ]
    rows += [
        {thing: one.pk, "name": str(one), "result": "refused", "code": error.code, "message": str(error)}
        for one, error in outcome.refused
    ]
    if as_json:
        print_json(rows)
    else:
        columns = (thing, "name", "result", "message")
        print_rows(columns, [tuple(row[column] for column in columns) for row in rows], empty="")
    return Exit.REFUSED if outcome.refused else Exit.DONE
