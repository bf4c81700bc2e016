"""What can go wrong with memberships."""

from tidings.kernel.errors import TidingsError


class OptedOut(TidingsError):
    """{contact} doesn't want {what}. Only the person can come back, by the group's own form."""


class BadOptOut(TidingsError):
    """This opt-out can't be noted: {why}"""


class NotOptedOut(TidingsError):
    """{contact} has not opted out of group “{group}”: there is nothing to override. Add them as usual."""


class OverrideImpossible(TidingsError):
    """{contact} complained about messages. Nobody but the person can bring them back, by the group's own form."""


class NoReason(TidingsError):
    """To override an opt-out needs a reason: say how the person asked to come back."""


class NoLetters(TidingsError):
    """Group “{group}” can't send letters, because it is no e-mail group. Add people silently."""


class NotInState(TidingsError):
    """{contact} is {state} in group “{group}”, not {wanted}."""


class TooManyLetters(TidingsError):
    """{contact} got {letters} of these letters in the last 24 hours. Wait for their answer, or try tomorrow."""


class TooManyRequests(TidingsError):
    """This form was sent too often from your network. Try again in an hour."""


class FormClosed(TidingsError):
    """Nobody can join group “{group}” by a form. Open it in the group's settings, on the tab Subscription."""
