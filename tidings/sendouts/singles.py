"""Single sends: one message to one contact, when a program or a person asks for it.

They join a sendout that stands open for them (`standing.py`), and workers gather those that wait into batches
(`gather.py`). So everything holds for them that holds for batches: they survive kill -9, are tried again, are looked at
once more when their turn comes, and are accounted for.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from django.db import IntegrityError, transaction

from tidings.accounts.models import User
from tidings.contacts import actions as contacts
from tidings.contacts.checking import checked_email
from tidings.contacts.queries import ids_by_email
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.journal.actions import record_all
from tidings.kernel import db, sql
from tidings.kernel.errors import TidingsError
from tidings.messaging.queries import find_version
from tidings.sendouts import parameters, tasks
from tidings.sendouts.errors import BadKey, KeyUsedBefore, MoveRefused, NoGroupNamed
from tidings.sendouts.models import Sendout, Single
from tidings.sendouts.standing import standing

statements = sql.load(__package__)

KEY_CHARACTERS_AT_MOST = 255
SINGLES_AT_MOST = 1_000  # in one call
ATTEMPTS = 5  # while somebody closes what was to be joined, or uses the same keys
OPEN_KEPT = 256


@dataclass(frozen=True)
class Asked:
    """A wish for one single send. `number` is a version instead of the current one, `group` an id, an address or the
    group itself; without it the only group is meant.
    """

    message: int
    address: str
    params: parameters.Given = field(default_factory=dict)
    group: Group | int | str | None = None
    number: int | None = None
    key: str | None = None


Result = Single | TidingsError


class _Open(NamedTuple):
    """A sendout that single sends may join, as it was seen, and which parameters its message shows."""

    sendout: int
    state: str
    standing_for: str
    shown: Mapping[str, bool]


class _Wish(NamedTuple):
    """A single send that may be stored, once its contact is known; `params` is JSON."""

    address: str
    params: str
    key: str
    fingerprint: str
    within: _Open


_Made = dict[tuple[str, str], list[Single]]
"""Those stored, by key and fingerprint: of several that are the same in both it doesn't matter which is which."""


class _ClosedMeanwhile(Exception):
    """What was to be joined takes nobody more."""


# By the stamp of what they stand for. They may be over, which is found out by joining.
_open_now: dict[str, _Open] = {}


