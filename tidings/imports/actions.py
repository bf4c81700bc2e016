"""What a person may command of an import: upload a file, look how it is understood, start, cancel."""

import shutil
import uuid
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.actions import ensure
from tidings.attributes.models import CATALOGUE, Attribute
from tidings.attributes.queries import catalogue
from tidings.attributes.rules import file_name
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.queries import hold_active, settings_of
from tidings.groups.settings import Joining
from tidings.imports.errors import (
    ImportEnded,
    NobodyJoins,
    NotADraft,
    NothingToConfirm,
    Unimportable,
    UploadFailed,
)
from tidings.imports.models import Import
from tidings.imports.rules.containers import unpacked
from tidings.imports.rules.errors import FileError
from tidings.imports.rules.formats import HEAD_BYTES, Format, Proposal, check_readable, propose_format
from tidings.imports.rules.mapping import Key, Mapping
from tidings.imports.rules.modes import DEEDS
from tidings.imports.rules.recognise import Unknown, recognise, with_app
from tidings.imports.rules.rows import Head, read_head
from tidings.imports.saved import called, keep, said_by
from tidings.journal.actions import record
from tidings.kernel import clock, db
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.memberships.errors import NoLetters
from tidings.memberships.letters import sends_letters

PREVIEW_ROWS = 20
GOING = (Import.State.QUEUED, Import.State.READING, Import.State.MERGING)
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
    """Stores a file, unpacked, as a draft of an import into `group`; nothing else happens yet.

    Raises FileError if it is an archive that can't be unpacked.
    """
    name = file_name(filename, characters=LONGEST_NAME_CHARACTERS, unnamed=UNNAMED)
    if group.archived_at:
        raise GroupArchived(group=group.name)
    try:
        with transaction.atomic(), TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as spool:
            content = File(unpacked(_seekable(file, spool)))
            stored = default_storage.save(f"imports/{uuid.uuid4()}", content)
            return Import.objects.create(
                group=group, filename=name, file=stored, size=default_storage.size(stored), started_by=by
            )
    except OSError as error:
        raise UploadFailed(filename=name, why=f"{error.strerror or error}.") from error


def _seekable(file: BinaryIO, spool: IO[bytes]) -> BinaryIO:
    """The file, or a copy of it if it comes as a stream: an archive has to be looked at from its end."""
    if file.seekable():
        return file
    shutil.copyfileobj(file, spool)
    spool.seek(0)
    return cast("BinaryIO", spool)


def read(
    run: Import,
    *,
    layout: Format | ReadOnly[str, Any] | None = None,
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
    key: Key | None = None,
    clear_marker: str = "",
    country: str | None = None,
    app: str = "",
    saved: str = "",
) -> Reading:
    """How the file would be read: as proposed, or as `layout` and `choices` (column -> attribute, ignore, new) say.

    `layout` may also name only what differs from the proposal, such as `{"separator": ";"}`. `key` is the identity
    that finds people, the first one of the file unless named; a cell that is the `clear_marker` empties its value.
    Mobile numbers without a country code are of `country`, such as `DE`; that of the settings unless it is given.
    Push endpoints are of the `app`, the group's own unless named, where no column says it.
    `saved` is the name of a mapping that says all that but the country, as far as the others don't.

    Raises FileError if it is no text at all or has no readable header.
    """
    with default_storage.open(run.file) as file:
        beginning = file.read(HEAD_BYTES)
    proposal = propose_format(beginning, ended=run.size <= HEAD_BYTES)
    chosen = layout if isinstance(layout, Format) else replace(proposal.format, **layout or {})
    check_readable(beginning, chosen, ended=run.size <= HEAD_BYTES)
    with default_storage.open(run.file) as file:
        head = read_head(cast("BinaryIO", file), chosen, rows=PREVIEW_ROWS)
    if saved:
        said = said_by(called(saved), head.names)
        choices = {**said.choices, **(choices or {})}
        key, clear_marker = key or said.key, clear_marker or said.clear_marker
    try:
        mapping = recognise(
            head.names,
            catalogue=catalogue(),
            members=catalogue(Attribute.Scope.MEMBER),
            choices=choices,
            unknown=unknown,
            key=key,
            sample=head.rows,
            clear_marker=clear_marker,
            default_country=settings.ENVIRONMENT.country if country is None else country,
        )
        mapping = with_app(mapping, app or settings_of(run.group).sending.app)
    except FileError as error:
        return Reading(proposal, chosen, head, None, str(error))
    return Reading(proposal, chosen, head, mapping, "")


