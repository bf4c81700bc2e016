"""Ending requests that nobody confirmed within the limit of their group."""

from datetime import datetime

from django.db import transaction

from tidings.contacts.erasure import never_again_among
from tidings.contacts.models import Contact
from tidings.contacts.person import erase
from tidings.groups.settings import DAYS_OF_PENDING
from tidings.journal.actions import record
from tidings.kernel import db, sql

statements = sql.load(__package__)

ROWS_AT_ONCE = 1_000  # a transaction of some milliseconds: nobody who confirms has to wait


def expire_pending(now: datetime) -> int:
    """Ends the memberships that are pending for too long; returns how many. Each group is told in the journal."""
    expired = 0
    while ended := _expire_some(now):
        expired += ended
    return expired


@transaction.atomic
def _expire_some(now: datetime) -> int:
    params = {"now": now, "rows": ROWS_AT_ONCE, "days": DAYS_OF_PENDING}
    groups = db.rows(statements.expire_pending, params)
    for row in groups:
        _forget(row["contact_ids"])
        record("member.expired", row["group_id"], contacts=row["contact_ids"], source="deadline")
    return sum(len(row["contact_ids"]) for row in groups)


def _forget(contacts: list[int]) -> None:
    """Erases those again who once asked never to be stored and didn't confirm that they want to be."""
    strangers = Contact.objects.filter(pk__in=contacts, memberships=None, gone=None)
    for contact in never_again_among(strangers):
        erase(contact, never_again=True, by=None)
