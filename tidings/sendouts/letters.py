"""Sending a letter: a single send within its group, by the same connections as batches.

A letter is taken with a token, looked at again, made, handed over and settled. Who is killed in between leaves it in
doubt: then it is sent again with the same Message-ID, as a copy of a sendout is.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async
from django.conf import settings

from tidings.blacklists.queries import hits_of
from tidings.channels.outcomes import Kind, Outcome
from tidings.contacts.models import Contact
from tidings.contacts.queries import current
from tidings.groups.models import Group
from tidings.kernel.errors import TidingsError
from tidings.memberships import letters
from tidings.memberships.models import Letter, Membership
from tidings.memberships.rules.letters import why_not
from tidings.messaging.links import confirm_link
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.paragraphs import as_html
from tidings.sendouts.deliver import Worker
from tidings.sendouts.delivery.engine import DOUBTS_AT_MOST, STOPPED
from tidings.sendouts.snapshot import BY_A_PROGRAM, Snapshot, compile_content, freeze, row_of

NO_SENDOUT = 0
LETTERS_AT_ONCE = 16  # as many are in doubt when a worker is killed
# Long enough for a connection to be opened. A relay that is away for longer is asked again after a pause.
PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 30.0
CONFIRM = "{{ links.confirm }}"

State = Letter.State


@dataclass(frozen=True)
class Ready:
    """A letter that is held, with its bytes."""

    letter: Letter
    sender: str
    address: str
    data: bytes


async def send_each(letter_ids: Iterable[int], worker: Worker) -> dict[int, datetime]:
    """Sends letters, some at once; returns when each that isn't settled is due again."""
    hands = asyncio.Semaphore(LETTERS_AT_ONCE)

    async def send_in_turn(letter_id: int) -> tuple[int, datetime | None]:
        async with hands:
            return letter_id, await send(letter_id, worker)

    sent = await asyncio.gather(*map(send_in_turn, letter_ids))
    return {letter_id: due_at for letter_id, due_at in sent if due_at}


async def send(letter_id: int, worker: Worker) -> datetime | None:
    """Sends a letter if it is to be had; returns when it is due again, if it is.

    Safe to run again at any time: a letter that is settled stays settled, and one has one holder.
    """
    ready = await sync_to_async(_prepare)(letter_id, worker.name)
    if ready:
        outcome = await _hand_over(ready, worker)
        await sync_to_async(_settle)(ready.letter, outcome)
    return await sync_to_async(letters.look_again_at)(letter_id)


async def _hand_over(ready: Ready, worker: Worker) -> Outcome:
    """Gives the letter to the engine and keeps the lease while the relay thinks."""
    sending = asyncio.ensure_future(
        worker.engine.send(ready.sender, ready.address, ready.data, patience_seconds=PATIENCE_SECONDS)
    )
    while not (await asyncio.wait([sending], timeout=settings.ENVIRONMENT.heartbeat_seconds))[0]:
        await sync_to_async(letters.prolong)(ready.letter)
    return await sending


def _prepare(letter_id: int, worker: str) -> Ready | None:
    letter = letters.take(letter_id, worker)
    if letter is None:
        return None
    if letter.doubts >= DOUBTS_AT_MOST:
        text = f"handed over {letter.doubts} times and never answered. It may well have arrived."
        letters.settle(letter, State.FAILED, reason=text)
        return None
    return _look_again(letter)


def _look_again(letter: Letter) -> Ready | None:
    """The letter as it is to be sent, or settled because nobody is to get it or it can't be made."""
    contact = current(letter.contact_id)  # who was merged meanwhile is reached under the address that stayed
    group = Group.objects.filter(pk=letter.group_id).first()
    member = Membership.objects.filter(group=letter.group_id, contact=contact).first() if contact else None
    reason = why_not(letter.kind, letters.facts_of(contact, group, member))
    if reason or contact is None or group is None:
        letters.settle(letter, State.SKIPPED, reason=reason)
        return None
    if hits_of(contact.email, contact.mobile, group).exists():
        letters.settle(letter, State.SKIPPED, reason="blacklisted")
        return None
    try:
        return _made(letter, contact, group)
    except TidingsError as error:
        letters.settle(letter, State.FAILED, reason=str(error))
        return None


def _made(letter: Letter, contact: Contact, group: Group) -> Ready:
    frozen = freeze(group, sender_name="", sender_address="")
    is_welcome = letter.kind == Letter.Kind.WELCOME
    text = _body(letter)
    message = compile_content(
        Content(letter.text.subject, as_html(text, contact.language or group.language), text),
        frozen,
        about={"subject": letter.text.subject, "name": letter.get_kind_display(), "id": letter.pk},
        headers=BY_A_PROGRAM,
        list_unsubscribe=is_welcome,  # to the others nobody is subscribed
        links=("confirm",),
    )
    snapshot = Snapshot(NO_SENDOUT, group.pk, frozen["sender_address"], message)
    copy = snapshot.copier()(contact.pk, row_of(contact, group.pk))
    confirm = confirm_link(group.pk, contact.pk, letter.request_id or 0, copy.address)
    links = {**copy.links, "confirm": confirm}
    data = message.render(copy._replace(links=links, message_id=letter.message_id))
    return Ready(letter, snapshot.sender, copy.address, data)


def _body(letter: Letter) -> str:
    """The text; a letter that asks to confirm has the link to do so, whatever its author thought of."""
    body = letter.text.body
    names = {(name.root, name.name) for name in find_names(Content(subject=letter.text.subject, text=body))}
    if letter.kind != Letter.Kind.CONFIRM or ("links", "confirm") in names:
        return body
    return f"{body.rstrip()}\n\n{CONFIRM}\n"


def _settle(letter: Letter, outcome: Outcome) -> None:
    match outcome.kind:
        case Kind.ACCEPTED:
            letters.settle(letter, State.ACCEPTED, code=outcome.code)
        case Kind.FAILED:
            letters.settle(letter, State.FAILED, code=outcome.code, reason=outcome.text)
        case Kind.DEFERRED:
            _defer(letter, outcome)
        case Kind.IN_DOUBT:
            letter.doubts += 1
            letters.put_off(letter, PAUSE_SECONDS, tried=True, code=outcome.code, reason=outcome.text)
        case _:
            pause = 0.0 if outcome == STOPPED else PAUSE_SECONDS
            letters.put_off(letter, pause, tried=False, code=outcome.code, reason=outcome.text)


def _defer(letter: Letter, outcome: Outcome) -> None:
    pauses = settings.ENVIRONMENT.retry_pauses_seconds
    if letter.attempt < len(pauses):
        pause = pauses[letter.attempt]
        letters.put_off(letter, pause, tried=True, code=outcome.code, reason=outcome.text)
        return
    last = f"gave up after {letter.attempt + 1} attempts; the last answer was: {outcome.text}"
    letters.settle(letter, State.FAILED, code=outcome.code, reason=last)
