"""Reads a template with Jinja2's parser and lets through only what this language has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from tidings.messaging.personalization import tree
from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.personalization.filters import FILTERS, LANGUAGE, Parameter
from tidings.messaging.personalization.names import ROOTS

MAX_SOURCE_CHARS = 1_048_576
"""Ten times what mail programs show before they cut a message."""

MAX_PLACEHOLDERS = 1_000
"""Per part: with the longest values bounds the memory that one copy takes."""

MAX_NODES = 20_000
"""Things read in one part, so that no template occupies a worker by sheer size."""

MAX_EXPRESSION_DEPTH = 40
"""Python's own parser takes 200 brackets within each other, and each level here makes at most two."""

MAX_BLOCK_DEPTH = 10
"""Of if and for within each other; Python's compiler takes 20."""

MAX_LOOP_DEPTH = 3

PARSED_KEPT = 8
"""Trees: the parts of a message or two, which its page reads for the preview and for each check."""

CHECK = "Check braces, quotes and tags (if, elif, else, endif, for, endfor)."

ALLOWED = "Write placeholders, if and for, with comparisons, and, or, not, in and the listed filters"

FORBIDDEN = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos"), "arithmetic"),
    **dict.fromkeys(("Assign", "AssignBlock"), "an assignment"),
    **dict.fromkeys(("Macro", "CallBlock"), "a macro"),
    **dict.fromkeys(("Include", "Import", "FromImport", "Extends", "Block"), "another template"),
    **dict.fromkeys(("Dict", "Pair"), "a dictionary"),
    "Call": "a call",
    "FilterBlock": "a filter block",
    "With": "a with block",
    "Concat": "the joining sign ~",
    "Slice": "a slice",
}
"""What else Jinja2 would read, in words for the error."""

_PARSER = Environment(keep_trailing_newline=True)  # noqa: S701 - only parses; the targets escape


@lru_cache(PARSED_KEPT)
def parse(source: str, part: str) -> tree.Body:
    """The tree of a template; TemplateError with line and advice if it isn't one of this language."""
    if len(source) > MAX_SOURCE_CHARS:
        raise TemplateError(
            part=part, line=1, problem=f"it has {len(source):,} characters; {MAX_SOURCE_CHARS:,} are allowed"
        )
    try:
        template = _PARSER.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(part=part, line=error.lineno, problem=f"{error.message} {CHECK}") from error
    except (RecursionError, ValueError) as error:  # brackets by the thousand; numbers of over 4,300 digits
        problem = "an expression is too deep or a number too long. Make it simpler."
        raise TemplateError(part=part, line=1, problem=problem) from error
    return _Reader(part).body(template.body)


def tokens(source: str) -> Iterator[tuple[str, str]]:
    """Kind and text of everything in a source, in order; raises Jinja2's `TemplateSyntaxError`."""
    return ((kind, value) for _, kind, value in _PARSER.lex(source))


