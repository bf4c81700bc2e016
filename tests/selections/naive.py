"""What a rule means, written down once more in plain Python, without SQL and without speed."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.selections.people import Person, World
from tidings.blacklists.rules import patterns_of
from tidings.selections.rules.tree import And, Condition, Day, Minute, Not, Or, Period, Rule

NEGATED = {"!=": "=", "not in": "in", "does not contain": "contains", "is empty": "is not empty"}
COLUMNS = ("email", "mobile", "external_id", "language")
# What is compared as it is stored, and how a rule's words are brought into that spelling.
STORED: dict[str, Callable[[str], str]] = {
    "email": lambda text: text.strip().lower(),
    "mobile": lambda text: "".join(text.split()).translate(str.maketrans("", "", "./()-")),
    "external_id": str.strip,
}


@dataclass
class Naive:
    """Asks one person. `group` is the one at hand, `at_hand` the membership in it; both may be None."""

    world: World
    now: datetime
    zone: ZoneInfo
    group: int | None
    person: Person
    at_hand: dict[str, Any] | None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def picked_by(self, rule: Rule) -> bool:
        match rule:
            case And(parts):
                return all(map(self.picked_by, parts))
            case Or(parts):
                return any(map(self.picked_by, parts))
            case Not(part):
                return not self.picked_by(part)
        if relation := NEGATED.get(rule.relation):
            return not self.fulfils(Condition(rule.field, relation, rule.values, rule.scope))
        return self.fulfils(rule)

    def fulfils(self, one: Condition) -> bool:
        prefix, _, key = one.field.partition(".")
        if prefix == "contact":
            value = self.person.columns[key] or None if key in COLUMNS else self.person.attributes.get(key)
            return self.holds(one, value, spelling=STORED.get(key))
        if prefix == "member":
            return any(self.holds(one, facts["attributes"].get(key)) for facts in self.members(one))
        if prefix in FLAGS:
            return FLAGS[prefix](self.person)
        if prefix in OF_MEMBERSHIP:
            return any(self.holds(one, facts[OF_MEMBERSHIP[prefix]]) for facts in self.members(one))
        return bool(getattr(self, prefix.replace(" ", "_"))(one))

    def members(self, one: Condition) -> list[dict[str, Any]]:
        if one.scope is None and self.at_hand is not None:
            return [self.at_hand]
        wanted = meant(self.world, one.scope.number) if one.scope else set(self.person.members)
        return [facts for group, facts in self.person.members.items() if group in wanted]

    def member_of(self, one: Condition) -> bool:
        return any(meant(self.world, thing.number) & set(self.person.members) for thing in one.values)

    def category(self, one: Condition) -> bool:
        wanted = {thing.number for thing in one.values}
        pairs = zip(self.world.groups, self.world.categories, strict=False)
        return any(category.pk in wanted and group.pk in self.person.members for group, category in pairs)

    def created(self, one: Condition) -> bool:
        return self.holds(one, self.person.columns["created"])

    def updated(self, one: Condition) -> bool:
        return self.holds(one, self.person.columns["updated"])

    def opted_out(self, one: Condition) -> bool:
        group = one.scope.number if one.scope else self.group
        if group is None:
            return bool(self.person.opt_outs)
        return any(
            o.group_id == group or o.scope == "everything" or o.channel == "email"
            for o in self.person.opt_outs
        )

    def blacklisted(self, one: Condition) -> bool:
        group = one.scope.number if one.scope else self.group
        listed = self.world.listed[0] | self.world.listed.get(group, set())
        return bool(listed & set(patterns_of(self.person.columns["email"], self.person.columns["mobile"])))

    def received(self, one: Condition) -> bool:
        return self.was(one, "accepted")

    def delivery_failed(self, one: Condition) -> bool:
        return self.was(one, "failed")

    def was(self, one: Condition, outcome: str) -> bool:
        wanted = one.scope and one.scope.number
        return any(
            found == outcome and wanted in (None, message) and self.holds(one, at)
            for message, found, at in self.person.deliveries
        )

    def holds(self, one: Condition, value: Any, *, spelling: Callable[[str], str] | None = None) -> bool:
        if one.relation in ("is", "is not empty") or value is None:
            return value is not None
        if isinstance(value, bool):
            return value is one.values[0]
        if isinstance(value, int | float):
            return number_holds(one.relation, value, one.values)
        is_day = one.relation.startswith("anniversary") or isinstance(one.values[0], Day | Minute | Period)
        if is_day:
            return self.time_holds(one, value)
        if spelling:
            return text_holds(one.relation, value, *map(spelling, one.values))
        return text_holds(one.relation, *map(lowered, [value, *one.values]))

    def time_holds(self, one: Condition, value: Any) -> bool:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if isinstance(value, datetime) and one.values and getattr(one.values[0], "unit", "") == "hours":
            return self.hours_hold(one, value)
        if isinstance(value, datetime) and any(isinstance(wanted, Minute) for wanted in one.values):
            return self.minutes_hold(one, value)
        day = value.astimezone(self.zone).date() if isinstance(value, datetime) else value
        if one.relation.startswith("anniversary"):
            return self.anniversary_holds(one, day)
        if isinstance(one.values[0], Day):
            return day_holds(one.relation, day, [wanted.on or self.today for wanted in one.values])
        past, future = shift(self.today, one.values[0], -1), shift(self.today, one.values[0], 1)
        return {
            "within": past <= day <= self.today,
            "more than ago": day < past,
            "ago": day == past,
            "within next": self.today <= day <= future,
            "in more than": day > future,
            "in the future": day == future,
        }[one.relation]

    def minutes_hold(self, one: Condition, value: datetime) -> bool:
        """By when each day or minute begins, and when it is over."""
        first, over = self.ends(one.values[0])
        return {
            "=": first <= value < over,
            "before": value < first,
            "until": value < over,
            "after": value >= over,
            "since": value >= first,
            "between": first <= value < self.ends(one.values[-1])[1],
        }[one.relation]

    def ends(self, wanted: Any) -> tuple[datetime, datetime]:
        if isinstance(wanted, Minute):
            begin = wanted.at.replace(tzinfo=self.zone).astimezone(UTC)
            return begin, begin + timedelta(minutes=1)
        day = wanted.on or self.today
        midnights = (datetime.combine(at, time.min, self.zone) for at in (day, day + timedelta(days=1)))
        begin, over = (midnight.astimezone(UTC) for midnight in midnights)
        return begin, over

    def hours_hold(self, one: Condition, value: datetime) -> bool:
        """In whole seconds."""
        length, now, at = timedelta(hours=one.values[0].count), whole(self.now), whole(value)
        return {
            "within": now - length <= at <= now,
            "more than ago": at < now - length,
            "within next": now <= at <= now + length,
            "in more than": at > now + length,
        }[one.relation]

    def anniversary_holds(self, one: Condition, day: date) -> bool:
        if one.relation == "anniversary today":
            return is_anniversary(day, self.today)
        last = shift(self.today, one.values[0], 1)
        if one.relation == "anniversary in":
            return is_anniversary(day, last)
        length = min((last - self.today).days, 400)
        return any(is_anniversary(day, self.today + timedelta(days=n)) for n in range(length + 1))


FLAGS: dict[str, Callable[[Person], bool]] = {
    "has email": lambda person: person.columns["email"] is not None,
    "has mobile": lambda person: person.columns["mobile"] is not None,
    "has push": lambda person: person.has_push,
    "complained": lambda person: any(opt_out.reason == "complaint" for opt_out in person.opt_outs),
}
OF_MEMBERSHIP = {"member state": "state", "joined by": "source", "joined": "joined_at"}


def meant(world: World, group: int) -> set[int]:
    """Whose members are meant: of a SuperGroup, its subgroups'."""
    return {one.pk for one in world.groups[:2]} if group == world.supergroup.pk else {group}


