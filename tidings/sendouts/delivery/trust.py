"""Which carriers are to be believed: what they refuse, until it is clear whose fault that was."""

import asyncio
from collections.abc import Callable

from tidings.channels.outcomes import Outcome
from tidings.sendouts.delivery.budget import Budget, Suspect
from tidings.sendouts.delivery.held import Held


class Trust:
    """The budgets of all sendouts in this process.

    Who owns the connections sets `set_aside`, which lets a carrier rest if another one can take over, and `on_refused`,
    which pauses a sendout that its carriers refuse. The engine sets `stop`, which hands over nothing more of a sendout,
    and `wake`, which has it look for what is to be handed over again.
    """

    def __init__(self, refusals: int) -> None:
        self.set_aside: Callable[[str], bool] = lambda _carrier: False
        self.on_refused: Callable[[int, str, Outcome], None] = lambda _sendout, _carrier, _outcome: None
        self.stop: Callable[[int], None] = lambda _sendout: None
        self.wake: Callable[[], None] = lambda: None
        self._refusals = refusals
        self._budgets: dict[int, Budget] = {}

    def accepted(self, held: Held, carrier: str, handed_at: float) -> None:
        """Whoever this carrier refused before was refused for themselves, once it has made up for all of them."""
        budget = self._budgets.get(held.sendout)
        if budget and carrier in budget.refusals:
            for suspect in budget.accepted(carrier, handed_at):
                suspect.held.report(suspect.recipient, "failed", suspect.outcome)

    def suspect(self, suspect: Suspect) -> None:
        """A refusal for good that any other would have met: it isn't final before the carrier takes something."""
        self._budget(suspect.held).suspects.append(suspect)
        self.refused(suspect.held, suspect.carrier, suspect.outcome)

    def refused(self, held: Held, carrier: str, outcome: Outcome) -> None:
        """One too many, and another carrier takes over. Without one the sendout pauses, and nobody has failed."""
        budget = self._budget(held)
        if not budget.refused(carrier, asyncio.get_running_loop().time()):
            return
        if self.set_aside(carrier):
            budget.forgive(carrier)
            for suspect in budget.take_suspects(carrier=carrier):
                suspect.held.again.append(suspect.recipient)
            self.wake()
        elif not held.stopped:
            self.stop(held.sendout)
            self.on_refused(held.sendout, carrier, outcome)

    def suspects(self, held: Held) -> list[Suspect]:
        """Those of a batch that is through, whose carrier hasn't made up for its refusals: they are not final."""
        budget = self._budgets.get(held.sendout)
        return budget.take_suspects(held=held) if budget else []

    def forget(self, held: Held, *, is_last: bool) -> None:
        """Those of a batch that ends stay planned. What is known of carriers goes with the sendout's last batch."""
        self.suspects(held)
        if is_last:
            self._budgets.pop(held.sendout, None)

    def _budget(self, held: Held) -> Budget:
        return self._budgets.setdefault(held.sendout, Budget(self._refusals))
