"""What people agreed to and what they don't want: opt-outs, the log of consent, proofs, letters."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.contacts import contact_of
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.contacts.models import Contact
from tidings.groups.queries import find as find_group
from tidings.kernel.network import client_address
from tidings.memberships import history, letters
from tidings.memberships.models import Consent, ConsentText, Letter, OptOut
from tidings.memberships.own_acts import opt_out
from tidings.memberships.queries import opt_outs_of

router = Router(tags=["consent"])


class OptOutOut(Schema):
    """What a contact doesn't want."""

    scope: str = Field(examples=["group"])
    group: int | None = Field(examples=[7])
    channel: str | None = Field(examples=["email"])
    reason: str = Field(examples=["own_act"])
    source: str = Field(examples=["link"])
    at: datetime


class OptOutIn(Schema):
    """What a contact asked not to get any more. A group is named with the scopes `group` and `supergroup`."""

    model_config = ConfigDict(extra="forbid")
    scope: Literal["group", "supergroup", "channel", "everything"]
    group: str | None = Field(None, examples=["news@example.org"], description="Id or address.")
    channel: Literal["", "email", "sms", "push"] = ""


class ConsentOut(Schema):
    """One entry of the log. `contacts` says how many it names: an import writes one entry for many."""

    id: int = Field(examples=[9001])
    at: datetime
    act: str = Field(examples=["confirmed"])
    contact: int | None = Field(examples=[4711])
    contacts: int = Field(examples=[1])
    group: int | None = Field(examples=[7])
    channel: str | None = Field(examples=["email"])
    source: str = Field(examples=["form"])
    by: int | None = Field(examples=[1], description="The user who did it.")
    ip: str | None = Field(examples=["192.0.2.7"])
    text: int | None = Field(examples=[12], description="The version of the text that was read.")
    request: int | None = Field(examples=[9000], description="The entry that this one answers.")
    reason: str = Field(examples=["She asked for it by telephone"])


class ProofOut(Schema):
    """That somebody asked for a group's messages and confirmed it."""

    contact: int | None = Field(examples=[4711])
    email: str | None = Field(examples=["anna@example.com"])
    group: int | None = Field(examples=[7])
    requested_at: datetime | None
    requested_from: str | None = Field(examples=["192.0.2.7"])
    requested_by: str = Field(examples=["form"])
    request_text: int | None = Field(examples=[12])
    message_ids: list[str] = Field(examples=[["<letter.5.4711@example.org>"]])
    confirmed_at: datetime
    confirmed_from: str | None = Field(examples=["192.0.2.7"])
    confirm_text: int | None = Field(examples=[13])
    read: str = Field(examples=["I want to get the messages of “Newsletter”."])


class TextOut(Schema):
    """A text that was read, as it was then."""

    id: int = Field(examples=[12])
    subject: str = Field(examples=["Please confirm: {{ group.name }}"])
    body: str = Field(examples=["Hello, … {{ links.confirm }}"])
    created_at: datetime


class LetterOut(Schema):
    """A letter that the group owes a contact, and what became of it."""

    id: int = Field(examples=[5])
    kind: str = Field(examples=["confirm"])
    contact: int = Field(examples=[4711])
    state: str = Field(examples=["accepted"])
    message_id: str = Field(examples=["<letter.5.4711@example.org>"])
    attempt: int = Field(examples=[1])
    code: int = Field(examples=[250])
    reason: str = Field(examples=["no such user"])
    text: int = Field(examples=[12])
    created_at: datetime
    due_at: datetime | None
    settled_at: datetime | None


class LettersOfState(Schema):
    """Letters of one kind by state; together they are all that were written."""

    planned: int = Field(examples=[0])
    accepted: int = Field(examples=[411])
    deferred: int = Field(examples=[1])
    failed: int = Field(examples=[3])
    skipped: int = Field(examples=[2])


class LetterCounts(Schema):
    """A group's letters by kind and state."""

    confirm: LettersOfState
    welcome: LettersOfState
    goodbye: LettersOfState


@router.get("/contacts/{int:contact}/opt-outs", response=answers({200: list[OptOutOut]}, 404))
def list_opt_outs(request: Call, contact: int) -> list[OptOutOut]:  # noqa: ARG001 - ninja passes the request
    """Lists what a contact doesn't want, the newest first."""
    return _opt_outs(contact_of(contact))


