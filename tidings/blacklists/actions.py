"""Putting single entries on blacklists and taking them off. Single actions: no lock refuses them."""

from django.db import transaction

from tidings.accounts.models import User
from tidings.blacklists.errors import BadPattern
from tidings.blacklists.models import Entry
from tidings.blacklists.queries import checked, scope_of, statements
from tidings.blacklists.rules import Kind, Pattern, traceless
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import db

REASON_CHARACTERS_AT_MOST = 300


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
    text = " ".join(reason.split())
    if len(text) > REASON_CHARACTERS_AT_MOST or "\x00" in text:
        why = f"A reason has at most {REASON_CHARACTERS_AT_MOST} characters and no NUL."
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
