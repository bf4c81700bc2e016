"""The notice that a transfer has ended, has failed or asks; to whoever started it."""

from django.urls import reverse

from tidings.notices import actions as notices
from tidings.transfers.models import Transfer
from tidings.transfers.queries import find

SUBJECTS = {
    Transfer.State.FINISHED: "Transferred: {}",
    Transfer.State.FAILED: "The transfer failed: {}",
    Transfer.State.AWAITING_CONFIRMATION: "The transfer needs your word: {}",
}
OUTCOMES = {
    "joined": "joined",
    "already": "were there already",
    "all_removed": "removed",
    "ignored": "were not there to be removed",
    "kept_out": "kept out, by opt-outs, blacklists and the like",
}


def tell_starter(transfer_id: int) -> None:
    """Tells how it stands, in the transaction that made it so. Whoever cancelled a transfer knows."""
    run = find(transfer_id)
    if run.started_by is None or run.state not in SUBJECTS:
        return
    subject = SUBJECTS[Transfer.State(run.state)].format(run.label)
    notices.tell([run.started_by], subject, _body(run), path=reverse("web:transfer", args=[run.pk]))


def _body(run: Transfer) -> str:
    if run.state == Transfer.State.AWAITING_CONFIRMATION:
        asked = f"It would remove {run.absent:,} of {run.members_before:,} members."
        return f"{asked} Nothing is changed until you confirm."
    counts = [f"{getattr(run, name):,} {words}" for name, words in OUTCOMES.items() if getattr(run, name)]
    return "\n\n".join(part for part in (run.error, "; ".join(counts) or "Nobody was chosen.") if part)
