"""The log of consent as people read it, and the proof of a double opt-in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tidings.contacts.models import Contact
from tidings.contacts.queries import ids_of
from tidings.groups.models import Group
from tidings.kernel.errors import NotFound
from tidings.memberships.models import Consent, ConsentText, Letter, Membership, OptOut
from tidings.memberships.queries import among_others, consents_of


@dataclass(frozen=True)
class Proof:
    """That somebody asked for a group's messages and confirmed it. `contact` may be erased; then `email` is None."""

    contact: int | None
    email: str | None
    group: int | None
    requested_at: datetime | None
    requested_from: str | None
    requested_by: str
    request_text: int | None
    message_ids: list[str]
    confirmed_at: datetime
    confirmed_from: str | None
    confirm_text: int | None
    read: str


def of_contact(contact: Contact) -> QuerySet[Consent]:
    """The log of one contact, the newest first: their own entries, and those of imports and deadlines for many."""
    among = Q(contact=None, group__in=_groups_ever(contact)) & among_others(ids_of(contact))
    return _readable(Consent.objects.filter(Q(contact__in=ids_of(contact)) | among))


def _groups_ever(contact: Contact) -> set[int]:
    """Where to look for entries that name many: the groups in which the contact is, was, or doesn't want to be."""
    found = consents_of(contact).values_list("group")
    member = Membership.objects.filter(contact=contact).values_list("group_id")
    opted_out = OptOut.objects.filter(contact=contact).values_list("group_id")
    return {group for [group] in found.order_by().union(member, opted_out) if group}


def of_group(group: Group, *, act: str = "") -> QuerySet[Consent]:
    """The log of one group, the newest first."""
    found = Consent.objects.filter(group=group.pk)
    return _readable(found.filter(act=act) if act else found)


def _readable(found: QuerySet[Consent]) -> QuerySet[Consent]:
    return found.select_related("text").order_by("-pk")


def confirmations(*, group: Group | None = None, contact: Contact | None = None) -> QuerySet[Consent]:
    """The confirmations that `proofs` can be made of, the newest first."""
    found = Consent.objects.filter(act=Consent.Act.CONFIRMED)
    found = found.filter(group=group.pk) if group else found
    found = found.filter(contact=contact.pk) if contact else found
    return found.select_related("text", "request").order_by("-pk")


def all_proofs(group: Group, *, size: int) -> Iterator[Proof]:
    """The proofs of a group, read `size` at a time."""
    before = None
    while True:
        found = confirmations(group=group)
        listed = list((found.filter(pk__lt=before) if before else found)[:size])
        if not listed:
            return
        yield from proofs(listed)
        before = listed[-1].pk


def newest_of(group: Group, contacts: Iterable[int]) -> dict[int, Consent]:
    """By which act of their own or of somebody else these contacts came to stand where they do, by contact."""
    acts = [Consent.Act.ADDED, Consent.Act.ASKED, Consent.Act.CONFIRMED, Consent.Act.APPROVED]
    found = Consent.objects.filter(group=group.pk, contact__in=list(contacts), act__in=acts)
    return {one.contact: one for one in found.order_by("pk") if one.contact}


def proofs(confirmed: Iterable[Consent]) -> list[Proof]:
    """The proofs of these confirmations, in two questions however many there are."""
    listed = list(confirmed)
    letters: dict[int, list[str]] = {}
    sent = Letter.objects.filter(request__in=[one.request_id for one in listed if one.request_id])
    for request, message_id in sent.order_by("pk").values_list("request", "message_id"):
        letters.setdefault(request or 0, []).append(message_id)
    people = dict(Contact.objects.filter(pk__in=_people(listed)).values_list("pk", "email"))
    return [_proof(one, letters.get(one.request_id or 0, []), people.get(one.contact or 0)) for one in listed]


def _people(listed: Iterable[Consent]) -> list[int]:
    return [one.contact for one in listed if one.contact]


def _proof(confirmed: Consent, message_ids: list[str], email: str | None) -> Proof:
    request = confirmed.request
    return Proof(
        contact=confirmed.contact,
        email=email,
        group=confirmed.group,
        requested_at=request.at if request else None,
        requested_from=request.ip if request else None,
        requested_by=request.source if request else "",
        request_text=request.text_id if request else None,
        message_ids=message_ids,
        confirmed_at=confirmed.at,
        confirmed_from=confirmed.ip,
        confirm_text=confirmed.text_id,
        read=confirmed.text.body if confirmed.text else "",
    )


def text(number: int) -> ConsentText:
    """The text of that version; raises `NotFound`."""
    found = ConsentText.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(thing="text", ref=number)
    return found
