"""Reading notices."""

from django.db.models import QuerySet

from tidings.accounts.models import User
from tidings.kernel.errors import NotFound
from tidings.notices.models import Notice

UNREAD_COUNTED_AT_MOST = 100


def notices_of(user: User, *, unread_only: bool = False) -> QuerySet[Notice]:
    """What a user was told."""
    found = Notice.objects.filter(user=user)
    return found.filter(read_at=None) if unread_only else found


def count_unread(user: User) -> int:
    """How many a user hasn't seen, counted up to a hundred."""
    return notices_of(user, unread_only=True)[:UNREAD_COUNTED_AT_MOST].count()


def find(user: User, number: int) -> Notice:
    """A notice of that user; raises `NotFound`."""
    found = notices_of(user).filter(pk=number).first()
    if found is None:
        raise NotFound(thing="notice", ref=number)
    return found
