"""Writes the Python function that fills one template, and compiles it.

The written source holds nothing from the template: every name in it is ours, and every text and number of the
template is handed to it as a value. So there is nothing to escape from.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, NoReturn, TypeVar

from tidings.messaging.personalization import tree
from tidings.messaging.personalization.errors import ValueProblemError
from tidings.messaging.personalization.filters import FILTERS
from tidings.messaging.personalization.names import COPY_ROOTS
from tidings.messaging.personalization.values import at_most, contains, less, listed

MAX_LOOP_STEPS = 100_000
"""Per copy and part. A round costs a step and one more for each thing in it, so this bounds the product of
nested loops and heavy bodies alike."""

MAX_PART_SIZE = 1_048_576
"""Characters or bytes of one filled part; mail programs cut at a tenth of that."""

MAX_LOOP_SECONDS = 10.0
"""Per copy and part, whatever its rounds do; far above what they take on a busy machine. Only loops ask the clock."""

Piece = TypeVar("Piece", str, bytes)
Values = Mapping[str, object]
Fill = Callable[[Values, Values, Values, Values], list[Piece]]
"""Contact, member and link values and parameters in, the pieces of one copy out."""


@dataclass(frozen=True)
class Target(Generic[Piece]):
    """The form of the pieces: how text that is the same in all copies becomes one, and how a value does."""

    static: Callable[[str], Piece]
    slot: Callable[[object], Piece]


_COMPARISONS = {
    "eq": "({left} == {right})",
    "ne": "({left} != {right})",
    "lt": "less({left}, {right})",
    "lteq": "at_most({left}, {right})",
    "gt": "less({right}, {left})",
    "gteq": "at_most({right}, {left})",
    "in": "contains({right}, {left})",
    "notin": "(not contains({right}, {left}))",
}


def generate(body: tree.Body, target: Target[Piece]) -> Fill[Piece]:
    """The function that fills this folded template; it raises ValueProblemError where a value doesn't fit."""
    writer = _Writer(target)
    writer.write_function(body)
    exec(compile("\n".join(writer.lines), "<template>", "exec"), writer.namespace)  # noqa: S102 - see the top
    fill: Fill[Piece] = writer.namespace["fill"]
    return fill


def evaluate(expression: tree.Expression) -> object:
    """The value of an expression that needs no contact; ValueProblemError where a value doesn't fit."""
    writer = _Expressions()
    return eval(writer.expression(expression), writer.namespace)  # noqa: S307 - see the top of the file


