"""What is counted of groups and of persons, for those who copy, delete, merge, erase and hand out."""

from typing import Any

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.limits.charging import merging, statements
from tidings.limits.models import ALL_GROUPS, Counter


class OfGroup:
    """How many messages of the group its members got."""

    @staticmethod
    def copy(source: Group, target: Group, by: User | None) -> None:
        """Of the copy nobody got anything yet."""

    @staticmethod
    def purge(group_id: int) -> None:
        """The counters go with their group."""
        Counter.objects.filter(group=group_id).delete()


class OfContact:
    """How many messages a person got."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """Who stays got what both of them got."""
        db.execute(merging(), {"kept": kept.pk, "gone": gone.pk, "sign": 1})
        db.execute(statements.clear, {"contact": gone.pk})

    @staticmethod
    def erase(contact: Contact) -> None:
        """Nothing is counted for them any more."""
        db.execute(statements.clear, {"contact": contact.pk})

    @staticmethod
    def export(contact: Contact) -> dict[str, Any]:
        """How many messages of all groups they got on which day, for as long as that is kept."""
        counted = db.rows(statements.counts_of, {"contact": contact.pk, "scopes": [ALL_GROUPS]})
        return {"messages_counted": [{"day": str(c["day"]), "messages": c["messages"]} for c in counted]}
