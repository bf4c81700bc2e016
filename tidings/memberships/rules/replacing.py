"""When a group's members are replaced by others, as an import or a transfer does."""

# Above this share of a group's members a person has to say that so many shall leave.
UNASKED_PERCENT = 10


def is_too_many(absent: int, members: int) -> bool:
    """Whether so many of a group's members would be removed that a person has to confirm it."""
    return absent * 100 > members * UNASKED_PERCENT
