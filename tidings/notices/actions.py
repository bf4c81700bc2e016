"""Telling users something, and their having read it."""

from collections.abc import Iterable

from tidings.accounts.models import User
from tidings.journal.actions import record
from tidings.kernel import clock, plugs
from tidings.notices.models import Notice

SUBJECT_CHARACTERS_AT_MOST = 200


def tell(users: Iterable[User], subject: str, body: str, *, path: str = "") -> list[Notice]:
    """Tells each active user once, on their page and by mail; belongs in the transaction of what it is about."""
    subject = " ".join(subject.split())[:SUBJECT_CHARACTERS_AT_MOST]
    told = {user.pk: user for user in users if user.is_active}
    notices = Notice.objects.bulk_create(
        Notice(user=user, subject=subject, body=body, path=path) for user in told.values()
    )
    for notice in notices:
        record("notice.written", notice.pk, user=notice.user_id)
    if notices:
        _hand_on([notice.pk for notice in notices])
    return notices


def _hand_on(notice_ids: list[int]) -> None:
    for carry in plugs.load("NOTICE_CARRIERS"):
        carry(notice_ids)


def mark_read(user: User, notice_id: int | None = None) -> int:
    """The user has seen that notice, or all of theirs; gives how many were new to them."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    return unread.update(read_at=clock.now())
