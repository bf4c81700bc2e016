"""From tree to text: one way to write each rule. What it writes is read back as the same tree."""

from tidings.attributes import rules as attributes
from tidings.attributes.criteria import Thing
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.relations import ANNIVERSARIES, FORMS, Takes
from tidings.selections.rules.tokens import quoted
from tidings.selections.rules.tree import And, Condition, Not, Or, Rule, Value


def write(rule: Rule, catalogue: Catalogue, *, by_number: bool = False) -> str:
    """The rule's text. Categories and selections stand in it by name, or `by_number`, which lasts longer."""
    return _Writer(catalogue, by_number=by_number).rule(rule)


class _Writer:
    def __init__(self, catalogue: Catalogue, *, by_number: bool) -> None:
        self.catalogue = catalogue
        self.by_number = by_number

    def rule(self, rule: Rule) -> str:
        match rule:
            case Or(parts):
                return " or ".join(self.inside(part, Or) for part in parts)
            case And(parts):
                return " and ".join(self.inside(part, (And, Or)) for part in parts)
            case Not(part):
                return f"not {self.inside(part, (And, Or))}"
        return self.condition(rule)

    def inside(self, part: Rule, wrapped: type | tuple[type, ...]) -> str:
        """A part, in parentheses where it would be read otherwise without them."""
        return f"({self.rule(part)})" if isinstance(part, wrapped) else self.rule(part)

    def condition(self, condition: Condition) -> str:
        criterion, form = self.catalogue.criteria[condition.field], FORMS[condition.relation]
        head, words = self.catalogue.spelled(criterion), form.words
        if criterion.anniversary and condition.relation in ANNIVERSARIES:
            head, words = criterion.anniversary, words.removeprefix("anniversary ")
        scope = (
            f"{criterion.scope.words} {condition.scope.number}" if criterion.scope and condition.scope else ""
        )
        values = self.values(condition, form.takes, by_name=criterion.is_named and not self.by_number)
        return " ".join(filter(None, (head, scope, words, values, form.end)))

    def values(self, condition: Condition, takes: Takes, *, by_name: bool) -> str:
        written = [self.value(value, by_name=by_name) for value in condition.values]
        if takes is Takes.TWO:
            return " and ".join(written)
        return f"({', '.join(written)})" if takes is Takes.MANY or len(written) > 1 else "".join(written)

    @staticmethod
    def value(value: Value, *, by_name: bool) -> str:
        match value:
            case bool():
                return "yes" if value else "no"
            case int() | float():
                return attributes.as_text(value)
            case str():
                return quoted(value)
            case Thing(number, name):
                return quoted(name) if by_name and name else str(number)
        return str(value)
