"""What a person says where people are narrowed: a rule as text, or the name of a saved one."""

from dataclasses import dataclass

from tidings.kernel.errors import TidingsError
from tidings.selections import language, saved
from tidings.selections.models import Selection
from tidings.selections.rules.tree import Rule


class TwoRules(TidingsError):
    """Give a rule or a saved selection, not both."""


@dataclass(frozen=True)
class Chosen:
    """A rule, and the saved selection that it comes from, if it does."""

    rule: Rule
    selection: Selection | None = None

    @property
    def text(self) -> str:
        """The rule as it is frozen: things stand in it by their numbers."""
        return language.stored(self.rule)


def chosen(where: str = "", selection: str | int | None = None) -> Chosen | None:
    """What is chosen by a rule or by the name or id of a saved one; None if neither is said.

    Raises `BadRule`, `NotFound` and `TwoRules`.
    """
    where, name = where.strip(), str("" if selection is None else selection).strip()
    if where and name:
        raise TwoRules
    if name:
        found = saved.find(name)
        return Chosen(language.rule_of(found.pk), found)
    return Chosen(language.parse(where)) if where else None
