import io

import pytest

from tests.workers import NAME
from tidings.imports import actions
from tidings.imports.models import Import
from tidings.imports.queries import find
from tidings.locks import work
from tidings.memberships.models import Membership
from tidings.memberships.queries import count_members

OUTCOMES = (
    "created", "joined", "updated", "unchanged", "removed", "ignored", "kept_out", "duplicates", "rejected",
)  # fmt: skip


@pytest.fixture
def start(committed):
    """Starts an import of a text or of bytes into a group."""

    def start(group, content: str | bytes, **options) -> Import:
        file = io.BytesIO(content.encode() if isinstance(content, str) else content)
        return actions.start(group, file, filename="people.csv", by=None, **options)

    return start


@pytest.fixture
def finish():
    """Runs a started import here and now; checks that every row has one outcome and the kept number is true."""

    def finish(run: Import) -> Import:
        assert work.run(run.process_id, NAME)
        run = find(run.pk)
        if run.state == "finished":
            assert sum(getattr(run, name) for name in OUTCOMES) == run.rows
        members = Membership.objects.filter(group=run.group_id).count()
        assert count_members([run.group_id])[run.group_id].total == members
        return run

    return finish


@pytest.fixture
def import_file(start, finish):
    """Imports a text or bytes into a group, from the start to the report."""
    return lambda group, content, **options: finish(start(group, content, **options))


@pytest.fixture
def outcomes():
    """The outcomes of an import that are not zero."""

    def outcomes(run: Import) -> dict[str, int]:
        return {name: getattr(run, name) for name in OUTCOMES if getattr(run, name)}

    return outcomes


@pytest.fixture
def reasons():
    """Line and reason of each rejected row."""
    return lambda run: list(run.rejects.order_by("line").values_list("line", "reason"))
