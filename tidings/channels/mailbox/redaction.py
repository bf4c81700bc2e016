"""Deleting caught mail of an erased person."""

from collections.abc import Sequence

from tidings.channels.mailbox.models import CaughtMessage
from tidings.kernel.redact import Identity


class Caught:
    """Mail that the mailbox caught."""

    def newest(self) -> int:
        """One range holds all: the mail of one recipient is found by an index."""
        return 1

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:  # noqa: ARG002 - the signature of all logs
        """Deletes what was caught for the person."""
        CaughtMessage.objects.filter(recipient__in=[one.value for one in identities]).delete()


caught = Caught()
