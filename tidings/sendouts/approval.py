"""Whether a sendout needs an approval, and whether the one it has is for what it would send now."""

import hashlib
import json

from tidings.groups.models import Group
from tidings.groups.queries import receiving
from tidings.kernel import plugs
from tidings.selections.language import parse
from tidings.selections.saved import rules_within
from tidings.sendouts.errors import ChangedSinceSeen
from tidings.sendouts.models import Sendout
from tidings.sendouts.served import parts_of
from tidings.sendouts.snapshot import freeze


def moderated(group: Group) -> list[Group]:
    """The groups whose approvers are asked about what goes to the group: it, and of a SuperGroup each subgroup too."""
    concerned = dict.fromkeys([group, *receiving(group)])
    return [one for one in concerned if one.all_settings.moderation.moderated]


def needs_approval(group: Group, kind: str) -> bool:
    """Whether somebody must approve what goes to the group. Tests go to few, and help those who decide."""
    return kind != Sendout.Kind.TEST and bool(moderated(group))


def fingerprint(sendout: Sendout) -> str:
    """What an approval is for: the version, which never changes, the group, what would be frozen of it or of its
    subgroups, and who is picked.
    """
    sender = {name: sendout.frozen.get(name, "") for name in ("sender_name", "sender_address")}
    frozen = freeze(sendout.group, sender_name=sender["sender_name"], sender_address=sender["sender_address"])
    message = sendout.version.message
    facts = [sendout.version_id, message.name, message.purpose, sendout.group_id, frozen, *_rules(sendout)]
    if sendout.group.is_supergroup:
        facts.append(sendout.group.all_settings.supergroup.duplicates)
        facts += [part.frozen for part in parts_of(sendout.group, **sender)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _rules(sendout: Sendout) -> list[str]:
    """The rule of its audience with those of all selections that stand in it."""
    return [sendout.rule, *rules_within(parse(sendout.rule))] if sendout.rule else []


def demand_unchanged(sendout: Sendout, seen: str) -> None:
    """Raises `ChangedSinceSeen` if the sendout would not send now what was `seen`: its fingerprint then."""
    if fingerprint(sendout) != seen:
        raise ChangedSinceSeen(sendout=sendout.pk)


def is_missing(sendout: Sendout) -> bool:
    """Whether an approval is needed that isn't there, or is for something else than would be sent now."""
    if not needs_approval(sendout.group, sendout.kind):
        return False
    return sendout.approved_fingerprint != fingerprint(sendout)


def ask(sendout: Sendout) -> None:
    """Lets the sendout wait for an approval, and has those asked who may give it; belongs in a transaction."""
    sendout.state, sendout.state_reason = Sendout.State.AWAITING_APPROVAL, ""
    sendout.save(update_fields=["state", "state_reason"])
    for seek in plugs.load("APPROVAL_SEEKERS"):
        seek(sendout)
