"""Reading a file into the work table: stream -> check -> COPY -> one row per person, in the order of addresses."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import DatabaseError, ProgrammingError, transaction

from tidings.imports.merge import shape_of
from tidings.imports.models import Import
from tidings.imports.rules.formats import Format
from tidings.imports.rules.mapping import Mapping
from tidings.imports.rules.modes import DEEDS
from tidings.imports.rules.reasons import Reject
from tidings.imports.rules.rows import Batch, read_rows
from tidings.kernel import db, sql
from tidings.kernel.errors import TidingsError
from tidings.locks.holding import Holding

statements = sql.load(__package__)

STAGE_COLUMNS = ("line", "email", "mobile", "external_id", "language", "attributes", "member_attributes")
PUSH_COLUMNS = ("push_endpoint", "push_app")  # behind them, in files that have any
REJECT_COLUMNS = ("line", "reason", "column", "value", "mentions")
# The bar moves through the file's bytes once while it is read and twice while it is merged: about what each costs.
READING_SHARE = 1
MERGING_SHARE = 2
# About 60,000 rows: PostgreSQL stores them while we read on, and is waited for seldom.
PART_BYTES = 4 * 1024 * 1024
REJECTS_AT_ONCE = 1_000  # a file may hold nothing else


class SchemaForbidden(TidingsError):
    """The database doesn't let Tidings make the schema that files are read into.
    Let its administrator run `GRANT CREATE ON DATABASE "{database}" TO "{role}"`, then import the file again.
    """


@dataclass(frozen=True)
class Staged:
    """What reading found: rows of the file, rejected ones, and people (rows that are neither rejected nor repeated).

    For `replace` also how many of the group's `members` are `absent` from the file.
    """

    rows: int
    rejected: int
    people: int
    absent: int = 0
    members: int = 0

    @property
    def duplicates(self) -> int:
        """Rows whose person stands again further down."""
        return self.rows - self.rejected - self.people


@contextmanager
def workspace(holding: Holding) -> Iterator[None]:
    """A schema for one holder's tables; a holder that lost its lease can't disturb it."""
    schema = _schema(holding)
    _create(schema)
    try:
        yield
    finally:
        db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")  # whoever took over may have swept it


def enter_workspace(holding: Holding) -> None:
    """Lets the statements of this transaction find the holder's tables."""
    db.execute(f"SET LOCAL search_path TO {_schema(holding)}, public")


def _schema(holding: Holding) -> str:
    return f"import_{holding.process}_{holding.token}"


def _create(schema: str) -> None:
    try:
        db.execute(f"CREATE SCHEMA {schema}")
    except ProgrammingError as error:
        if not db.is_not_permitted(error):
            raise
        [names] = db.rows("SELECT current_database() AS database, current_user AS role")
        raise SchemaForbidden(**names) from error


def sweep() -> None:
    """Drops the tables that killed workers left behind."""
    for row in db.rows(statements.leftovers):
        # A worker that is frozen, not dead, may still have its own open, and another one sweeps at the same moment:
        # what can't be dropped now stays for the next sweep.
        with suppress(DatabaseError), transaction.atomic():
            db.execute("SET LOCAL lock_timeout TO '1s'")
            db.execute(f"DROP SCHEMA IF EXISTS {row['nspname']} CASCADE")  # its name is digits and two words


def stage(run: Import, holding: Holding) -> Staged:
    """Fills the work table of the workspace. Raises FileError or HeaderError before anything of the group changes."""
    with transaction.atomic():
        enter_workspace(holding)
        db.execute(statements.create_stage)
        rows, rejected = _copy(run, holding)
        shape = shape_of(run)
        db.execute(shape.fill(statements.create_work))
        if shape.is_mixed:
            rejected += db.execute(shape.fill(statements.reject_shared))
        db.execute(shape.fill(statements.finish_work))
        people = db.value("SELECT count(*) FROM work")
        absent = _find_absent(run) if DEEDS[run.mode].empties else {}
    return Staged(rows=rows, rejected=rejected, people=people, **absent)


def _find_absent(run: Import) -> dict[str, int]:
    """Lists members who aren't in the file. In the reading's own transaction: its tables may be empty in a later one,
    after a crash of the database, and then everybody would be absent.
    """
    params = {"group": run.group_id, "began": run.began_at}
    shape = shape_of(run)
    create = statements.create_absent_by_push if shape.finds_by_push else statements.create_absent
    db.execute(shape.fill(create), params)
    db.execute(statements.number_absent)
    return db.rows(statements.count_absent, params)[0]


def _copy(run: Import, holding: Holding) -> tuple[int, int]:
    """Copies the file into the stage; returns its rows and how many of them were rejected."""
    rows = rejected = 0
    with default_storage.open(run.file) as stored:
        file = _ReadAhead(cast("BinaryIO", stored))
        mapping = Mapping.from_dict(run.mapping)
        if DEEDS[run.mode].removes:
            mapping = mapping.of_identities  # a bad birthday keeps nobody from being removed
        columns = STAGE_COLUMNS + (PUSH_COLUMNS if mapping.has_push else ())
        batches = read_rows(cast("BinaryIO", file), Format.from_dict(run.format), mapping)
        for first in batches:
            file.fetch()
            rejects: list[Reject] = []
            with db.copy_into("stage", columns) as copy:
                for batch in _until_pause(file, chain([first], batches), holding):
                    for row in batch.rows:
                        copy.write_row(row)
                    rejects += batch.rejects
                    rows += len(batch.rows) + len(batch.rejects)
                    holding.done = batch.bytes_read * READING_SHARE // (READING_SHARE + MERGING_SHARE)
            _copy_rejects(rejects)
            rejected += len(rejects)
    return rows, rejected


class _ReadAhead:
    """A file that is fetched in large parts: from the database, which can't be asked for it while a COPY is open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._part = io.BytesIO()

    @property
    def is_used_up(self) -> bool:
        """Whether the next `read` fetches."""
        return self._part.tell() == self._part.getbuffer().nbytes

    def fetch(self) -> None:
        """Gets the next part if the one before is used up."""
        if self.is_used_up:
            self._part = io.BytesIO(self._file.read(PART_BYTES))

    def read(self, size: int) -> bytes:
        self.fetch()
        return self._part.read(size)


def _until_pause(file: _ReadAhead, batches: Iterable[Batch], holding: Holding) -> Iterator[Batch]:
    """The batches of one COPY: until the database is needed for something else. Raises `LeaseLost` and `Cancelled`."""
    rejects = 0
    for batch in batches:
        holding.check()
        yield batch
        rejects += len(batch.rejects)
        if file.is_used_up or rejects >= REJECTS_AT_ONCE:
            return


def _copy_rejects(rejects: Sequence[Reject]) -> None:
    if not rejects:
        return
    with db.copy_into("stage_rejects", REJECT_COLUMNS) as copy:
        for reject in rejects:
            copy.write_row((reject.line, reject.reason, reject.column, reject.value, list(reject.mentions)))
