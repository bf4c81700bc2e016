"""What sendouts keep of groups and of persons, for those who copy, delete, merge, erase and hand out."""

from typing import Any

from django.db.models import F, Func, Value

from tidings.accounts.models import User
from tidings.contacts.erasure import hashes_of
from tidings.contacts.models import Contact
from tidings.contacts.queries import ids_of
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.sendouts.models import Delivery, Sendout, Single
from tidings.sendouts.standing import close

NOT_BEGUN = (Sendout.State.SCHEDULED, Sendout.State.WAITING, Sendout.State.PAUSED)


class OfGroup:
    """Sendouts that haven't begun. Past ones stay, with everyone's outcome."""

    @staticmethod
    def copy(source: Group, target: Group, by: User | None) -> None:
        """Nobody asked for a sendout to the copy."""

    @staticmethod
    def purge(group_id: int) -> int:
        """Cancels what is planned for the group: it has no audience yet, so there is nobody to skip."""
        planned = Sendout.objects.filter(group_id=group_id, state__in=NOT_BEGUN, process=None)
        ids = list(planned.select_for_update().values_list("pk", flat=True))
        reason = "The group was deleted."
        Sendout.objects.filter(pk__in=ids).update(
            state=Sendout.State.CANCELLED, state_reason=reason, ended_at=clock.now()
        )
        for sendout in ids:
            record("sendout.cancelled", sendout, reason=reason)
        return len(ids) + _close_standing(group_id)


def _close_standing(group_id: int) -> int:
    """Nobody joins any more; whoever did is skipped, because their group is gone."""
    standing = Sendout.objects.filter(group_id=group_id).exclude(standing_for="")
    for sendout in standing:
        close(sendout.pk)
    return len(standing)


class OfContact:
    """Outcomes of one person."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """Outcomes stay with whom the copy was for: the sums of a sendout are made of them."""

    @staticmethod
    def erase(contact: Contact) -> None:
        """Who, when and how it ended stays; an address that a carrier quoted is replaced by its hash. What single sends
        brought along goes.
        """
        Single.objects.filter(contact__in=ids_of(contact)).update(params={})
        for identity, digest in hashes_of(contact).items():
            Delivery.objects.filter(contact__in=ids_of(contact), reason__icontains=identity).update(
                reason=Func(
                    F("reason"),
                    Value(_pattern(identity)),
                    Value(digest),
                    Value("gi"),
                    function="regexp_replace",
                )
            )

    @staticmethod
    def export(contact: Contact) -> dict[str, Any]:
        """What was sent to the person, and what became of it."""
        found = Delivery.objects.filter(contact__in=ids_of(contact)).order_by("at")
        return {"messages": [_delivery(one) for one in found.select_related("batch__sendout__version")]}


def _pattern(text: str) -> str:
    """A regular expression of PostgreSQL that matches exactly this text."""
    return "".join(sign if sign.isalnum() else f"\\{sign}" for sign in text)


def _delivery(one: Delivery) -> dict[str, Any]:
    sendout = one.batch.sendout
    return {
        "sendout": sendout.pk,
        "group": sendout.group_name,
        "subject": sendout.version.subject,
        "outcome": one.outcome,
        "reason": one.reason,
        "at": one.at.isoformat(),
    }