class _Reader:
    """Turns the nodes of one template into ours, counting and refusing."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.nodes = 0
        self.placeholders = 0
        self.expression_depth = 0
        self.block_depth = 0
        self.variables: list[str] = []

    def body(self, statements: list[nodes.Node]) -> tree.Body:
        return tuple(ours for statement in statements for ours in self._statement(statement))

    def expression(self, node: nodes.Node) -> tree.Expression:
        self._count(node)
        read = _EXPRESSIONS.get(type(node))
        if read is None:
            raise self._refused(node)
        if self.expression_depth >= MAX_EXPRESSION_DEPTH:
            raise self.error(node, f"more than {MAX_EXPRESSION_DEPTH} brackets or filters. Make it simpler.")
        self.expression_depth += 1
        ours = read(self, node)
        self.expression_depth -= 1
        return ours

    def error(self, node: nodes.Node, problem: str) -> TemplateError:
        return TemplateError(part=self.part, line=node.lineno, problem=problem)

    def _statement(self, node: nodes.Node) -> list[tree.Statement]:
        self._count(node)
        match node:
            case nodes.Output():
                return [self._piece(piece) for piece in node.nodes]
            case nodes.If():
                return [self._block(node, self._condition)]
            case nodes.For():
                return [self._block(node, self._loop)]
        raise self._refused(node)

    def _piece(self, node: nodes.Expr) -> tree.Statement:
        if isinstance(node, nodes.TemplateData):
            return tree.Text(node.data)
        self.placeholders += 1
        if self.placeholders > MAX_PLACEHOLDERS:
            raise self.error(node, f"more than {MAX_PLACEHOLDERS:,} placeholders. Use fewer.")
        return tree.Slot(self.expression(node), node.lineno)

    def _block(self, node: nodes.Stmt, read: Callable[[Any], tree.Statement]) -> tree.Statement:
        if self.block_depth >= MAX_BLOCK_DEPTH:
            raise self.error(node, f"more than {MAX_BLOCK_DEPTH} blocks within each other. Make it simpler.")
        self.block_depth += 1
        ours = read(node)
        self.block_depth -= 1
        return ours

    def _condition(self, node: nodes.If) -> tree.Condition:
        branches = tuple((self.expression(one.test), self.body(one.body)) for one in (node, *node.elif_))
        return tree.Condition(branches, self.body(node.else_), node.lineno)

    def _loop(self, node: nodes.For) -> tree.Loop:
        variable = self._loop_variable(node)
        items = self.expression(node.iter)
        depth = len(self.variables)
        self.variables.append(variable)
        body = self.body(node.body)
        self.variables.pop()
        return tree.Loop(depth, items, body, self.body(node.else_), node.lineno)

    def _loop_variable(self, node: nodes.For) -> str:
        if node.test is not None or node.recursive:
            raise self.error(node, "a loop with a condition or recursive. Put an if inside the loop.")
        if not isinstance(node.target, nodes.Name):
            raise self.error(node, "a loop with several variables. Use one.")
        if len(self.variables) >= MAX_LOOP_DEPTH:
            raise self.error(node, f"more than {MAX_LOOP_DEPTH} loops within each other. Use fewer.")
        if node.target.name in (*ROOTS, *self.variables):
            raise self.error(node, f"the loop variable {node.target.name} has a meaning here. Rename it.")
        return node.target.name

    def _count(self, node: nodes.Node) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.error(node, f"more than {MAX_NODES:,} things to do. Make the template smaller.")

    def _refused(self, node: nodes.Node) -> TemplateError:
        kind = type(node).__name__
        return self.error(node, f"{FORBIDDEN.get(kind, kind)} is not part of this language. {ALLOWED}.")

    # Expressions, called through the table below

    def constant(self, node: nodes.Const) -> tree.Expression:
        return tree.Constant(node.value)

    def negative(self, node: nodes.Neg) -> tree.Expression:
        if not isinstance(node.node, nodes.Const) or type(node.node.value) not in (int, float):
            raise self._refused(node)
        return tree.Constant(-node.node.value)

    def variable(self, node: nodes.Name) -> tree.Expression:
        if node.name in self.variables:
            return tree.Item(self.variables.index(node.name))
        if node.name in ROOTS:
            raise self.error(node, f"{node.name} alone is no value. Write {node.name}.name of the attribute.")
        raise self.error(
            node, f"{node.name} is not known. Write contact.{node.name} or one of {_listing(ROOTS)}."
        )

    def attribute(self, node: nodes.Getattr) -> tree.Expression:
        return self._lookup(node, node.node, node.attr)

    def subscript(self, node: nodes.Getitem) -> tree.Expression:
        name = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if not isinstance(name, str):
            raise self.error(node, 'brackets hold a name in quotes, such as contact["Shoe size"].')
        return self._lookup(node, node.node, name)

    def _lookup(self, node: nodes.Expr, owner: nodes.Expr, name: str) -> tree.Lookup:
        if not isinstance(owner, nodes.Name):
            raise self.error(node, f"values have no parts, so .{name} can't stand here. Remove it.")
        if owner.name not in ROOTS:
            raise self.error(node, f"{owner.name} is not known. Use one of {_listing(ROOTS)}.")
        if name.startswith("__"):
            raise self.error(node, f"names don't begin with two underscores. Remove {name}.")
        return tree.Lookup(owner.name, name, node.lineno)

    def comparison(self, node: nodes.Compare) -> tree.Expression:
        if len(node.ops) != 1:
            raise self.error(node, "two comparisons in a row. Write a < b and b < c.")
        operand = node.ops[0]
        return tree.Compared(operand.op, self.expression(node.expr), self.expression(operand.expr))

    def joined(self, node: nodes.And | nodes.Or) -> tree.Expression:
        kind, terms = type(node), [node.right]
        left = node.left
        while isinstance(left, kind):  # `a or b or c` is read as `(a or b) or c`, however many there are
            terms.append(left.right)
            left = left.left
        in_order = tuple(self.expression(term) for term in (left, *reversed(terms)))
        return tree.Joined("and" if kind is nodes.And else "or", in_order)

    def negation(self, node: nodes.Not) -> tree.Expression:
        return tree.Negated(self.expression(node.node))

    def choice(self, node: nodes.CondExpr) -> tree.Expression:
        otherwise = self.expression(node.expr2) if node.expr2 else tree.Constant(None)
        return tree.Chosen(self.expression(node.test), self.expression(node.expr1), otherwise)

    def listing(self, node: nodes.List | nodes.Tuple) -> tree.Expression:
        return tree.Listed(tuple(self.expression(item) for item in node.items))

    def test(self, node: nodes.Test) -> tree.Expression:
        if node.name not in ("defined", "undefined", "none"):
            raise self.error(node, f'the test "is {node.name}" is not known. Use is defined or is none.')
        missing = tree.Missing(self.expression(node.node))
        return tree.Negated(missing) if node.name == "defined" else missing

    def filtered(self, node: nodes.Filter) -> tree.Expression:
        if node.name not in FILTERS:
            raise self.error(node, f"the filter {node.name} is not known. Use one of {_listing(FILTERS)}.")
        if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
            raise self.error(node, f"the filter {node.name} takes its arguments one by one.")
        given = self._arguments(node)
        arguments = tuple(
            self._argument(node, parameter, given.get(parameter.name))
            for parameter in FILTERS[node.name].parameters
        )
        return tree.Filtered(node.name, self.expression(node.node), arguments)

    def _arguments(self, node: nodes.Filter) -> Mapping[str, nodes.Expr]:
        names = [parameter.name for parameter in FILTERS[node.name].parameters]
        by_name: list[tuple[str, nodes.Expr]] = [(pair.key, pair.value) for pair in _pairs(node)]
        given = [*zip(names, node.args, strict=False), *by_name]
        fits = len(node.args) <= len(names) and {name for name, _ in by_name} <= set(names)
        if not fits or len({name for name, _ in given}) < len(given):
            takes = f"takes {_listing(names)}" if names else "takes no arguments"
            raise self.error(node, f"the filter {node.name} {takes}.")
        return dict(given)

    def _argument(
        self, node: nodes.Filter, parameter: Parameter, given: nodes.Expr | None
    ) -> tree.Expression:
        if given is None and parameter is LANGUAGE:
            return tree.Language()
        if given is None and not parameter.required:
            return tree.Constant(parameter.standard)
        ours = self.expression(given) if given is not None else tree.Constant(None)
        if parameter.check is None:
            return ours
        advice = parameter.check(ours.value if isinstance(ours, tree.Constant) else ours)
        if advice:
            raise self.error(node, f"{parameter.name} of the filter {node.name} must be {advice}.")
        return ours


def _pairs(node: nodes.Filter) -> list[Any]:
    """The keyword arguments; Jinja2 annotates them as something else than it builds."""
    return list(node.kwargs)


def _listing(names: Iterable[str]) -> str:
    return ", ".join(names)


_EXPRESSIONS: Mapping[type[nodes.Node], Callable[[_Reader, Any], tree.Expression]] = {
    nodes.Const: _Reader.constant,
    nodes.Neg: _Reader.negative,
    nodes.Name: _Reader.variable,
    nodes.Getattr: _Reader.attribute,
    nodes.Getitem: _Reader.subscript,
    nodes.Compare: _Reader.comparison,
    nodes.And: _Reader.joined,
    nodes.Or: _Reader.joined,
    nodes.Not: _Reader.negation,
    nodes.CondExpr: _Reader.choice,
    nodes.List: _Reader.listing,
    nodes.Tuple: _Reader.listing,
    nodes.Test: _Reader.test,
    nodes.Filter: _Reader.filtered,
}
