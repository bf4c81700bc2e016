"""How much a carrier may refuse of one sendout, for reasons that aren't about the recipients, before it is mistrusted.

The measure is refusals minus acceptances, never below zero: so it reaches the limit when the carrier refuses many in
a row, and also when it refuses more than half for long. Until a carrier has made up for its refusals, those it
refused for good are suspects: they are still planned, for the fault may be the carrier's. What was under way when it
began to refuse says nothing: the carrier may have agreed to take that before.
"""

from collections import Counter
from dataclasses import dataclass, field

from tidings.channels.outcomes import Outcome
from tidings.sendouts.delivery.held import Held, Recipient


@dataclass(frozen=True, slots=True)
class Suspect:
    """A recipient whom a carrier refused for good, while it isn't clear whose fault that was."""

    held: Held
    recipient: Recipient
    outcome: Outcome
    carrier: str


@dataclass
class Budget:
    """The refusals of one sendout in this process, by carrier."""

    limit: int
    refusals: Counter[str] = field(default_factory=Counter)
    since: dict[str, float] = field(default_factory=dict)  # when the first of them came
    suspects: list[Suspect] = field(default_factory=list)

    def refused(self, carrier: str, now: float) -> bool:
        """Counts a refusal; tells whether it is one too many."""
        self.since.setdefault(carrier, now)
        self.refusals[carrier] += 1
        return self.refusals[carrier] >= self.limit or len(self.suspects) >= self.limit

    def accepted(self, carrier: str, handed_at: float) -> list[Suspect]:
        """Counts an acceptance; the suspects of this carrier, if it has made up for all its refusals."""
        if handed_at < self.since[carrier]:
            return []
        self.refusals[carrier] -= 1
        if self.refusals[carrier] > 0:
            return []
        self.forgive(carrier)
        return self.take_suspects(carrier=carrier)

    def take_suspects(self, *, carrier: str = "", held: Held | None = None) -> list[Suspect]:
        """Hands out the suspects of a carrier or of a batch, and forgets them."""
        wanted = [s for s in self.suspects if s.carrier == carrier or s.held is held]
        self.suspects = [s for s in self.suspects if s not in wanted]
        return wanted

    def forgive(self, carrier: str) -> None:
        """Begins to count anew."""
        del self.refusals[carrier], self.since[carrier]
