"""What selections may ask about blacklists."""

from collections.abc import Iterator

from tidings.attributes.criteria import Criterion, Question
from tidings.attributes.criteria import Kind as Compared
from tidings.blacklists.queries import scopes_for
from tidings.blacklists.rules import Kind
from tidings.groups.criteria import GROUP_SCOPE
from tidings.kernel import sql

statements = sql.load(__package__)

ADDRESSES = ("contact.email", "contact.mobile")
DOMAIN = "split_part(contact.email, '@', 2)"
HASHES = {Kind.MD5: "md5({})", Kind.SHA256: "encode(sha256(convert_to({}, 'UTF8')), 'hex')"}


def criteria() -> Iterator[Criterion]:
    """Whether the system's list, or that of the group at hand or of the named one, keeps the contact out."""
    yield Criterion(
        "blacklisted", "blacklisted", Compared.FLAG, _tests, "Consent", scope=GROUP_SCOPE, is_certain=True
    )


def _tests(question: Question) -> tuple[str, ...]:
    """The same as the part `listed` of larger statements, as tests of one contact."""
    groups = [] if question.group is None else [question.group]
    scopes = question.bind(scopes_for(groups), "bigint[]")
    hashed = [
        sql.fill(
            statements.is_listed_by_hash,
            scopes=scopes,
            kind=question.bind(kind, "text"),
            pattern=hash_of.format(address),
        )
        for kind, hash_of in HASHES.items()
        for address in ADDRESSES
    ]
    domains = sql.fill(statements.is_in_listed_domain, scopes=scopes)
    plain = [sql.fill(statements.is_listed, scopes=scopes, pattern=one) for one in (*ADDRESSES, DOMAIN)]
    return (*plain, domains, *hashed)
