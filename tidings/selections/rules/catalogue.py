"""All criteria there are, by the names under which people write them."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from tidings.attributes.criteria import Criterion
from tidings.attributes.rules import name_key
from tidings.selections.rules.tokens import quoted

WORDS_AT_MOST = 8  # of a name that is written without quotation marks
PROFILE = "contact."
MEMBER = "member."

_SIMPLE = re.compile(r"[a-z_]\w*", re.ASCII)
_RESERVED = frozenset({"and", "or", "not", "in"})


class Catalogue:
    """Looks criteria up. A fixed name such as `joined` wins over an attribute's, unless that one is quoted."""

    def __init__(self, criteria: Iterable[Criterion]) -> None:
        self.criteria = {criterion.name: criterion for criterion in criteria}
        self._attributes: dict[str, Criterion] = {}
        self._bare: dict[str, Criterion] = {}
        self.nicknames = {one.anniversary: one for one in self.criteria.values() if one.anniversary}
        for criterion in self.criteria.values():
            self._enter(criterion)

    def _enter(self, criterion: Criterion) -> None:
        """Under its name; an attribute under its key and label, with spaces or underscores, each with its prefix."""
        prefix, _, key = criterion.name.partition(".")
        if not key:
            self._bare[criterion.name] = criterion
            self._bare.setdefault(name_key(criterion.label), criterion)
            return
        for name in (key, name_key(criterion.label), name_key(criterion.label).replace(" ", "_")):
            self._attributes.setdefault(f"{prefix}.{name}", criterion)

    def find(self, words: Sequence[str]) -> tuple[Criterion, int] | None:
        """The criterion that the most of these words name, and how many they are."""
        for count in range(min(len(words), WORDS_AT_MOST), 0, -1):
            if found := self._named(name_key(" ".join(words[:count]))):
                return found, count
        return None

    def _named(self, name: str) -> Criterion | None:
        return (
            self._bare.get(name)
            or self.nicknames.get(name)
            or self._attributes.get(name)
            or self.quoted(name)
        )

    def quoted(self, name: str, prefix: str = PROFILE) -> Criterion | None:
        """The attribute of that name."""
        return self._attributes.get(prefix + name_key(name))

    def nearest(self, name: str) -> str:
        """“ Did you mean …?”, or nothing."""
        names = [*self._bare, *self.nicknames, *(key.removeprefix(PROFILE) for key in self._attributes)]
        near = get_close_matches(name_key(name), names, n=1)
        return f" Did you mean {near[0]}?" if near else ""

    def spelled(self, criterion: Criterion) -> str:
        """How the criterion is written in a rule."""
        prefix, dot, key = criterion.name.partition(".")
        if not dot:
            return criterion.name
        names = [key.replace(" ", "_")] if criterion.label.isascii() else []
        name = next(filter(_SIMPLE.fullmatch, names), quoted(criterion.label))
        if prefix + dot == MEMBER:
            return MEMBER + name
        found = self.find([name])
        is_plain = found is not None and found[0] is criterion and name not in _RESERVED
        return name if is_plain else quoted(criterion.label)
