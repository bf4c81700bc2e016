"""What can go wrong with selections."""

from typing import Self

from tidings.kernel.errors import TidingsError

CHARACTERS_SHOWN = 60  # on each side of a fault, so that a list of ids doesn't fill the screen


class BadRule(TidingsError):
    """{why}{place}"""

    @classmethod
    def at(cls, text: str, offset: int, why: str) -> Self:
        """A fault at a place of the text: `line` and `column` begin at 1, `picture` shows the place."""
        line, begin = text.count("\n", 0, offset) + 1, text.rfind("\n", 0, offset) + 1
        column = offset - begin + 1
        error = cls(why=why, place=f" (line {line}, column {column})")
        error.facts |= {"line": line, "column": column, "offset": offset, "picture": _picture(text, offset)}
        return error

    @property
    def picture(self) -> str:
        """The line of the fault, and beneath it a caret at its place; empty if it has none."""
        return str(self.facts.get("picture", ""))


def _picture(text: str, offset: int) -> str:
    begin, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    left = max(begin, offset - CHARACTERS_SHOWN)
    right = min(len(text) if end < 0 else end, offset + CHARACTERS_SHOWN)
    return f"{text[left:right]}\n{' ' * (offset - left)}^"


class SelectionCycle(TidingsError):
    """Selection “{name}” is part of itself: {path}. Take one of them out of the other's rule."""


class SelectionsTooDeep(TidingsError):
    """The selections of this rule stand in one another more than {depth} deep. Write some of them out."""


class RuleTooLarge(TidingsError):
    """With the selections in it this rule has more than {conditions} conditions. Use fewer."""


class NameTaken(TidingsError):
    """There is a selection “{name}” already. Choose another name."""


class SelectionInUse(TidingsError):
    """Selection “{name}” is in use: {users}. Change that first."""


class TooSlow(TidingsError):
    """The answer would take longer than {seconds:g} seconds, or was asked for anew meanwhile. Ask again, or with more
    time.
    """


class BadName(TidingsError):
    """{why}"""
