"""Does at compile time what is the same in every copy: constants, dead branches, neighbouring text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tidings.messaging.personalization import tree
from tidings.messaging.personalization.errors import TemplateError, ValueProblemError
from tidings.messaging.personalization.generate import evaluate
from tidings.messaging.personalization.names import CONSTANT_ROOTS, KnownNames, fold_name
from tidings.messaging.personalization.values import Escape, listed

Result = TypeVar("Result")

STANDARD_LANGUAGE = "en"
"""Of dates and numbers, where neither the contact nor the message has a language."""


@dataclass(frozen=True)
class Surroundings:
    """What a template is compiled within.

    `constants` maps the roots `group` and `message` to their values under folded names; `known` says which
    names exist.
    """

    constants: Mapping[str, Mapping[str, object]]
    known: KnownNames

    def value(self, root: str, name: str) -> object:
        """The group's or message's value, None if it has none."""
        return self.constants[root].get(fold_name(name))


def surroundings(
    group: Mapping[str, object], message: Mapping[str, object], known: KnownNames | None = None
) -> Surroundings:
    """The surroundings for these values; without `known` every name is taken as one that may be missing."""
    values = {"group": group, "message": message}
    constants = {root: {fold_name(name): value for name, value in values[root].items()} for root in values}
    return Surroundings(constants, known or KnownNames())


def check_names(body: tree.Body, part: str, known: KnownNames) -> None:
    """Raises TemplateError at the first name that doesn't exist."""
    for expression in tree.all_expressions(body):
        if isinstance(expression, tree.Lookup):
            _check_name(expression, part, known)


def fold(body: tree.Body, part: str, around: Surroundings, escape: Escape) -> tree.Body:
    """The same template with everything done that needs no contact."""
    return _Folder(part, around, escape).body(body)


def _check_name(lookup: tree.Lookup, part: str, known: KnownNames) -> None:
    try:
        known.spelling(lookup.root, lookup.name)
    except KeyError:
        alike = known.alike(lookup.root, lookup.name)
        advice = f'Did you mean "{alike}"?' if alike else "Correct it, or create the attribute."
        problem = f'{lookup.root} has no "{lookup.name}". {advice}'
        raise TemplateError(part=part, line=lookup.line, problem=problem) from None


@dataclass(frozen=True)
class _Folder:
    part: str
    around: Surroundings
    escape: Escape

    def body(self, body: Iterable[tree.Statement]) -> tree.Body:
        """Folded statements, with no two texts in a row."""
        merged: list[tree.Statement] = []
        for statement in body:
            for folded in self._statement(statement):
                last = merged[-1] if merged else None
                if isinstance(folded, tree.Text) and isinstance(last, tree.Text):
                    merged[-1] = tree.Text(last.text + folded.text)
                else:
                    merged.append(folded)
        return tuple(merged)

    def _statement(self, statement: tree.Statement) -> tree.Body:
        match statement:
            case tree.Text():
                return (tree.Text(self.escape.static(statement.text)),)
            case tree.Slot():
                return (self._slot(statement),)
            case tree.Condition():
                return self._condition(statement)
            case tree.Loop():
                return self._loop(statement)

    def _slot(self, slot: tree.Slot) -> tree.Statement:
        folded = self._expression(slot.expression, slot.line)
        if isinstance(folded, tree.Constant):
            return tree.Text(self._try(slot.line, self.escape.value_text, folded.value))
        return tree.Slot(folded, slot.line)

    def _condition(self, condition: tree.Condition) -> tree.Body:
        branches = []
        otherwise = condition.otherwise
        for test, then in condition.branches:
            folded = self._expression(test, condition.line)
            if not isinstance(folded, tree.Constant):
                branches.append((folded, self.body(then)))
            elif folded.value:
                otherwise = then
                break
        if not branches:
            return self.body(otherwise)
        return (tree.Condition(tuple(branches), self.body(otherwise), condition.line),)

    def _loop(self, loop: tree.Loop) -> tree.Body:
        items = self._expression(loop.items, loop.line)
        if isinstance(items, tree.Constant) and not self._try(loop.line, listed, items.value):
            return self.body(loop.empty)
        return (tree.Loop(loop.depth, items, self.body(loop.body), self.body(loop.empty), loop.line),)

    def _expression(self, expression: tree.Expression, line: int) -> tree.Expression:
        match expression:
            case tree.Lookup(root, name):
                return self._lookup(root, name, line)
            case tree.Language():
                return self._language(line)
            case tree.Chosen(test):
                return self._choice(expression, self._expression(test, line), line)
        parts = tuple(self._expression(part, line) for part in tree.operands(expression))
        rebuilt = tree.with_operands(expression, parts)
        if parts and all(isinstance(part, tree.Constant) for part in parts):
            return tree.Constant(self._try(line, evaluate, rebuilt))
        return rebuilt

    def _choice(self, choice: tree.Chosen, test: tree.Expression, line: int) -> tree.Expression:
        if isinstance(test, tree.Constant):
            return self._expression(choice.then if test.value else choice.otherwise, line)
        return tree.Chosen(
            test, self._expression(choice.then, line), self._expression(choice.otherwise, line)
        )

    def _lookup(self, root: str, name: str, line: int) -> tree.Expression:
        if root in CONSTANT_ROOTS:
            return tree.Constant(self.around.value(root, name))
        return tree.Lookup(root, self.around.known.spelling(root, name), line)

    def _language(self, line: int) -> tree.Expression:
        standard = tree.Constant(self.around.value("message", "language") or STANDARD_LANGUAGE)
        try:
            return tree.Joined("or", (self._lookup("contact", "language", line), standard))
        except KeyError:  # the caller's contacts have no language
            return standard

    def _try(self, line: int, function: Callable[[Any], Result], argument: object) -> Result:
        try:
            return function(argument)
        except ValueProblemError as error:
            problem = f"{error}. Correct the value or the template."
            raise TemplateError(part=self.part, line=line, problem=problem) from error
