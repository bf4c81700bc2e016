"""Writing an export's file."""

import gzip
import logging
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from tidings.attributes.queries import catalogue
from tidings.attributes.rules import BUILT_IN
from tidings.exports.errors import Unwritable
from tidings.exports.models import Export
from tidings.exports.queries import columns_there_are
from tidings.exports.rules import CsvWriter, Format, Packing, Writer, XmlWriter, chosen_columns
from tidings.journal.actions import record
from tidings.kernel import clock, db, sheets, sql
from tidings.kernel.errors import TidingsError
from tidings.locks import actions as locks
from tidings.locks.errors import LeaseLost
from tidings.locks.heartbeat import Heartbeat
from tidings.locks.models import Process

log = logging.getLogger(__name__)

statements = sql.load(__package__)

MEMORY_BYTES = 8 * 1024 * 1024  # a larger file waits on disk
CANCEL_LOOK_SECONDS = 1.0  # a person waits for it


class Cancelled(TidingsError):
    """The export was cancelled."""


def run_export(export_id: int, worker: str) -> bool:
    """Writes the file of an export. False if another worker holds it now. Run again, it begins anew."""
    export = Export.objects.select_related("process").get(pk=export_id)
    token = locks.take(export.process_id, worker)
    if token is None:
        return export.process.state != Process.State.RUNNING
    try:
        _run_to_an_end(export, token)
    except LeaseLost:
        log.warning("export %s was taken over by another worker", export.pk)
    return True


def _run_to_an_end(export: Export, token: int) -> None:
    """Whatever goes wrong ends the export and frees its group, unless it may go well later."""
    try:
        _write(export, token)
    except LeaseLost:
        raise
    except Cancelled:
        with locks.fenced(export.process_id, token):
            _end(export, Export.State.CANCELLED, Process.State.CANCELLED)
    except Exception as error:
        if db.is_passing(error):
            raise  # the job is tried again and writes the file anew
        log.exception("export %s failed", export.pk)
        _fail(export, token, db.complaint(error) if isinstance(error, DatabaseError) else str(error))


def _write(export: Export, token: int) -> None:
    with locks.fenced(export.process_id, token):
        Export.objects.filter(pk=export.pk).update(state=Export.State.RUNNING)
    with (
        Heartbeat(export.process_id, token, total=export.process.total) as heart,
        tempfile.SpooledTemporaryFile(MEMORY_BYTES) as file,
    ):
        with _packed(export, cast("BinaryIO", file)) as target:
            rows = _write_members(export, target, heart)
        size = file.tell()
        file.seek(0)
        _finish(export, token, File(file), rows=rows, size=size)


@contextmanager
def _packed(export: Export, file: BinaryIO) -> Iterator[IO[bytes]]:
    if export.packing == Packing.GZIP:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6) as packed:
            yield cast("IO[bytes]", packed)
    elif export.packing == Packing.ZIP:
        name = export.filename.removesuffix(".zip")
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open(name, "w", force_zip64=True) as packed,
        ):
            yield packed
    else:
        yield file


def _finish(export: Export, token: int, file: "File[bytes]", *, rows: int, size: int) -> None:
    """Keeps the file and ends in one transaction, so that no file is left that nobody knows of."""
    with locks.fenced(export.process_id, token):
        name = default_storage.save(f"exports/{export.pk}/{token}-{export.filename}", file)
        _end(export, Export.State.FINISHED, Process.State.FINISHED, file=name, rows=rows, size=size)


def _fail(export: Export, token: int, why: str) -> None:
    with locks.fenced(export.process_id, token):
        error = f"The file could not be written: {why}"
        _end(export, Export.State.FAILED, Process.State.FAILED, error=error)


def _end(export: Export, state: Export.State, process: Process.State, **fields: Any) -> None:
    Export.objects.filter(pk=export.pk).update(state=state, ended_at=clock.now(), **fields)
    record(f"export.{state}", export.pk, by=export.started_by, group=export.group_id)
    locks.end(export.process_id, process)


def _write_members(export: Export, file: IO[bytes], heart: Heartbeat) -> int:
    writer, look_at = _writer(export), time.monotonic() + CANCEL_LOOK_SECONDS
    encode = _encoder(export)
    params = {"group": export.group_id, "states": export.states, "all": not export.states}
    file.write(encode(writer.beginning(), is_first=True))
    with transaction.atomic():
        _check_cancelled(export)
        for row in db.stream(statements.members, params):
            file.write(encode(writer.member(row)))
            heart.done += 1
            heart.check()
            if time.monotonic() >= look_at:
                _check_cancelled(export)
                look_at = time.monotonic() + CANCEL_LOOK_SECONDS
    file.write(encode(writer.end()))
    return heart.done


def _check_cancelled(export: Export) -> None:
    if Export.objects.filter(pk=export.pk, cancel_requested=True).exists():
        raise Cancelled


def _writer(export: Export) -> Writer:
    columns = chosen_columns(export.columns, columns_there_are())
    if export.format == Format.XML:
        built_in = [attribute.key for attribute in catalogue() if attribute.key in BUILT_IN]
        return XmlWriter(columns, export.encoding.removesuffix("-sig"), _plain, built_in)
    return CsvWriter(columns, export.separator, _defused if export.is_defused else _plain)


def _defused(value: object) -> str:
    return sheets.cell(value.isoformat() if isinstance(value, datetime) else value)


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _encoder(export: Export) -> Any:
    """Makes bytes of a part; only the first one has the mark of its character set."""
    later = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(export.encoding, export.encoding)
    mark = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(export.encoding, b"")

    def encode(text: str, *, is_first: bool = False) -> bytes:
        try:
            return (mark if is_first else b"") + text.encode(later)
        except UnicodeEncodeError as error:
            raise Unwritable(text=text[error.start : error.end], encoding=export.encoding) from error

    return encode
