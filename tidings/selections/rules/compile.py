"""From tree to one SQL statement. Values are parameters; all SQL comes from criteria and from `meaning`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tidings.attributes.criteria import Criterion, Thing
from tidings.selections.errors import BadRule, RuleTooLarge, SelectionCycle, SelectionsTooDeep
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.days import Moment
from tidings.selections.rules.meaning import test_of
from tidings.selections.rules.relations import FORMS
from tidings.selections.rules.tree import And, Condition, Not, Or, Relation, Rule

SELECTION = "in selection"
SELECTIONS_DEEP_AT_MOST = 10
CONDITIONS_AT_MOST = 1_000  # with those of all selections in it


@dataclass(frozen=True, slots=True)
class Sql:
    """A test of one contact. It may be NULL instead of false, unless it `is_certain`.

    `opposite` is the best way to write that it is false or NULL, where that isn't a NOT before it.
    """

    text: str
    is_certain: bool = False
    opposite: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a rule is compiled for. `group` is the one at hand; `others` gives the rules of saved selections."""

    catalogue: Catalogue
    moment: Moment
    others: Callable[[int], Rule]
    group: int | None = None


@dataclass
class Params:
    """The parameters of one statement; their names begin with `rule_`."""

    values: dict[str, object] = field(default_factory=dict)
    conditions: int = 0

    def bind(self, value: object, type_name: str) -> str:
        """A new parameter, as SQL."""
        name = f"rule_{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{type_name}"


class Compiler:
    """Puts the tests of rules together that share one statement and its parameters."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.params = Params()
        self._path: tuple[Thing, ...] = ()

    def test(self, rule: Rule) -> str:
        """SQL that is true for the contacts that the rule picks, and else false or NULL."""
        return self._sql(rule).text

    def _sql(self, rule: Rule) -> Sql:
        match rule:
            case And(parts):
                return _all_of(list(map(self._sql, parts)))
            case Or(parts):
                return _any_of(list(map(self._sql, parts)))
            case Not(part):
                return _denied(self._sql(part))
        return self._condition(rule)

    def _condition(self, condition: Condition) -> Sql:
        self.params.conditions += 1
        if self.params.conditions > CONDITIONS_AT_MOST:
            raise RuleTooLarge(conditions=CONDITIONS_AT_MOST)
        if condition.field == SELECTION:
            return _any_of([self._other(one) for one in condition.values if isinstance(one, Thing)])
        opposite = FORMS[condition.relation].opposite
        if opposite:
            return _denied(self._asked(replace(condition, relation=opposite)))
        return self._asked(condition)

    def _asked(self, condition: Condition) -> Sql:
        criterion = self.ground.catalogue.criteria.get(condition.field)
        if criterion is None:
            raise BadRule(why=f"There is no criterion {condition.field} any more.", place="")
        asked = Asked(condition, criterion, self.ground, self.params.bind)
        found = criterion.sql(asked)
        tests = (found,) if isinstance(found, str) else found
        return _any_of([Sql(test, criterion.is_certain) for test in tests])

    def _other(self, value: Thing) -> Sql:
        """The rule of another selection, in its place."""
        if value in self._path:
            path = " > ".join(f"“{one.name or one.number}”" for one in (*self._path, value))
            raise SelectionCycle(name=value.name or value.number, path=path)
        if len(self._path) == SELECTIONS_DEEP_AT_MOST:
            raise SelectionsTooDeep(depth=SELECTIONS_DEEP_AT_MOST)
        self._path = (*self._path, value)
        found = self._sql(self.ground.others(value.number))
        self._path = self._path[:-1]
        return found


def _all_of(tests: Sequence[Sql]) -> Sql:
    return Sql(f"({' AND '.join(one.text for one in tests)})", all(one.is_certain for one in tests))


def _any_of(tests: Sequence[Sql]) -> Sql:
    """The opposite is that each is false, by itself: only so the planner sees joins in it."""
    if len(tests) == 1:
        return tests[0]
    text = f"({' OR '.join(one.text for one in tests)})"
    none = f"({' AND '.join(_denied(one).text for one in tests)})"
    return Sql(text, all(one.is_certain for one in tests), opposite=none)


def _denied(test: Sql) -> Sql:
    """True where the test is false or NULL. A plain NOT lets the planner join, where nothing is NULL."""
    plain = f"NOT ({test.text})" if test.is_certain else f"({test.text}) IS NOT TRUE"
    return Sql(test.opposite or plain, is_certain=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition, as its criterion sees it: a `criteria.Question`."""

    condition: Condition
    criterion: Criterion
    ground: Ground
    bind: Callable[[object, str], str]

    @property
    def contact(self) -> str:
        """SQL of the contact's id."""
        return "contact.id" if self.ground.group is None else "member.contact_id"

    @property
    def is_at_hand(self) -> bool:
        """Whether the membership in the group at hand is asked about."""
        return self.condition.scope is None and self.ground.group is not None

    @property
    def group(self) -> int | None:
        """The group that is named, or else the one at hand."""
        return self.scope or self.ground.group

    @property
    def scope(self) -> int | None:
        """The thing to which the condition is narrowed."""
        return self.condition.scope.number if self.condition.scope else None

    @property
    def things(self) -> list[int]:
        """The numbers of the things that are compared."""
        return [value.number for value in self.condition.values if isinstance(value, Thing)]

    def holds(self, expression: str) -> str:
        """SQL that is true where the relation holds for `expression`."""
        if self.condition.relation is Relation.IS:
            return "true"
        return test_of(self.condition, self.criterion, expression, self.bind, self.ground.moment)
