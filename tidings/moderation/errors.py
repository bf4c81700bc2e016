"""What stands against a decision."""

from tidings.kernel.errors import TidingsError


class NotAnApprover(TidingsError):
    """{user} is no approver of group “{group}”. Its settings, under Moderation, name who is."""


class OwnSendout(TidingsError):
    """You asked for sendout {sendout} yourself, and group “{group}” wants four eyes. Somebody else decides."""


class NobodyMayApprove(TidingsError):
    """Nobody may approve this sendout: group “{group}” names no active user but you as approver, and wants four eyes.
    Name another one in its settings, under Moderation.
    """


class NoComment(TidingsError):
    """Say why: a rejection needs a comment, so that its author knows what to change."""


class Decided(TidingsError):
    """{user} has {decision} this already."""
