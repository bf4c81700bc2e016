"""Keeping what was made with some work, for as long as it fits into so many bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by the key that `make` makes them from; those asked for last, at most `most` bytes by their `weight`.

    One that is heavier alone is made anew each time. Threads may share it; two that miss the same both make it.
    """

    def __init__(self, make: Callable[[Key], Value], *, weight: Callable[[Value], int], most: int) -> None:
        self._make, self._weight, self._most = make, weight, most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, key: Key) -> Value:
        """The value of the key."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = self._make(key)
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: Key, value: Value) -> None:
        if key in self._values:
            return
        self._values[key] = value
        self._bytes += self._weight(value)
        while self._bytes > self._most:
            _, oldest = self._values.popitem(last=False)
            self._bytes -= self._weight(oldest)
