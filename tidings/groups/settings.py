"""The settings of a group, tab by tab: what they are called, what they may be and what holds where nothing is set.

They are stored as JSON in `Group.settings`, only those that were set, so that a new setting needs no migration.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

LETTER_CHARACTERS_AT_MOST = 20_000
SUBJECT_CHARACTERS_AT_MOST = 250
DAYS_OF_PENDING = 14


class Joining(StrEnum):
    """How people come in who ask for it themselves."""

    SILENT = "silent"
    NOTICE = "notice"
    DOUBLE_OPT_IN = "double_opt_in"


class Tab(BaseModel):
    """Values that can't be changed; unknown names and wrong values are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LetterText(Tab):
    """What a letter says, personalized like a message; where it is empty, the built-in text holds."""

    subject: str = Field("", max_length=SUBJECT_CHARACTERS_AT_MOST)
    text: str = Field("", max_length=LETTER_CHARACTERS_AT_MOST)


class Subscription(Tab):
    """How people join and leave."""

    joining: Joining = Joining.DOUBLE_OPT_IN
    public_form: bool = False  # whether people can join by a form that anybody may open
    pending_days: int = Field(DAYS_OF_PENDING, ge=1, le=365)
    in_preference_centre: bool = False
    needs_approval: bool = False
    confirm: LetterText = LetterText()
    welcome: LetterText = LetterText()
    sends_goodbye: bool = False
    goodbye: LetterText = LetterText()


class Duplicates(StrEnum):
    """What a contact gets who is in several subgroups of a SuperGroup."""

    ONE_COPY = "one_copy"
    ONE_PER_SUBGROUP = "one_per_subgroup"


class Supergroup(Tab):
    """How a SuperGroup sends to its subgroups; it means nothing in other groups."""

    duplicates: Duplicates = Duplicates.ONE_COPY


class GroupSettings(Tab):
    """All tabs."""

    subscription: Subscription = Subscription()
    supergroup: Supergroup = Supergroup()
