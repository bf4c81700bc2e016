"""What selections may ask about memberships: in which groups, in which state, joined when and how; and opt-outs.

Where a group is at hand, as it is for a sendout, that group is meant unless another one is named. Without either it is
any group. In a SuperGroup are those who are in one of its subgroups.
"""

from collections.abc import Callable, Iterator, Sequence

from django.db.models import TextChoices

from tidings.attributes import queries
from tidings.attributes.criteria import Choice, Criterion, Kind, Question
from tidings.attributes.models import Attribute
from tidings.attributes.rules import Attribute as Entry
from tidings.contacts.criteria import choices_of, value_of
from tidings.groups.criteria import GROUP_SCOPE, category, group
from tidings.groups.models import Group, Subgroup
from tidings.kernel import sql
from tidings.memberships.models import Membership

statements = sql.load(__package__)

SECTION = "Groups"


def criteria() -> Iterator[Criterion]:
    """All that may be asked about the groups of a contact."""
    yield from map(_of_attribute, queries.catalogue(Attribute.Scope.MEMBER))
    yield Criterion("member of", "member of", Kind.THING, _is_member, SECTION, find=group, is_certain=True)
    yield _of_membership("member state", "state as member", Kind.CHOICE, "state", Membership.State)
    yield _of_membership("joined", "joined", Kind.EVENT, "joined_at")
    yield _of_membership("joined by", "joined by", Kind.CHOICE, "source", Membership.Source)
    yield Criterion(
        "category",
        "group category",
        Kind.LABEL,
        _in_category,
        SECTION,
        find=category,
        is_certain=True,
        is_named=True,
    )
    yield Criterion(
        "opted out", "opted out", Kind.FLAG, _has_opted_out, "Consent", scope=GROUP_SCOPE, is_certain=True
    )
    yield Criterion("complained", "complained", Kind.FLAG, _has_complained, "Consent", is_certain=True)


def _of_membership(
    name: str, label: str, kind: Kind, column: str, choices: type[TextChoices] | None = None
) -> Criterion:
    return Criterion(
        name,
        label,
        kind,
        lambda question: _holds(question, lambda table: question.holds(f"{table}.{column}")),
        SECTION,
        choices=tuple(Choice(*choice) for choice in choices.choices) if choices else (),
        scope=GROUP_SCOPE,
        is_certain=True,
    )


def _of_attribute(attribute: Entry) -> Criterion:
    return Criterion(
        f"member.{attribute.key}",
        attribute.label,
        Kind(attribute.kind),
        lambda question: _holds(question, lambda table: question.holds(value_of(attribute, table, question))),
        "Member attributes",
        choices=choices_of(attribute),
        scope=GROUP_SCOPE,
    )


def _holds(question: Question, test: Callable[[str], str]) -> str:
    """Whether a test of a membership holds: of the one at hand, or of any in the group that is named."""
    return test("member") if question.is_at_hand else _exists(question, [question.scope], test("m"))


def _is_member(question: Question) -> str:
    return _exists(question, question.things, "true")


def _exists(question: Question, groups: Sequence[int | None], test: str) -> str:
    named = [one for one in groups if one is not None]
    if not named:
        return sql.fill(statements.is_member, contact=question.contact, test=test)
    meant = equals_one_of(groups_meant(named), question.bind)
    return sql.fill(statements.is_member_of, contact=question.contact, test=test, groups=meant)


def equals_one_of(groups: list[int], bind: Callable[[object, str], str]) -> str:
    """SQL behind the column of a group. Of one group the planner knows how large it is."""
    return f"= {bind(groups[0], 'bigint')}" if len(groups) == 1 else f"= ANY ({bind(groups, 'bigint[]')})"


def groups_meant(groups: list[int]) -> list[int]:
    """These groups, and instead of each SuperGroup its subgroups."""
    inside = Subgroup.objects.filter(supergroup__in=groups).values_list("group_id", flat=True)
    supergroups = Group.objects.filter(pk__in=groups, is_supergroup=True).values_list("pk", flat=True)
    return sorted({*groups, *inside} - {*supergroups})


def _in_category(question: Question) -> str:
    categories = question.bind(question.things, "bigint[]")
    return sql.fill(statements.in_category, contact=question.contact, categories=categories)


def _has_opted_out(question: Question) -> str:
    test = "true"
    if question.group is not None:
        test = sql.fill(statements.opted_out_of_group, group=question.bind(question.group, "bigint"))
    return sql.fill(statements.has_opted_out, contact=question.contact, test=test)


def _has_complained(question: Question) -> str:
    return sql.fill(statements.has_opted_out, contact=question.contact, test="o.reason = 'complaint'")
