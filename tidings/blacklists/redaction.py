"""The rows that imports left out, for the search for an erased person."""

from tidings.blacklists.models import Reject
from tidings.contacts.redaction import RejectedRows
from tidings.kernel import sql

statements = sql.load(__package__)

rejects = RejectedRows(Reject, statements.redact_rejects)
