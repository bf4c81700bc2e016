"""One vocabulary for what carriers report about a message."""

from enum import StrEnum
from typing import NamedTuple

from tidings.kernel.errors import TidingsError


class Kind(StrEnum):
    """What a carrier's report means for the recipient."""

    ACCEPTED = "accepted"
    """The carrier took the message."""
    DEFERRED = "deferred"
    """Refused for now (4xx): to be tried again after a pause."""
    FAILED = "failed"
    """Refused for good for this recipient (5xx)."""
    LOST = "lost"
    """The connection ended before the message was handed over: safe to try again at once."""
    IN_DOUBT = "in_doubt"
    """The connection ended after the message was handed over, but before it was answered."""
    CARRIER_DOWN = "carrier_down"
    """The carrier's own fault (no connection, service, TLS or login): says nothing about a recipient."""


class Outcome(NamedTuple):
    """A report: `code` is the carrier's (SMTP: 200-599), or 0 where it said nothing; `text` is its reason.

    `general`: the refusal isn't about this recipient, any other would have met it as well.
    """

    kind: Kind
    code: int
    text: str
    general: bool = False


class CarrierDown(TidingsError):
    """The carrier {carrier} can't take messages: {reason}"""

    def __init__(self, carrier: str, outcome: Outcome) -> None:
        self.outcome = outcome
        reason = f"{outcome.code} {outcome.text}" if outcome.code else outcome.text
        super().__init__(carrier=carrier, reason=reason)
