"""What an import's page tells: how far it is, what became of the rows, and why some were left out."""

from collections.abc import Iterable
from dataclasses import dataclass

from tidings.groups.settings import Joining
from tidings.imports.models import Import, Reject
from tidings.imports.queries import kept_out_by, reject_counts
from tidings.kernel import clock
from tidings.web.progress import Progress

SAMPLES_PER_REASON = 3

# In the order in which a person asks: what came in, what was there, what was left out.
OUTCOMES = (
    ("created", "Created", "New contacts who became members", "green"),
    ("joined", "Joined", "Known contacts who became members", "green"),
    ("updated", "Updated", "Members whose profile changed", "blue"),
    ("unchanged", "Unchanged", "Members about whom the file says nothing new", "grey"),
    ("removed", "Removed", "Members who left the group by this import", "amber"),
    ("ignored", "Ignored", "People with whom this mode does nothing", "grey"),
    ("kept_out", "Kept out", "People who may not be members", "amber"),
    ("duplicates", "Duplicates", "The same person stands again further down, and that row counts", "grey"),
    ("rejected", "Rejected", "Rows that can't be used; the reasons stand below", "red"),
)
# Why people are kept out, in words; a reason that isn't here shows its code.
KEPT_OUT = {
    "opted_out": "opted out",
    "deactivated": "deactivated",
    "blacklisted": "on a blacklist",
    "erased": "asked to be erased for good",
}
JOINING = {
    Joining.SILENT: "Silently",
    Joining.NOTICE: "With a letter of welcome",
    Joining.DOUBLE_OPT_IN: "Once they confirm",
}
GOING = frozenset({Import.State.QUEUED, Import.State.READING, Import.State.MERGING})


@dataclass(frozen=True)
class Outcome:
    """How many rows ended so; `share` is in percent of all rows."""

    name: str
    label: str
    sentence: str
    tone: str
    rows: int
    share: float


@dataclass(frozen=True)
class Reason:
    """Why rows were rejected, how many, and a few of them."""

    code: str
    sentence: str
    rows: int
    samples: list[Reject]


def is_going(run: Import) -> bool:
    """Whether the import still does something."""
    return run.state in GOING


def outcomes(run: Import) -> list[Outcome]:
    """What became of the rows so far."""
    whole = run.rows or 1
    counted = [(name, label, text, tone, getattr(run, name)) for name, label, text, tone in OUTCOMES]
    return [
        Outcome(name, label, text, tone, rows, round(rows * 100 / whole, 2))
        for name, label, text, tone, rows in counted
    ]


def kept_out_words(run: Import) -> str:
    """Why people were kept out and how many, in one line; empty if nobody was."""
    counted = kept_out_by(run) if run.kept_out else {}
    return ", ".join(f"{rows:,} {KEPT_OUT.get(reason, reason)}" for reason, rows in counted.items())


def joining_words(run: Import) -> str:
    """How people join by it, in words."""
    return JOINING[Joining(run.joining)]


def settled(run: Import) -> int:
    """How many rows stand in one of the outcomes."""
    return sum(outcome.rows for outcome in outcomes(run))


def progress(run: Import) -> Progress | None:
    """Rows once the file is read, and the share of its bytes before; None if it hasn't begun."""
    if run.process is None or run.started_at is None:
        return None
    seconds = (clock.now() - run.started_at).total_seconds()
    if run.state == Import.State.MERGING and run.rows:
        return Progress(settled(run), run.rows, seconds)
    return Progress(run.process.done, run.process.total, seconds, "bytes of the file")


def reasons(run: Import) -> list[Reason]:
    """Rejected rows by reason with a few samples of each, the most frequent first."""
    return [
        Reason(count.reason, count.sentence, count.rows, _samples(run, count.reason))
        for count in reject_counts(run)
    ]


def _samples(run: Import, reason: str) -> list[Reject]:
    # Unordered: the first that are found do, and nothing has to be sorted.
    return list(run.rejects.filter(reason=reason)[:SAMPLES_PER_REASON])


def any_going(runs: Iterable[Import]) -> bool:
    """Whether any of `runs` still changes, so that their list has to ask again."""
    return any(is_going(run) for run in runs)
