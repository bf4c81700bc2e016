"""Looking blacklists up."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, QuerySet

from tidings.blacklists.errors import AddressBlacklisted, BadPattern
from tidings.blacklists.models import SYSTEM, BlacklistImport, Entry
from tidings.blacklists.rules import Kind, Pattern, PatternFault, normalise, patterns_of
from tidings.groups.models import Group
from tidings.kernel import db, sheets, sql
from tidings.kernel.errors import NotFound

statements = sql.load(__package__)

CSV_HEADER = ("pattern", "kind", "reason", "source", "added_by", "added_at")
CSV_ROWS_PER_QUERY = 5_000

LISTED: str = statements.listed
"""A named part for larger statements: who of the part `asked` (ref, scope, email, mobile) is on a blacklist. Needs the
parameter `scopes`; gives (ref, scope)."""


def scope_of(group: Group | None) -> int:
    """The number under which the entries of a group stand, or those of the whole system."""
    return SYSTEM if group is None else group.pk


def scopes_for(groups: Iterable[int]) -> list[int]:
    """Whose entries hold for messages of these groups: the parameter `scopes` of `LISTED`."""
    return [SYSTEM, *groups]


def is_used(groups: Iterable[int]) -> bool:
    """Whether any entry holds for one of these groups; without one nobody needs to be asked about."""
    return Entry.objects.filter(scope__in=scopes_for(groups)).exists()


def entries(group: Group | None, *, prefix: str = "", kind: str = "") -> QuerySet[Entry]:
    """A list's entries in the order of their patterns; those that begin with `prefix`, or are of one kind."""
    found = Entry.objects.filter(scope=scope_of(group)).select_related("added_by").order_by("pattern")
    if text := prefix.strip().lower():
        found = found.filter(pattern__startswith=text)
    return found.filter(kind=kind) if kind else found


def as_csv(group: Group | None, *, prefix: str = "", kind: str = "") -> Iterator[str]:
    """A list as lines of a CSV file that an import of blacklists reads back."""
    yield sheets.MARK + sheets.line(CSV_HEADER)
    found, last = entries(group, prefix=prefix, kind=kind), ""
    # Page by page, and no transaction from one to the next: a slow client's would keep the database from cleaning.
    while page := list(found.filter(pattern__gt=last)[:CSV_ROWS_PER_QUERY]):
        yield "".join(map(_csv_line, page))
        last = page[-1].pattern


def _csv_line(entry: Entry) -> str:
    added_at = entry.added_at.isoformat(timespec="seconds")
    return sheets.line((entry.pattern, entry.kind, entry.reason, entry.source, entry.added_by, added_at))


def find(number: int) -> Entry:
    """The entry with that id; raises `NotFound`."""
    found = Entry.objects.select_related("added_by").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="blacklist entry", ref=number)
    return found


def find_by(pattern: str, group: Group | None) -> Entry:
    """The entry of a list that says this, however it is written; raises `BadPattern` or `NotFound`."""
    found = entries(group).filter(pattern=checked(pattern).text).first()
    if found is None:
        raise NotFound(thing="blacklist entry", ref=pattern.strip())
    return found


def checked(raw: str) -> Pattern:
    """What the text names; raises `BadPattern`."""
    found = normalise(raw)
    if isinstance(found, PatternFault):
        raise BadPattern(pattern=raw.strip(), why=found.value)
    return found


def hits(address: str, group: Group | None = None) -> list[Entry]:
    """The entries that keep an e-mail address or mobile number out: the system's, then the group's if one is given.

    Raises `BadPattern` for what is no address.
    """
    named = checked(address)
    if named.kind not in (Kind.EMAIL, Kind.MOBILE):
        raise BadPattern(pattern=address, why="Ask about one e-mail address or mobile number.")
    email, mobile = (named.text, None) if named.kind == Kind.EMAIL else (None, named.text)
    return list(hits_of(email, mobile, group))


def hits_of(email: str | None, mobile: str | None, group: Group | None = None) -> QuerySet[Entry]:
    """The same for a contact's addresses in the form in which they are stored."""
    scopes = {SYSTEM, scope_of(group)}
    found = Entry.objects.filter(scope__in=scopes, pattern__in=patterns_of(email, mobile))
    return found.select_related("added_by").order_by("scope", "pattern")


def demand_unlisted(email: str | None, mobile: str | None, group: Group) -> None:
    """Raises `AddressBlacklisted` if these addresses get nothing from the group: for messages to one person."""
    entry = hits_of(email, mobile, group).first()
    if entry:
        whose = "the whole system" if entry.scope == SYSTEM else f"group “{group.name}”"
        raise AddressBlacklisted(address=email or mobile, whose=whose, entry=entry.pattern)


def imports(group: Group | None) -> QuerySet[BlacklistImport]:
    """The imports of a list, newest first."""
    found = BlacklistImport.objects.filter(scope=scope_of(group))
    return found.select_related("process", "started_by").order_by("-pk")


def find_import(number: int) -> BlacklistImport:
    """The import with that id; raises `NotFound`."""
    found = BlacklistImport.objects.select_related("process", "started_by").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="blacklist import", ref=number)
    return found


def rejects_csv(run: BlacklistImport) -> Iterator[str]:
    """The values that were left out, as lines of a CSV file in the order of the uploaded one."""
    yield sheets.MARK + sheets.line(("line", "value", "reason", "advice"))
    last = 0
    params = {"run": run.pk, "rows": CSV_ROWS_PER_QUERY}
    while page := db.rows(statements.rejects, {**params, "id": last}):
        yield "".join(
            sheets.line((row["line"], row["value"], row["reason"], advice(row["reason"]))) for row in page
        )
        last = page[-1]["id"]


def advice(reason: str) -> str:
    """What to do about values rejected for that reason."""
    return PatternFault[reason.upper()].value


def reject_counts(run: BlacklistImport) -> list[tuple[str, str, int]]:
    """Rejected values by reason with advice, most frequent first."""
    counted = run.rejects.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [(reason, advice(reason), number) for reason, number in counted]


def summary(run: BlacklistImport) -> dict[str, Any]:
    """Everything about an import of a blacklist that fits in one JSON object; times are ISO 8601."""
    counts = ("values", "added", "removed", "unchanged", "duplicates", "rejected")
    return {
        "id": run.pk,
        "state": run.state,
        "group": None if run.scope == SYSTEM else run.scope,
        "filename": run.filename,
        "mode": run.mode,
        **{name: getattr(run, name) for name in counts},
        "error": run.error,
        "progress": {"done": run.process.done, "total": run.process.total},
        "created_at": run.created_at.isoformat(),
        "ended_at": run.ended_at and run.ended_at.isoformat(),
    }
