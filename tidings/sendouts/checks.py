"""What to look at before a version is sent to a group: the facts gathered, then checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tidings.attributes.models import Attribute
from tidings.attributes.queries import keys
from tidings.groups.models import Group
from tidings.memberships.gaps import count_gaps
from tidings.messaging.checks.check import Facts, check, gaps_of
from tidings.messaging.checks.findings import Finding, errors, in_order, warnings
from tidings.messaging.checks.placeholders import Lack
from tidings.messaging.links import LINK_NAMES
from tidings.messaging.mime.message import Content
from tidings.messaging.models import Version
from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.personalization.names import KnownNames, Name
from tidings.messaging.queries import ROOTS, content_of
from tidings.sendouts.errors import MessageBroken, MessageWarns
from tidings.sendouts.served import Part, parts_of
from tidings.sendouts.snapshot import MESSAGE_NAMES, compile_version, surrounded

NAMED_AT_MOST = 3  # subgroups in which something is so
SCOPES = {root: scope for scope, root in ROOTS.items()}


def findings(version: Version, group: Group | None = None) -> list[Finding]:
    """All there is to say about the version, in the group with its header, footer and members; serious things first.

    In a SuperGroup it is looked at as each subgroup sends it; what isn't the same in all says in which it is so.
    """
    if group is None:
        return check(content_of(version), _facts(version, _names_everywhere()))
    parts = parts_of(group)
    facts, content = _facts(version, _names_everywhere()), content_of(version)
    by_content = _by_content(content, parts)
    lacks = _lacks([shown for shown, _names in by_content], parts)
    found: dict[Finding, list[Part]] = {}
    for (shown, names), alike in by_content.items():
        known = replace(facts.known, group=sorted(names))
        for one in check(shown, replace(facts, known=known, lacks=lacks)):
            found.setdefault(one, []).extend(alike)
    return in_order(_told(one, concerned, len(parts)) for one, concerned in found.items())


def _by_content(content: Content, parts: Sequence[Part]) -> dict[tuple[Content, frozenset[str]], list[Part]]:
    """What is to be checked, and for which parts: those with the same header, footer and names are looked at once."""
    alike: dict[tuple[Content, frozenset[str]], list[Part]] = {}
    for part in parts:
        seen = surrounded(content, part.frozen), frozenset(part.frozen["group"])
        alike.setdefault(seen, []).append(part)
    return alike


def _told(one: Finding, concerned: Sequence[Part], whole: int) -> Finding:
    if len(concerned) == whole:
        return one
    names = ", ".join(f"“{part.group.name}”" for part in concerned[:NAMED_AT_MOST])
    more = f" and {len(concerned) - NAMED_AT_MOST} more" if len(concerned) > NAMED_AT_MOST else ""
    return replace(one, problem=f"As {names}{more}: {one.problem}")


def demand_sound(version: Version, parts: Sequence[Part]) -> None:
    """Raises `MessageBroken`, or `TemplateError`, if something keeps the version from being sent as frozen; of several
    subgroups it says which one.
    """
    facts, content = _facts(version, _names_everywhere()), content_of(version)
    for (shown, names), alike in _by_content(content, parts).items():
        found = check(shown, replace(facts, known=replace(facts.known, group=sorted(names))))
        for part in alike:
            try:
                compile_version(version, part.frozen)
                _demand_no_errors(found)
            except (TemplateError, MessageBroken) as error:
                if len(parts) == 1:
                    raise
                raise MessageBroken(problems=f"As subgroup “{part.group.name}”: {error}") from error


def _demand_no_errors(found: Sequence[Finding]) -> None:
    if broken := errors(found):
        raise MessageBroken(problems=" ".join(map(str, broken)))


def demand_read(version: Version, group: Group, *, how: str) -> None:
    """Raises `MessageWarns` if there is something to decide about; `how` tells how one says that it is decided."""
    if found := warnings(findings(version, group)):
        raise MessageWarns(problems=" ".join(map(str, found)), how=how)


def _facts(version: Version, known: KnownNames) -> Facts:
    archived = Attribute.objects.exclude(archived_at=None)
    return Facts(
        known,
        archived=frozenset(Name(ROOTS[one.scope], one.key) for one in archived),
        is_marketing=version.message.is_marketing,
    )


def _names_everywhere() -> KnownNames:
    """What exists whatever the group; its own attributes can't be known."""
    return KnownNames(
        contact=keys(), member=keys(Attribute.Scope.MEMBER), message=MESSAGE_NAMES, links=LINK_NAMES
    )


def _lacks(contents: Iterable[Content], parts: Sequence[Part]) -> Mapping[Name, Lack]:
    """How many members have no value for what the contents show without a fallback."""
    try:
        wanted = {(SCOPES[name.root], name.name) for content in contents for name in gaps_of(content)}
    except TemplateError:
        return {}  # the check says what is wrong
    return {
        Name(ROOTS[scope], key): Lack(gap.lacking, gap.people, gap.is_sample)
        for (scope, key), gap in count_gaps([part.group.pk for part in parts], wanted).items()
    }
