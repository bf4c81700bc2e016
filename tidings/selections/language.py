"""The language with the criteria that there are now: from text or JSON to a rule, and from a rule to all its forms.

`known` is the catalogue of criteria. Whoever does several things with rules reads it once and hands it on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tidings.groups.models import Group
from tidings.kernel import clock, plugs, sql
from tidings.kernel.errors import NotFound
from tidings.memberships.criteria import equals_one_of, groups_meant
from tidings.selections.models import Selection
from tidings.selections.rules import json
from tidings.selections.rules import parse as parsing
from tidings.selections.rules import say as sentences
from tidings.selections.rules import write as writing
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.compile import Compiler, Ground
from tidings.selections.rules.days import Moment
from tidings.selections.rules.json import Json, to_json
from tidings.selections.rules.tree import Rule

__all__ = [
    "Compiled",
    "Json",
    "Rule",
    "catalogue",
    "compiled",
    "from_json",
    "parse",
    "say",
    "to_json",
    "write",
]

statements = sql.load(__package__)


@dataclass(frozen=True)
class Compiled:
    """A statement that yields a column `contact_id`, each contact once. Names of parameters begin with `rule_`.

    It may stand as a part in a larger statement: `{"picked": compiled.text, ...}`.
    """

    text: str
    params: Mapping[str, object]


def catalogue() -> Catalogue:
    """All criteria that there are now."""
    return Catalogue(criterion for criteria in plugs.load("SELECTION_CRITERIA") for criterion in criteria())


def parse(text: str, known: Catalogue | None = None) -> Rule:
    """The rule that a text says; raises `BadRule`, which shows the place."""
    return parsing.parse(text, known or catalogue())


def write(rule: Rule, known: Catalogue | None = None) -> str:
    """The rule as text, in the one way in which it is written."""
    return writing.write(rule, known or catalogue())


def stored(rule: Rule, known: Catalogue | None = None) -> str:
    """The same with numbers instead of names, which a rename doesn't break."""
    return writing.write(rule, known or catalogue(), by_number=True)


def from_json(data: object, known: Catalogue | None = None) -> Rule:
    """The rule that JSON says; raises `BadRule`."""
    return json.from_json(data, known or catalogue())


def say(rule: Rule, known: Catalogue | None = None) -> str:
    """The rule as an English sentence."""
    return sentences.say(rule, known or catalogue())


def forms(rule: Rule, known: Catalogue) -> dict[str, Any]:
    """The rule as text, JSON and sentence."""
    return {"text": write(rule, known), "rule": to_json(rule), "sentence": say(rule, known)}


def compiled(
    rule: Rule, *, group: Group | None = None, now: datetime | None = None, known: Catalogue | None = None
) -> Compiled:
    """One statement for the contacts that the rule picks: of all contacts, or of the members of a group.

    In a SuperGroup those are the members of its subgroups. Raises what is wrong with selections that stand in the rule.
    """
    people = People(group, now=now, known=known)
    test = people.compiler.test(rule)
    text = sql.fill(
        statements.picked, distinct=people.distinct, contact=people.contact, people=people.sql, test=test
    )
    return Compiled(text, people.compiler.params.values)


class People:
    """Whom a statement is about, and the compiler of all tests in it."""

    def __init__(
        self, group: Group | None, *, now: datetime | None = None, known: Catalogue | None = None
    ) -> None:
        known = known or catalogue()
        moment = Moment(now or clock.now(), ZoneInfo(settings.TIME_ZONE))
        ground = Ground(known, moment, lambda number: rule_of(number, known), group.pk if group else None)
        self.compiler = Compiler(ground)
        self.contact = "member.contact_id" if group else "contact.id"
        self.distinct = "DISTINCT" if group and group.is_supergroup else ""
        self.sql = self._members_of(group) if group else sql.fill(statements.everybody)

    def _members_of(self, group: Group) -> str:
        groups = equals_one_of(groups_meant([group.pk]), self.compiler.params.bind)
        return sql.fill(statements.members, groups=groups)


def rule_of(number: int, known: Catalogue | None = None) -> Rule:
    """The rule of a saved selection; raises `NotFound`, or `BadRule` if something that it names is gone."""
    found = Selection.objects.filter(pk=number).values_list("rule", flat=True).first()
    if found is None:
        raise NotFound(thing="selection", ref=number)
    return parse(found, known)
