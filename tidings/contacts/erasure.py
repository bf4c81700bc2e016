"""The keyed hash that takes the place of an identity, and who must never be stored again.

SHA-256 twice with a key of this installation: without the key nobody can try addresses, and PostgreSQL can make the
same hash of the rows of an import (`sql/erased.sql`).
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from django.conf import settings

from tidings.contacts.checking import IDENTITIES
from tidings.contacts.errors import NeverStoredAgain
from tidings.contacts.models import GONE_MARK, Contact, Gone, NeverAgain
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound
from tidings.kernel.redact import Identity


def hash_key() -> bytes:
    """The key of this installation's hashes."""
    return sha256(f"tidings.contacts.erasure\0{settings.SECRET_KEY}".encode()).digest()


def hash_of(name: str, value: str) -> str:
    """The keyed hash of an identity, such as of `email` and its address."""
    inner = sha256(hash_key() + f"{name}:{value}".encode(errors="surrogatepass")).digest()
    return sha256(hash_key() + inner).hexdigest()


def identities_of(contact: Contact) -> list[Identity]:
    """All identities of a contact, each with the hash that takes its place."""
    held = [(name, getattr(contact, name)) for name in IDENTITIES]
    held += [
        ("push", one) for one in contact.push_endpoints.order_by("pk").values_list("endpoint", flat=True)
    ]
    return [Identity(name, value, hash_of(name, value)) for name, value in held if value]


def hashes_of(contact: Contact) -> dict[str, str]:
    """The hashes of all identities of a contact, by the identity itself."""
    return {one.value: one.hash for one in identities_of(contact)}


def hold_living(numbers: Collection[int]) -> dict[int, Contact]:
    """The contacts with these ids, locked until the transaction ends; raises `NotFound` for who is gone."""
    # In the order of their ids, so that two who merge them the other way round don't wait for each other.
    locked = Contact.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    found = {one.pk: one for one in locked}
    # Asked behind the lock: a statement that waits for it would still see who was there before.
    gone = set(Gone.objects.filter(contact__in=numbers).values_list("contact_id", flat=True))
    for number in numbers:
        if number in gone or number not in found:
            raise NotFound(thing="contact", ref=number)
    return found


def empty(contact: Contact) -> None:
    """Takes everything about the person out of the row, and leaves a hash as its identity."""
    # Their endpoints may be gone already, and with them all that somebody was known by.
    mark = next(iter(hashes_of(contact).values()), hash_of("contact", str(contact.pk)))
    Contact.objects.filter(pk=contact.pk).update(
        email=None,
        mobile=None,
        external_id=f"{GONE_MARK}{mark}.{contact.pk}",
        has_push=False,
        language="",
        attributes={},
    )


def demand_storable(columns: Mapping[str, str | None]) -> None:
    """Raises `NeverStoredAgain` for identities of somebody who was erased and asked for that."""
    hashes = {hash_of(name, value): value for name in (*IDENTITIES, "push") if (value := columns.get(name))}
    if barred := NeverAgain.objects.filter(pk__in=hashes).first():
        raise NeverStoredAgain(value=hashes[barred.hash])


def never_again_among(contacts: Iterable[Contact]) -> list[Contact]:
    """Those of them who were erased, asked never to be stored again, and haven't taken it back."""
    hashes = {digest: contact for contact in contacts for digest in hashes_of(contact).values()}
    barred = NeverAgain.objects.filter(pk__in=hashes).values_list("pk", flat=True)
    return list({hashes[digest].pk: hashes[digest] for digest in barred}.values())


def take_never_again_back(contact: Contact) -> None:
    """The person proved that they want to be known again; belongs in the transaction of that proof."""
    gone, _ = NeverAgain.objects.filter(pk__in=hashes_of(contact).values()).delete()
    if gone:
        record("contact.storable_again", contact.pk)