def is_anniversary(day: date, on: date) -> bool:
    if (day.month, day.day) == (2, 29) and not calendar.isleap(on.year):
        return (on.month, on.day) == (2, 28)
    return (day.month, day.day) == (on.month, on.day)


def whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def shift(day: date, period: Period, sign: int) -> date:
    try:
        if period.unit in ("days", "weeks"):
            return day + timedelta(days=sign * period.count * (7 if period.unit == "weeks" else 1))
        years, months = (period.count, 0) if period.unit == "years" else divmod(period.count, 12)
        year, month = day.year + sign * years, day.month + sign * months
        year, month = (
            (year + 1, month - 12) if month > 12 else (year - 1, month + 12) if month < 1 else (year, month)
        )
        while True:
            try:
                return date(year, month, day.day)
            except ValueError:
                if not 1 <= year <= 9999:
                    raise
                day -= timedelta(days=1)
    except (ValueError, OverflowError):
        return date.max if sign > 0 else date.min


def lowered(text: str) -> str:
    """Letter by letter, as the database does: ß stays, and İ becomes i."""
    return "".join(letter.lower()[0] for letter in text)


def text_holds(relation: str, value: str, *wanted: str) -> bool:
    return {
        "=": value == wanted[0],
        "in": value in wanted,
        "contains": wanted[0] in value,
        "starts with": value.startswith(wanted[0]),
        "ends with": value.endswith(wanted[0]),
    }[relation]


def number_holds(relation: str, value: float, wanted: list[float]) -> bool:
    return {
        "=": value == wanted[0],
        "in": value in wanted,
        "<": value < wanted[0],
        "<=": value <= wanted[0],
        ">": value > wanted[0],
        ">=": value >= wanted[0],
        "between": wanted[0] <= value <= wanted[-1],
    }[relation]


def day_holds(relation: str, day: date, wanted: list[date]) -> bool:
    return {
        "=": day == wanted[0],
        "before": day < wanted[0],
        "until": day <= wanted[0],
        "after": day > wanted[0],
        "since": day >= wanted[0],
        "between": wanted[0] <= day <= wanted[-1],
    }[relation]
