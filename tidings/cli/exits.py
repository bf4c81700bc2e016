"""How a command ends: the one table from errors to exit codes, and how an error is told."""

import json
import sys
from enum import IntEnum

from tidings.kernel.errors import NotFound, TidingsError
from tidings.locks.errors import GroupLocked


class Exit(IntEnum):
    """Exit codes, the same for all commands. `docs/reference/cli.md` lists them."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    LOCKED = 5
    ENDED_BADLY = 6
    INTERRUPTED = 130  # what a shell reports for a program ended by Ctrl-C


class EndedBadly(TidingsError):
    """{what} {id} ended as {state}{because}."""


class EquationBroken(TidingsError):
    """The accounting of {count} sendout(s) doesn't hold: {problems}"""


class Detached(TidingsError):
    """Stopped waiting for {what} {id}, which isn't ended by that. {advice}"""


CODES: dict[type[TidingsError], Exit] = {
    TidingsError: Exit.REFUSED,
    NotFound: Exit.NOT_FOUND,
    GroupLocked: Exit.LOCKED,
    EndedBadly: Exit.ENDED_BADLY,
    EquationBroken: Exit.ENDED_BADLY,
    Detached: Exit.INTERRUPTED,
}


def exit_code(error: TidingsError) -> Exit:
    """The code of the nearest class in `CODES` that the error is one of."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)


def tell(code: str, message: str, *, as_json: bool) -> None:
    """Writes an error to stderr, as one JSON object or as a line for people."""
    text = (
        json.dumps({"error": code, "message": message}, ensure_ascii=False)
        if as_json
        else f"Error: {message}"
    )
    print(text, file=sys.stderr)  # noqa: T201 - this is the shell's door