class _Expressions:
    """Writes expressions; `namespace` holds all they refer to."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {
            "__builtins__": {},
            **{rule.function.__name__: rule.function for rule in FILTERS.values()},
            **{function.__name__: function for function in (less, at_most, contains, listed, exceeded)},
        }

    def constant(self, value: object) -> str:
        name = f"k{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def expression(self, expression: tree.Expression) -> str:  # noqa: PLR0911 - one kind a line
        parts = [self.expression(part) for part in tree.operands(expression)]
        match expression:
            case tree.Constant(value):
                return self.constant(value)
            case tree.Lookup(root, name):
                return f"{root}({self.constant(name)})"
            case tree.Item(depth):
                return f"item{depth}"
            case tree.Filtered(name):
                return f"{FILTERS[name].function.__name__}({', '.join(parts)})"
            case tree.Compared(operator):
                return _COMPARISONS[operator].format(left=parts[0], right=parts[1])
            case tree.Joined(operator):
                return f"({f' {operator} '.join(parts)})"
            case tree.Negated():
                return f"(not {parts[0]})"
            case tree.Missing():
                return f"({parts[0]} is None)"
            case tree.Chosen():
                return f"({parts[1]} if {parts[0]} else {parts[2]})"
        return f"[{', '.join(parts)}]"


class _Writer(_Expressions, Generic[Piece]):
    """Writes the statements of one function.

    Placeholders in a row become one tuple. Outside of loops the template bounds their number, so the size is
    summed at the end; each round of a loop checks what is left of `room`, `steps` and the time `until` it may run.
    """

    def __init__(self, target: Target[Piece]) -> None:
        super().__init__()
        self.static: Callable[[str], Piece] = target.static
        self.namespace |= {"slot": target.slot, "sum": sum, "map": map, "len": len, "clock": monotonic}
        self.lines: list[str] = []
        self.indent = 0
        self.loops = 0

    def write_function(self, body: tree.Body) -> None:
        """Writes `fill`."""
        self.line(f"def fill({', '.join(COPY_ROOTS)}):")
        with self.indented():
            for root in COPY_ROOTS:
                self.line(f"{root} = {root}.get")
            self.line("out = []")
            self.line(f"room, steps, until = {MAX_PART_SIZE}, {MAX_LOOP_STEPS}, 0.0")
            self.write_body(body)
            self.line(f"if sum(map(len, out)) > {MAX_PART_SIZE}: exceeded(steps, -1)")
            self.line("return out")

    def write_body(self, body: tree.Body) -> None:
        """Writes statements, those in a row that only put out something as one."""
        row: list[str] = []
        for statement in body:
            match statement:
                case tree.Text() | tree.Slot():
                    row.append(self.piece(statement))
                case tree.Condition():
                    self.write_pieces(row)
                    self.write_condition(statement)
                case tree.Loop():
                    self.write_pieces(row)
                    self.write_loop(statement)
        self.write_pieces(row)

    def write_pieces(self, row: list[str]) -> None:
        """Writes the placing of these pieces and empties the row."""
        if not row:
            return
        self.line(f"pieces = ({', '.join(row)},)")
        row.clear()
        self.line("out += pieces")
        if self.loops:
            self.line("room -= sum(map(len, pieces))")

    def piece(self, piece: tree.Text | tree.Slot) -> str:
        """What one text or placeholder puts out."""
        if isinstance(piece, tree.Text):
            return self.constant(self.static(piece.text))
        return f"slot({self.expression(piece.expression)})"

    def write_condition(self, condition: tree.Condition) -> None:
        """Writes an if with all its branches."""
        for number, (test, then) in enumerate(condition.branches):
            self.line(f"{'elif' if number else 'if'} {self.expression(test)}:")
            self.write_branch(then)
        self.line("else:")
        self.write_branch(condition.otherwise)

    def write_loop(self, loop: tree.Loop) -> None:
        """Writes a for and its bounds."""
        depth = loop.depth
        self.line(f"items{depth} = listed({self.expression(loop.items)})")
        if not self.loops:
            self.line(f"until = until or clock() + {MAX_LOOP_SECONDS}")
        self.line(f"for item{depth} in items{depth}:")
        with self.indented():
            self.line(f"steps -= {1 + sum(1 for _ in tree.own_expressions(loop.body))}")
            self.line("if steps < 0 or room < 0 or clock() > until: exceeded(steps, room)")
            self.loops += 1
            self.write_body(loop.body)
            self.loops -= 1
        self.line(f"if not items{depth}:")
        self.write_branch(loop.empty)

    def write_branch(self, body: tree.Body) -> None:
        """Writes a body that may be empty."""
        with self.indented():
            self.line("pass")
            self.write_body(body)

    def line(self, text: str) -> None:
        """Writes one line at the present depth."""
        self.lines.append(" " * self.indent + text)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Writes what follows one block deeper."""
        self.indent += 1
        yield
        self.indent -= 1


def exceeded(steps: int, room: int) -> NoReturn:
    """Says which bound a copy has gone over."""
    if steps < 0:
        raise ValueProblemError(f"its loops take more than {MAX_LOOP_STEPS:,} steps; shorten the lists")
    if room >= 0:
        raise ValueProblemError(f"its loops take over {MAX_LOOP_SECONDS:g} seconds; shorten the lists")
    raise ValueProblemError(f"it gets larger than {MAX_PART_SIZE:,} characters; shorten the values")
