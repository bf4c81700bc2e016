"""The names a template may use, and how they compare."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

CONSTANT_ROOTS = ("group", "message")
"""The same in every copy of a sendout, so folded in when the message is compiled."""

COPY_ROOTS = ("contact", "member", "links", "param")
"""Different in each copy: what the compiled functions take, in this order. `param`: what a single send brings along."""

ROOTS = (*COPY_ROOTS, *CONSTANT_ROOTS)


class Name(NamedTuple):
    """One attribute as a template writes it."""

    root: str
    name: str


@dataclass(frozen=True)
class KnownNames:
    """What exists, in the spelling under which values are stored; a root that is None isn't checked."""

    contact: Collection[str] | None = None
    member: Collection[str] | None = None
    group: Collection[str] | None = None
    message: Collection[str] | None = None
    links: Collection[str] | None = None
    param: Collection[str] | None = None

    def spelling(self, root: str, name: str) -> str:
        """The stored spelling, or the folded name if its root isn't checked; KeyError if unknown."""
        names: Collection[str] | None = getattr(self, root)
        if names is None:
            return fold_name(name)
        return spellings(names)[fold_name(name)]

    def alike(self, root: str, name: str) -> str | None:
        """The known name that was probably meant."""
        folded = spellings(getattr(self, root) or ())
        return next((folded[close] for close in get_close_matches(fold_name(name), folded, 1)), None)


def fold_name(name: str) -> str:
    """The form under which names compare: case is ignored, spaces and underscores are as given."""
    return name.casefold()


def spellings(names: Collection[str]) -> Mapping[str, str]:
    """Folded name to stored spelling."""
    return {fold_name(name): name for name in names}
