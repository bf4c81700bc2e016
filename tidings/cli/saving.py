"""Files that commands write: whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tidings.kernel.errors import TidingsError


class UnwritableFile(TidingsError):
    """{file} can't be written: {why}."""


@contextmanager
def saved(file: str) -> Iterator[BinaryIO]:
    """Where to write `file`, which appears under its name when all of it is there; `-` is standard output.

    Half a file looks like a whole one to the next program, so a failure leaves what was there before.
    """
    if file == "-":
        yield sys.stdout.buffer
        return
    path = Path(file)
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UnwritableFile(file=file, why=error.strerror) from error
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
        Path(draft).chmod(0o666 & ~_umask())  # as if opened by name; mkstemp made it private
        Path(draft).replace(path)
    except OSError as error:
        raise UnwritableFile(file=file, why=error.strerror) from error
    finally:
        Path(draft).unlink(missing_ok=True)


def _umask() -> int:
    """The process's mask; there is no other way to ask for it than to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
