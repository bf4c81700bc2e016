"""How an audience comes about, as bars that a page draws."""

from collections.abc import Mapping
from dataclasses import dataclass

LABELS = {
    "members": "Members",
    "not_selected": "Not selected",
    "not_active": "Not active",
    "opted_out": "Unsubscribed",
    "blacklisted": "Blacklisted",
    "over_limit": "Over their limit",
    "no_address": "Without address",
    "duplicates": "Duplicates",
    "will_receive": "Will receive",
}
SUMS = frozenset({"members", "will_receive"})


@dataclass(frozen=True)
class Step:
    """One bar: it begins at `offset` and is `width` wide, both in percent of all members."""

    label: str
    people: int
    offset: float
    width: float
    is_sum: bool

    @property
    def is_loss(self) -> bool:
        """Whether these people are taken off the audience."""
        return not self.is_sum


def steps_of(waterfall: Mapping[str, int]) -> list[Step]:
    """The bars for counts by reason, in the order of `LABELS`, as the database keeps none; each loss hangs below the
    one before it.
    """
    whole = waterfall.get("members", 0) or 1
    left, steps = waterfall.get("members", 0), []
    for reason, people in sorted(waterfall.items(), key=_place):
        is_sum = reason in SUMS
        left -= 0 if is_sum else people
        label = LABELS.get(reason, reason.replace("_", " ").capitalize())
        offset = 0.0 if is_sum else left * 100 / whole
        steps.append(Step(label, people, round(offset, 2), round(people * 100 / whole, 2), is_sum))
    return steps


def _place(step: tuple[str, int]) -> int:
    """Where it stands; a reason that has no label comes before the sum."""
    places = list(LABELS)
    return places.index(step[0]) if step[0] in places else places.index("will_receive") - 1
