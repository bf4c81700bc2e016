"""What can go wrong with sendouts."""

from tidings.kernel.errors import Refused, TidingsError


class MoveRefused(TidingsError):
    """Sendout {sendout} is {state}, so it can't be {wish}."""


class NothingToSend(TidingsError):
    """Nobody in group “{group}” can get this message now, so there is nothing to send. The review page says why."""


class MessageBroken(TidingsError):
    """The message can't be sent as it is. {problems}"""


class NobodyThere(TidingsError):
    """Nobody is in “{group}” yet. Name a contact, or another group."""


class NobodyWithout(TidingsError):
    """Everybody who was looked at in “{group}” has a value for {placeholder}."""


class NotApproved(TidingsError):
    """Sendout {sendout} needs an approval before it may start."""


class NotAwaitingApproval(TidingsError):
    """Sendout {sendout} is {state}; there is nothing to decide about it any more."""


class ChangedSinceSeen(TidingsError):
    """Sendout {sendout} would not send now what you looked at. Look again, then decide."""


class NoTestRecipients(TidingsError):
    """Group “{group}” has no test recipients. Name some in its settings, under Test recipients."""


class NoSubgroups(Refused):
    """SuperGroup “{group}” has no subgroups that anything can be sent to. Add one that isn't archived."""


class SubgroupsChanged(Refused):
    """The subgroups of “{group}” have just changed. Look at the review again, then send."""


class UnsuitableGroup(TidingsError):
    """{why}"""


class NeedsParameters(TidingsError):
    """The message shows what a single send brings along ({names}), so it can't go to a group. Send it to one contact,
    or take that out.
    """


class ParametersMissing(TidingsError):
    """The message shows {names}, which wasn't given. Give it as a parameter, or write a fallback into the message."""


class BadParameter(TidingsError):
    """The parameter “{name}” can't be used: {why}"""


class KeyUsedBefore(Refused):
    """The idempotency key “{key}” was used with another request before. Choose a new key."""


class BadKey(TidingsError):
    """An idempotency key has 1 to {most} printable characters."""


class NotOnline(TidingsError):
    """This message can't be shown in a browser any more."""


class MessageWarns(TidingsError):
    """The message has warnings. {problems} Mend them, or {how}."""


class NoGroupNamed(TidingsError):
    """A single send is sent within a group: it is the sender, and its rules hold. Name the group."""


class SingleRejected(Refused):
    """Single sends of “{subject}” within “{group}” were rejected: {why}. Change the message, then ask again."""


class BadPace(TidingsError):
    """That speed or window can't be kept: {why}"""
