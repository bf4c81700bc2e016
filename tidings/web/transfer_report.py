"""What a transfer's page tells: how far it is, and what became of those who were chosen."""

from collections.abc import Mapping
from typing import Any

from tidings.transfers.actions import GOING
from tidings.transfers.models import Transfer
from tidings.transfers.queries import COUNTS
from tidings.web import import_report
from tidings.web.import_report import Outcome
from tidings.web.progress import Progress, progress_since

OUTCOMES = (
    ("joined", "Joined", "They are members now", "green"),
    ("already", "Already in", "They were members before, and nothing changed for them", "grey"),
    ("removed", "Removed", "Their membership ended; they stay contacts", "amber"),
    ("ignored", "No members", "No members of the group, so there was nothing to remove", "grey"),
    ("kept_out", "Kept out", "They may not be members", "amber"),
)
KEPT_OUT = import_report.KEPT_OUT | {
    "not_active": "not active in the group they come from",
    "no_address": "without an address on the channel",
    "gone": "erased meanwhile",
}
OF_REMOVING = frozenset({"removed", "ignored"})


def outcomes(mode: str, counts: Mapping[str, Any]) -> list[Outcome]:
    """What became, or would become, of the chosen; only the counts that the mode has."""
    whole = counts["chosen"] or 1
    removes = mode == Transfer.Mode.REMOVE
    return [
        Outcome(name, label, sentence, tone, counts[name], round(counts[name] * 100 / whole, 2))
        for name, label, sentence, tone in OUTCOMES
        if (name in OF_REMOVING) == removes
    ]


def counts_of(run: Transfer) -> dict[str, int]:
    """The counts of a transfer by name."""
    return {name: getattr(run, name) for name in COUNTS}


def kept_out_words(reasons: Mapping[str, int]) -> str:
    """Why people were kept out and how many, in one line."""
    counted = sorted(reasons.items(), key=lambda reason: -reason[1])
    return ", ".join(f"{people:,} {KEPT_OUT.get(reason, reason)}" for reason, people in counted)


def is_going(run: Transfer) -> bool:
    """Whether the transfer still does something."""
    return run.state in GOING


def progress(run: Transfer) -> Progress:
    """How far it is."""
    process = run.process
    return progress_since(process.started_at, process.done, process.total, process.kind)
