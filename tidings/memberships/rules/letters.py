"""Who may still get a letter when it is their turn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """How things stand when a letter is taken. `silenced`: opted out from more than the group, or by a complaint."""

    has_contact: bool = True
    has_address: bool = True
    has_group: bool = True
    archived: bool = False
    state: str | None = None
    opted_out: bool = False
    silenced: bool = False


def why_not(kind: str, facts: Facts) -> str:
    """Why nobody gets this letter any more, in the words of a sendout's `skipped`; empty if it is to be sent.

    Who asks to come back gets the letter that asks them to confirm it, whatever they opted out of.
    """
    if not facts.has_contact:
        return "erased"
    if not facts.has_address:
        return "no_address"
    if not facts.has_group:
        return "group_deleted"
    return _BY_KIND[kind](facts)


def _confirm(facts: Facts) -> str:
    if facts.archived:
        return "group_archived"
    if facts.state in {"pending", "deactivated"}:
        return ""
    return facts.state or "removed"


def _welcome(facts: Facts) -> str:
    if facts.archived:
        return "group_archived"
    if facts.opted_out or facts.silenced:
        return "unsubscribed"
    return "" if facts.state == "active" else facts.state or "removed"


def _goodbye(facts: Facts) -> str:
    if facts.silenced:
        return "unsubscribed"
    return "came_back" if facts.state else ""


_BY_KIND = {"confirm": _confirm, "welcome": _welcome, "goodbye": _goodbye}
