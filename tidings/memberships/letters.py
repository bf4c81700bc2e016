"""The letters that a group owes its people: writing one, and how far each has come.

Whoever sends them takes one with `take`, looks with `facts_of` whether it is still wanted, and ends with `settle`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.groups.settings import LetterText
from tidings.journal.actions import record
from tidings.kernel import db, plugs, sql
from tidings.memberships.consent import version_of
from tidings.memberships.models import Consent, ConsentText, Letter, Membership, OptOut
from tidings.memberships.queries import opt_outs_against
from tidings.memberships.rules.letters import Facts
from tidings.memberships.rules.texts import BUILT_IN, Text, built_in

statements = sql.load(__package__)

REASON_CHARACTERS_AT_MOST = 500
UNSETTLED = (Letter.State.PLANNED, Letter.State.DEFERRED)


def sends_letters(group: Group) -> bool:
    """Whether the group's channel carries letters."""
    return bool(group.channel == Group.Channel.EMAIL)


def text_for(kind: Letter.Kind, contact: Contact, group: Group, *, language: str = "") -> ConsentText:
    """The version of the text that the contact would read: the group's own, else the built-in one in their language."""
    return _version(kind, group, built_in(kind, language, contact.language, group.language))


def texts_for(kind: Letter.Kind, group: Group) -> dict[str, ConsentText]:
    """The same for anybody: by the languages there are, and under "" for whoever reads none of them."""
    languages = {language: built_in(kind, language) for language in BUILT_IN[kind]}
    languages[""] = built_in(kind, group.language)
    return {language: _version(kind, group, standard) for language, standard in languages.items()}


def params_for(group: Group, kinds: Sequence[Letter.Kind]) -> dict[str, object]:
    """What the parts `addressees` and `owed` of a merge need to know about a group's letters."""
    said = [(kind, *text) for kind in kinds for text in texts_for(kind, group).items()]
    return {
        "domain": domain_of(group),
        "kinds": [kind for kind, _, _ in said],
        "languages": [language for _, language, _ in said],
        "texts": [text.pk for _, _, text in said],
    }


def _version(kind: Letter.Kind, group: Group, standard: Text) -> ConsentText:
    own: LetterText = getattr(group.all_settings.subscription, kind)
    return version_of(own.text or standard.body, subject=own.subject or standard.subject)


def write(
    kind: Letter.Kind, contact: Contact, group: Group, text: ConsentText, *, request: Consent | None = None
) -> Letter | None:
    """Owes the contact a letter; belongs in the transaction of what it is about. None if its channel carries none."""
    if not sends_letters(group):
        return None
    letter = Letter.objects.create(kind=kind, contact=contact, group=group, text=text, request=request)
    letter.message_id = f"<letter.{letter.pk}.{contact.pk}@{domain_of(group)}>"
    letter.save(update_fields=["message_id"])
    record("letter.written", letter.pk, contact=contact.pk, group=group.pk, kind=kind)
    hand_on([letter.pk])
    return letter


def hand_on(letter_ids: Sequence[int]) -> None:
    """Has letters sent; belongs in the transaction that wrote them."""
    for carry in plugs.load("LETTER_CARRIERS"):
        carry(letter_ids)


def domain_of(group: Group) -> str:
    """Behind the @ of its letters' Message-IDs."""
    return (group.address or "").rpartition("@")[2]


def take(letter_id: int, worker: str) -> Letter | None:
    """Makes `worker` the holder of a letter that is due; None if it is settled, not due, or somebody else holds it."""
    params = {"letter": letter_id, "worker": worker, "lease": settings.ENVIRONMENT.lease_seconds}
    if not db.execute(statements.take_letter, params):
        return None
    return Letter.objects.select_related("text", "request").get(pk=letter_id)


def prolong(letter: Letter) -> None:
    """Tells that the holder lives."""
    lease = timedelta(seconds=settings.ENVIRONMENT.lease_seconds)
    Letter.objects.filter(pk=letter.pk, token=letter.token).update(lease_until=Now() + lease)


def facts_of(contact: Contact | None, group: Group | None, member: Membership | None) -> Facts:
    """How things stand now for `rules.letters.why_not`."""
    against = opt_outs_against(contact, group) if contact and group else []
    return Facts(
        has_contact=contact is not None,
        has_address=bool(contact and contact.email),
        has_group=group is not None,
        archived=bool(group and group.archived_at),
        state=member.state if member else None,
        opted_out=bool(against),
        silenced=any(_says_more(opt_out) for opt_out in against),
    )


def _says_more(opt_out: OptOut) -> bool:
    return opt_out.scope != OptOut.Scope.GROUP or opt_out.reason == OptOut.Reason.COMPLAINT


def settle(letter: Letter, state: Letter.State, *, code: int = 0, reason: str = "") -> bool:
    """Stores what became of the letter for good; False if the caller isn't its holder any more."""
    tried = state != Letter.State.SKIPPED
    return _end_holding(letter, state, tried=tried, code=code, reason=reason, settled_at=Now(), due_at=None)


def put_off(letter: Letter, seconds: float, *, tried: bool, code: int, reason: str) -> bool:
    """Gives the letter back, to be sent after so many seconds; `tried` if the relay was asked to take it."""
    state = Letter.State.DEFERRED if tried else Letter.State(letter.state)
    due = Now() + timedelta(seconds=seconds)
    return _end_holding(letter, state, tried=tried, code=code, reason=reason, due_at=due)


def _end_holding(letter: Letter, state: Letter.State, *, tried: bool, reason: str, **facts: object) -> bool:
    mine = Letter.objects.filter(pk=letter.pk, token=letter.token, state__in=UNSETTLED)
    ended = {"worker": "", "lease_until": None, "attempt": F("attempt") + int(tried), "doubts": letter.doubts}
    # The relay's words: PostgreSQL stores no NUL.
    told = reason.replace("\x00", "")[:REASON_CHARACTERS_AT_MOST]
    return bool(mine.update(state=state, reason=told, **ended, **facts))


def look_again_at(letter_id: int) -> datetime | None:
    """When somebody should look at the letter again: it comes due, or its holder's lease may run out."""
    letter = Letter.objects.filter(pk=letter_id, settled_at=None).first()
    return (letter.due_at or letter.lease_until) if letter else None


def release(worker: str) -> list[int]:
    """Frees the letters of a worker that is known to be dead; they stay in doubt. Returns their ids."""
    return [row["id"] for row in db.rows(statements.release_letters, {"worker": worker})]


def accounting(group_id: int) -> dict[str, dict[str, int]]:
    """Letters of a group by kind and state. In each kind all states together are the letters that were written."""
    counts = {kind: dict.fromkeys(Letter.State.values, 0) for kind in Letter.Kind.values}
    for row in db.rows(statements.count_letters, {"group": group_id}):
        counts[row["kind"]][row["state"]] = row["letters"]
    return counts


def of_group(group: Group, *, state: str = "") -> QuerySet[Letter]:
    """The letters of a group, the newest first."""
    found = Letter.objects.filter(group=group).select_related("contact", "text").order_by("-pk")
    return found.filter(state=state) if state else found