@router.post("/contacts/{int:contact}/opt-outs", response=answers({200: list[OptOutOut]}, 400, 404))
def add_opt_out(request: Call, contact: int, payload: OptOutIn) -> list[OptOutOut]:
    """Notes what a contact asked not to get any more; returns all their opt-outs. Only they can take it back."""
    person = contact_of(contact)
    group = find_group(payload.group).pk if payload.group else None
    opt_out(
        person,
        payload.scope,
        group_id=group,
        channel=payload.channel,
        source="api",
        by=request.auth,
        ip=client_address(request),
    )
    return _opt_outs(person)


def _opt_outs(contact: Contact) -> list[OptOutOut]:
    return [_opt_out(one) for one in opt_outs_of(contact)]


def _opt_out(one: OptOut) -> OptOutOut:
    return OptOutOut(
        scope=one.scope,
        group=one.group_id,
        channel=one.channel or None,
        reason=one.reason,
        source=one.source,
        at=one.at,
    )


@router.get("/contacts/{int:contact}/consents", response=answers({200: Page[ConsentOut]}, 404))
def list_consents_of_contact(
    request: Call,  # noqa: ARG001 - ninja passes the request
    contact: int,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[ConsentOut]:
    """Lists what changed in a contact's consent, the newest first."""
    found = history.of_contact(contact_of(contact)).filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda one: one.pk)
    return Page(items=[_consent(row) for row in rows], next=following)


@router.get("/groups/{group}/consents", response=answers({200: Page[ConsentOut]}, 404))
def list_consents_of_group(
    request: Call,  # noqa: ARG001 - ninja passes the request
    group: str,
    *,
    act: Annotated[str, Query(description="Only of this kind, such as `confirmed`.")] = "",
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[ConsentOut]:
    """Lists what changed in the consent of a group's people, the newest first."""
    found = history.of_group(find_group(group), act=act).filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda one: one.pk)
    return Page(items=[_consent(row) for row in rows], next=following)


def _consent(one: Consent) -> ConsentOut:
    return ConsentOut(
        id=one.pk,
        at=one.at,
        act=one.act,
        contact=one.contact,
        contacts=len(one.contact_ids) if one.contact_ids is not None else 1,
        group=one.group,
        channel=one.channel or None,
        source=one.source,
        by=one.by_id,
        ip=one.ip,
        text=one.text_id,
        request=one.request_id,
        reason=one.reason,
    )


@router.get("/groups/{group}/double-opt-ins", response=answers({200: Page[ProofOut]}, 404))
def list_double_opt_ins(
    request: Call,  # noqa: ARG001 - ninja passes the request
    group: str,
    *,
    contact: Annotated[int | None, Query(description="Only of this contact.", examples=[4711])] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[ProofOut]:
    """Lists the proofs of a group's double opt-ins: who asked when and from where, and who confirmed."""
    person = contact_of(contact) if contact is not None else None
    found = history.confirmations(group=find_group(group), contact=person).filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda one: one.pk)
    return Page(items=[ProofOut(**vars(proof)) for proof in history.proofs(rows)], next=following)


@router.get("/consent-texts/{int:number}", response=answers({200: TextOut}, 404))
def get_consent_text(request: Call, number: int) -> ConsentText:  # noqa: ARG001 - ninja passes the request
    """Gets a text as it was when somebody read it."""
    return history.text(number)


@router.get("/groups/{group}/letters", response=answers({200: Page[LetterOut]}, 404))
def list_letters(
    request: Call,  # noqa: ARG001 - ninja passes the request
    group: str,
    *,
    state: Literal["planned", "accepted", "deferred", "failed", "skipped"] | None = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[LetterOut]:
    """Lists the letters that a group wrote, the newest first, with what became of each."""
    found = letters.of_group(find_group(group), state=state or "").filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda letter: letter.pk)
    return Page(items=[_letter(row) for row in rows], next=following)


def _letter(row: Letter) -> LetterOut:
    columns = {name: getattr(row, name) for name in LetterOut.model_fields if name not in {"contact", "text"}}
    return LetterOut(**columns, contact=row.contact_id, text=row.text_id)


@router.get("/groups/{group}/letters/accounting", response=answers({200: LetterCounts}, 404))
def account_for_letters(request: Call, group: str) -> LetterCounts:  # noqa: ARG001 - ninja passes the request
    """Counts a group's letters by kind and state: planned + accepted + deferred + failed + skipped = written."""
    counts = letters.accounting(find_group(group).pk)
    return LetterCounts(**{kind: LettersOfState(**states) for kind, states in counts.items()})
