"""Random contacts with everything that criteria ask about, in the database and as plain values."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tidings.attributes.models import Attribute
from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import Entry
from tidings.contacts.models import Contact, PushEndpoint
from tidings.groups import actions as groups
from tidings.groups import subgroups
from tidings.groups.models import Category, Group
from tidings.memberships.models import Membership, OptOut
from tidings.messaging import actions as messaging
from tidings.sendouts.models import Batch, Delivery, Sendout

TEXTS = [
    "Berlin",
    "berlin",
    "BERLIN-Mitte",
    "Straße",
    "STRASSE",
    "Ærø",
    "ærø",
    "100%",
    "a_b",
    "O'Neil",
    'say "x"',
    "\\",
    "Łódź ŁÓDŹ",
]
DATES = [
    "1990-02-28",
    "2027-02-26",
    "2027-02-27",
    "2027-03-01",
    "2028-02-28",
    "2028-03-01",
    "1988-02-29",
    "2000-02-29",
    "1991-03-01",
    "1970-12-31",
    "2001-01-01",
    "2027-06-30",
    "0001-01-01",
    "9999-12-31",
]
MOMENTS = [
    datetime(2027, 2, 28, 22, 59, 59, tzinfo=UTC),
    datetime(2027, 2, 28, 23, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 4, 59, 59, 500000, tzinfo=UTC),
    datetime(2028, 2, 29, 12, 0, 0, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 30, 0, 250000, tzinfo=UTC),
    datetime(2026, 10, 25, 22, 30, tzinfo=UTC),
    datetime(2027, 2, 27, 9, 0, tzinfo=UTC),
    datetime(2025, 2, 28, 9, 0, tzinfo=UTC),
]
NUMBERS = [0, -1, 5, 5.5, 1e-05, 999999999999999, 42]
TIERS = ["Gold", "Silver"]
CUSTOM = {
    "shoe size": ("Shoe size", "number", NUMBERS),
    "vip": ("VIP", "boolean", [True, False]),
    "contract": ("Contract", "date", DATES),
    "last visit": (
        "Last visit",
        "date_time",
        [moment.replace(tzinfo=None).isoformat() + "Z" for moment in MOMENTS],
    ),
    "tier": ("Tier", "choice", TIERS),
}
MEMBER = {"card": ("Card", "text", TEXTS), "points": ("Points", "number", NUMBERS)}


@dataclass
class Person:
    """A contact as plain values."""

    id: int
    columns: dict[str, Any]
    attributes: dict[str, Any]
    has_push: bool = False
    members: dict[int, dict[str, Any]] = field(default_factory=dict)
    opt_outs: list[OptOut] = field(default_factory=list)
    deliveries: list[tuple[int, str, datetime]] = field(default_factory=list)


@dataclass
class World:
    """All contacts, and the things that rules name."""

    people: list[Person]
    groups: list[Group]
    supergroup: Group
    categories: list[Category]
    messages: list[int]
    listed: dict[int, set[str]]


def make_world(count: int, seed: int) -> World:
    """A few groups, messages, and `count` contacts, the last of whom is erased."""
    rng = random.Random(seed)
    for scope, custom in (("profile", CUSTOM), ("member", MEMBER)):
        for key, (name, kind, _) in custom.items():
            choices = TIERS if kind == "choice" else []
            Attribute.objects.create(scope=scope, key=key, name=name, type=kind, choices=choices)
    categories = [Category.objects.create(name=name) for name in ("Sport", "Straße")]
    made = [groups.create(f"Group {n}", address=f"g{n}@example.org", by=None) for n in range(3)]
    for one, category in zip(made, categories, strict=False):
        Group.objects.filter(pk=one.pk).update(category=category)
    supergroup = groups.create("All", address="all@example.org", is_supergroup=True, by=None)
    subgroups.put(supergroup, made[:2], by=None)
    world = World([], made, supergroup, categories, [], {0: set(), made[0].pk: set()})
    batches = [_batch(world, made[0], number) for number in range(2)]
    world.people = [_person(rng, number, world, batches) for number in range(count)]
    for pattern, group in (
        ("p1@sub.example.com", None),
        ("*.example.com", made[0]),
        ("+4917139200003", None),
    ):
        entry, _ = blacklists.add(pattern, group, reason="", source=Entry.Source.PAGE, by=None)
        world.listed[group.pk if group else 0].add(entry.pattern)
    return world


def _batch(world: World, group: Group, number: int) -> Batch:
    version = messaging.write(f"M{number}", subject="Hello", text="Hello", by=None)
    world.messages.append(version.message_id)
    sendout = Sendout.objects.create(group=group, group_name=group.name, version=version, state="finished")
    return Batch.objects.create(
        sendout=sendout, group=sendout.group, number=0, contact_ids=[], size=0, state="done"
    )


def _person(rng: random.Random, number: int, world: World, batches: list[Batch]) -> Person:
    columns = {
        "email": rng.choice([None, f"p{number}@sub.example.com", f"p{number}@example.org"]),
        "mobile": rng.choice([None, f"+491713920000{number}"]),
        "external_id": f"ID-{number}",
        "language": rng.choice(["", "de", "en"]),
    }
    attributes = {key: rng.choice(values) for key, (_, _, values) in CUSTOM.items() if rng.random() < 0.7}
    attributes |= {key: rng.choice(TEXTS) for key in ("city", "country", "first_name") if rng.random() < 0.7}
    attributes |= {"date_of_birth": rng.choice(DATES)} if rng.random() < 0.8 else {}
    made = Contact.objects.create(**columns, attributes=attributes)
    columns |= {"created": rng.choice(MOMENTS), "updated": rng.choice(MOMENTS)}
    Contact.objects.filter(pk=made.pk).update(created_at=columns["created"], updated_at=columns["updated"])
    person = Person(made.pk, columns, attributes)
    if rng.random() < 0.3:
        PushEndpoint.objects.create(contact=made, app="app", endpoint=f"https://push.example/{number}")
        person.has_push = True
    for group in world.groups:
        if rng.random() < 0.5:
            person.members[group.pk] = _member(rng, made, group)
    _opt_outs(rng, person, world)
    for batch, message in zip(batches, world.messages, strict=True):
        if rng.random() < 0.5:
            at, outcome = rng.choice(MOMENTS), rng.choice(["accepted", "failed", "skipped"])
            Delivery.objects.create(batch=batch, position=number + 1, contact=made, outcome=outcome, at=at)
            person.deliveries.append((message, outcome, at))
    return person


def _member(rng: random.Random, contact: Contact, group: Group) -> dict[str, Any]:
    values = {key: rng.choice(values) for key, (_, _, values) in MEMBER.items() if rng.random() < 0.7}
    facts = {
        "state": rng.choice(Membership.State.values),
        "source": rng.choice(Membership.Source.values),
        "attributes": values,
    }
    Membership.objects.create(contact=contact, group=group, **facts)
    facts["joined_at"] = rng.choice(MOMENTS) + timedelta(microseconds=rng.choice([0, 1]))
    Membership.objects.filter(contact=contact, group=group).update(joined_at=facts["joined_at"])
    return facts


def _opt_outs(rng: random.Random, person: Person, world: World) -> None:
    kinds = [
        {"scope": "group", "group": world.groups[0]},
        {"scope": "supergroup", "group": world.supergroup},
        {"scope": "channel", "channel": "email"},
        {"scope": "channel", "channel": "sms", "reason": "complaint"},
        {"scope": "everything"},
    ]
    for facts in kinds:
        if rng.random() < 0.1:
            person.opt_outs.append(OptOut.objects.create(contact_id=person.id, source="page", **facts))
