"""What blacklists keep of groups and of persons, for those who copy, delete, merge, erase and hand out."""

from typing import Any

from tidings.accounts.models import User
from tidings.blacklists.models import SYSTEM, BlacklistImport, Entry
from tidings.blacklists.queries import hits_of, statements
from tidings.blacklists.rules import sha256
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import db


class OfGroup:
    """A group's own list."""

    @staticmethod
    def copy(source: Group, target: Group, by: User | None) -> None:
        """The copy keeps the same people out."""
        db.execute(statements.copy, {"source": source.pk, "target": target.pk, "by": by and by.pk})

    @staticmethod
    def purge(group_id: int) -> None:
        """The list goes with its group."""
        Entry.objects.filter(scope=group_id).delete()
        BlacklistImport.objects.filter(scope=group_id).delete()


class OfContact:
    """Entries that name a person's own addresses."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """Entries name addresses, not contacts, so both stay."""

    @staticmethod
    def erase(contact: Contact) -> None:
        """Whoever must get nothing still gets nothing: the entry names the hash of the address instead."""
        for address in filter(None, (contact.email, contact.mobile)):
            db.execute(statements.hash_address, {"address": address, "hash": sha256(address)})

    @staticmethod
    def export(contact: Contact) -> dict[str, Any]:
        """Which entries of the whole system keep the person out."""
        return {
            "blacklist": [
                {"pattern": e.pattern, "reason": e.reason, "added_at": e.added_at.isoformat()}
                for e in hits_of(contact.email, contact.mobile)
                if e.scope == SYSTEM
            ]
        }
