"""Selections against reference SQL: each criterion, and rules of several, over a million contacts."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from bench.pairs import Result, measure
from tidings.attributes.models import Attribute
from tidings.groups import categories
from tidings.groups.actions import create
from tidings.groups.models import Category, Group
from tidings.kernel import db, sql
from tidings.messaging.actions import write
from tidings.selections import language, queries

GROUND = Path(__file__).with_name("selections.sql")
REFERENCE = Path(__file__).with_name("reference_selections.sql")
CUSTOM = {"Shoe size": "number", "VIP": "boolean", "Last visit": "date_time"}
TIERS = ["Gold", "Silver", "Bronze"]

Params = dict[str, object]


def run(pairs: int, people: int) -> list[Result]:
    """A result for each rule of the reference, in contacts per second. Both sides must pick as many."""
    params = lay_ground(people)
    parts = re.split(
        r"^-- (everywhere|members): (.*)$", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    rules = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return [
        _compare(where, rule, text.strip(), params, pairs=pairs, people=people) for where, rule, text in rules
    ]


def _compare(where: str, rule: str, reference: str, params: Params, *, pairs: int, people: int) -> Result:
    group = Group.objects.get(pk=params["main"]) if where == "members" else None
    text = rule.format(**params)
    counts: set[int] = set()

    def rate(statement: str, values: Params) -> tuple[float]:
        seconds, count = _timed(statement, values)
        counts.add(count)
        return (people / seconds,)

    def ours() -> tuple[float]:
        compiled = language.compiled(language.parse(text), group=group)
        return rate(compiled.text, dict(compiled.params))

    ours()  # both find the pages in memory
    [result] = measure(
        [f"select: {rule} ({where})"],
        ours,
        lambda: rate(reference, params),
        pairs=pairs,
        unit="contacts/s",
    )
    if len(counts) != 1:
        raise SystemExit(f"{rule}: {sorted(counts)} contacts")
    result.notes["contacts picked"] = counts.pop()
    return result


def _timed(statement: str, params: Params) -> tuple[float, int]:
    with transaction.atomic():
        db.execute(queries.statements.plan)
        started = time.monotonic()
        count = db.value(sql.compose({"picked": statement}, queries.statements.count), params)
        return time.monotonic() - started, count


def lay_ground(people: int) -> Params:
    """People, groups, opt-outs and deliveries to ask for; their numbers by name, with how many `people` there are."""
    Attribute.objects.all().delete()
    for name, kind in CUSTOM.items():
        Attribute.objects.create(name=name, key=name.lower(), type=kind)
    Attribute.objects.create(name="Tier", key="tier", type="choice", choices=TIERS)
    Attribute.objects.create(name="Card", key="card", scope="member")
    main, other = _group("main", ""), _group("other", "Sport")
    version = write("Bench", subject="Bench", text="Bench", by=None)
    params: Params = {"people": people, "main": main, "other": other, "version": version.pk}
    db.execute(GROUND.read_text(encoding="utf-8"), params)
    connection.close()
    db.execute("VACUUM ANALYZE")
    today = datetime.now(UTC).date()
    days = [f"{today + timedelta(days=n):%m-%d}" for n in range(8)]
    return params | {"message": version.message_id, "days": days}


def _group(name: str, category: str) -> int:
    address = f"selections-{name}@example.org"
    found = Group.objects.filter(address=address).first() or create(name, address=address, by=None)
    if category:
        label = Category.objects.filter(name=category).first() or categories.create(category, by=None)
        Group.objects.filter(pk=found.pk).update(category=label)
    return found.pk
