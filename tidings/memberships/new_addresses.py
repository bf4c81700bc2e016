"""What becomes of members whose address changed: nobody knows whose the new one is, so it is asked to confirm.

The one rule for pages, API, command line and imports.
"""

from collections.abc import Sequence

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import db, sql
from tidings.memberships import letters
from tidings.memberships.models import Letter
from tidings.memberships.request import LETTERS_AT_MOST, LETTERS_OF_ALL_GROUPS_AT_MOST, WINDOW

statements = sql.load(__package__)

CHANNELS = {"email": Group.Channel.EMAIL, "mobile": Group.Channel.SMS}
# The sources of requests: of who was a member, and of who hadn't confirmed yet under the old address either.
NEW_ADDRESS, STILL_PENDING = "new address", "changed request"


def ask_at_new_addresses(
    contacts: Sequence[int], identity: str, by: User | None, *, besides: Group | None = None
) -> list[int]:
    """Makes these contacts, whose `identity` changed, pending in each group of its channel, and asks them to confirm.

    Those of archived groups and those over the limit of letters can be asked later. Belongs in the transaction that
    changed them. Returns the letters that were written.
    """
    params = {
        "contacts": list(contacts),
        "channel": CHANNELS[identity],
        "besides": besides.pk if besides else 0,
    }
    written: list[int] = []
    for row in db.rows(statements.readdressed, params):
        group = Group.objects.get(pk=row["group_id"])
        record("member.readdressed", group.pk, by=by, contacts=row["active"] + row["pending"])
        if letters.sends_letters(group) and not group.archived_at:
            written += _ask(group, row["active"], NEW_ADDRESS, by)
            written += _ask(group, row["pending"], STILL_PENDING, None)
    letters.hand_on(written)
    return written


def _ask(group: Group, contacts: list[int], source: str, by: User | None) -> list[int]:
    if not contacts:
        return []
    parts = {
        "changed_state": statements.to_be_asked,
        "addressees": statements.addressees,
        "requested": statements.requested,
        "owed": statements.owed,
    }
    params = letters.params_for(group, [Letter.Kind.CONFIRM]) | {
        "group": group.pk,
        "contacts": contacts,
        "source": source,
        "by": by.pk if by else None,
        "origin": "",
        "welcomes": False,
        "in_all": LETTERS_OF_ALL_GROUPS_AT_MOST,
        "here": LETTERS_AT_MOST,
        "window": WINDOW,
    }
    return [row["id"] for row in db.rows(sql.compose(parts, statements.letters_owed), params)]
