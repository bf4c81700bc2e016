"""The settings of a group, tab by tab: what they are called, what they may be and what holds where nothing is set.

Those of `General` are columns of the group. The others are stored as JSON in `Group.settings`, only those that were
set, so that a new setting needs no migration. Pages, API and command line all are made from what stands here.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tidings.groups.kinds import (
    Country,
    Email,
    Emails,
    GroupName,
    Headers,
    Keyword,
    Language,
    Line,
    Mobile,
    Number,
    Originator,
    Parameters,
    Recipients,
    SenderAddress,
    Text,
    TimeOfDay,
    Zone,
    ZoneOrEmpty,
)

CONTENT_CHARACTERS_AT_MOST = 20_000
DESCRIPTION_CHARACTERS_AT_MOST = 5_000
SUBJECT_CHARACTERS_AT_MOST = 250
PREFIX_CHARACTERS_AT_MOST = 40
NAME_CHARACTERS_AT_MOST = 150
CATEGORY_CHARACTERS_AT_MOST = 100
WORD_CHARACTERS_AT_MOST = 100
HEADERS_AT_MOST = 10
APPROVERS_AT_MOST = 50
TEST_RECIPIENTS_AT_MOST = 50
DAYS_AT_MOST = 365
PER_HOUR_AT_MOST = 100_000_000
HOURS_OF_SPREAD_AT_MOST = 168
MESSAGES_AT_MOST = 1_000
DAYS_OF_PENDING = 14
LIMITED_FROM_THE_START = {"limit_messages": 3, "limit_days": 7}
"""What SMS and push groups start with."""


class Joining(StrEnum):
    """How people come in who ask for it themselves."""

    SILENT = "silent"
    NOTICE = "notice"
    DOUBLE_OPT_IN = "double_opt_in"


class Speed(StrEnum):
    """How fast a sendout goes."""

    FASTEST = "fastest"
    PER_HOUR = "per_hour"
    SPREAD = "spread"


class CrashPolicy(StrEnum):
    """What becomes of copies that may or may not have gone out when a worker died."""

    BY_CHANNEL = "by_channel"
    RESEND = "resend"
    SKIP = "skip"


def _setting(
    default: Any,
    title: str,
    meaning: str = "",
    *,
    example: Any,
    later: bool = False,
    channels: Collection[str] = (),
    widget: str = "",
    **limits: Any,
) -> Any:
    """A setting. `later`: it is kept and has no effect yet. `channels`: only groups of these have it."""
    extra: dict[str, Any] = {"x-later": later, "x-channels": list(channels), "x-widget": widget}
    said = f"{meaning} Kept for later: it has no effect yet.".strip() if later else meaning
    return Field(
        default, title=title, description=said or title, examples=[example], json_schema_extra=extra, **limits
    )


class Tab(BaseModel):
    """Values that can't be changed; unknown names and wrong values are refused."""

    # Validators are built when first needed: most commands never look at a setting.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class General(Tab):
    """What the group is called, and where it belongs."""

    name: GroupName = _setting("", "Name", "Members may see it.", example="Newsletter")
    description: Text = _setting(
        "", "Description", widget="text", example="Every Friday", max_length=DESCRIPTION_CHARACTERS_AT_MOST
    )
    category: Line = _setting(
        "",
        "Category",
        "Groups are found by it. A new name makes a new category.",
        example="Retail",
        widget="categories",
        max_length=CATEGORY_CHARACTERS_AT_MOST,
    )
    language: Language = _setting(
        "", "Language", "The code of its messages' language.", example="de", max_length=10
    )
    country: Country = _setting("", "Country", "Two letters.", example="DE")
    time_zone: Zone = _setting("UTC", "Time zone", "", example="Europe/Berlin", widget="zones")
    owner: Email = _setting(
        "",
        "Owner",
        "Who looks after the group: the e-mail address of a user.",
        example="anna@example.org",
        widget="users",
    )


