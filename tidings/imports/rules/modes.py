"""What each mode does with a row, by who the row turns out to be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a mode does: make contacts of new people, let known ones join, write profiles, end memberships.

    `empties` removes the members who aren't in the file, at the end.
    """

    creates: bool = False
    joins: bool = False
    updates: bool = False
    removes: bool = False
    empties: bool = False


DEEDS: Mapping[str, Deeds] = {
    "add": Deeds(creates=True, joins=True),
    "add_and_update": Deeds(creates=True, joins=True, updates=True),
    "update": Deeds(updates=True),
    "join": Deeds(joins=True),
    "replace": Deeds(creates=True, joins=True, updates=True, empties=True),
    "remove": Deeds(removes=True),
}
