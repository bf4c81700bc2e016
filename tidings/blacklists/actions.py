"""Putting entries on blacklists and taking them off: single ones, which no lock refuses, and those of a file."""

import uuid
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.rules import FORBIDDEN_CHARACTER, file_name, one_line
from tidings.blacklists.errors import BadPattern, BlacklistImportEnded
from tidings.blacklists.models import BlacklistImport, Entry
from tidings.blacklists.queries import checked, scope_of, statements
from tidings.blacklists.rules import REASON_CHARACTERS_AT_MOST, Kind, Pattern, traceless
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import db
from tidings.locks import actions as locks
from tidings.locks.models import Process

FILENAME_CHARACTERS_AT_MOST = 200
UNNAMED = "blacklist.txt"


@transaction.atomic
def add(
    pattern: str, group: Group | None, *, reason: str = "", source: Entry.Source, by: User | None
) -> tuple[Entry, bool]:
    """The entry of that pattern on the list of the group, or of the system, and whether it is new.

    It holds from now on, also for the batches of running sendouts that aren't taken yet. Raises `BadPattern`.
    """
    named, scope = checked(pattern), scope_of(group)
    params = {
        "scope": scope,
        "kind": str(named.kind),
        "pattern": named.text,
        "reason": _reason(named, reason),
        "source": str(source),
        "by": by and by.pk,
    }
    is_new = db.value(statements.add, params) is not None
    entry = Entry.objects.select_related("added_by").get(scope=scope, pattern=named.text)
    if is_new:
        record("blacklist.added", scope, by=by, entry=entry.pk, kind=named.kind, pattern=traceless(named))
    return entry, is_new


def _reason(pattern: Pattern, reason: str) -> str:
    text = one_line(reason)
    if len(text) > REASON_CHARACTERS_AT_MOST or FORBIDDEN_CHARACTER.search(text):
        why = f"A reason has at most {REASON_CHARACTERS_AT_MOST} characters, and none that no text may hold."
        raise BadPattern(pattern=pattern.text, why=why)
    return text


@transaction.atomic
def remove(entry: Entry, *, by: User | None) -> bool:
    """Takes an entry off its list; False if somebody did so before."""
    gone, _ = Entry.objects.filter(pk=entry.pk).delete()
    if gone:
        named = Pattern(Kind(entry.kind), entry.pattern)
        record(
            "blacklist.removed", entry.scope, by=by, entry=entry.pk, kind=entry.kind, pattern=traceless(named)
        )
    return gone == 1


def start_import(
    group: Group | None, file: BinaryIO, *, filename: str, mode: BlacklistImport.Mode, by: User | None
) -> BlacklistImport:
    """Reads a file of entries onto the list of a group, whose lock it takes, or onto the system's.

    The system's list takes no group's lock, for that would stop everything; it is locked under a number that no group
    has, so one file at a time is read onto it. Raises `GroupLocked`, and then has kept nothing.
    """
    if group and group.archived_at:
        raise GroupArchived(group=group.name)
    name = file_name(filename, characters=FILENAME_CHARACTERS_AT_MOST, unnamed=UNNAMED)
    with transaction.atomic():
        stored = default_storage.save(f"blacklists/{uuid.uuid4()}", File(file))
        size = default_storage.size(stored)
        process = locks.begin(
            Process.Kind.BLACKLIST_IMPORT,
            [scope_of(group)],
            label=f"Blacklist import of {name}",
            by=by,
            total=size,
        )
        run = BlacklistImport.objects.create(
            process=process,
            scope=scope_of(group),
            filename=name,
            file=stored,
            size=size,
            mode=mode,
            started_by=by,
        )
        record("blacklist.import_started", run.scope, by=by, run=run.pk, filename=name, mode=mode)
    return run


def cancel_import(run: BlacklistImport, *, by: User | None) -> None:
    """Asks the import to stop; the list stays what it was. Raises `BlacklistImportEnded`."""
    with transaction.atomic():
        if not locks.cancel(run.process_id):
            raise BlacklistImportEnded(run=run.pk)
        record("blacklist.import_cancel_asked", run.scope, by=by, run=run.pk)
