"""Adding the people of pasted lines to a group: a single action, which no lock refuses."""

from dataclasses import dataclass, field

from tidings.accounts.models import User
from tidings.contacts.actions import create_or_update
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.kernel.errors import Refused, TidingsError
from tidings.memberships.actions import add
from tidings.memberships.models import Membership

LINES_AT_MOST = 1_000  # more is an import, which shows its progress and holds a lock


@dataclass(frozen=True)
class LeftOut:
    """A line nobody was added for, and why."""

    number: int
    text: str
    reason: str


@dataclass
class Pasted:
    """What became of each pasted line; empty lines aren't counted."""

    added: int = 0
    already: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


def add_lines(group: Group, text: str, *, by: User, mode: Joining = Joining.SILENT, ip: str = "") -> Pasted:
    """Adds the contact of each line to `group`; a line that can't be added stops no other."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    if len(lines) > LINES_AT_MOST:
        much = f"These are {len(lines):,} lines; up to {LINES_AT_MOST:,} can be pasted."
        raise Refused(reason=f"{much} Import a file instead.")
    if group.archived_at:
        raise GroupArchived(group=group.name)
    pasted = Pasted()
    for number, line in lines:
        try:
            contact, _ = create_or_update(line, {}, by=by)
            joined = add(contact, group, source=Membership.Source.PAGE, by=by, mode=mode, ip=ip)
        except TidingsError as error:
            pasted.left_out.append(LeftOut(number, line, str(error)))
        else:
            pasted.added += joined
            pasted.already += not joined
    return pasted