def send_one(
    message: int,
    address: str,
    params: parameters.Given,
    *,
    group: Group | int | str | None = None,
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
    [made] = send_many([Asked(message, address, params, group, number, key)], by=by)
    if isinstance(made, TidingsError):
        raise made
    return made


def send_many(wishes: Sequence[Asked], *, by: User | None) -> list[Result]:
    """The same for several, each on its own: in their order the single sends, or what stands against them."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _Call(wishes, by).results()
        except _ClosedMeanwhile:
            _open_now.clear()
        except IntegrityError:
            if not any(wish.key for wish in wishes):
                raise
            # of two who asked at once with one key, the other one was quicker
    raise MoveRefused(sendout="of single sends", state="changing", wish="joined. Try again")


class _Call:
    """The wishes of one call, inside of its transaction."""

    def __init__(self, wishes: Sequence[Asked], by: User | None) -> None:
        self._wishes, self._by = wishes, by
        self._before = _asked_before([wish.key for wish in wishes if wish.key], by)
        self._groups: dict[object, int] = {}
        self._open: dict[tuple[int, int | None, int], _Open | TidingsError] = {}

    def results(self) -> list[Result]:
        """What was stored now or before, or what stands against it."""
        looked = [self._looked_at(wish) for wish in self._wishes]
        people = _people({one.address for one in looked if isinstance(one, _Wish)}, self._by)
        faced = [_faced(one, people) for one in looked]
        made = self._store([one for one in faced if isinstance(one, _Wish)], people)
        return [_taken(made, one) if isinstance(one, _Wish) else one for one in faced]

    def _looked_at(self, wish: Asked) -> _Wish | Result:
        try:
            return self._checked(wish)
        except TidingsError as error:
            return error

    def _checked(self, wish: Asked) -> _Wish | Single:
        key = wish.key
        if key is not None and not (key.isprintable() and 1 <= len(key) <= KEY_CHARACTERS_AT_MOST):
            raise BadKey(most=KEY_CHARACTERS_AT_MOST)
        named = self._group(wish.group) if wish.group is not None else None
        asked = _fingerprint(wish.message, wish.number, named, wish.address, wish.params)
        first = self._before.get(key) if key else None
        if first and first.fingerprint != asked:
            raise KeyUsedBefore(key=key)
        if isinstance(first, Single):
            return first
        within = self._within(wish.message, wish.number, named or self._group(None))
        values = parameters.checked(wish.params, within.shown)
        made = _Wish(checked_email(wish.address), json.dumps(values), key or "", asked, within)
        return self._before.setdefault(key, made) if key else made

    def _group(self, ref: Group | int | str | None) -> int:
        if isinstance(ref, Group):
            return ref.pk
        if ref not in self._groups:
            self._groups[ref] = _only_group().pk if ref is None else find_group(ref).pk
        return self._groups[ref]

    def _within(self, message: int, number: int | None, group: int) -> _Open:
        place = (message, number, group)
        if place not in self._open:
            try:
                self._open[place] = _open_in(*place, self._by)
            except TidingsError as error:
                self._open[place] = error
        found = self._open[place]
        if isinstance(found, TidingsError):
            raise found
        return found

    def _store(self, wishes: Iterable[_Wish], people: Mapping[str, int | TidingsError]) -> _Made:
        made: _Made = defaultdict(list)
        for within, joining in _by_sendout(wishes):
            facts = {
                "contacts": [people[one.address] for one in joining],
                "params": [one.params for one in joining],
                "keys": [one.key for one in joining],
                "fingerprints": [one.fingerprint for one in joining],
                "by": self._by and self._by.pk,
            }
            rows = db.rows(statements.join_standing, facts | within._asdict())
            if not rows:
                raise _ClosedMeanwhile
            for row in rows:
                made[row["key"], row["fingerprint"]].append(Single(**row, created_by=self._by))
            noted = [{"single": row["id"], "contact": row["contact_id"]} for row in rows]
            record_all("single.created", within.sendout, by=self._by, data=noted)
            if within.state == Sendout.State.SENDING:
                transaction.on_commit(partial(tasks.queue_singles, within.sendout))
        return made


def _asked_before(keys: Sequence[str], by: User | None) -> dict[str, "Single | _Wish"]:
    found = Single.objects.filter(key__in=keys, created_by=by) if keys else ()
    return {single.key: single for single in found}


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


def _open_in(message: int, number: int | None, group: int, by: User | None) -> _Open:
    """The sendout to join; with one question while nothing that it stands for has changed."""
    stamp = _stamp(message, number, group)
    if stamp in _open_now:
        return _open_now[stamp]
    version = find_version(message, number)
    sendout = standing(find_group(group), version, by=by)
    found = _Open(sendout.pk, sendout.state, sendout.standing_for, parameters.parameters_of(version))
    if stamp and stamp == _stamp(message, number, group):
        if len(_open_now) >= OPEN_KEPT:
            _open_now.clear()
        _open_now[stamp] = found
    return found


def _stamp(message: int, number: int | None, group: int) -> str:
    found = db.value(statements.stamp, {"message": message, "number": number, "group": group})
    return str(found or "")


def _people(addresses: Iterable[str], by: User | None) -> dict[str, int | TidingsError]:
    """The contacts with these addresses, made if they are new: their ids, or why they can't be made."""
    found: dict[str, int | TidingsError] = {**ids_by_email(addresses)}
    for address in sorted(set(addresses) - found.keys()):  # sorted: two calls don't wait for each other
        try:
            found[address] = contacts.create_or_update(address, {}, by=by)[0].pk
        except TidingsError as error:
            found[address] = error
    return found


def _faced(one: _Wish | Result, people: Mapping[str, int | TidingsError]) -> _Wish | Result:
    found = people[one.address] if isinstance(one, _Wish) else None
    return found if isinstance(found, TidingsError) else one


def _by_sendout(wishes: Iterable[_Wish]) -> list[tuple[_Open, list[_Wish]]]:
    """Those with a key once, and always in the same order."""
    found: dict[int, tuple[_Open, list[_Wish]]] = {}
    once = {one.key or place: one for place, one in enumerate(wishes)}
    for one in once.values():
        found.setdefault(one.within.sendout, (one.within, []))[1].append(one)
    return [found[sendout] for sendout in sorted(found)]


def _taken(made: _Made, wish: _Wish) -> Single:
    alike = made[wish.key, wish.fingerprint]
    return alike[0] if wish.key else alike.pop()
