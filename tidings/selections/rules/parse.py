"""From text to tree, by recursive descent. Every fault says at which place what was expected.

rule      = all { "or" all }
all       = part { "and" part }
part      = "not" part | "(" rule ")" | condition
condition = criterion [ scope ] [ relation [ value ... ] ]
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from tidings.attributes.criteria import Criterion, Kind, Scope, Thing
from tidings.selections.errors import BadRule
from tidings.selections.rules import values
from tidings.selections.rules.catalogue import MEMBER, PROFILE, Catalogue
from tidings.selections.rules.relations import ANNIVERSARIES, FORMS, RELATIONS, Takes, takes, units
from tidings.selections.rules.tokens import Sort, Token, tokens
from tidings.selections.rules.tree import And, Condition, Not, Or, Period, Relation, Rule, Unit, Value

DEPTH_AT_MOST = 30
CONDITIONS_AT_MOST = 200
VALUES_AT_MOST = 20_000

_UNITS = {form: unit for unit in Unit for form in (unit.value, unit.value.removesuffix("s"))}
_ANNIVERSARY = "anniversary "
AnyValue = TypeVar("AnyValue")


def parse(text: str, catalogue: Catalogue) -> Rule:
    """The rule that a text says; raises `BadRule`."""
    return _Parser(text, catalogue).whole()


class _Parser:
    def __init__(self, text: str, catalogue: Catalogue) -> None:
        self.text = text
        self.catalogue = catalogue
        self.tokens = tokens(text)
        self.place = 0
        self.depth = 0
        self.conditions = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def whole(self) -> Rule:
        """The whole text as a rule."""
        if self.here.sort is Sort.END:
            raise self.fault('There is no rule. Begin with a condition, such as city = "Berlin".')
        rule = self.rule()
        if self.place < len(self.tokens) - 1:
            raise self.fault(f"Here “and”, “or” or the end was expected, not “{self.here.text}”.")
        return rule

    def rule(self) -> Rule:
        """Parts of which one is enough."""
        parts = list(self.separated("or", self.all_of))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Rule:
        """Parts that all must hold; `and` binds closer than `or`."""
        parts = list(self.separated("and", self.part))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def separated(self, word: str, read: Callable[[], Rule]) -> Iterator[Rule]:
        """What stands between words such as `and`."""
        yield read()
        while self.took(word):
            yield read()

    def part(self) -> Rule:
        """A condition, the opposite of a part, or a rule in parentheses."""
        start = self.here
        if self.took("not"):
            self.go_down(start)
            inner: Rule = Not(self.part())
        elif self.took("("):
            self.go_down(start)
            inner = self.rule()
            self.demand(")", "A parenthesis is open. Close it with “)”, or go on with “and” or “or”.")
        else:
            return self.condition()
        self.depth -= 1
        return inner

    def go_down(self, start: Token) -> None:
        self.depth += 1
        if self.depth > DEPTH_AT_MOST:
            raise self.fault(f"Parentheses and “not” go at most {DEPTH_AT_MOST} deep.", start)

    def condition(self) -> Condition:
        """One criterion with its relation and values."""
        self.conditions += 1
        if self.conditions > CONDITIONS_AT_MOST:
            raise self.fault(f"A rule has at most {CONDITIONS_AT_MOST} conditions.")
        criterion, is_nickname = self.criterion()
        scope = self.scope(criterion.scope) if criterion.scope else None
        relation = self.relation(criterion, ANNIVERSARIES if is_nickname else RELATIONS[criterion.kind])
        return Condition(criterion.name, relation, self.values(criterion, relation), scope)

    def criterion(self) -> tuple[Criterion, bool]:
        """What is asked about, and whether by the name of its anniversary."""
        start = self.here
        if start.sort is Sort.TEXT:
            self.place += 1
            return self.attribute(start.text, PROFILE, start), False
        words = self.words_ahead()
        if not words or words[0].lower() in ("and", "or"):
            said = f", not “{start.text}”" if start.text else ""
            raise self.fault(f"Here a condition was expected{said}.", start)
        if words[0].lower() in (MEMBER, PROFILE) and self.tokens[self.place + 1].sort is Sort.TEXT:
            self.place += 2
            return self.attribute(self.tokens[self.place - 1].text, words[0].lower(), start), False
        found = self.catalogue.find(words)
        if found is None:
            raise self.fault(f"There is no criterion {words[0]}.{self.catalogue.nearest(words[0])}", start)
        self.place += found[1]
        return found[0], " ".join(words[: found[1]]).lower() == found[0].anniversary

    def attribute(self, name: str, prefix: str, start: Token) -> Criterion:
        found = self.catalogue.quoted(name, prefix)
        if found is None:
            near = self.catalogue.nearest(name if prefix == PROFILE else prefix + name)
            raise self.fault(f"There is no attribute “{name}”.{near}", start)
        return found

    def words_ahead(self) -> list[str]:
        ahead = self.place
        while self.tokens[ahead].sort is Sort.WORD:
            ahead += 1
        return [token.text for token in self.tokens[self.place : ahead]]

    def scope(self, scope: Scope) -> Thing | None:
        """The thing to which the criterion is narrowed, if there is one: `in group 12`."""
        first = self.place + (self.here.word in ("in", "of"))
        if self.tokens[first].word != scope.word:
            return None
        self.place = first + 1
        return self.taken(lambda token: values.thing(token, scope.word, scope.find))

    def relation(self, criterion: Criterion, allowed: tuple[Relation, ...]) -> Relation:
        """The allowed relation that is written with the most words."""
        spelled = [
            (self.length(criterion.kind, one, words), one)
            for one in allowed
            for words in self.spellings(one, allowed)
        ]
        length, best = max(spelled, key=lambda pair: pair[0])
        if length < 0:
            choices = [_shown(self.spellings(one, allowed)[0], FORMS[one].end) for one in allowed]
            raise self.fault(f"After {criterion.label} comes one of: {', '.join(filter(None, choices))}.")
        self.place += length
        return best

    @staticmethod
    def spellings(relation: Relation, allowed: tuple[Relation, ...]) -> list[str]:
        """How a relation is written; after `birthday` the word “anniversary” isn't."""
        words = [FORMS[relation].words, *FORMS[relation].also]
        return [one.removeprefix(_ANNIVERSARY) for one in words] if allowed is ANNIVERSARIES else words

    def length(self, kind: Kind, relation: Relation, words: str) -> int:
        """How many tokens ahead are the words of a relation; -1 if they aren't there."""
        if not words:
            return 0 if self.needs_no_word(kind, relation) else -1
        wanted = words.split()
        ahead = [token.word for token in self.tokens[self.place : self.place + len(wanted)]]
        return len(wanted) if ahead == wanted else -1

    def needs_no_word(self, kind: Kind, relation: Relation) -> bool:
        """Whether a relation that isn't written may stand here."""
        if relation is Relation.AGO:
            return self.here.sort is Sort.NUMBER
        return kind is Kind.THING or self.here.sort is Sort.END or self.here.word in ("and", "or", ")")

    def values(self, criterion: Criterion, relation: Relation) -> tuple[Value, ...]:
        """What follows the relation."""
        match takes(criterion.kind, relation):
            case Takes.NOTHING:
                return ()
            case Takes.PERIOD:
                return (self.period(criterion.kind, relation),)
            case Takes.MANY:
                return self.several(criterion)
            case Takes.TWO:
                low = self.one(criterion)
                self.demand("and", "After “between” come two values with “and” between them.")
                return low, self.one(criterion)
        return (self.one(criterion),)

    def several(self, criterion: Criterion) -> tuple[Value, ...]:
        if not self.took("("):
            return (self.one(criterion),)
        found = [self.one(criterion)]
        while self.took(","):
            found.append(self.one(criterion))
            if len(found) > VALUES_AT_MOST:
                raise self.fault(f"A list has at most {VALUES_AT_MOST:,} values.")
        self.demand(")", "Values in a list are separated by commas, and “)” ends it.")
        return tuple(found)

    def one(self, criterion: Criterion) -> Value:
        return self.taken(lambda token: values.read(token, criterion))

    def taken(self, read: Callable[[Token], AnyValue]) -> AnyValue:
        """The value that the next token says."""
        try:
            found = read(self.here)
        except values.Unfit as fault:
            raise self.fault(str(fault)) from None
        self.place += 1
        return found

    def period(self, kind: Kind, relation: Relation) -> Period:
        """A number and a unit, and the word that ends the relation."""
        count = self.taken(values.count)
        unit = self.unit(units(kind, relation))
        if end := FORMS[relation].end:
            self.demand(end, f"After the period comes “{end}”.")
        return Period(count, unit)

    def unit(self, allowed: tuple[Unit, ...]) -> Unit:
        unit = _UNITS.get(self.here.word)
        if unit not in allowed:
            raise self.fault(f"After the number comes one of: {', '.join(allowed)}.")
        self.place += 1
        return unit

    def took(self, word: str) -> bool:
        """Whether the next token is this word, which is then passed."""
        if self.here.word != word:
            return False
        self.place += 1
        return True

    def demand(self, word: str, why: str) -> None:
        if not self.took(word):
            raise self.fault(why)

    def fault(self, why: str, token: Token | None = None) -> BadRule:
        """What is wrong at a token, or here."""
        return BadRule.at(self.text, (token or self.here).start, why)


def _shown(words: str, end: str) -> str:
    return f"{words} … {end}".strip() if end else words
