"""What packages plug into lower ones, by dotted path. A plug is imported by who uses it, through `kernel/plugs.py`."""

GROUP_PARTS: list[str] = [
    "tidings.sendouts.parts.OfGroup",
    "tidings.memberships.parts.OfGroup",
    "tidings.blacklists.parts.OfGroup",
    "tidings.limits.parts.OfGroup",
    "tidings.imports.parts.OfGroup",
    "tidings.exports.parts.OfGroup",
]
"""Each has `copy(source, target, by)` and `purge(group_id)`: what a package keeps of a group.

A purge removes a slice and gives the number of rows; it runs again until that is 0 or None."""

SETTINGS_FOLLOWERS: list[str] = ["tidings.sendouts.actions.follow_settings"]
"""Each is `(group_id, changed) -> None`, called in the transaction that changed these settings, such as
`sending.speed`."""

LONG_WORK: list[str] = [
    "tidings.attributes.retype.TYPE_CHANGE",
    "tidings.contacts.scrub.ERASURE",
    "tidings.groups.purge.DELETION",
    "tidings.blacklists.run.BLACKLIST_IMPORT",
    "tidings.imports.run.IMPORT",
    "tidings.exports.run.EXPORT",
    "tidings.transfers.run.TRANSFER",
]
"""Each is a `Work` of `locks/work.py`: what the queue does for a kind of process."""

CONTACT_PARTS: list[str] = [
    "tidings.contacts.endpoints.OfContact",
    "tidings.blacklists.parts.OfContact",
    "tidings.limits.parts.OfContact",
    "tidings.exports.parts.OfContact",
    "tidings.memberships.parts.OfContact",
    "tidings.sendouts.parts.OfContact",
]
"""Each has `merge(kept, gone)`, `erase(contact)` and `export(contact)`: what a package keeps of a person."""

ATTRIBUTE_VALUES: list[str] = [
    "tidings.contacts.values.profile_values",
    "tidings.memberships.values.member_values",
]
"""Each is a `Store` of `attributes/values.py`: a table that holds values of attributes."""

ATTRIBUTE_USERS: list[str] = [
    "tidings.messaging.queries.messages_using",
    "tidings.selections.saved.selections_using",
]
"""Each is `(attribute) -> list[str]`: where an attribute is in use, in words a person understands."""

ADDRESS_FOLLOWERS: list[str] = ["tidings.memberships.new_addresses.ask_at_new_addresses"]
"""Each is `(contact_ids, identity, by) -> Any`, called in the transaction that gave contacts another address: an
`email` or a `mobile`."""

LETTER_CARRIERS: list[str] = ["tidings.sendouts.tasks.queue_letters"]
"""Each is `(letter_ids) -> None`, called in the transaction that wrote these letters: it has them sent."""

NOTICE_CARRIERS: list[str] = ["tidings.sendouts.tasks.queue_notices"]
"""Each is `(notice_ids) -> None`, called in the transaction that wrote notices: it sees to it that they are mailed."""

APPROVAL_SEEKERS: list[str] = ["tidings.moderation.actions.ask"]
"""Each is `(sendout) -> None`, called in the transaction in which a sendout begins to await an approval."""

PERSONAL_LOGS: list[str] = [
    "tidings.journal.redaction.facts",
    "tidings.imports.redaction.rejects",
    "tidings.blacklists.redaction.rejects",
    "tidings.channels.mailbox.redaction.caught",
    "tidings.selections.redaction.rules",
    "tidings.transfers.redaction.rules",
    "tidings.sendouts.redaction.rules",
    "tidings.exports.redaction.rules",
]
"""Each is a `Log` of `contacts/scrub.py`: rows that may quote a person's address."""

SELECTION_CRITERIA: list[str] = [
    "tidings.contacts.criteria.criteria",
    "tidings.memberships.criteria.criteria",
    "tidings.blacklists.criteria.criteria",
    "tidings.sendouts.criteria.criteria",
    "tidings.selections.criteria.criteria",
]
"""Each is `() -> Iterable[Criterion]` of `attributes/criteria.py`: what selections may ask."""

SELECTION_USERS: list[str] = [
    "tidings.transfers.queries.transfers_using",
    "tidings.sendouts.selected.sendouts_using",
    "tidings.exports.queries.exports_using",
]
"""Each is `(selection) -> list[str]`: where a saved selection is in use, in words a person understands."""
