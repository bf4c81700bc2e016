"""Writing an export's file."""

import gzip
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from tidings.attributes.queries import catalogue
from tidings.attributes.rules import BUILT_IN
from tidings.exports.errors import Unwritable
from tidings.exports.models import Export
from tidings.exports.queries import columns_there_are
from tidings.exports.rules import CsvWriter, Format, Packing, Writer, XmlWriter, chosen_columns
from tidings.journal.actions import record
from tidings.kernel import clock, db, sheets, sql
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work
from tidings.selections.language import compiled, parse

statements = sql.load(__package__)

MEMORY_BYTES = 8 * 1024 * 1024  # a larger file waits on disk


def write(export: Export, holding: Holding) -> None:
    """Writes the file of an export. Run again, it begins anew."""
    with holding.fenced():
        Export.objects.filter(pk=export.pk).update(state=Export.State.RUNNING)
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as file:
        with _packed(export, cast("BinaryIO", file)) as target:
            rows = _write_members(export, target, holding)
        size = file.tell()
        file.seek(0)
        _finish(export, holding, File(file), rows=rows, size=size)


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


def _finish(export: Export, holding: Holding, file: "File[bytes]", *, rows: int, size: int) -> None:
    """Keeps the file and ends in one transaction, so that no file is left that nobody knows of."""
    with holding.ending():
        name = default_storage.save(f"exports/{export.pk}/{holding.token}-{export.filename}", file)
        _end(export, Process.State.FINISHED, file=name, rows=rows, size=size)


def _fail(export: Export, state: Process.State, why: str) -> None:
    """What stopped it may have written why."""
    _end(export, state, **({"error": why} if why else {}))


def _end(export: Export, state: Process.State, **fields: Any) -> None:
    Export.objects.filter(pk=export.pk).update(state=state, ended_at=clock.now(), **fields)
    record(f"export.{state}", export.pk, by=export.started_by, group=export.group_id)


def _write_members(export: Export, file: IO[bytes], holding: Holding) -> int:
    writer = _writer(export)
    encode = _encoder(export)
    members, narrowing = _members(export)
    params = {**narrowing, "group": export.group_id, "states": export.states, "all": not export.states}
    file.write(encode(writer.beginning(), is_first=True))
    with transaction.atomic():
        for row in db.stream(members, params):
            file.write(encode(writer.member(row)))
            holding.done += 1
            holding.check()
    file.write(encode(writer.end()))
    return holding.done


def _members(export: Export) -> tuple[str, Mapping[str, object]]:
    """The statement that gives the members to write, and the parameters of the rule that narrows them."""
    if not export.rule:
        return sql.fill(statements.members, only=""), {}
    picked = compiled(parse(export.rule), group=export.group)
    members = sql.fill(statements.members, only=sql.fill(statements.of_picked))
    return sql.compose({"picked": picked.text}, members), picked.params


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


EXPORT = Work((Process.Kind.EXPORT,), Export.objects, write, _fail)
