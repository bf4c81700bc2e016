"""Reading a file onto a list: one transaction, so that a list is never half replaced.

Whoever is killed in it leaves nothing behind, and the next worker reads the file again. While its last seconds store
the entries, somebody who adds one of them by hand waits for it.
"""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage

from tidings.blacklists.formats import Item, read
from tidings.blacklists.models import BlacklistImport
from tidings.blacklists.queries import statements
from tidings.blacklists.rules import PatternFault
from tidings.journal.actions import record
from tidings.kernel import clock, db
from tidings.kernel.errors import TidingsError
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work

ITEMS_AT_ONCE = 20_000  # about a tenth of a second of reading, and one look whether to stop
INCOMING = ("line", "kind", "pattern", "reason")
REJECTS = ("run_id", "line", "value", "reason")


class NothingInIt(TidingsError):
    """The file holds no entry, so replacing would empty the list. Nothing was changed."""


def read_list(run: BlacklistImport, holding: Holding) -> None:
    """Reads the file onto its list. Run again, it begins anew."""
    with holding.ending():
        counts = _stage(run, holding)
        counts |= _apply(run, counts)
        holding.check()
        _end(run, Process.State.FINISHED, **counts)


def _stage(run: BlacklistImport, holding: Holding) -> dict[str, int]:
    """Copies the file's entries into a table of this transaction, and keeps what had to be rejected."""
    db.execute(statements.create_incoming)
    values = rejected = 0
    with default_storage.open(run.file) as stored:
        file = _Counted(cast("BinaryIO", stored))
        items = read(cast("BinaryIO", file))
        while part := list(islice(items, ITEMS_AT_ONCE)):
            holding.check()
            values += len(part)
            rejected += _copy(run, part)
            holding.done = file.bytes_read
    db.execute(statements.create_wanted)
    wanted = db.value("SELECT count(*) FROM wanted")
    return {
        "values": values,
        "rejected": rejected,
        "duplicates": values - rejected - wanted,
        "unchanged": wanted,
    }


class _Counted(io.RawIOBase):
    """A file that knows how far it was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.bytes_read += len(data)
        return len(data)


def _copy(run: BlacklistImport, part: list[Item]) -> int:
    """Stores entries and rejects of a part; returns how many were rejected."""
    rejects = [item for item in part if isinstance(item.found, PatternFault)]
    with db.copy_into("incoming", INCOMING) as copy:
        for row in _rows(part):
            copy.write_row(row)
    if rejects:
        with db.copy_into("blacklist_rejects", REJECTS) as copy:
            for item in rejects:
                copy.write_row((run.pk, item.line, item.value, cast("PatternFault", item.found).name.lower()))
    return len(rejects)


def _rows(part: list[Item]) -> Iterator[tuple[int, str, str, str]]:
    for item in part:
        if not isinstance(item.found, PatternFault):
            yield item.line, str(item.found.kind), item.found.text, item.reason


def _apply(run: BlacklistImport, counts: dict[str, int]) -> dict[str, int]:
    """Changes the list as the mode says."""
    by = run.started_by_id
    params = {"scope": run.scope, "by": by, "since": run.created_at}
    wanted = counts["unchanged"]
    if run.mode == BlacklistImport.Mode.DELETE:
        removed = db.execute(statements.delete_wanted, params)
        return {"removed": removed, "unchanged": wanted - removed}
    removed = 0
    if run.mode == BlacklistImport.Mode.REPLACE:
        if not wanted:
            raise NothingInIt
        removed = db.execute(statements.delete_others, params)
    added = db.execute(statements.add_wanted, params)
    return {"added": added, "removed": removed, "unchanged": wanted - added}


def _fail(run: BlacklistImport, state: Process.State, why: str) -> None:
    _end(run, state, error=why)


def _end(run: BlacklistImport, state: Process.State, **facts: int | str) -> None:
    BlacklistImport.objects.filter(pk=run.pk).update(state=state, ended_at=clock.now(), **facts)
    counts = {name: value for name, value in facts.items() if name in ("added", "removed")}
    record(
        f"blacklist.import_{state}", run.scope, by=run.started_by, run=run.pk, filename=run.filename, **counts
    )
    default_storage.delete(run.file)


BLACKLIST_IMPORT = Work((Process.Kind.BLACKLIST_IMPORT,), BlacklistImport.objects, read_list, _fail)
