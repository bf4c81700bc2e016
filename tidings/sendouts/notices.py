"""Mailing notices to users of Tidings, by the same connections as everything else."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async

from tidings.channels.outcomes import Kind
from tidings.kernel import clock
from tidings.notices import mail
from tidings.notices.models import Notice
from tidings.sendouts.deliver import Worker

PATIENCE_SECONDS = 20.0  # long enough for a connection to be opened
PAUSE = timedelta(seconds=60)  # before a relay that is away or refuses for now is asked again


async def mail_each(notice_ids: Iterable[int], worker: Worker) -> list[int]:
    """Mails notices; returns those that are to be tried again. One that may have arrived is sent again."""
    return [notice_id for notice_id in notice_ids if not await _mail(notice_id, worker)]


async def _mail(notice_id: int, worker: Worker) -> bool:
    """Whether nothing more is to be done about it."""
    notice = await sync_to_async(mail.waiting)(notice_id)
    if notice is None:
        return True
    data = mail.written(notice)
    outcome = await worker.engine.send(
        mail.sender(), notice.user.email, data, patience_seconds=PATIENCE_SECONDS
    )
    if outcome.kind not in {Kind.ACCEPTED, Kind.FAILED}:
        return False
    state = Notice.State.MAILED if outcome.kind is Kind.ACCEPTED else Notice.State.FAILED
    await sync_to_async(mail.settle)(notice_id, state, outcome.text if outcome.kind is Kind.FAILED else "")
    return True


def due_again() -> datetime:
    """When those are tried again that couldn't be mailed."""
    return clock.now() + PAUSE
