"""The values of member attributes, page by page: what the catalogue asks before an attribute changes."""

import json
from collections.abc import Iterator

from tidings.attributes.models import Attribute
from tidings.attributes.values import Page
from tidings.kernel import db, sql

statements = sql.load(__package__)

MEMBERS_PER_PAGE = 10_000


class MemberValues:
    """Values in the table of memberships; a row's key is the group's and the contact's id."""

    scope = Attribute.Scope.MEMBER.value
    holders = "members who have a value"

    def pages(self, key: str) -> Iterator[Page]:
        """Memberships with a value under `key`, in the order of their key."""
        group, contact = 0, 0
        while found := self._page(key, group, contact):
            yield [((row["group_id"], row["contact_id"]), row["value"]) for row in found]
            group, contact = found[-1]["group_id"], found[-1]["contact_id"]

    def _page(self, key: str, group: int, contact: int) -> list[db.Row]:
        params = {"key": key, "group": group, "contact": contact, "limit": MEMBERS_PER_PAGE}
        return db.rows(statements.values_of_attribute, params)

    def write(self, key: str, page: Page) -> None:
        """Stores other values for those members."""
        params = {
            "key": key,
            "groups": [row[0] for row, _ in page],
            "contacts": [row[1] for row, _ in page],
            "values": [json.dumps(new) for _, new in page],
        }
        db.execute(statements.change_values, params)


member_values = MemberValues()
