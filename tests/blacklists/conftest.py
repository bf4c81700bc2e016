from collections.abc import Callable

import pytest

from tidings.blacklists import actions
from tidings.blacklists.models import Entry


@pytest.fixture
def bar(db) -> Callable[..., Entry]:
    """Puts a pattern on the list of a group, or of the system."""
    return lambda pattern, group=None, **rest: actions.add(
        pattern, group, source=Entry.Source.PAGE, by=None, **rest
    )[0]