class Sender(Tab):
    """Who messages come from, and what stands around them."""

    name: Line = _setting(
        "",
        "From name",
        "What people see beside the address. Empty: the group's name.",
        example="Example Books",
        max_length=NAME_CHARACTERS_AT_MOST,
    )
    address: SenderAddress = _setting(
        "",
        "From address",
        "Empty: the group's address.",
        example="books@example.org",
        channels=["email"],
        max_length=300,
    )
    reply_to: Email = _setting(
        "",
        "Reply-to",
        "Where answers go. Empty: to the sender.",
        example="shop@example.org",
        channels=["email"],
        max_length=300,
    )
    subject_prefix: Line = _setting(
        "",
        "Subject prefix",
        "Begins every subject, such as “[Club]”.",
        example="[Club]",
        channels=["email"],
        max_length=PREFIX_CHARACTERS_AT_MOST,
    )
    header_html: Text = _setting(
        "",
        "Header of HTML",
        "Stands above each message; it may hold placeholders.",
        example="<p>{{ group.name }}</p>",
        channels=["email"],
        widget="source",
        max_length=CONTENT_CHARACTERS_AT_MOST,
    )
    header_text: Text = _setting(
        "",
        "Header of text",
        "The same for the text part.",
        example="{{ group.name }}",
        channels=["email"],
        widget="source",
        max_length=CONTENT_CHARACTERS_AT_MOST,
    )
    footer_html: Text = _setting(
        "",
        "Footer of HTML",
        "Stands below each message, such as an imprint.",
        example="<p>Example Books, Berlin</p>",
        channels=["email"],
        widget="source",
        max_length=CONTENT_CHARACTERS_AT_MOST,
    )
    footer_text: Text = _setting(
        "",
        "Footer of text",
        "The same for the text part.",
        example="Example Books, Berlin",
        channels=["email"],
        widget="source",
        max_length=CONTENT_CHARACTERS_AT_MOST,
    )
    headers: Headers = _setting(
        (),
        "Extra headers",
        "One a line, such as X-Campaign: Autumn. Headers that Tidings writes itself can't be set.",
        example=["X-Campaign: Autumn"],
        channels=["email"],
        widget="lines",
        max_length=HEADERS_AT_MOST,
    )


class LetterText(Tab):
    """What a letter says, personalized like a message; where it is empty, the built-in text holds."""

    subject: Line = _setting("", "Subject", example="Welcome", max_length=SUBJECT_CHARACTERS_AT_MOST)
    text: Text = _setting(
        "", "Text", example="Good to have you!", widget="text", max_length=CONTENT_CHARACTERS_AT_MOST
    )


class Subscription(Tab):
    """How people join and leave."""

    joining: Joining = _setting(
        Joining.DOUBLE_OPT_IN,
        "How people join",
        "Silently, with a notice, or after a click that confirms it.",
        example="double_opt_in",
    )
    public_form: bool = _setting(
        False, "Let people join by a public form", "Anybody may open it.", example=True
    )
    pending_days: int = _setting(
        DAYS_OF_PENDING,
        "Days to confirm",
        "How long a request stays pending.",
        example=7,
        ge=1,
        le=DAYS_AT_MOST,
    )
    in_preference_centre: bool = _setting(False, "Show in the public preference centre", example=True)
    needs_approval: bool = _setting(False, "A manager approves each join", example=False)
    confirm: LetterText = Field(LetterText(), title="Letter that asks for confirmation")
    welcome: LetterText = Field(LetterText(), title="Letter of welcome")
    sends_goodbye: bool = _setting(False, "Send a goodbye to who unsubscribes", example=False)
    goodbye: LetterText = Field(LetterText(), title="Letter of goodbye")


