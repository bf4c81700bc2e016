"""Telling that what was put in the queue stays there, because no worker runs."""

from tidings.cli.ground import living_workers
from tidings.cli.output import note


def note_if_nobody_works(what: str = "it starts") -> None:
    """Says on stderr what a worker would set off, if there is none."""
    if not living_workers():
        note(f"No worker runs: {what} when `tidings up` or `tidings worker` does.")
