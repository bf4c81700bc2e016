"""What each kind of process does to a group, what may run beside it, and how far and how fast it is.

`USES` is the one place where that is declared. Who begins a process, the pages, the API and the command line take
from it which lock is needed and what is allowed meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHARED, EXCLUSIVE = "shared", "exclusive"


@dataclass(frozen=True)
class Use:
    """One way in which a process of that kind has to do with a group; `words` call such processes in a sentence.

    A transfer has to do with two groups: it writes one, and the one `is_source`, where it takes people from, it uses.
    """

    kind: str
    mode: str
    words: str
    is_source: bool = False


USES = (
    Use("sendout", SHARED, "sendouts"),
    Use("export", SHARED, "exports"),
    Use("dry_run", SHARED, "dry runs of imports"),
    Use("transfer", SHARED, "transfers out of it", is_source=True),
    Use("import", EXCLUSIVE, "imports"),
    Use("blacklist_import", EXCLUSIVE, "blacklist imports"),
    Use("transfer", EXCLUSIVE, "transfers into it"),
    Use("subgroups", EXCLUSIVE, "changes of its subgroups"),
    Use("deletion", EXCLUSIVE, "its deletion"),
)

# What no lock ever refuses: a person's wish to leave, or a price that changes, must not wait for a file.
SINGLE_ACTIONS = (
    "adding, editing or removing one contact",
    "subscribing and unsubscribing",
    "group attributes",
    "single blacklist entries",
)

# What a process counts. An import knows the size of its file, and how many rows that is only when it has read it.
BYTES = "bytes of the file"
UNITS = {
    "sendout": "recipients",
    "export": "members",
    "dry_run": BYTES,
    "transfer": "members",
    "import": BYTES,
    "blacklist_import": BYTES,
    "subgroups": "subgroups",
    "deletion": "members",
    "erasure": "rows of logs",
    "type_change": "values",
}

# A rate over less than this says more about the start than about the process.
RATE_AFTER_SECONDS = 2.0


# What is locked beside groups, under numbers that no group has.
PLACES = {0: "The system's blacklist", -1: "The catalogue of attributes"}

# Whose work isn't one step of the queue: a sendout goes out in batches, and subgroups are changed at once.
UNQUEUED = ("sendout", "subgroups")


def mode_of(kind: str) -> str:
    """The lock that a process of that kind takes on the group that it is about. What isn't about a group, and has no
    `Use`, is alone at what it names instead.
    """
    return next((use.mode for use in USES if use.kind == kind and not use.is_source), EXCLUSIVE)


def go_together(one: str, other: str) -> bool:
    """Whether two locks of these modes may be held on the same group."""
    return one == other == SHARED


@dataclass(frozen=True)
class Meanwhile:
    """What may start on a group while it is locked, and what may not; settings can't be edited while it is written."""

    can_start: tuple[Use, ...]
    must_wait: tuple[Use, ...]
    settings_can_be_edited: bool

    @property
    def text(self) -> str:
        """The same for people."""
        settings = "can" if self.settings_can_be_edited else "can't"
        sentences = (
            f"{self.startable} can start." if self.can_start else "Nothing else can start.",
            f"{self.waiting} can't until this has ended." if self.must_wait else "",
            f"The settings {settings} be edited.",
            f"{self.always} work as always.",
        )
        return " ".join(filter(None, sentences))

    @property
    def startable(self) -> str:
        """What can start, in words."""
        return sentence([use.words for use in self.can_start])

    @property
    def waiting(self) -> str:
        """What can't, in words."""
        return sentence([use.words for use in self.must_wait])

    @property
    def always(self) -> str:
        """What no lock refuses, in words."""
        return sentence(SINGLE_ACTIONS)


def meanwhile(held: str | None, waiting: Iterable[str] = ()) -> Meanwhile:
    """What is allowed on a group that is locked in that mode, or free, while others wait for it in those modes."""
    others = [*filter(None, [held]), *waiting]
    can_start = tuple(use for use in USES if all(go_together(other, use.mode) for other in others))
    return Meanwhile(can_start, tuple(use for use in USES if use not in can_start), held != EXCLUSIVE)


def sentence(things: Sequence[str]) -> str:
    """`a`, `b` and `c` as the beginning of a sentence; empty without any."""
    if not things:
        return ""
    text = f"{', '.join(things[:-1])} and {things[-1]}" if len(things) > 1 else things[0]
    return text[0].upper() + text[1:]


def percent(done: int, total: int | None) -> int | None:
    """How far a process is, 0 to 100, rounded down so that 100 means all; None where nobody can tell."""
    return min(100, done * 100 // total) if total else None


def rate(done: int, seconds: float) -> float | None:
    """Units per second since the start; None while that would say nothing."""
    return done / seconds if done and seconds >= RATE_AFTER_SECONDS else None


def seconds_left(done: int, total: int | None, seconds: float) -> int | None:
    """The time that the rest takes at the rate so far; None where nobody can tell."""
    speed = rate(done, seconds)
    return round(max(0, total - done) / speed) if speed and total else None
