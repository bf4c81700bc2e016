"""Running an import from its file to its report. Safe to run again at any moment: what is merged stays merged."""

import logging

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, OperationalError

from tidings.imports.merge import OvertakenSlice, Slice, forecast_slice, merge_slice, slices
from tidings.imports.models import Import, MergedSlice
from tidings.imports.stage import (
    READING_SHARE,
    Cancelled,
    Staged,
    check_cancelled,
    stage,
    statements,
    sweep,
    workspace,
)
from tidings.journal.actions import record
from tidings.kernel import clock, db
from tidings.kernel.errors import TidingsError
from tidings.locks import actions as locks
from tidings.locks.errors import LeaseLost
from tidings.locks.heartbeat import Heartbeat
from tidings.locks.models import Process

log = logging.getLogger(__name__)

TRIES_PER_SLICE = 5  # sign-ups that hit the same slice again and again


def run_import(import_id: int, worker: str) -> bool:
    """Reads and merges. False if another worker holds the import now, so that somebody looks again later."""
    run = Import.objects.select_related("process").get(pk=import_id)
    if run.process is None or run.process.state != Process.State.RUNNING:
        return True
    token = locks.take(run.process.pk, worker)
    if token is None:
        return False
    try:
        _run_to_an_end(run, token)
    except LeaseLost:
        log.warning("import %s was taken over by another worker", run.pk)
    return True


def _run_to_an_end(run: Import, token: int) -> None:
    """Whatever goes wrong ends the import and frees its group, unless it may go well later."""
    try:
        check_cancelled(run)
        _run_as_holder(run, token)
    except LeaseLost:
        raise
    except Cancelled:
        _end(run, token, Import.State.CANCELLED, Process.State.CANCELLED)
    except Exception as error:
        if isinstance(error, OvertakenSlice) or db.is_passing(error):
            raise  # the job is tried again and goes on behind the last committed slice
        _end(run, token, Import.State.FAILED, Process.State.FAILED, _reason(run, error))
    else:
        _end(run, token, Import.State.FINISHED, Process.State.FINISHED)


def _reason(run: Import, error: Exception) -> str:
    """What the report says of an import that failed."""
    if isinstance(error, TidingsError):
        return str(error)
    log.error("import %s failed", run.pk, exc_info=error)
    if isinstance(error, DatabaseError):
        return f"The database refused what the import asked for: {db.complaint(error)}. The log says more."
    return "Something unforeseen happened; the log says more."


def _run_as_holder(run: Import, token: int) -> None:
    sweep()
    Import.objects.filter(pk=run.pk, started_at=None).update(started_at=clock.now())
    with Heartbeat(run.holding, token, total=run.size) as heart, workspace(run, token):
        _enter(run, token, Import.State.READING)
        staged = stage(run, heart)
        _publish(run, token, staged)
        _merge(run, token, heart, staged)


def _enter(run: Import, token: int, state: Import.State) -> None:
    """A worker that takes over a merging import reads the file again without going back to `reading`."""
    with locks.fenced(run.holding, token):
        Import.objects.filter(pk=run.pk, state=Import.State.QUEUED).update(state=state)


def _publish(run: Import, token: int, staged: Staged) -> None:
    """What reading found becomes visible once; a second reading of the same file finds the same."""
    with locks.fenced(run.holding, token):
        unread = Import.objects.filter(pk=run.pk, state__in=[Import.State.QUEUED, Import.State.READING])
        if unread.update(
            state=Import.State.MERGING,
            rows=staged.rows,
            rejected=staged.rejected,
            duplicates=staged.duplicates,
        ):
            db.execute(statements.keep_rejects, {"run": run.pk})


def _merge(run: Import, token: int, heart: Heartbeat, staged: Staged) -> None:
    merged = dict(MergedSlice.objects.filter(run=run).values_list("number", "last_key"))
    before = run.size * READING_SHARE // 3
    for piece in slices(settings.ENVIRONMENT.slice_rows):
        check_cancelled(run)
        if piece.number not in merged:
            _merge_one(run, token, piece)
        elif merged[piece.number] != piece.last:
            raise AssertionError(
                f"import {run.pk}: slice {piece.number} isn't what it was before the interruption"
            )
        heart.done = before + (run.size - before) * min(piece.highest, staged.people) // staged.people


def _merge_one(run: Import, token: int, piece: Slice) -> None:
    for _ in range(TRIES_PER_SLICE - 1):
        try:
            _try_to_merge(run, token, piece)
        except OvertakenSlice:
            continue
        return
    _try_to_merge(run, token, piece)


def _try_to_merge(run: Import, token: int, piece: Slice) -> None:
    """Raises `OvertakenSlice` also where the database itself made the slice give way to somebody else."""
    write = forecast_slice if run.dry_run else merge_slice
    try:
        with locks.fenced(run.holding, token):
            write(run, piece)
    except OperationalError as error:
        if db.is_conflict(error):
            raise OvertakenSlice(number=piece.number) from error
        raise


def _end(run: Import, token: int, state: Import.State, process: Process.State, error: str = "") -> None:
    """Raises `LeaseLost` if another worker holds the import now: then only that one may end it."""
    with locks.fenced(run.holding, token):
        Import.objects.filter(pk=run.pk).update(state=state, error=error, ended_at=clock.now())
        record(f"import.{state}", run.pk, by=run.started_by, group=run.group_id)
        default_storage.delete(run.file)
        locks.end(run.holding, process)
