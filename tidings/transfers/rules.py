"""How many of the chosen people a transfer takes."""

from dataclasses import dataclass
from decimal import Decimal

from tidings.transfers.errors import BadShare

LARGEST_NUMBER = 10**9


@dataclass(frozen=True)
class Share:
    """A random part of the people that a rule chooses: a percentage or a number of them; all if neither is said."""

    percent: Decimal | None = None
    number: int | None = None

    def check(self) -> None:
        """Raises `BadShare`."""
        if self.percent is not None and self.number is not None:
            raise BadShare(why="A share is a percentage or a number, not both.")
        if self.percent is not None and not 0 < self.percent <= 100:  # noqa: PLR2004 - percent
            raise BadShare(why=f"{self.percent} isn't a percentage from 0.01 to 100.")
        if self.number is not None and not 0 < self.number <= LARGEST_NUMBER:
            raise BadShare(why=f"{self.number} isn't a number of people: give 1 or more.")

    @property
    def is_all(self) -> bool:
        """Whether everybody is taken."""
        return self.percent is None and self.number is None

    @property
    def words(self) -> str:
        """The share in words."""
        if self.percent is not None:
            return f"{self.percent.normalize():f} % of them"
        return "all of them" if self.number is None else f"{self.number:,} of them"
