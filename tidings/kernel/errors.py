"""The base of all errors that are facts a person can act on."""

import inspect
import re

_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


class TidingsError(Exception):
    """Something in Tidings can't go on."""

    # The docstring of each subclass is its message; `{name}` in it is filled from the keyword facts.

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(inspect.cleandoc(type(self).__doc__ or "").replace("\n", " ").format(**facts))

    @property
    def code(self) -> str:
        """The error's name for programs: `GroupLocked` is `group_locked`."""
        return _WORD_START.sub("_", type(self).__name__).lower()


class NotFound(TidingsError):
    """There is no {thing} {ref}."""


class Refused(TidingsError):
    """{reason}"""
