"""Who has a limit of their own: kept beside the profiles, because few have one."""

from tidings.attributes.rules import MESSAGE_LIMIT
from tidings.contacts.models import Contact, Limited
from tidings.kernel import db, sql

statements = sql.load(__package__)


def note_limit(contact: Contact) -> None:
    """Keeps in mind that the contact has one, if so; called in the transaction that wrote the profile."""
    if contact.attributes.get(MESSAGE_LIMIT):
        Limited.objects.bulk_create([Limited(contact=contact)], ignore_conflicts=True)


def note_limits() -> None:
    """The same for everybody, after many profiles were written."""
    db.execute(statements.note_limits)
