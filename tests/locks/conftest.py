import pytest

from tidings.locks import actions
from tidings.locks.models import GroupLock, Process


@pytest.fixture
def begin(db):
    """Starts a process on groups, by their ids."""

    def begin(mode: str, *groups: int, kind=Process.Kind.IMPORT, label="people.csv", by=None) -> Process:
        return actions.begin(kind, GroupLock.Mode(mode), groups, label=label, by=by)

    return begin
