"""The base of all errors that are facts a person can act on."""

import inspect


class TidingsError(Exception):
    """Something in Tidings can't go on."""

    # The docstring of each subclass is its message; `{name}` in it is filled from the keyword facts.

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(inspect.cleandoc(type(self).__doc__ or "").replace("\n", " ").format(**facts))


class NotFound(TidingsError):
    """There is no {thing} {ref}."""


class Refused(TidingsError):
    """{reason}"""
