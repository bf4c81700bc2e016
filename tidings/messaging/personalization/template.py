"""One part of a message, compiled: the whole way from source to filled text."""

from collections.abc import Callable
from dataclasses import dataclass

from tidings.messaging.personalization import tree
from tidings.messaging.personalization.errors import RenderError, TemplateError, ValueProblemError
from tidings.messaging.personalization.fold import Surroundings, check_names, fold
from tidings.messaging.personalization.generate import Fill, Piece, Target, Values, generate
from tidings.messaging.personalization.names import Name
from tidings.messaging.personalization.parse import parse
from tidings.messaging.personalization.values import Escape, escaped, text

NOTHING: Values = {}
LONE_SURROGATE = "half a character (a lone surrogate)"


def _same(static: str) -> str:
    return static


@dataclass(frozen=True)
class Template:
    """A part read, checked and folded."""

    part: str
    body: tree.Body
    escape: Escape

    def compiled(self, target: Target[Piece]) -> Fill[Piece]:
        """The function that fills it with contact, member and link values and parameters; it raises RenderError."""
        try:
            return _naming_the_part(self.part, generate(self.body, target))
        except UnicodeEncodeError as error:
            raise TemplateError(
                part=self.part, line=1, problem=f"it holds {LONE_SURROGATE}. Remove it."
            ) from error

    def text(self) -> Callable[[Values, Values, Values, Values], str]:
        """The function that fills it and gives its text; it raises RenderError."""
        fill = self.compiled(
            Target(static=_same, slot=escaped if self.escape is not Escape.NOTHING else text)
        )
        return lambda *values: "".join(fill(*values))


def read_template(source: str, part: str, around: Surroundings, escape: Escape) -> Template:
    """Compiles the source of a part as far as it goes without a contact; TemplateError says what is wrong."""
    body = parse(source, part)
    check_names(body, part, around.known)
    return Template(part, fold(body, part, around, escape), escape)


def used_names(source: str, part: str) -> frozenset[Name]:
    """Every attribute the source refers to, in the author's spelling; TemplateError if it is no template."""
    expressions = tree.all_expressions(parse(source, part))
    return frozenset(Name(one.root, one.name) for one in expressions if isinstance(one, tree.Lookup))


def _naming_the_part(part: str, fill: Fill[Piece]) -> Fill[Piece]:
    """The same function, whose errors name the part."""

    def named(contact: Values, member: Values, links: Values, param: Values = NOTHING) -> list[Piece]:
        try:
            return fill(contact, member, links, param)
        except ValueProblemError as error:
            raise RenderError(part=part, reason=error) from error
        except UnicodeEncodeError as error:
            raise RenderError(
                part=part, reason="a value holds half a character (a lone surrogate)"
            ) from error
        except ArithmeticError as error:  # of comparing a signalling NaN
            raise RenderError(part=part, reason="a number can't be compared: it is no number") from error

    return named
