"""Writing an export's file."""

import csv
import io
import logging
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from tidings.attributes.queries import catalogue
from tidings.attributes.rules import OWN_COLUMNS, Attribute
from tidings.exports.models import Export
from tidings.kernel import clock, db
from tidings.kernel.sheets import cell
from tidings.locks import actions as locks
from tidings.locks.errors import LeaseLost
from tidings.locks.heartbeat import Heartbeat
from tidings.locks.models import Process

log = logging.getLogger(__name__)

MEMORY_BYTES = 8 * 1024 * 1024  # a larger file waits on disk

# Members in the order of their key, so one range of memberships_pkey.
_MEMBERS = """
SELECT c.email, c.mobile, c.external_id, c.language, c.attributes, m.state, m.joined_at
FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(group)s ORDER BY m.contact_id
"""


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
        rows = _write_members(export, cast("BinaryIO", file), heart)
        file.seek(0)
        _finish(export, token, File(file), rows)


def _finish(export: Export, token: int, file: "File[bytes]", rows: int) -> None:
    """Keeps the file and ends in one transaction, so that no file is left that nobody knows of."""
    with locks.fenced(export.process_id, token):
        name = default_storage.save(f"exports/{export.pk}/group-{export.group_id}-{token}.csv", file)
        _end(export, Export.State.FINISHED, Process.State.FINISHED, file=name, rows=rows)


def _fail(export: Export, token: int, why: str) -> None:
    with locks.fenced(export.process_id, token):
        error = f"The file could not be written: {why}"
        _end(export, Export.State.FAILED, Process.State.FAILED, error=error)


def _end(export: Export, state: Export.State, process: Process.State, **fields: Any) -> None:
    Export.objects.filter(pk=export.pk).update(state=state, ended_at=clock.now(), **fields)
    locks.end(export.process_id, process)


def _write_members(export: Export, file: BinaryIO, heart: Heartbeat) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    columns = [a for a in catalogue() if a.key not in OWN_COLUMNS]
    writer.writerow([*OWN_COLUMNS, *(column.key for column in columns), "state", "joined_at"])
    with transaction.atomic():
        for line in _lines(export.group_id, columns):
            writer.writerow(line)
            heart.done += 1
            heart.check()
    text.detach()
    return heart.done


def _lines(group: int, columns: list[Attribute]) -> Iterator[list[str]]:
    for row in db.stream(_MEMBERS, {"group": group}):
        values = row["attributes"]
        cells = [row[name] for name in OWN_COLUMNS] + [values.get(column.key) for column in columns]
        yield [*map(cell, cells), row["state"], row["joined_at"].isoformat()]