class Sending(Tab):
    """How fast, when and how often messages go out."""

    speed: Speed = _setting(
        Speed.FASTEST, "Speed", "As fast as possible, N per hour, or spread.", example="per_hour"
    )
    per_hour: Number = _setting(None, "Messages per hour", example=20_000, ge=1, le=PER_HOUR_AT_MOST)
    spread_hours: Number = _setting(None, "Hours to spread over", example=6, ge=1, le=HOURS_OF_SPREAD_AT_MOST)
    window_begins: TimeOfDay = _setting(
        None, "Daily window begins", "Outside of it a sendout pauses.", example="08:00:00"
    )
    window_ends: TimeOfDay = _setting(None, "Daily window ends", example="20:00:00")
    window_time_zone: ZoneOrEmpty = _setting(
        "",
        "Time zone of the window",
        "Empty: the group's.",
        example="Europe/Berlin",
        widget="zones",
    )
    limit_messages: Number = _setting(
        None,
        "Messages per contact",
        "Who got so many of this group is left out. Counting begins when this is set.",
        example=3,
        ge=1,
        le=MESSAGES_AT_MOST,
    )
    limit_days: Number = _setting(
        None, "… in so many days", "Today is the last of them.", example=7, ge=1, le=DAYS_AT_MOST
    )
    quiet_from: TimeOfDay = _setting(
        None, "Quiet hours begin", "Nobody gets anything then.", example="22:00:00"
    )
    quiet_until: TimeOfDay = _setting(None, "Quiet hours end", example="07:00:00")
    carrier: Line = _setting(
        "",
        "Carrier",
        "Empty: the usual one of the channel.",
        example="relay-2",
        later=True,
        max_length=WORD_CHARACTERS_AT_MOST,
    )
    originator: Originator = _setting(
        "",
        "Originator",
        "Who an SMS comes from: a number or a short name.",
        example="Books",
        later=True,
        channels=["sms"],
    )
    inbound_number: Mobile = _setting(
        "", "Inbound number", "Where answers arrive.", example="+491713920000", later=True, channels=["sms"]
    )
    keyword: Keyword = _setting(
        "",
        "Keyword",
        "The word by which answers find this group; unique at its number.",
        example="BOOKS",
        later=True,
        channels=["sms"],
    )
    app: Line = _setting(
        "",
        "App",
        "Whose users get the push messages.",
        example="books-ios",
        later=True,
        channels=["push"],
        max_length=WORD_CHARACTERS_AT_MOST,
    )
    crash_policy: CrashPolicy = _setting(
        CrashPolicy.BY_CHANNEL,
        "Copies in doubt after a crash",
        "By channel means: e-mails as TIDINGS_IN_DOUBT says, which is to resend them; SMS and push are skipped.",
        example="resend",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.speed == Speed.PER_HOUR and self.per_hour is None:
            raise ValueError("Say how many messages per hour.")
        if self.speed == Speed.SPREAD and self.spread_hours is None:
            raise ValueError("Say over how many hours.")
        _demand_both("The daily window", self.window_begins, self.window_ends)
        _demand_both("Quiet hours", self.quiet_from, self.quiet_until)
        if (self.limit_messages is None) != (self.limit_days is None):
            raise ValueError("A limit per contact has a number of messages and a number of days.")
        if self.keyword and not self.inbound_number:
            raise ValueError("A keyword needs the inbound number at which it is looked for.")
        return self


def _demand_both(what: str, begin: object, end: object) -> None:
    if (begin is None) != (end is None) or (begin is not None and begin == end):
        raise ValueError(f"{what} has a begin and another end, or neither.")


class Tracking(Tab):
    """What is noted of those who read."""

    opens: bool = _setting(True, "Note who opens", example=True, later=True, channels=["email"])
    clicks: bool = _setting(True, "Note who clicks", example=True, later=True)
    link_parameters: Parameters = _setting(
        (),
        "Parameters of links",
        "One a line, such as utm_source=newsletter.",
        example=["utm_source=newsletter"],
        later=True,
        widget="lines",
        max_length=HEADERS_AT_MOST,
    )


class Moderation(Tab):
    """Whether somebody approves what is sent."""

    moderated: bool = _setting(False, "Sendouts need an approval", example=True)
    approvers: Emails = _setting(
        (),
        "Approvers",
        "E-mail addresses of users, one a line.",
        example=["anna@example.org"],
        widget="lines",
        max_length=APPROVERS_AT_MOST,
    )
    four_eyes: bool = _setting(True, "Four eyes: nobody approves their own", example=True)

    @model_validator(mode="after")
    def _has_somebody_who_approves(self) -> Self:
        if self.moderated and not self.approvers:
            raise ValueError("Name at least one approver.")
        return self


class BounceRule(Tab):
    """How many bounces of one class, within how many days, deactivate a member."""

    count: int = _setting(5, "Bounces", example=5, later=True, ge=1, le=100)
    days: int = _setting(30, "Within days", example=30, later=True, ge=1, le=DAYS_AT_MOST)


class Deactivation(Tab):
    """When a member whose mail comes back gets no more."""

    hard: BounceRule = Field(BounceRule(count=1), title="Hard: the address doesn't exist")
    soft: BounceRule = Field(BounceRule(), title="Soft: a passing fault")
    full: BounceRule = Field(BounceRule(days=60), title="Full: no room in the mailbox")
    blocked: BounceRule = Field(BounceRule(), title="Blocked: refused as unwanted")
    try_again_days: Number = _setting(
        None,
        "Try again after days",
        "Empty: never.",
        example=180,
        later=True,
        ge=1,
        le=DAYS_AT_MOST,
    )


class TestRecipients(Tab):
    """Who gets test sendouts."""

    __test__ = False  # no test case, whatever pytest takes its name for

    addresses: Recipients = _setting(
        (),
        "Addresses",
        "E-mail addresses, numbers or push endpoints, as the group's channel is; one a line.",
        example=["anna@example.org"],
        widget="lines",
        max_length=TEST_RECIPIENTS_AT_MOST,
    )


class Duplicates(StrEnum):
    """What a contact gets who is in several subgroups of a SuperGroup."""

    ONE_COPY = "one_copy"
    ONE_PER_SUBGROUP = "one_per_subgroup"


class Supergroup(Tab):
    """How a SuperGroup sends to its subgroups; it means nothing in other groups."""

    duplicates: Duplicates = _setting(
        Duplicates.ONE_COPY,
        "Contacts in several subgroups",
        "They get one copy, or one per subgroup.",
        example="one_copy",
    )


class GroupSettings(Tab):
    """What is stored as JSON."""

    sender: Sender = Field(Sender(), title="Sender")
    subscription: Subscription = Field(Subscription(), title="Subscription")
    sending: Sending = Field(Sending(), title="Sending")
    tracking: Tracking = Field(Tracking(), title="Tracking")
    moderation: Moderation = Field(Moderation(), title="Moderation")
    deactivation: Deactivation = Field(Deactivation(), title="Deactivation")
    test_recipients: TestRecipients = Field(TestRecipients(), title="Test recipients")
    supergroup: Supergroup = Field(Supergroup(), title="SuperGroup")


class AllSettings(Tab):
    """Everything, in the order of the tabs."""

    general: General = Field(title="General")
    sender: Sender = Field(title="Sender")
    subscription: Subscription = Field(title="Subscription")
    sending: Sending = Field(title="Sending")
    tracking: Tracking = Field(title="Tracking")
    moderation: Moderation = Field(title="Moderation")
    deactivation: Deactivation = Field(title="Deactivation")
    test_recipients: TestRecipients = Field(title="Test recipients")
    supergroup: Supergroup = Field(title="SuperGroup")


def tabs(*, is_supergroup: bool) -> dict[str, str]:
    """Names and titles of a group's tabs, General first."""
    titles = {name: str(field.title) for name, field in AllSettings.model_fields.items()}
    return titles if is_supergroup else {name: titles[name] for name in titles if name != "supergroup"}
