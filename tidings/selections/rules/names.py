"""What a selection may be called."""

from tidings.attributes.rules import FORBIDDEN_CHARACTER
from tidings.selections.errors import BadName

NAME_CHARACTERS_AT_MOST = 150


def selection_name(raw: str) -> str:
    """A name of 1 to 150 characters with single spaces; raises `BadName`."""
    name = " ".join(raw.split())
    if not name or len(name) > NAME_CHARACTERS_AT_MOST:
        raise BadName(
            why=f"The name of a selection has 1 to {NAME_CHARACTERS_AT_MOST} characters; this has {len(name)}."
        )
    if FORBIDDEN_CHARACTER.search(name):
        raise BadName(why="The name of a selection is one line without control characters.")
    return name