def begin(
    run: Import,
    *,
    by: User | None,
    layout: Format | ReadOnly[str, Any] | None = None,
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
    key: Key | None = None,
    clear_marker: str = "",
    country: str | None = None,
    app: str = "",
    saved: str = "",
    save_as: str = "",
    mode: Import.Mode = Import.Mode.ADD_AND_UPDATE,
    joining: Joining = Joining.SILENT,
    dry_run: bool = False,
    is_confirmed: bool = False,
) -> Import:
    """Starts a draft. Raises what is wrong with the file, or `GroupLocked`, and then has changed nothing.

    `joining` says how people come in whom the mode lets join: silently, with a letter of welcome, or pending until they
    have confirmed. A dry run only uses the group, so it takes a shared lock and runs beside sendouts. `is_confirmed`
    lets `replace` remove any number of members without asking.
    """
    _demand_joining(run.group, mode, joining)
    reading = read(
        run,
        layout=layout,
        choices=choices,
        unknown=unknown,
        key=key,
        clear_marker=clear_marker,
        country=country,
        app=app,
        saved=saved,
    )
    if reading.mapping is None:
        raise Unimportable(problem=reading.problem)
    with transaction.atomic():
        run = _locked(run)
        if run.state != Import.State.DRAFT:
            raise NotADraft(run=run.pk)
        for column in reading.mapping.new_columns:
            scope = Attribute.Scope.MEMBER if column.is_member else Attribute.Scope.PROFILE
            ensure(column.attribute.label if column.attribute else "", scope=scope, by=by)
        if save_as:
            keep(save_as, reading.mapping, by=by)
        run.format, run.mapping = reading.layout.to_dict(), reading.mapping.to_dict()
        run.mode, run.joining, run.dry_run = mode, joining, dry_run
        run.is_confirmed, run.started_by = is_confirmed, by
        _queue(run, by=by)
        record(
            "import.started",
            run.pk,
            by=by,
            group=run.group_id,
            filename=run.filename,
            mode=mode,
            joining=joining,
        )
    return run


def _demand_joining(group: Group, mode: Import.Mode, joining: Joining) -> None:
    """Letters need somebody who joins, and a channel that carries them."""
    if joining == Joining.SILENT:
        return
    if not DEEDS[mode].joins:
        raise NobodyJoins(mode=mode)
    if not sends_letters(group):
        raise NoLetters(group=group.name)


def _locked(run: Import) -> Import:
    """The import as it is now, for this transaction alone."""
    return Import.objects.select_for_update(of=("self",)).select_related("group").get(pk=run.pk)


def _queue(run: Import, *, by: User | None) -> None:
    """Locks the group and gives the import to a worker."""
    run.process = locks.begin(
        Process.Kind.DRY_RUN if run.dry_run else Process.Kind.IMPORT,
        [run.group_id],
        label=f"{'Dry run of' if run.dry_run else 'Import of'} {run.filename}",
        by=by,
        total=run.size,
        sources=[CATALOGUE],
    )
    hold_active(run.group_id)
    run.began_at = run.began_at or db.now()
    run.state = Import.State.QUEUED
    run.save()


def start(
    group: Group,
    file: BinaryIO,
    *,
    filename: str,
    by: User | None,
    layout: ReadOnly[str, Any] | None = None,
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
    key: Key | None = None,
    clear_marker: str = "",
    country: str | None = None,
    app: str = "",
    saved: str = "",
    save_as: str = "",
    mode: Import.Mode = Import.Mode.ADD_AND_UPDATE,
    joining: Joining = Joining.SILENT,
    dry_run: bool = False,
    is_confirmed: bool = False,
) -> Import:
    """Uploads and begins in one; what can't begin leaves no draft behind."""
    run = upload(group, file, filename=filename, by=by)
    try:
        return begin(
            run,
            by=by,
            layout=layout,
            choices=choices,
            unknown=unknown,
            key=key,
            clear_marker=clear_marker,
            country=country,
            app=app,
            saved=saved,
            save_as=save_as,
            mode=mode,
            joining=joining,
            dry_run=dry_run,
            is_confirmed=is_confirmed,
        )
    except Exception:
        discard(run)
        raise


def discard(run: Import) -> None:
    """Forgets a draft and its file."""
    with transaction.atomic():
        gone, _ = Import.objects.filter(pk=run.pk, state=Import.State.DRAFT).delete()
        if gone:
            default_storage.delete(run.file)


def confirm(run: Import, *, by: User | None) -> Import:
    """Lets `replace` remove as many members as it asked about. Raises `GroupLocked`: the group was free meanwhile."""
    with transaction.atomic():
        run = _locked(run)
        if run.state != Import.State.AWAITING_CONFIRMATION:
            raise NothingToConfirm(run=run.pk)
        record("import.confirmed", run.pk, by=by, group=run.group_id, absent=run.absent)
        run.is_confirmed, run.absent = True, 0
        _queue(run, by=by)
    return run


def cancel(run: Import, *, by: User | None) -> None:
    """Asks the import to stop at the end of its slice. What is merged stays; the report says how far."""
    with transaction.atomic():
        run = _locked(run)
        if run.state == Import.State.AWAITING_CONFIRMATION:
            _end_unconfirmed(run, by=by)
        elif run.state in GOING:
            locks.cancel(run.holding)
            record("import.cancel_asked", run.pk, by=by)
        else:
            raise ImportEnded(run=run.pk)


def _end_unconfirmed(run: Import, *, by: User | None) -> None:
    """No worker holds it, and nothing was changed."""
    run.state, run.absent, run.ended_at = Import.State.CANCELLED, 0, clock.now()
    run.save(update_fields=["state", "absent", "ended_at"])
    default_storage.delete(run.file)
    record("import.cancelled", run.pk, by=by, group=run.group_id)
