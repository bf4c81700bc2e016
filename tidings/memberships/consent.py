"""Writing the log of consent. Each entry is a fact of the journal as well: others follow members by it."""

from hashlib import sha256

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.journal.actions import record
from tidings.memberships.models import Consent, ConsentText


def note(
    act: Consent.Act,
    contact: Contact,
    group_id: int | None,
    *,
    source: str,
    by: User | None = None,
    ip: str = "",
    text: ConsentText | None = None,
    request: Consent | None = None,
    channel: str = "",
    reason: str = "",
) -> Consent:
    """Notes what changed for one contact; belongs in the transaction that changed it."""
    told = {"channel": channel, "reason": reason, "ip": ip}
    known = {name: value for name, value in told.items() if value}
    record(f"member.{act}", group_id, by=by, contact=contact.pk, source=source, **known)
    return Consent.objects.create(
        act=act,
        contact=contact.pk,
        group=group_id,
        channel=channel,
        source=source,
        by_id=by.pk if by else None,
        ip=ip or None,
        text=text,
        request=request,
        reason=reason,
    )


def version_of(body: str, *, subject: str = "") -> ConsentText:
    """The version under which the log names a text; the same text is always the same version."""
    digest = sha256(f"{subject}\0{body}".encode(errors="surrogatepass")).digest()
    version, _ = ConsentText.objects.get_or_create(digest=digest, defaults={"subject": subject, "body": body})
    return version
