"""Running an import from its file to its report. Safe to run again at any moment: what is merged stays merged."""

import logging
from collections.abc import Sequence
from threading import Lock

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, OperationalError, transaction

from tidings.imports.merge import (
    OvertakenSlice,
    Slice,
    forecast_slice,
    merge_slice,
    remove_absent,
    shape_of,
    slices,
)
from tidings.imports.models import Import, MergedSlice
from tidings.imports.rules.modes import is_too_many
from tidings.imports.stage import (
    MERGING_SHARE,
    READING_SHARE,
    Cancelled,
    Staged,
    check_cancelled,
    enter_workspace,
    stage,
    statements,
    sweep,
    workspace,
)
from tidings.journal.actions import record
from tidings.kernel import clock, db
from tidings.kernel.errors import TidingsError
from tidings.kernel.threads import side_by_side
from tidings.locks import actions as locks
from tidings.locks.errors import LeaseLost
from tidings.locks.heartbeat import Heartbeat
from tidings.locks.models import Process

log = logging.getLogger(__name__)

UNREAD = (Import.State.QUEUED, Import.State.READING)
SLICES_AT_ONCE = 2  # their waits for the disk and for answers overlap
TRIES_PER_SLICE = 5  # sign-ups that hit the same slice again and again


class Unconfirmed(Exception):
    """More members would be removed than goes without a person's word."""

    def __init__(self, staged: Staged) -> None:
        super().__init__()
        self.staged = staged


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
    except Unconfirmed as question:
        _await_confirmation(run, token, question.staged)
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
        staged = stage(run, token, heart)
        _demand_confirmation(run, staged)
        _publish(run, token, staged)
        _merge(run, token, heart)
        if not run.dry_run:
            _remove_absent(run, token, staged.absent)


def _demand_confirmation(run: Import, staged: Staged) -> None:
    """Raises `Unconfirmed` before anything changes; what has begun to merge was confirmed, or needed no word."""
    if run.dry_run or run.is_confirmed or not is_too_many(staged.absent, staged.members):
        return
    if Import.objects.filter(pk=run.pk, state__in=UNREAD).exists():
        raise Unconfirmed(staged)


def _await_confirmation(run: Import, token: int, staged: Staged) -> None:
    """Ends the process, so that the group is free while nobody has decided; `actions.confirm` begins another one."""
    with locks.fenced(run.holding, token):
        Import.objects.filter(pk=run.pk).update(
            state=Import.State.AWAITING_CONFIRMATION, absent=staged.absent, members_before=staged.members
        )
        record("import.asked", run.pk, by=None, group=run.group_id, absent=staged.absent)
        locks.end(run.holding, Process.State.FINISHED)


def _enter(run: Import, token: int, state: Import.State) -> None:
    """A worker that takes over a merging import reads the file again without going back to `reading`."""
    with locks.fenced(run.holding, token):
        Import.objects.filter(pk=run.pk, state=Import.State.QUEUED).update(state=state)


def _publish(run: Import, token: int, staged: Staged) -> None:
    """What reading found becomes visible once; a second reading of the same file finds the same."""
    with locks.fenced(run.holding, token):
        unread = Import.objects.filter(pk=run.pk, state__in=UNREAD)
        if unread.update(
            state=Import.State.MERGING,
            rows=staged.rows,
            rejected=staged.rejected,
            duplicates=staged.duplicates,
            members_before=staged.members,
            absent=staged.absent if run.dry_run else 0,
        ):
            enter_workspace(run, token)
            db.execute(statements.keep_rejects, {"run": run.pk})


def _merge(run: Import, token: int, heart: Heartbeat) -> None:
    pieces = _slices(run, token)
    before_interruption = _merged(run, pieces)
    missing = [piece for piece in pieces if piece.number not in before_interruption]
    merged = len(before_interruption)
    read = run.size * READING_SHARE // (READING_SHARE + MERGING_SHARE)
    counting = Lock()

    def merge(piece: Slice) -> None:
        nonlocal merged
        check_cancelled(run)
        _merge_one(run, token, piece)
        with counting:
            merged += 1
            heart.done = read + (run.size - read) * merged // len(pieces)

    side_by_side(merge, missing, at_once=_slices_at_once(run))


def _slices(run: Import, token: int) -> list[Slice]:
    with transaction.atomic():
        enter_workspace(run, token)
        return slices(run, settings.ENVIRONMENT.slice_rows)


def _merged(run: Import, pieces: Sequence[Slice]) -> set[int]:
    """The numbers of the slices that were committed before an interruption."""
    merged = dict(MergedSlice.objects.filter(run=run).values_list("number", "last_key"))
    for piece in pieces:
        if merged.get(piece.number, piece.last) != piece.last:
            raise AssertionError(
                f"import {run.pk}: slice {piece.number} isn't what it was before the interruption"
            )
    return set(merged)


def _slices_at_once(run: Import) -> int:
    """Where a row may take a mobile number from somebody in another slice, the order of slices decides who has it."""
    return 1 if shape_of(run).is_mixed else SLICES_AT_ONCE


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
            enter_workspace(run, token)
            write(run, piece)
    except OperationalError as error:
        if db.is_conflict(error):
            raise OvertakenSlice(number=piece.number) from error
        raise


def _remove_absent(run: Import, token: int, absent: int) -> None:
    """The end of `replace`. Who is removed isn't absent any more when an interrupted run reads again."""
    rows = settings.ENVIRONMENT.slice_rows
    for lowest in range(1, absent + 1, rows):
        check_cancelled(run)
        with locks.fenced(run.holding, token):
            enter_workspace(run, token)
            remove_absent(run, lowest, lowest + rows - 1)


def _end(run: Import, token: int, state: Import.State, process: Process.State, error: str = "") -> None:
    """Raises `LeaseLost` if another worker holds the import now: then only that one may end it."""
    with locks.fenced(run.holding, token):
        Import.objects.filter(pk=run.pk).update(state=state, error=error, ended_at=clock.now())
        record(f"import.{state}", run.pk, by=run.started_by, group=run.group_id)
        default_storage.delete(run.file)
        locks.end(run.holding, process)
