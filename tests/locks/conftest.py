import pytest

from tidings.locks import actions
from tidings.locks.models import Process

KINDS = {"shared": Process.Kind.EXPORT, "exclusive": Process.Kind.IMPORT}


@pytest.fixture
def begin(db):
    """Starts a process on groups, by their ids: a sendout, an export or an import, as the mode of its lock wants."""

    def begin(mode: str, *groups: int, kind=None, label="people.csv", by=None) -> Process:
        return actions.begin(kind or KINDS[mode], groups, label=label, by=by)

    return begin
