"""What selections may ask about blacklists."""

from collections.abc import Iterator

from tidings.attributes.criteria import Criterion, Kind, Question
from tidings.blacklists.queries import LISTED, scopes_for
from tidings.groups.criteria import GROUP_SCOPE
from tidings.kernel import sql

statements = sql.load(__package__)


def criteria() -> Iterator[Criterion]:
    """Whether the system's list, or that of the group at hand or of the named one, keeps the contact out."""
    yield Criterion("blacklisted", "blacklisted", Kind.FLAG, _is_listed, "Consent", scope=GROUP_SCOPE)


def _is_listed(question: Question) -> str:
    groups = [] if question.group is None else [question.group]
    scopes = question.bind(scopes_for(groups), "bigint[]")
    listed = sql.fill(LISTED).replace("%(scopes)s::bigint[]", scopes)
    scope = question.bind(question.group or 0, "bigint")
    return sql.fill(statements.is_listed, contact=question.contact, scope=scope, listed=listed)
