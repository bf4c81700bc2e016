"""Which domains put mail off at present, and how slowly each of them is fed.

A domain that defers several more than it takes is fed at a rate that halves with each deferral and doubles with each
message that it takes, until it is back at full speed. This holds for one worker; nothing of it is stored.
"""

from dataclasses import dataclass

# Said for a domain that is busy or limits us: RFC 5321's codes for "later".
LATER = frozenset({421, 450, 451, 452})
TOLERATED = 5  # more deferrals than acceptances than this: greylisting of single people slows nobody
SCORE_AT_MOST = 10  # so that a domain that recovers needn't make up for a thousand
FIRST_RATE = 20.0  # messages per second
SAVED_SECONDS = 60.0  # what a domain didn't get for so long may follow each other at once
DOMAINS_AT_MOST = 10_000


@dataclass(slots=True)
class Slow:
    """A domain that deferred more than it took; `rate` is in messages per second, `saved` in messages."""

    score: int = 0
    rate: float = FIRST_RATE
    saved: float = 0.0
    looked_at: float = 0.0

    def pass_one(self, now: float) -> bool:
        """Whether one more message may go; it takes one of those saved up."""
        self.saved = min(self.saved + (now - self.looked_at) * self.rate, SAVED_SECONDS * self.rate)
        self.looked_at = now
        may = self.saved >= 1
        self.saved -= may
        return may


class Domains:
    """The domains that deferred mail lately. Times are those of the event loop, in seconds."""

    def __init__(self, longest_pause_seconds: float) -> None:
        self._slowest = 1 / longest_pause_seconds
        self._slow: dict[str, Slow] = {}

    def __bool__(self) -> bool:
        return bool(self._slow)

    def __len__(self) -> int:
        return len(self._slow)

    def deferred(self, domain: str, now: float) -> None:
        """Notes that the carrier put off a message for the domain."""
        slow = self._slow.get(domain)
        if slow is None:
            slow = self._remember(domain, now)
        slow.score = min(slow.score + 1, SCORE_AT_MOST)
        if slow.score > TOLERATED:
            slow.rate = max(slow.rate / 2, self._slowest)

    def _remember(self, domain: str, now: float) -> Slow:
        if len(self._slow) >= DOMAINS_AT_MOST:
            del self._slow[next(iter(self._slow))]
        self._slow[domain] = Slow(looked_at=now)
        return self._slow[domain]

    def accepted(self, domain: str) -> None:
        """Notes that the carrier took a message for the domain."""
        slow = self._slow.get(domain)
        if slow is None:
            return
        slow.score -= 1
        slow.rate = min(2 * slow.rate, FIRST_RATE)
        if slow.score <= 0:
            del self._slow[domain]

    def is_open(self, domain: str, now: float) -> bool:
        """Whether a message for the domain may go now."""
        slow = self._slow.get(domain)
        return slow is None or slow.score <= TOLERATED or slow.pass_one(now)
