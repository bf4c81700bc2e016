"""Single sends: one message to one contact, when a program or a person asks for it.

Each is a batch of one in a sendout that stands open for them (`standing.py`). So everything holds for it that holds
for batches: it survives kill -9, is tried again, is looked at once more when its turn comes, and is accounted for.
"""

import json
from hashlib import blake2b

from django.db import IntegrityError, transaction

from tidings.accounts.models import User
from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import db, sql
from tidings.messaging.models import Version
from tidings.messaging.queries import find_version
from tidings.sendouts import parameters, tasks
from tidings.sendouts.errors import BadKey, KeyUsedBefore, MoveRefused, NoGroupNamed
from tidings.sendouts.models import Sendout, Single
from tidings.sendouts.standing import standing

statements = sql.load(__package__)

KEY_CHARACTERS_AT_MOST = 255
ATTEMPTS = 5  # to join a sendout that somebody closes at that moment


def send_one(
    message: int,
    address: str,
    params: parameters.Given,
    *,
    group: Group | None = None,
    number: int | None = None,
    by: User | None,
    key: str | None = None,
) -> Single:
    """Sends the current version of a message, or that `number`, to one contact within a group, the only one if none is
    named. What is returned is stored, and workers send it.

    Who isn't known yet becomes a contact in no group. Marketing goes to active members alone; a service or system
    message also to who is none or opted out, but to nobody on a blacklist. Asked for again with the same `key` it is
    the same single send, whatever has changed; asked for something else, `KeyUsedBefore` is raised. In a moderated
    group it waits for an approval.
    """
    if key is not None and not (key.isprintable() and 1 <= len(key) <= KEY_CHARACTERS_AT_MOST):
        raise BadKey(most=KEY_CHARACTERS_AT_MOST)
    asked = _fingerprint(message, number, group and group.pk, address, params)
    if first := _first(key, by):
        return _same(first, asked)
    version = find_version(message, number)
    values = parameters.checked(params, parameters.parameters_of(version))
    within = group or _only_group()
    try:
        return _accept(version, address, values, group=within, by=by, key=key or "", fingerprint=asked)
    except IntegrityError:
        first = _first(key, by)  # of two who asked at once, the other one was quicker
        if first is None:
            raise
        return _same(first, asked)


def only_group() -> Group | None:
    """The group meant by who names none: the only one for e-mail there is."""
    groups = Group.objects.filter(archived_at=None, is_supergroup=False, channel=Group.Channel.EMAIL)[:2]
    return groups[0] if len(groups) == 1 else None


def _only_group() -> Group:
    found = only_group()
    if found is None:
        raise NoGroupNamed
    return found


def _fingerprint(*asked: object) -> str:
    text = json.dumps(asked, sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _first(key: str | None, by: User | None) -> Single | None:
    return Single.objects.filter(key=key, created_by=by).select_related("sendout").first() if key else None


def _same(first: Single, asked: str) -> Single:
    if first.fingerprint != asked:
        raise KeyUsedBefore(key=first.key)
    return first


def _accept(
    version: Version, address: str, values: dict[str, object], *, group: Group, by: User | None, **marks: str
) -> Single:
    for _ in range(ATTEMPTS):
        with transaction.atomic():
            contact = _contact(address, by)
            sendout = standing(group, version, by=by)
            facts = {"contact": contact.pk, "params": json.dumps(values), "by": by and by.pk, **marks}
            joined = db.row(statements.join_standing, facts | _as_seen(sendout))
            if joined:
                record("single.created", joined["single"], by=by, contact=contact.pk, sendout=sendout.pk)
                if sendout.state == Sendout.State.SENDING:
                    tasks.queue_single(joined["batch"])
                return Single.objects.get(pk=joined["single"])
    raise MoveRefused(sendout=sendout.pk, state="changing", wish="joined. Try again")


def _as_seen(sendout: Sendout) -> dict[str, object]:
    return {"sendout": sendout.pk, "state": sendout.state, "standing_for": sendout.standing_for}


def _contact(address: str, by: User | None) -> Contact:
    return contacts.by_email(address) or contacts.create_or_update(address, {}, by=by)[0]
