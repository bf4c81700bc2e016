"""The values of profile attributes, page by page: what the catalogue asks before an attribute changes."""

import json
from collections.abc import Iterator

from tidings.attributes.models import Attribute
from tidings.attributes.values import Page
from tidings.kernel import db, sql

statements = sql.load(__package__)

PEOPLE_PER_PAGE = 10_000


class ProfileValues:
    """Values in the table of contacts; a row's key is the contact's id."""

    scope = Attribute.Scope.PROFILE.value
    holders = "contacts who have a value"

    def pages(self, key: str) -> Iterator[Page]:
        """Contacts with a value under `key`, in the order of their ids."""
        after = 0
        while found := self._page(key, after):
            yield [(row["id"], row["value"]) for row in found]
            after = found[-1]["id"]

    def _page(self, key: str, after: int) -> list[db.Row]:
        params = {"key": key, "after": after, "limit": PEOPLE_PER_PAGE}
        return db.rows(statements.values_of_attribute, params)

    def write(self, key: str, page: Page) -> None:
        """Stores other values for those contacts."""
        params = {"key": key, "ids": [row for row, _ in page], "values": [json.dumps(new) for _, new in page]}
        db.execute(statements.change_values, params)


profile_values = ProfileValues()
