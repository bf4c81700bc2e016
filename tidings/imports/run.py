"""Running an import from its file to its report. Safe to run again at any moment: what is merged stays merged."""

from collections.abc import Sequence
from threading import Lock

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import OperationalError, transaction

from tidings.attributes.rules import MESSAGE_LIMIT
from tidings.contacts.limited import note_limits
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
from tidings.imports.stage import (
    MERGING_SHARE,
    READING_SHARE,
    Staged,
    enter_workspace,
    stage,
    statements,
    sweep,
    workspace,
)
from tidings.journal.actions import record
from tidings.kernel import clock, db
from tidings.kernel.threads import side_by_side
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work
from tidings.memberships.rules.replacing import is_too_many

UNREAD = (Import.State.QUEUED, Import.State.READING)
SLICES_AT_ONCE = 2  # their waits for the disk and for answers overlap
TRIES_PER_SLICE = 5  # sign-ups that hit the same slice again and again


def read_and_merge(run: Import, holding: Holding) -> None:
    """Reads the file and merges it; behind an interruption, from the first slice that isn't committed."""
    sweep()
    Import.objects.filter(pk=run.pk, started_at=None).update(started_at=clock.now())
    with workspace(holding):
        _enter(run, holding, Import.State.READING)
        staged = stage(run, holding)
        if _needs_confirmation(run, staged):
            _await_confirmation(run, holding, staged)
            return
        _publish(run, holding, staged)
        _merge(run, holding)
        if not run.dry_run:
            _remove_absent(run, holding, staged.absent)
    with holding.ending():
        _end(run, Process.State.FINISHED)


def _needs_confirmation(run: Import, staged: Staged) -> bool:
    """Asked before anything changes; what has begun to merge was confirmed, or needed no word."""
    if run.dry_run or run.is_confirmed or not is_too_many(staged.absent, staged.members):
        return False
    return Import.objects.filter(pk=run.pk, state__in=UNREAD).exists()


def _await_confirmation(run: Import, holding: Holding, staged: Staged) -> None:
    """Ends the process, so that the group is free while nobody has decided; `actions.confirm` begins another one."""
    with holding.ending():
        Import.objects.filter(pk=run.pk).update(
            state=Import.State.AWAITING_CONFIRMATION, absent=staged.absent, members_before=staged.members
        )
        record("import.asked", run.pk, by=None, group=run.group_id, absent=staged.absent)


def _enter(run: Import, holding: Holding, state: Import.State) -> None:
    """A worker that takes over a merging import reads the file again without going back to `reading`."""
    with holding.fenced():
        Import.objects.filter(pk=run.pk, state=Import.State.QUEUED).update(state=state)


def _publish(run: Import, holding: Holding, staged: Staged) -> None:
    """What reading found becomes visible once; a second reading of the same file finds the same."""
    with holding.fenced():
        unread = Import.objects.filter(pk=run.pk, state__in=UNREAD)
        if unread.update(
            state=Import.State.MERGING,
            rows=staged.rows,
            rejected=staged.rejected,
            duplicates=staged.duplicates,
            members_before=staged.members,
            absent=staged.absent if run.dry_run else 0,
        ):
            enter_workspace(holding)
            db.execute(statements.keep_rejects, {"run": run.pk})


def _merge(run: Import, holding: Holding) -> None:
    pieces = _slices(run, holding)
    before_interruption = _merged(run, pieces)
    missing = [piece for piece in pieces if piece.number not in before_interruption]
    merged = len(before_interruption)
    read = run.size * READING_SHARE // (READING_SHARE + MERGING_SHARE)
    counting = Lock()

    def merge(piece: Slice) -> None:
        nonlocal merged
        _merge_one(run, holding, piece)
        with counting:
            merged += 1
            holding.done = read + (run.size - read) * merged // len(pieces)

    side_by_side(merge, missing, at_once=_slices_at_once(run))


def _slices(run: Import, holding: Holding) -> list[Slice]:
    with transaction.atomic():
        enter_workspace(holding)
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


def _merge_one(run: Import, holding: Holding, piece: Slice) -> None:
    for _ in range(TRIES_PER_SLICE - 1):
        try:
            _try_to_merge(run, holding, piece)
        except OvertakenSlice:
            continue
        return
    _try_to_merge(run, holding, piece)


def _try_to_merge(run: Import, holding: Holding, piece: Slice) -> None:
    """Raises `OvertakenSlice` also where the database itself made the slice give way to somebody else."""
    write = forecast_slice if run.dry_run else merge_slice
    try:
        with holding.fenced():
            enter_workspace(holding)
            write(run, piece)
    except OperationalError as error:
        if db.is_conflict(error):
            raise OvertakenSlice(number=piece.number) from error
        raise


def _remove_absent(run: Import, holding: Holding, absent: int) -> None:
    """The end of `replace`. Who is removed isn't absent any more when an interrupted run reads again."""
    rows = settings.ENVIRONMENT.slice_rows
    for lowest in range(1, absent + 1, rows):
        with holding.fenced():
            enter_workspace(holding)
            remove_absent(run, lowest, lowest + rows - 1)


def _fail(run: Import, state: Process.State, why: str) -> None:
    _end(run, state, error=why)


def _end(run: Import, state: Process.State, error: str = "") -> None:
    if any(column.get("key") == MESSAGE_LIMIT for column in run.mapping.get("columns", ())):
        note_limits()
    Import.objects.filter(pk=run.pk).update(state=state, error=error, ended_at=clock.now())
    record(f"import.{state}", run.pk, by=run.started_by, group=run.group_id)
    default_storage.delete(run.file)


IMPORT = Work((Process.Kind.IMPORT, Process.Kind.DRY_RUN), Import.objects, read_and_merge, _fail)
