"""Which states a sendout may move between, and what its counts must satisfy."""

from dataclasses import dataclass, field

# From each state to the states it may move to. Nothing leaves the last four.
MOVES: dict[str, frozenset[str]] = {
    "awaiting_approval": frozenset({"scheduled", "preparing", "sending", "paused", "cancelled", "rejected"}),
    "scheduled": frozenset({"awaiting_approval", "waiting", "preparing", "paused", "cancelled", "failed"}),
    "waiting": frozenset({"awaiting_approval", "preparing", "paused", "cancelled", "failed"}),
    "preparing": frozenset({"sending", "cancelled", "finished", "failed"}),
    "sending": frozenset({"paused", "retrying", "finished", "cancelled"}),
    "paused": frozenset({"awaiting_approval", "scheduled", "preparing", "sending", "retrying", "cancelled"}),
    "retrying": frozenset({"finished", "cancelled", "paused"}),
    "finished": frozenset(),
    "cancelled": frozenset(),
    "failed": frozenset(),
    "rejected": frozenset(),
}
FINAL = frozenset(state for state, targets in MOVES.items() if not targets)


def sources(target: str) -> list[str]:
    """The states from which a sendout may move to `target`."""
    return [state for state, targets in MOVES.items() if target in targets]


@dataclass(frozen=True)
class Accounting:
    """Where everyone of the audience stands. `reasons` are (outcome, code, reason, people), most frequent first."""

    audience: int
    planned: int = 0
    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    skipped: int = 0
    in_doubt: int = 0
    reasons: list[tuple[str, int, str, int]] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """How many need nothing more."""
        return self.accepted + self.failed + self.skipped

    @property
    def attempted(self) -> int:
        """How many were tried at least once."""
        return self.settled + self.deferred

    @property
    def holds(self) -> bool:
        """The equation: planned + accepted + deferred + failed + skipped = audience."""
        return self.planned + self.attempted == self.audience
