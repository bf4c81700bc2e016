"""What a person may command of an import: upload a file, look how it is understood, start, cancel."""

import uuid
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.actions import ensure
from tidings.attributes.queries import catalogue
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.imports import tasks
from tidings.imports.errors import ImportEnded, NotADraft, Unimportable, UnsupportedKey, UploadFailed
from tidings.imports.models import Import
from tidings.imports.rules.errors import FileError
from tidings.imports.rules.formats import HEAD_BYTES, Format, Proposal, check_readable, propose_format
from tidings.imports.rules.mapping import Key, Mapping
from tidings.imports.rules.recognise import Unknown, recognise
from tidings.imports.rules.rows import Head, read_head
from tidings.journal.actions import record
from tidings.locks import actions as locks
from tidings.locks.models import Process

PREVIEW_ROWS = 20
UNNAMED = "contacts.csv"
LONGEST_NAME_CHARACTERS = 200  # its end is kept, for the sake of the ending


@dataclass(frozen=True)
class Reading:
    """How a file is understood. `mapping` is None while `problem` says why it can't be imported like this."""

    proposal: Proposal
    layout: Format
    head: Head
    mapping: Mapping | None
    problem: str


def upload(group: Group, file: BinaryIO, *, filename: str, by: User | None) -> Import:
    """Stores a file as a draft of an import into `group`; nothing else happens yet."""
    name = shown_name(filename)
    if group.archived_at:
        raise GroupArchived(group=group.name)
    try:
        with transaction.atomic():
            stored = default_storage.save(f"imports/{uuid.uuid4()}", File(file))
            return Import.objects.create(
                group=group, filename=name, file=stored, size=default_storage.size(stored), started_by=by
            )
    except OSError as error:
        raise UploadFailed(filename=name, why=f"{error.strerror or error}.") from error


def shown_name(filename: str) -> str:
    """What people see of the name that a file came with: no folders, nothing unprintable, never empty."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    name = "".join(filter(str.isprintable, last)).strip()[-LONGEST_NAME_CHARACTERS:]
    return name if name.strip(".") else UNNAMED


def read(
    run: Import,
    *,
    layout: Format | None = None,
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
) -> Reading:
    """How the file would be read: as proposed, or as `layout` and `choices` (column -> attribute, ignore, new) say.

    Raises FileError if it is no text at all or has no readable header.
    """
    with default_storage.open(run.file) as file:
        beginning = file.read(HEAD_BYTES)
    proposal = propose_format(beginning, ended=run.size <= HEAD_BYTES)
    chosen = layout or proposal.format
    check_readable(beginning, chosen, ended=run.size <= HEAD_BYTES)
    with default_storage.open(run.file) as file:
        head = read_head(cast("BinaryIO", file), chosen, rows=PREVIEW_ROWS)
    try:
        mapping = recognise(
            head.names, catalogue=catalogue(), choices=choices, unknown=unknown, sample=head.rows
        )
    except FileError as error:
        return Reading(proposal, chosen, head, None, str(error))
    problem = "" if mapping.key is Key.EMAIL else str(UnsupportedKey())
    return Reading(proposal, chosen, head, None if problem else mapping, problem)


def begin(
    run: Import,
    *,
    by: User | None,
    layout: Format | None = None,
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
    mode: Import.Mode = Import.Mode.ADD_AND_UPDATE,
    dry_run: bool = False,
) -> Import:
    """Starts a draft. Raises what is wrong with the file, or `GroupLocked`, and then has changed nothing.

    A dry run only uses the group, so it takes a shared lock and runs beside sendouts.
    """
    reading = read(run, layout=layout, choices=choices, unknown=unknown)
    if reading.mapping is None:
        raise Unimportable(problem=reading.problem)
    with transaction.atomic():
        run = Import.objects.select_for_update(of=("self",)).select_related("group").get(pk=run.pk)
        if run.state != Import.State.DRAFT:
            raise NotADraft(run=run.pk)
        run.process = locks.begin(
            Process.Kind.DRY_RUN if dry_run else Process.Kind.IMPORT,
            [run.group_id],
            label=f"{'Dry run of' if dry_run else 'Import of'} {run.filename}",
            by=by,
            total=run.size,
        )
        for attribute in reading.mapping.new_attributes:
            ensure(attribute.label, by=by)
        run.format, run.mapping = reading.layout.to_dict(), reading.mapping.to_dict()
        run.mode, run.dry_run, run.state, run.started_by = mode, dry_run, Import.State.QUEUED, by
        run.save()
        record("import.started", run.pk, by=by, group=run.group_id, filename=run.filename, mode=mode)
        tasks.import_file.defer(import_id=run.pk)
    return run


def start(
    group: Group,
    file: BinaryIO,
    *,
    filename: str,
    by: User | None,
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
    mode: Import.Mode = Import.Mode.ADD_AND_UPDATE,
    dry_run: bool = False,
) -> Import:
    """Uploads and begins in one; what can't begin leaves no draft behind."""
    run = upload(group, file, filename=filename, by=by)
    try:
        return begin(run, by=by, choices=choices, unknown=unknown, mode=mode, dry_run=dry_run)
    except Exception:
        discard(run)
        raise


def discard(run: Import) -> None:
    """Forgets a draft and its file."""
    with transaction.atomic():
        gone, _ = Import.objects.filter(pk=run.pk, state=Import.State.DRAFT).delete()
        if gone:
            default_storage.delete(run.file)


def cancel(run: Import, *, by: User | None) -> None:
    """Asks the import to stop at the end of its slice. What is merged stays; the report says how far."""
    going = [Import.State.QUEUED, Import.State.READING, Import.State.MERGING]
    with transaction.atomic():
        if not Import.objects.filter(pk=run.pk, state__in=going).update(cancel_requested=True):
            raise ImportEnded(run=run.pk)
        record("import.cancel_asked", run.pk, by=by)
        # Its job may be gone, after too many tries or by hand: without one nobody would end it and free the group.
        tasks.import_file.defer(import_id=run.pk)


def requeue(processes: list[int]) -> None:
    """Puts imports back into the queue whose worker is known to be dead."""
    for run in Import.objects.filter(process__in=processes):
        tasks.import_file.defer(import_id=run.pk)
