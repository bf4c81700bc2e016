"""What may be commanded of several groups at once: to change their category, to archive and to activate them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from tidings.accounts.models import User
from tidings.groups import lifecycle
from tidings.groups.actions import update_settings
from tidings.groups.models import Group
from tidings.kernel.several import Outcome, each

Act = Literal["category", "archive", "activate"]


def act(what: Act, groups: Iterable[Group], *, category: str = "", by: User | None) -> Outcome[Group]:
    """Does it with each group; `category` is the new one, made if there is none of that name; empty takes it away."""
    deeds: Mapping[str, Callable[[Group], object]] = {
        "category": lambda group: update_settings(group, {"general": {"category": category}}, by=by),
        "archive": lambda group: lifecycle.archive(group, by=by),
        "activate": lambda group: lifecycle.activate(group, by=by),
    }
    return each(groups, deeds[what])
