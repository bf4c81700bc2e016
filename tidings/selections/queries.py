"""How many contacts a rule picks, some of them, and what each of its conditions does."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models.expressions import RawSQL

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import db, sheets, sql
from tidings.selections import language
from tidings.selections.errors import TooSlow
from tidings.selections.language import People
from tidings.selections.rules.tree import And, Condition, Not, Or, Rule, conditions

statements = sql.load(__package__)

SAMPLE_SIZE = 10
PARAMETER = re.compile(r"%\((\w+)\)s")
COLUMNS = ("id", "email", "mobile", "external_id", "first_name", "last_name")


@dataclass(frozen=True)
class Limit:
    """How long an answer may take. A newer question of the same `asker`, such as a page, ends the older one."""

    seconds: float = 30.0
    asker: str = ""


PATIENT = Limit()


@dataclass(frozen=True)
class Effect:
    """What a condition does by itself: how many contacts fulfil it, and how many more would be picked without it."""

    condition: Condition
    fulfil: int
    drops: int


@dataclass(frozen=True)
class Effects:
    """How a rule comes to its number: of how many contacts it picks how many, condition by condition."""

    people: int
    picked: int
    effects: tuple[Effect, ...]


def count(
    rule: Rule, group: Group | None = None, *, now: datetime | None = None, limit: Limit = PATIENT
) -> int:
    """How many contacts the rule picks, in a group or anywhere; raises `TooSlow`."""
    picked = language.compiled(rule, group=group, now=now)
    with limited(limit):
        return int(db.value(sql.compose({"picked": picked.text}, statements.count), picked.params))


def those(rule: Rule, group: Group | None = None) -> RawSQL:
    """Whom the rule picks, as what stands behind `contact_id__in` in a query of the ORM."""
    picked = language.compiled(rule, group=group)
    names = PARAMETER.findall(picked.text)
    return RawSQL(PARAMETER.sub("%s", picked.text), [picked.params[name] for name in names])  # noqa: S611 - values are parameters


def sample(
    rule: Rule,
    group: Group | None = None,
    *,
    now: datetime | None = None,
    size: int = SAMPLE_SIZE,
    limit: Limit = PATIENT,
) -> list[Contact]:
    """Some of the contacts that the rule picks, the same ones each time; raises `TooSlow`."""
    picked = language.compiled(rule, group=group, now=now)
    with limited(limit):
        statement = sql.compose({"picked": picked.text}, statements.sample)
        found = db.rows(statement, {**picked.params, "limit": size})
    return list(Contact.objects.filter(pk__in=[row["contact_id"] for row in found]).order_by("pk"))


def lines(rule: Rule, group: Group | None = None, *, now: datetime | None = None) -> Iterator[str]:
    """Everyone whom the rule picks, as lines of a CSV file in the order of their ids; needs no memory."""
    picked = language.compiled(rule, group=group, now=now)
    yield sheets.MARK + sheets.line(COLUMNS)
    with transaction.atomic():
        db.execute(statements.plan)
        statement = sql.compose({"picked": picked.text}, statements.identities)
        for row in db.stream(statement, picked.params):
            yield sheets.line(row[column] for column in COLUMNS)


def dropped(
    rule: Rule, group: Group | None = None, *, now: datetime | None = None, limit: Limit = PATIENT
) -> Effects:
    """What each condition of the rule does, all from one moment; raises `TooSlow`."""
    people, asked = People(group, now=now), list(conditions(rule))
    tests = [f"({people.compiler.test(condition)}) IS TRUE" for condition in asked]
    numbers = numbers_of(people, tests, ["true", *_questions(rule, len(asked))], limit)
    effects = (
        Effect(condition, fulfil, without - numbers[1])
        for condition, fulfil, without in zip(asked, numbers[2::2], numbers[3::2], strict=True)
    )
    return Effects(numbers[0], numbers[1], tuple(effects))


def numbers_of(people: People, tests: list[str], questions: list[str], limit: Limit = PATIENT) -> list[int]:
    """How many people there are for each question. Questions name the answers of `tests`: `c0 AND NOT c1`."""
    who = "DISTINCT contact_id" if people.distinct else "*"
    statement = sql.fill(
        statements.counted,
        tests=", ".join(f"{test} AS c{n}" for n, test in enumerate(tests)),
        counts=", ".join(f"count({who}) FILTER (WHERE {one}) AS n{n}" for n, one in enumerate(questions)),
        contact=people.contact,
        people=people.sql,
    )
    with limited(limit):
        [row] = db.rows(statement, people.compiler.params.values)
    return list(row.values())


def _questions(rule: Rule, size: int) -> Iterator[str]:
    """Who is picked; then of each condition who fulfils it, and who would be picked if everybody did."""
    answers = [f"c{n}" for n in range(size)]
    yield logic(rule, iter(answers))
    for n, agrees in enumerate(_agreeing(rule)):
        yield answers[n]
        yield logic(rule, iter([*answers[:n], str(agrees).lower(), *answers[n + 1 :]]))


def logic(rule: Rule, answers: Iterator[str]) -> str:
    """The rule as SQL over the answers of its conditions."""
    match rule:
        case And(parts):
            return f"({' AND '.join(logic(part, answers) for part in parts)})"
        case Or(parts):
            return f"({' OR '.join(logic(part, answers) for part in parts)})"
        case Not(part):
            return f"NOT {logic(part, answers)}"
    return next(answers)


def _agreeing(rule: Rule, agrees: bool = True) -> Iterator[bool]:
    """Of each condition, whether fulfilling it helps to be picked, or, beneath a `not`, hinders it."""
    match rule:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _agreeing(part, agrees)
        case Not(part):
            yield from _agreeing(part, not agrees)
        case _:
            yield agrees


@contextmanager
def limited(limit: Limit = PATIENT) -> Iterator[None]:
    """What is asked within ends after the limit; then it raises `TooSlow`."""
    try:
        with db.limited(limit.seconds, asker=limit.asker):
            db.execute(statements.plan)
            yield
    except DatabaseError as error:
        if db.was_cancelled(error):
            raise TooSlow(seconds=limit.seconds) from error
        raise
