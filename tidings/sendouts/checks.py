"""What to look at before a version is sent to a group: the facts gathered, then checked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tidings.attributes.models import Attribute
from tidings.attributes.queries import keys
from tidings.groups.models import Group
from tidings.memberships.gaps import count_gaps
from tidings.messaging.checks.check import Facts, check, gaps_of
from tidings.messaging.checks.findings import Finding, errors, warnings
from tidings.messaging.checks.placeholders import Lack
from tidings.messaging.links import LINK_NAMES
from tidings.messaging.mime.message import Content
from tidings.messaging.models import Version
from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.personalization.names import KnownNames, Name
from tidings.messaging.queries import ROOTS, content_of
from tidings.sendouts.errors import MessageBroken, MessageWarns
from tidings.sendouts.snapshot import MESSAGE_NAMES, freeze, known_names, surrounded

SCOPES = {root: scope for scope, root in ROOTS.items()}


def findings(version: Version, group: Group | None = None) -> list[Finding]:
    """All there is to say about the version, in the group with its header, footer and members; serious things first."""
    if group is None:
        return check(content_of(version), _facts(version, _names_everywhere()))
    frozen = freeze(group, sender_name="", sender_address="")
    content = surrounded(content_of(version), frozen)
    facts = _facts(version, known_names(frozen["group"]))
    return check(content, replace(facts, lacks=_lacks(content, group)))


def demand_sound(version: Version, frozen: dict[str, Any]) -> None:
    """Raises `MessageBroken` if something keeps the version from being sent to a group as frozen."""
    content = surrounded(content_of(version), frozen)
    if found := errors(check(content, _facts(version, known_names(frozen["group"])))):
        raise MessageBroken(problems=" ".join(map(str, found)))


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


def _lacks(content: Content, group: Group) -> Mapping[Name, Lack]:
    """How many members have no value for what the content shows without a fallback."""
    try:
        wanted = {(SCOPES[name.root], name.name) for name in gaps_of(content)}
    except TemplateError:
        return {}  # the check says what is wrong
    return {
        Name(ROOTS[scope], key): Lack(gap.lacking, gap.people, gap.is_sample)
        for (scope, key), gap in count_gaps(group, wanted).items()
    }
